import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import type { DrillSurvivor } from '../../records/report/drill-report.ts'
import { formatAmount, formatChange, formatScore } from '../../text/format.ts'
import type { DrillBench } from './drill-bench.ts'
import { proposalsFor, type SurvivorGroup } from './proposals.ts'
import { type ChangedAnswer, noticedShare, noticing, type TriedMutant } from './run-mutant.ts'

type Why = DrillSurvivor['why']

/** Why mutants were not killed, and what would have caught them. */
export async function explainSurvivors(
  tried: readonly TriedMutant[],
  prompt: Prompt,
  suiteFile: string,
  bench: DrillBench,
): Promise<DrillSurvivor[]> {
  const open = tried.filter(({ report }) => report.outcome === 'survived' || report.outcome === 'held')
  const explained: DrillSurvivor[] = []
  for (const mutator of new Set(open.map(({ mutant }) => mutant.mutator))) {
    const ofMutator = open.filter(({ mutant }) => mutant.mutator === mutator)
    const all = tried.filter(({ mutant }) => mutant.mutator === mutator)
    const askedBy = bench.withoutJudge ? [] : itemsAsking(all, prompt, bench)
    for (const why of ['nothing-asks', 'judge-blind', 'too-few'] as const) {
      const ofCause = ofMutator.filter((one) => whyOf(one, askedBy, bench) === why)
      if (ofCause.length === 0) continue
      const group = { why, tried: ofCause, changed: eachOnce(ofCause), askedBy }
      explained.push({
        mutator: mutator.name,
        why,
        strengths: [...new Set(ofCause.map(({ mutant }) => mutant.strength))],
        survived: ofCause.filter(({ report }) => report.outcome === 'survived').length,
        held: ofCause.filter(({ report }) => report.outcome === 'held').length,
        text: textOf(group, bench),
        example: exampleOf(group, bench),
        proposals: await proposalsFor(group, prompt, suiteFile, bench),
      })
    }
  }
  return explained
}

/**
 * The cause. Where at least half of the changed answers were noticed, the drop is too small for the suite. Where fewer
 * were, the rest was missed: by the judge, if one of its items asks for such a change.
 */
function whyOf({ changed, report }: TriedMutant, askedBy: readonly string[], bench: DrillBench): Why {
  const noticed = noticedShare(changed) ?? 0
  const missed = askedBy.length > 0 ? 'judge-blind' : 'nothing-asks'
  if (report.noticedBy.length === 0) return missed
  if (noticed >= 0.5) return 'too-few'
  return -(report.effect ?? 0) / noticed >= (bench.detectableDrop ?? bench.policy.margin) ? missed : 'too-few'
}

/** Items that are about such a change by their words, and those that noticed it on half of the answers. */
function itemsAsking(all: readonly TriedMutant[], prompt: Prompt, { cases }: DrillBench): string[] {
  const changed = eachOnce(all)
  const noticed = changed.flatMap(noticing)
  const [first] = all
  const positions = new Set(changed.map(({ position }) => position))
  const ofCases = [...positions].flatMap((position) => cases[position]?.testCase.rubric ?? [])
  const items = [...prompt.rubric, ...ofCases].filter(
    ({ id, ask }) =>
      first?.mutant.mutator.askedBy.test(ask) || noticed.filter((name) => name === id).length * 2 >= changed.length,
  )
  return [...new Set(items.map(({ id }) => id))]
}

function textOf({ why, changed, askedBy, tried }: SurvivorGroup, bench: DrillBench): string {
  const missed = changed.filter((answer) => noticing(answer).length === 0).length
  const answers = formatAmount(changed.length, 'changed answer')
  if (why === 'nothing-asks')
    return missed === changed.length
      ? `${bench.withoutJudge ? 'No check' : 'No check and no rubric item'} scored one of the ${answers} lower.`
      : `Scores fell on ${changed.length - missed} of ${answers}, and no check${bench.withoutJudge ? '' : ' or rubric item'} is about the others.`
  if (why === 'judge-blind')
    return `The judge is asked for it (${askedBy.join(', ')}), and on ${missed} of ${answers} its verdict stayed. Read the example: either the judge misses it, or such a change does no harm.`
  const largest = Math.min(...tried.map(({ report }) => report.effect ?? 0))
  const noticed = [...new Set(tried.flatMap(({ report }) => report.noticedBy))].join(', ')
  const limit =
    bench.detectableDrop === null ? '' : `, and the gate finds drops from ${formatScore(bench.detectableDrop)} on`
  return `Noticed by ${noticed}, but the mean moved by ${formatChange(largest)} at most${limit}.`
}

function exampleOf({ changed }: SurvivorGroup, { cases }: DrillBench): DrillSurvivor['example'] {
  const answer = changed.find((one) => noticing(one).length === 0) ?? changed[0]
  if (!answer) return null
  const { position, before, after } = answer
  return { case: cases[position]?.testCase.id ?? '', before: before.output ?? '', after: after.output ?? '' }
}

function eachOnce(tried: readonly TriedMutant[]): ChangedAnswer[] {
  const seen = new Map<string, ChangedAnswer>()
  for (const answer of tried.flatMap(({ changed }) => changed))
    seen.set(`${answer.position} ${answer.before.output} ${answer.after.output}`, answer)
  return [...seen.values()]
}
