import type { JudgeRubricReport, RubricItemReport } from '../../records/report/judge-rubric-report.ts'
import { formatAmount, formatInterval, formatPercent, formatUsd } from '../../text/format.ts'
import { columns, wrap } from '../../text/layout.ts'
import { visibleLine } from '../../text/untrusted.ts'
import { rewordingsFile } from './rewordings.ts'

const casesShown = 8

/** The findings on a rubric, for a terminal of so many columns. */
export function rubricText(report: JudgeRubricReport, width: number): string {
  const { feature, judge, outputs, labels, items, cost } = report
  const lines = [
    `The rubric of ${feature}, judged by ${judge.model} (${judge.id})`,
    outputsSentence(outputs),
    `${formatAmount(labels.counted, 'label')} of people ${labels.counted === 1 ? 'counts' : 'count'}; ${labels.leftOut} left out (of models, of people who saw the judge, or of no known case, item or text).`,
    '',
    ...items.filter(({ wording }) => wording.state !== 'holds').map(wordingSentence(report)),
    ...items.map(labelSentence),
    ...items.flatMap(neverNo),
    ...report.agreeing.map(
      ({ items: [one, other], answers, upper }) =>
        `${one} and ${other} have the same verdict on all ${answers} outputs: they differ on at most ${formatPercent(upper)}. One of them may be enough.`,
    ),
    ...gapLines(report),
    ...report.errors.map(({ message, count }) => `${formatAmount(count, 'question')} without an answer: ${message}`),
    `Paid: ${formatUsd(cost.usd)} for ${formatAmount(cost.calls, 'call')}; ${cost.fromStore} answers were there already.`,
    items.every(({ by }) => by === null)
      ? 'Next: fix what is named above, and run it again; answers that were paid for are kept.'
      : `Next: read ${rewordingsFile(feature)} and commit it. Every rewording must ask the same as the item.`,
  ]
  const text = lines.flatMap((line) => wrap(visibleLine(line), width))
  return `${[...text, '', ...table(items, width)].join('\n')}\n`
}

function outputsSentence({ found, judged }: JudgeRubricReport['outputs']): string {
  if (found === 0)
    return 'There is no kept output to judge, so nothing is known of the wording: run sluice eval on the feature first.'
  return `${judged} of ${formatAmount(found, 'kept output')} judged, one of each case; nothing was asked of the model under test.`
}

function wordingSentence({ maxFlips }: JudgeRubricReport) {
  return ({ id, by, wording }: RubricItemReport): string => {
    const { state, verdicts, flips, outputs, flippedOutputs, again } = wording
    if (by === null) return `${id}: there is no rewording of it, so nothing is known of its wording.`
    if (state === 'untested') return `${id}: no verdict in other words, so nothing is known of its wording.`
    const counts = `${flips} of ${formatAmount(verdicts, 'verdict')} flipped in other words, on ${flippedOutputs} of ${formatAmount(outputs, 'output')} ${formatInterval(wording, formatPercent)}; asked again in its own words ${again.flips} of ${again.outputs}`
    return state === 'depends'
      ? `${id} depends on its wording: ${counts}. Say in the question what counts as yes.`
      : `${id} is open: ${counts}. Whether it is more than ${formatPercent(maxFlips)} of the outputs takes more outputs (--outputs).`
  }
}

function labelSentence({ id, labels }: RubricItemReport): string {
  const { state, compared, contested, ciHigh, needed } = labels
  if (state === 'gap') return `${id}: the rubric does not say; ${formatAmount(contested, 'contested case')} below.`
  if (state === 'too-few')
    return `${id}: too few labels to find a gap, ${formatAmount(needed, 'more case')} needed; ${compared} compared, ${contested} contested (sluice judge label).`
  return `${id}: no systematic disagreement shown in ${formatAmount(compared, 'compared case')}, ${contested} contested: at most ${formatPercent(ciHigh)} are.`
}

function neverNo({ id, said: { judged, no, noUpper } }: RubricItemReport): string[] {
  if (judged === 0 || no > 0) return []
  return [
    `${id} never says no: 0 of ${formatAmount(judged, 'output')}, which means on at most ${formatPercent(noUpper)}. Outputs that should fail show whether it can (sluice drill).`,
  ]
}

function gapLines({ gaps, items }: JudgeRubricReport): string[] {
  return gaps.flatMap(({ item, cases, proposal }) => [
    '',
    `The rubric does not say: ${item}, "${items.find(({ id }) => id === item)?.ask.trim() ?? ''}"`,
    ...cases.slice(0, casesShown).map((one) => `- ${one.case}: ${one.said.join(', ')}`),
    ...(cases.length > casesShown ? [`- and ${cases.length - casesShown} more; --json has them all`] : []),
    proposal === null ? 'No wording could be proposed.' : `Proposed, for you to decide: ${proposal}`,
  ])
}

const stateWords = { holds: 'holds', depends: 'DEPENDS', open: 'open', untested: 'untested' }

function table(items: readonly RubricItemReport[], width: number): string[] {
  const right = (text: string) => ({ text, align: 'right' as const })
  const head = [{ text: 'item' }, { text: 'wording' }, right('flips'), right('outputs'), right('again'), right('no')]
  const rows = items.map(({ id, wording, said }) => [
    { text: visibleLine(id) },
    { text: stateWords[wording.state] },
    right(`${wording.flips} of ${wording.verdicts}`),
    right(
      wording.outputs === 0
        ? 'none'
        : `${wording.flippedOutputs} of ${wording.outputs} ${formatInterval(wording, formatPercent)}`,
    ),
    right(`${wording.again.flips} of ${wording.again.outputs}`),
    right(`${said.no} of ${said.judged}`),
  ])
  return columns([head, ...rows], width - 2).map((line) => `  ${line}`)
}
