import { formatAmount, formatScore } from '../../text/format.ts'
import { codeBlock, codeSpan, inlineText } from '../../text/markdown-escape.ts'
import { excerpt } from '../../text/untrusted.ts'
import type { Failure } from './failure.ts'
import type { IncidentCase } from './incident-cases.ts'
import type { PostMortem } from './post-mortem.ts'

const excerptLength = 1200

/** The worst judged answers of the canary, and the cases that they became, as Markdown. */
export function answersSection({ worst, cases }: PostMortem): string[] {
  if (worst.length === 0)
    return ['No answer is kept: contents are stored only where the prompt says live: {store: true}.']
  return worst.flatMap((failure, index) => answerBlocks(failure, index + 1, cases))
}

function answerBlocks({ vars, output, score, failed, source }: Failure, number: number, cases: PostMortem['cases']) {
  const traits = [
    `score ${formatScore(score)}`,
    ...(failed.length === 0 ? [] : [`failed ${failed.map(codeSpan).join(', ')}`]),
    ...(cases === null ? [] : [caseWords(cases, source.outcome)]),
  ]
  const inputs = Object.entries(vars).flatMap(([name, value]) => [
    `${inlineText(name)}:`,
    codeBlock(excerpt(typeof value === 'string' ? value : JSON.stringify(value, undefined, 2), excerptLength)),
  ])
  return [
    `### ${number}. ${codeSpan(String(source.outcome))}: ${traits.join(', ')}`,
    ...inputs,
    'Answered:',
    codeBlock(excerpt(output ?? '', excerptLength)),
  ]
}

function caseWords(cases: readonly IncidentCase[], outcome: unknown): string {
  const found = cases.find((one) => one.outcome !== null && one.outcome === outcome)
  return found === undefined ? 'no case yet' : `now the case ${codeSpan(found.id)}`
}

/** Why the gate let it through, as far as that is on record, and what it checks from now on. */
export function missedSection({ rollout, versions, worst, cases }: PostMortem): string[] {
  const { report } = versions.find(({ id }) => id === rollout.canary) ?? {}
  const gate = report
    ? `The verdict of the gate on this version was **${report.verdict}** (run ${codeSpan(report.runId)}).`
    : 'No report of the gate on this version is on record.'
  const counts = new Map<string, number>()
  for (const id of worst.flatMap(({ failed }) => failed)) counts.set(id, (counts.get(id) ?? 0) + 1)
  const items = [...counts].sort(([, a], [, b]) => b - a).map(([id, count]) => `${codeSpan(id)} (${count})`)
  return [
    gate,
    ...(items.length === 0
      ? []
      : [`Of the ${formatAmount(worst.length, 'answer')} above failed: ${items.join(', ')}.`]),
    ...(cases === null ? [] : [casesText(cases, rollout)]),
  ]
}

function casesText(cases: readonly IncidentCase[], { feature, id }: PostMortem['rollout']): string {
  const command = codeSpan(`sluice case add ${feature} --from rollout:${id}`)
  if (cases.length === 0)
    return `No golden case has been made from it yet, so the gate would miss it again. ${command} adds them.`
  const rows = cases.map((one) => `- ${codeSpan(one.id)} in ${codeSpan(one.suite)}`)
  return `Golden cases made from it, so that the gate finds it from now on:\n\n${rows.join('\n')}`
}
