import type { RunFinding } from '../../records/report/report.ts'

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
