import { z } from 'zod'

/**
 * What weakens or changes a whole run: that the change brought a looser measure, that a feature of the base is gone, where
 * answers were sent. It stands above every number of the report.
 */
export const runFindingSchema = z.object({
  /** For machines, e.g. `margin-raised`. */
  code: z.string(),
  /** `error` explains a verdict that is no pass, `warning` weakens a pass, `note` is to be known. */
  severity: z.enum(['error', 'warning', 'note']),
  /** For people: whole sentences. */
  message: z.string(),
  /** Null where it concerns the whole run. */
  feature: z.string().nullable(),
  /** What a setting was at the base commit, as a person would write it; null where there was none. */
  before: z.string().nullable(),
  /** What it is now. */
  after: z.string().nullable(),
})

export type RunFinding = z.infer<typeof runFindingSchema>

const order = ['error', 'warning', 'note'] as const

/** One text, which still holds names from files: escape it before it is shown. */
export function findingText({ severity, feature, message, before, after }: RunFinding): string {
  const place = feature === null ? '' : `${feature}: `
  const change = before === null && after === null ? '' : ` (before: ${before ?? 'none'}; now: ${after ?? 'none'})`
  return `${severity === 'note' ? '' : `${severity}: `}${place}${message}${change}`
}

/** All of them, the gravest first. */
export function findingTexts(findings: readonly RunFinding[]): string[] {
  return findings.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity)).map(findingText)
}
