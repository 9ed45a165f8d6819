import { formatAmount, formatScore } from '../../text/format.ts'
import { codeBlock, codeSpan, inlineText } from '../../text/markdown-escape.ts'
import { excerpt } from '../../text/untrusted.ts'
import { gateVerdictText } from '../words/gate-text.ts'
import type { Failure } from './failure.ts'
import type { IncidentCase } from './incident-cases.ts'
import type { PostMortem } from './post-mortem.ts'

const excerptLength = 1200

/** The worst judged answers of the canary, and the cases that they became, as Markdown. */
export function answersSection({ worst, cases }: PostMortem): string[] {
  if (worst === null) return ['They are not shown here. The page of the rollout shows them to whoever may see them.']
  if (worst.length === 0)
    return ['No answer is kept: contents are stored only where the prompt says live: {store: true}.']
  return alike(worst).flatMap((failures, index) => answerBlocks(failures, index + 1, cases))
}

/** Failures with the same input, output and score, in the order of the first of each: they are shown once. */
function alike(worst: readonly Failure[]): [Failure, ...Failure[]][] {
  const groups = new Map<string, [Failure, ...Failure[]]>()
  for (const failure of worst) {
    const { vars, output, score, failed } = failure
    const key = JSON.stringify([vars, output, score, failed])
    const group = groups.get(key)
    if (group) group.push(failure)
    else groups.set(key, [failure])
  }
  return [...groups.values()]
}

function answerBlocks([first, ...others]: [Failure, ...Failure[]], number: number, cases: PostMortem['cases']) {
  const { vars, output, score, failed, source } = first
  const outcomes = [first, ...others].map((failure) => failure.source.outcome)
  const traits = [
    `score ${formatScore(score)}`,
    ...(failed.length === 0 ? [] : [`failed ${failed.map(codeSpan).join(', ')}`]),
    ...(cases === null ? [] : [caseWords(cases, outcomes)]),
    ...(others.length === 0 ? [] : [`${others.length} more like it`]),
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

function caseWords(cases: readonly IncidentCase[], outcomes: readonly unknown[]): string {
  const found = cases.find((one) => one.outcome !== null && outcomes.includes(one.outcome))
  return found === undefined ? 'no case yet' : `now the case ${codeSpan(found.id)}`
}

/** Why the gate let it through, as far as that is on record, and what it checks from now on. */
export function missedSection({ rollout, versions, worst, cases }: PostMortem): string[] {
  const { report } = versions.find(({ id }) => id === rollout.canary) ?? {}
  const gate = report
    ? `The verdict of the gate on this version was **${gateVerdictText(report)}** (run ${codeSpan(report.runId)}).`
    : 'No report of the gate on this version is on record.'
  const counts = new Map<string, number>()
  for (const id of (worst ?? []).flatMap(({ failed }) => failed)) counts.set(id, (counts.get(id) ?? 0) + 1)
  const items = [...counts].sort(([, a], [, b]) => b - a).map(([id, count]) => `${codeSpan(id)} (${count})`)
  return [
    gate,
    ...(items.length === 0
      ? []
      : [`Of the ${formatAmount(worst?.length ?? 0, 'answer')} above failed: ${items.join(', ')}.`]),
    ...(cases === null ? [] : [casesText(cases, { rollout, worst })]),
  ]
}

function casesText(
  cases: readonly IncidentCase[],
  { rollout: { feature, id }, worst }: Pick<PostMortem, 'rollout' | 'worst'>,
): string {
  if (cases.length === 0) {
    const none = 'No golden case has been made from it yet, so the gate would miss it again.'
    if (worst?.length === 0) return `${none} Write one by hand: no answer is kept that it could be made of.`
    return `${none} ${codeSpan(`sluice case add ${feature} --from rollout:${id}`)} adds them.`
  }
  const rows = cases.map((one) => `- ${codeSpan(one.id)} in ${codeSpan(one.suite)}`)
  return `Golden cases made from it, so that the gate finds it from now on:\n\n${rows.join('\n')}`
}
