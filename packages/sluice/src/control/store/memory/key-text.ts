import type { OutcomeKey } from '../../../records/outcome.ts'

/** A key as one text: no two of them are alike, whatever ids hold. */
export function outcomeKeyText({ feature, id }: OutcomeKey): string {
  return `${feature.length} ${feature} ${id}`
}
