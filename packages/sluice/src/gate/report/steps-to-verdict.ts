import type { FeatureSummary } from '../../records/report/feature-report.ts'
import { formatAmount, formatUsd } from '../../text/format.ts'
import type { Advice } from '../verdict/advice.ts'

/** What would decide a run that is still open. */
export type NextStep = NonNullable<FeatureSummary['nextSteps']>[number]

/**
 * The steps that would decide an inconclusive verdict, the cheapest first; a weaker measure comes last, though it is
 * free.
 */
export function stepsToVerdict(summary: FeatureSummary, advice: Advice | null): NextStep[] {
  const { reasons, comparison, baseline, cost, causes = [] } = summary
  if (causes.length > 0 && causes.every(({ stale }) => stale)) return [liveModel]
  const perAnswer = cost.usdPerAnswer ?? null
  const usd = (answers: number) => (perAnswer === null ? null : answers * perAnswer)
  const versions = baseline ? 2 : 1
  const paid = [...missingAnswers(summary, usd)]
  const { pairs = 0, repeats = 1, margin = 0 } = comparison ?? {}
  if (comparison && advice?.repeats !== undefined && advice.repeats > repeats) {
    const what = `Ask each case up to ${advice.repeats} times: end gate.repeats in the prompt file, or in sluice.yaml, with ${advice.repeats}.`
    paid.push({ kind: 'repeats', what, usd: usd((advice.repeats - repeats) * pairs * versions), command: null })
  }
  if (comparison && advice?.cases !== undefined && advice.cases > pairs) {
    const what = `Add about ${formatAmount(advice.cases - pairs, 'case')} to the suite.`
    paid.push({ kind: 'cases', what, usd: usd((advice.cases - pairs) * repeats * versions), command: null })
  }
  if (reasons.some(({ code }) => code === 'critical-undecided')) {
    const what = 'Ask the critical cases more often: raise gate.criticalRepeats.'
    paid.push({ kind: 'repeats', what, usd: null, command: null })
  }
  const enough = Math.ceil((advice?.smallestMargin ?? 0) * 1000) / 1000
  const wider: NextStep[] =
    comparison && enough > margin
      ? [{ kind: 'margin', what: widerMargin(enough), usd: 0, command: `--margin ${enough}` }]
      : []
  return [...paid.toSorted((a, b) => (a.usd ?? Number.MAX_VALUE) - (b.usd ?? Number.MAX_VALUE)), ...wider]
}

/** No number of runs, repeats or cases gets an answer out of recordings that have none. */
const liveModel: NextStep = {
  kind: 'again',
  what: 'Set a live model, two lines: "model" in the prompt file and "judge" in sluice.yaml. Recordings cannot answer what was changed.',
  usd: null,
  command: null,
}

const widerMargin = (margin: number) =>
  `Accept a larger drop: ${margin} is the smallest margin that an unchanged version meets here with 80 % probability. This makes the gate weaker.`

function missingAnswers({ reasons, coverage }: FeatureSummary, usd: (answers: number) => number | null): NextStep[] {
  const { answers = coverage.cases, answersScored = coverage.scored + coverage.checkFailed } = coverage
  const what = `Run it again: what is answered is kept, and only the answers without a score (${answers - answersScored} of ${answers}) are asked.`
  if (reasons.some(({ code }) => code === 'budget')) {
    return [
      { kind: 'again', what: `${what} Give a larger --budget-usd.`, usd: usd(answers - answersScored), command: null },
    ]
  }
  if (!reasons.some(({ code }) => code === 'coverage')) return []
  return [{ kind: 'again', what, usd: usd(answers - answersScored), command: null }]
}

/** The steps of a report, each with the command that follows it. */
export function withCommands(feature: FeatureSummary, reproduce: string | null): FeatureSummary {
  if (!feature.nextSteps || reproduce === null) return feature
  const commandOf = ({ kind, command }: NextStep) =>
    kind === 'margin' && command !== null ? `${reproduce.replace(/ --margin \S+/, '')} ${command}` : reproduce
  return { ...feature, nextSteps: feature.nextSteps.map((step) => ({ ...step, command: commandOf(step) })) }
}

/** One text for each step; it still holds names from a command line. */
export function nextStepTexts({ nextSteps: steps = [] }: FeatureSummary): string[] {
  return steps.map(({ kind, what, usd, command }, index) => {
    const price = kind === 'margin' ? '' : usd === null ? ' Cost unknown.' : ` About ${formatUsd(usd)}.`
    return `Next ${index + 1}: ${what}${price}${command === null ? '' : ` Then: ${command}`}`
  })
}
