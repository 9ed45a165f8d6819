import { formatAmount, formatCount } from '../../text/format.ts'
import { inlineText } from '../../text/markdown-escape.ts'
import { excerpt, visibleLine } from '../../text/untrusted.ts'
import type { Compared, Tally, Verification } from './verify.ts'

/** The counts of a verification in two sentences, and each finding in a line; at most `most` of each kind. */
export function verificationText({ cases, assertions, findings }: Verification, most = 50): string[] {
  const differing = findings.filter(({ agreement }) => agreement === 'differs')
  const open = findings.filter(({ agreement }) => agreement === 'notComparable')
  return [
    `${tallyText(cases, 'kept answer')}`,
    `${tallyText(assertions, 'verdict on an assertion', 'verdicts on assertions')}`,
    ...limited(differing.map(differenceText), most),
    ...limited(reasonCounts(open), most),
  ]
}

function tallyText({ all, same, differs, notComparable }: Tally, one: string, many?: string): string {
  return `${formatAmount(all, one, many)}: ${formatCount(same)} same, ${formatCount(differs)} ${differs === 1 ? 'differs' : 'differ'}, ${formatCount(notComparable)} not comparable.`
}

const shown = (verdict: boolean | null) => (verdict === null ? 'unknown' : verdict ? 'pass' : 'fail')

function differenceText({ name, place, before, now, reason }: Compared): string {
  return visibleLine(`differs: ${name} (${place}): was ${shown(before)}, is ${shown(now)}: ${excerpt(reason, 200)}`)
}

/** Why answers cannot be compared, the most frequent reason first. */
function reasonCounts(open: readonly Compared[]): string[] {
  const counts = new Map<string, number>()
  for (const { reason } of open) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => visibleLine(`not comparable: ${formatCount(count)}, since ${excerpt(reason, 200)}`))
}

function limited(lines: readonly string[], most: number): string[] {
  return lines.length <= most ? [...lines] : [...lines.slice(0, most), `… and ${formatCount(lines.length - most)} more`]
}

/** The verification as a section of Markdown, with every finding. */
export function verificationMarkdown(verification: Verification): string {
  const lines = verificationText(verification, Number.POSITIVE_INFINITY)
  return ['## Compared with kept answers', '', ...lines.map((line) => `- ${inlineText(line)}`), ''].join('\n')
}
