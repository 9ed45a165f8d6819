import type { Fidelity } from '../fidelity.ts'
import type { Data } from '../file-data.ts'
import type { CheckEntry } from '../imported.ts'
import { textOfValue } from '../rows/row-fields.ts'

/** What a grader becomes. */
export interface GraderTranslation {
  checks?: CheckEntry[]
  evaluators?: Data[]
  outcome: Fidelity
  note: string
}

/** The name of a testing criterion, without the id that the product adds to it. */
export function criterionName(name: unknown): string {
  return textOfValue(name).replace(/-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, '')
}
