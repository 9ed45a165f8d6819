import type { Ledger } from '../../core/answers/ledger.ts'
import type { Case } from '../../core/suite/cases/case.ts'
import { judgeMembers, withMember } from '../../core/suite/config/judge-settings.ts'
import { defaultJudge, judgeParameters } from '../../core/suite/models/default-judge.ts'
import type { LoadedProject } from '../../core/suite/project/project.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { casesOf } from '../../core/suite/prompt/suites.ts'
import type { JudgeBridge } from '../../records/report/upgrade-report.ts'
import { clusterRobustMean, momentsOf, tInterval } from '../../stats/index.ts'
import { resultsOf } from '../matrix/cell.ts'
import { causeSentence, causesOf } from '../report/causes.ts'
import type { FeatureRun } from '../run/feature-run.ts'
import { type GivenAnswer, givenCompletion } from '../run/kept-case.ts'
import { runPool } from '../run/pool.ts'
import type { Results } from '../run/results.ts'
import type { RunContext } from '../run/session.ts'
import { startRun } from '../run/start-run.ts'
import { type JudgedCase, judgeAgreement } from './judge-agreement.ts'

export interface BridgeOptions {
  prompt: Prompt
  suite: string
  from: string
  to: string
  repeats: number
  confidence: number
  /** ms since the epoch. */
  now: number
}

export interface MeasuredBridge {
  bridge: JudgeBridge
  usdPerJudgement: number | null
  ledgers: Ledger[]
}

/**
 * Has the same answers judged by the old judge and by the new one. Answers and judgements that are kept are used, so a
 * judge that is gone still counts for what it said before.
 */
export async function measureBridge(options: BridgeOptions, context: RunContext): Promise<MeasuredBridge> {
  const { prompt, suite, from, to, repeats } = options
  const { project, session, progress } = context
  progress.label(`${prompt.feature}, judged by ${to}`)
  const scope = (judge: string) => resultsOf(session.results, `${prompt.feature} judged by ${judge} for ${to}`)
  const before = { run: judgedBy(options, from, context, scope(from)), results: scope(from) }
  await before.run.score(repeats)
  const after = judgedBy(options, to, context, scope(to))
  const cases = await judgeAgain(before, after, context, casesOf(project.files, prompt, suite, project.config))
  const notes = notesOf(cases, before.run.table.cases)
  const bridge: JudgeBridge = {
    schema: 'sluice.judge-bridge/1',
    feature: prompt.feature,
    version: prompt.id,
    suite,
    at: new Date(options.now).toISOString(),
    from: { id: before.run.judge?.id ?? '', model: from },
    to: { id: after.judge?.id ?? '', model: to },
    cases: before.run.table.cases.length,
    ...offsetOf(cases, options.confidence),
    items: judgeAgreement(cases, options.confidence),
    notes,
  }
  return { bridge, usdPerJudgement: usdPerJudgement(cases), ledgers: [before.run.ledger, after.ledger] }
}

/** A run of the prompt as it is, scored by another judge wherever `from` judges now. */
function judgedBy({ prompt, suite, from }: BridgeOptions, judge: string, context: RunContext, results: Results) {
  const { project, session, progress } = context
  const choices = prompt.choices.map((choice) => (choice.model === from ? { ...choice, model: judge } : choice))
  const judged = { ...project, config: withJudge(project, from, judge) }
  return startRun({ candidate: { ...prompt, choices }, suite, progress }, judged, { ...session, results })
}

/** The configuration with another judge, with the parameters that it would have there. */
function withJudge({ config }: Pick<LoadedProject, 'config'>, from: string, judge: string): LoadedProject['config'] {
  const leaving = judgeMembers(config.judge).find(({ model }) => model === from)
  if (!leaving || judge === from) return config
  const own = defaultJudge.parameters as Record<string, unknown>
  const written = Object.entries(leaving.parameters).filter(
    ([key, value]) => from !== defaultJudge.model || own[key] !== value,
  )
  const coming = { model: judge, parameters: judgeParameters(judge, Object.fromEntries(written)) }
  return { ...config, judge: withMember(config.judge, from, coming) }
}

async function judgeAgain(
  before: { run: FeatureRun; results: Results },
  after: FeatureRun,
  { session, progress }: RunContext,
  cases: AsyncIterable<Case>,
): Promise<JudgedCase[]> {
  const given = Map.groupBy(before.results.rows(''), ({ position }) => position)
  const judged: JudgedCase[] = []
  const { stop } = session.interrupt
  async function* positions() {
    let position = -1
    for await (const testCase of cases) {
      position += 1
      yield { testCase, position }
    }
  }
  await runPool(positions(), session.concurrency, async ({ testCase, position }) => {
    stop.throwIfAborted()
    const { weight, cluster } = testCase
    const row: JudgedCase = { weight, cluster, before: [], after: [] }
    judged[position] = row
    for (const { detail, repeat } of given.get(position) ?? []) {
      if (detail.output === undefined || detail.outputMasked) continue
      // What the answers cost is left out, so that the price is that of the judge.
      const { output, trace } = detail
      const exchanges = detail.exchanges?.map((each) => ({ ...each, costUsd: 0 }))
      const answer: GivenAnswer = {
        ...givenCompletion({ output, costUsd: 0, ...(trace && { trace }) }),
        ...(exchanges && { exchanges }),
      }
      const again = await after.scoreAnswer(answer, testCase, repeat)
      row.before.push(detail)
      row.after.push(again)
      progress.scored(again, after.ledger)
    }
  })
  return judged
}

/** The mean of the differences case by case, new minus old; a case that one of them has not scored is left out. */
function offsetOf(cases: readonly JudgedCase[], confidence: number): Pick<JudgeBridge, 'compared' | 'offset'> {
  const pairs = cases.flatMap(({ weight, cluster, before, after }) => {
    const differences = before.flatMap(({ score }, index) => {
      const now = after[index]?.score
      return score === undefined || now === undefined ? [] : [now - score]
    })
    const mean = momentsOf(differences)?.mean
    return mean === undefined ? [] : [{ weight, cluster, mean }]
  })
  const estimate = clusterRobustMean(
    pairs.map(({ mean }) => mean),
    pairs.map(({ weight }) => weight),
    pairs.map(({ cluster }) => cluster),
  )
  const interval = estimate && tInterval(estimate, confidence)
  return {
    compared: pairs.length,
    offset: {
      mean: estimate?.mean ?? null,
      ciLow: interval?.low ?? null,
      ciHigh: interval?.high ?? null,
      confidence,
    },
  }
}

function usdPerJudgement(cases: readonly JudgedCase[]): number | null {
  const judged = cases.flatMap(({ after }) => after).filter(({ judge }) => judge.length > 0)
  const costs = judged.flatMap(({ costUsd }) => costUsd ?? [])
  return judged.length === 0 || costs.length < judged.length
    ? null
    : costs.reduce((sum, usd) => sum + usd, 0) / costs.length
}

/** Each cause for which answers could not be compared, once, with the cases that it took. */
function notesOf(cases: readonly JudgedCase[], asked: FeatureRun['table']['cases']): string[] {
  const unanswered = asked.length - cases.filter(({ before }) => before.length > 0).length
  const causes = (of: 'before' | 'after') => {
    const rows = cases.flatMap((judged, position) =>
      judged[of].map((detail, repeat) => ({ position, role: 'candidate' as const, repeat: repeat + 1, detail })),
    )
    return causesOf(rows, asked).map(causeSentence)
  }
  return [
    ...(unanswered > 0 ? [`${unanswered} of ${asked.length} cases have no answer that could be judged.`] : []),
    ...causes('before').map((cause) => `without a judgement of the old judge: ${cause}`),
    ...causes('after').map((cause) => `without a judgement of the new judge: ${cause}`),
  ]
}
