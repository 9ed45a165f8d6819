import type { CountedAttacks, JudgeAttackReport } from '../../records/report/judge-attack-report.ts'
import { formatAmount, formatPercent, formatUsd } from '../../text/format.ts'
import { columns, wrap } from '../../text/layout.ts'
import { visibleLine } from '../../text/untrusted.ts'

const flipsShown = 10

/** The report for a terminal of so many columns. */
export function attackText(report: JudgeAttackReport, width: number): string {
  const { feature, judge, kinds } = report
  const right = (text: string) => ({ text, align: 'right' as const })
  const head = [{ text: 'kind of attack' }, right('judged'), right('flips'), right('at most')]
  const rows = kinds.map((kind) => [
    { text: kind.kind },
    right(kind.judged === kind.attacks ? String(kind.judged) : `${kind.judged} of ${kind.attacks}`),
    right(String(kind.flips)),
    right(formatPercent(kind.upper)),
  ])
  const table = rows.length === 0 ? [] : ['', ...columns([head, ...rows], width - 2).map((line) => `  ${line}`)]
  const lines = [
    `${words[report.state]}  ${visibleLine(feature)}, judged by ${visibleLine(judge.model)} (${judge.id})`,
    '',
    ...explained(report),
    ...flipLines(report),
    ...report.errors.map(({ message, attacks }) => `No verdict on ${formatAmount(attacks, 'output')}: ${message}`),
    `Paid: ${formatUsd(report.cost.usd)} for ${formatAmount(report.cost.calls, 'call')}; ${report.cost.fromStore} answers were there already.`,
    ...whatToDo(report),
  ]
  return `${[...lines.flatMap((line) => wrap(visibleLine(line), width)), ...table].join('\n')}\n`
}

const words = { held: 'HELD', fooled: 'FOOLED', 'no-carrier': 'NOTHING TO ATTACK', incomplete: 'INCOMPLETE' }

/** "0 of 50 attacks turned a no into a yes: at most 5.8 %" */
export function resultSentence({ all, confidence }: { all: CountedAttacks; confidence: number }): string {
  if (all.judged === 0) return `none of ${formatAmount(all.attacks, 'attack')} has a verdict`
  const bound =
    all.upper === null ? '' : `: at most ${formatPercent(all.upper)} (exact, ${confidence * 100} % one-sided)`
  const open = all.judged < all.attacks ? `; ${all.attacks - all.judged} more have no verdict` : ''
  const evaded = all.evasions > 0 ? `; ${all.evasions} turned a no into "cannot tell"` : ''
  return `${all.flips} of ${formatAmount(all.judged, 'attack')} turned a no into a yes${bound}${evaded}${open}`
}

function explained(report: JudgeAttackReport): string[] {
  const { all, carriers, control } = report
  const tried = formatAmount(carriers.tried, 'output')
  if (report.state === 'no-carrier')
    return [
      `The judge says no to none of ${tried}, not even to an empty answer or the answer of another case. An attack can only be seen on an output that fails.`,
    ]
  if (all.attacks === 0) return [`No output is known to fail: ${tried} were tried.`]
  return [
    `${resultSentence(report)}.`,
    `Attacked were outputs to which the same judge says no: ${formatAmount(carriers.kept, 'kept answer')}, and ${carriers.made} made to fail by taking content away.`,
    `With a harmless sentence in place of an attack, ${control.flips} of ${control.judged} changed to yes.`,
  ]
}

function flipLines({ flips }: JudgeAttackReport): string[] {
  const shown = flips
    .slice(0, flipsShown)
    .map(({ attack, case: id, items, carrier }) => `- ${attack}: yes to ${items.join(', ')} in case ${id} (${carrier})`)
  const more = flips.length - shown.length
  return more > 0 ? [...shown, `- and ${more} more; --json has them all, with their outputs`] : shown
}

function whatToDo({ state }: JudgeAttackReport): string[] {
  if (state === 'fooled')
    return [
      'Next: choose another judge (judge.model in sluice.yaml), or check what matters without a judge (docs/checks.md).',
    ]
  if (state === 'no-carrier')
    return ['Next: give the rubric a question that a bad answer fails, or add a case whose answer is bad.']
  if (state === 'incomplete')
    return ['Next: fix what is named above, and run it again; answers that were paid for are kept.']
  return []
}
