import manifest from '../../../package.json' with { type: 'json' }
import { createDirectAsk } from '../../core/answers/ask.ts'
import { createBudget } from '../../core/providers/limits/budget.ts'
import { caseScore } from '../../core/scorers/case-score.ts'
import { createJudge } from '../../core/scorers/judge/judge.ts'
import { judgeOfRubric } from '../../core/scorers/judge/judge-of-rubric.ts'
import type { ScoreRow } from '../../core/suite/scores-file.ts'
import { fillTemplate } from '../../core/suite/values/template.ts'
import type { PastNight } from '../../records/past-night.ts'
import type { FeatureSummary } from '../../records/report/feature-report.ts'
import { rubricSchema } from '../../records/rubric.ts'
import type { Verdict } from '../../records/verdict.ts'
import { seededRandom } from '../../stats/random.ts'
import { fallenCases } from '../release/fallen-cases.ts'
import { createSimulatedModel, demoFeature, demoVersion } from './demo-features.ts'
import { judgeModel, simulatedJudging } from './demo-judge.ts'
import { type CalibrateJudge, type LabelledAnswer, simulatedPerson } from './simulated-labels.ts'

/** Scores of the answers of one version to the cases of its gate. */
interface GateScores {
  name: string
  model: string
  rows: readonly Omit<ScoreRow, 'line'>[]
}

/** The gate of this very program, which control planes do not know: the command line hands it over. */
export interface DemoGate {
  decide(
    candidate: GateScores,
    baseline: GateScores,
  ): Promise<{ verdict: Verdict | null; exitCode: number; features: FeatureSummary[] }>
  calibrate: CalibrateJudge
}

interface Judged extends GateScores {
  judge: { id: string; model: string; mode: 'json_schema' | 'json_object' | 'text'; calls: number } | null
  generationUsd: number
  judgeUsd: number
  /** What a simulated person says of the answers, beside the judge. */
  labelled: Omit<LabelledAnswer, 'isCandidate'>[]
}

const cases = 100

/**
 * The report of the gate on a version: the simulated model answers the cases, the simulated judge reads the answers,
 * and the gate decides against the version before it.
 */
export async function demoReport(
  feature: string,
  label: string,
  { gate, at }: { gate: DemoGate; at: number },
): Promise<object> {
  const { versions, rubric } = demoFeature(feature)
  const before = versions[versions.findIndex((one) => one.label === label) - 1]
  if (!before) throw new Error(`${feature} has no version before ${label}`)
  const [candidate, baseline] = [await judgedCases(feature, label), await judgedCases(feature, before.label)]
  const { verdict, exitCode, features } = await gate.decide(candidate, baseline)
  const { judge, generationUsd, judgeUsd } = candidate
  const questions = rubricSchema.parse(rubric)
  const calibration =
    judge &&
    gate.calibrate({
      feature,
      judge: { id: judgeOfRubric(judge.id, questions), model: judge.model },
      rubric: questions,
      answers: [
        ...candidate.labelled.map((answer) => ({ ...answer, isCandidate: true })),
        ...baseline.labelled.map((answer) => ({ ...answer, isCandidate: false })),
      ],
    })
  const nameOf = (one: string) => ({
    id: demoVersion(feature, one).id,
    label: one,
    model: demoVersion(feature, one).model,
  })
  const usd = generationUsd + judgeUsd
  return {
    schema: 'sluice.report/1',
    runId: `simulated-${demoVersion(feature, label).id}`,
    startedAt: new Date(at).toISOString(),
    sluiceVersion: manifest.version,
    ...{ verdict, exitCode },
    features: features.map((summary) => ({
      ...summary,
      ...{ feature, candidate: nameOf(label), baseline: nameOf(before.label) },
      fallen: fallenCases(
        candidate.rows.map(({ id, score = null }, index) => {
          return { id, score, baselineScore: baseline.rows[index]?.score ?? null }
        }),
      ),
      judge: judge && { ...judge, flipRate: null, askedAgain: 0, calibration },
      cost: { ...summary.cost, usd, generationUsd, judgeUsd, usdPerAnswer: usd / cases },
    })),
  }
}

/** What the last night found of a version: fresh answers of it against those of its gate. */
export async function demoNight(
  feature: string,
  label: string,
  { gate, at }: { gate: DemoGate; at: number },
): Promise<PastNight | undefined> {
  const [fresh, kept] = [await judgedCases(feature, label, 1), await judgedCases(feature, label)]
  const { verdict, features } = await gate.decide(fresh, kept)
  const codes = features.flatMap(({ reasons }) => reasons.map(({ code }) => code))
  const score = features[0]?.score
  if (verdict === null || !score) return undefined
  const { mean, ciLow, ciHigh } = score
  const costUsd = fresh.generationUsd + fresh.judgeUsd
  return {
    at,
    version: demoVersion(feature, label).id,
    verdict,
    codes,
    score: { mean, ciLow, ciHigh },
    costUsd,
    unpricedCalls: 0,
  }
}

const known = new Map<string, Promise<Judged>>()

/** Each version is asked the same cases, and once; each `night` has answers of its own. */
function judgedCases(feature: string, label: string, night = 0): Promise<Judged> {
  const key = `${feature} ${label} ${night}`
  const judged = known.get(key) ?? judgeCases(feature, label, night)
  known.set(key, judged)
  return judged
}

async function judgeCases(feature: string, label: string, night: number): Promise<Judged> {
  const { rubric, versions } = demoFeature(feature)
  const { messages, model, strict } = demoVersion(feature, label)
  const loses = versions.find((one) => one.label === label)?.loses ?? 0
  const answer = createSimulatedModel(seededRandom(label.length + 100 * night).uniform)
  const draw = seededRandom(feature.length)
  const questions = rubricSchema.parse(rubric)
  const judging = simulatedJudging()
  const client = judging.clientOf({ budget: createBudget(undefined), book: async () => undefined })
  const ask = createDirectAsk(client, new AbortController().signal)
  const judge = createJudge({ model: judgeModel, parameters: {}, modes: judging.modes, ask })
  const person = simulatedPerson()
  let [generationUsd, judgeUsd] = [0, 0]
  const rows = []
  const labelled: Judged['labelled'] = []
  for (let index = 0; index < cases; index += 1) {
    const request = demoFeature(feature).request(draw.uniform)
    const { output = '', latencyMs = 0, costUsd = 0 } = answer(feature, { loses, errors: 0 }, request)
    const id = `case-${String(index + 1).padStart(3, '0')}`
    const subject = {
      case: { id, vars: request.input, checks: [], rubric: [], tags: [], weight: 1, critical: false, line: 1 },
      output,
    }
    const input = messages.map(({ role, content }) => ({
      role,
      content: fillTemplate(content, request.input, { strict }),
    }))
    const judgement =
      questions.length === 0
        ? undefined
        : await judge.score(subject, { rubric: questions, choices: [], strict, input, repeat: 1 })
    const held = request.needed.filter((line) => output.includes(line)).length / request.needed.length
    const score = judgement ? (caseScore([], judgement).score ?? 0) : held
    const verdicts = judgement?.items.map(({ id: item, verdict }): LabelledAnswer['items'][number] => ({
      ...{ item, person: person(item, output, request) },
      judge: verdict === 'yes' || verdict === 'no' ? verdict : 'cannot_tell',
    }))
    if (verdicts) labelled.push({ case: id, version: demoVersion(feature, label).id, output, items: verdicts })
    generationUsd += costUsd
    judgeUsd += judgement?.costUsd ?? 0
    rows.push({ id, repeat: 1, score, tags: [], weight: 1, critical: false, latencyMs, costUsd })
  }
  const asked = questions.length === 0 ? null : { id: judge.id, model: judgeModel, mode: judge.mode, calls: cases }
  return { name: label, model, rows, judge: asked, generationUsd, judgeUsd, labelled }
}
