import type { Case } from '../../core/suite/cases/case.ts'
import type { GateSettings } from '../../core/suite/config/config.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { casesOf } from '../../core/suite/prompt/suites.ts'
import type { CaseDetail } from '../../records/report/case-detail.ts'
import { calibrateRun } from '../calibration/calibrate-run.ts'
import type { RestsOn } from '../calibration/judge-reason.ts'
import { settingsOf } from '../judge-versions.ts'
import { limitRounds, recordedRepeats } from '../recorded-repeats.ts'
import { scoreOfDetail } from '../run/conversation.ts'
import type { FeatureRun } from '../run/feature-run.ts'
import type { GivenAnswer } from '../run/kept-case.ts'
import type { RunContext } from '../run/session.ts'
import { modelsOf, startRun } from '../run/start-run.ts'
import { policyOf } from '../run-gate.ts'
import type { GatePolicy } from '../verdict/policy.ts'
import { type KeptCase, keepAnswers } from './kept-answers.ts'
import { firstOutputs } from './plan-mutants.ts'

type ScoreChanged = (answer: GivenAnswer, testCase: Case, repeat: number, before: CaseDetail) => Promise<CaseDetail>

/** What every drill of a feature stands on: its answers with their scores, and the gate's own policy. */
export interface DrillBench {
  kept: FeatureRun
  cases: readonly KeptCase[]
  /** The first answer of each case. */
  others: readonly string[]
  policy: GatePolicy
  settings: GateSettings
  /** The judge that the scores are by. */
  restsOn: RestsOn
  /** The smallest true drop that the gate fails with 80 % probability; null where unknown. */
  detectableDrop: number | null
  seed: number
  concurrency: number
  stop: AbortSignal
  /** Whether the judge is left out, so that nothing is known of what it would see. */
  withoutJudge: boolean
  /** Scores a changed answer; `before` is the detail of the answer as it was. */
  scoreChanged: ScoreChanged
  /** Judged changed answers, by case, repeat and text. */
  judged: Map<string, Promise<CaseDetail>>
}

/** Answers per case where nothing else is asked for and no recording sets them. */
const usualAnswers = 3

interface BenchTerms {
  suite: string
  repeats: number | undefined
  seed: number
  /** Leaves the judge's verdicts as they were on the answers before the change. */
  withoutJudge?: boolean | undefined
}

/** Gets the answers of the version as it is, and the policy by which the gate would judge a change of it. */
export async function openBench(
  prompt: Prompt,
  { suite, repeats, seed, withoutJudge }: BenchTerms,
  context: RunContext,
): Promise<DrillBench> {
  const { project, session } = context
  const models = modelsOf({ candidate: prompt }, project)
  await session.requirePrices(models)
  const cases = casesOf(project.files, prompt, suite, { root: project.config.root })
  const recorded = await recordedRepeats(models, cases, session.providers)
  const answers = Math.min(repeats ?? usualAnswers, Math.max(1, recorded.all))
  const kept = await keepAnswers(prompt, { suite, repeats: answers }, context)
  const settings = settingsOf(project.config.gate, prompt.gate, {})
  const { ledger, judge } = kept.run
  const calibration = await calibrateRun(kept.run, session.results, project, settings)
  return {
    kept: kept.run,
    cases: kept.cases,
    others: firstOutputs(kept.cases),
    policy: limitRounds(policyOf(settings), recorded),
    settings,
    restsOn: { feature: prompt.feature, asked: ledger.judgeCalls > 0 && judge !== undefined, calibration },
    detectableDrop: null,
    seed,
    concurrency: session.concurrency,
    stop: session.interrupt.stop,
    withoutJudge: withoutJudge === true,
    scoreChanged: withoutJudge ? checksAlone(prompt, suite, context) : kept.run.scoreAnswer,
    judged: new Map(),
  }
}

/**
 * Scores by checks; the judge is not asked, and its verdicts on the answer before stay. So no fewer mutants are killed
 * with it.
 */
function checksAlone(prompt: Prompt, suite: string, { project, session, progress }: RunContext): ScoreChanged {
  const candidate = { ...prompt, rubric: [], choices: [] }
  const run = startRun({ candidate, suite, progress }, project, session)
  return async (answer, testCase, repeat, before) => {
    const { judge } = before
    const turns = testCase.turns?.map((turn) => ({ ...turn, rubric: [] }))
    const checks = [...prompt.checks, ...testCase.checks, ...(turns ?? []).flatMap((turn) => turn.checks)]
    if (!checks.some(({ weight }) => weight > 0)) return { ...before, output: answer.output }
    const checked = { ...testCase, rubric: [], ...(turns && { turns }) }
    const detail = await run.scoreAnswer(answer, checked, repeat)
    if (detail.state !== 'scored' || judge.length === 0)
      return { ...detail, judge: detail.state === 'scored' ? judge : [] }
    return { ...detail, judge, ...scoreOfDetail({ ...detail, judge }) }
  }
}
