import type { Assessment } from '../../../src/control/rollout/assessment/assessment.ts'
import type { EngineState } from '../../../src/control/server/engine-state.ts'
import { versionId } from '../../../src/core/suite/prompt/version.ts'
import type { TestPlane } from './control-plane.ts'

/** A version as it is published, with a report that says all that the gate can say. */
export function publication({
  feature,
  label,
  text,
  startedAt,
  verdict = 'pass',
  mean = 0.91,
  judgeId = 'judge-1',
}: {
  feature: string
  label: string
  text: string
  startedAt: string
  verdict?: 'pass' | 'fail' | 'inconclusive'
  mean?: number
  judgeId?: string
}) {
  const content = {
    messages: [
      { role: 'system' as const, content: 'You sum up mails for people in a hurry. Never invent a date.' },
      { role: 'user' as const, content: text },
    ],
    model: 'openai:gpt-4.1-2025-04-14',
    parameters: { temperature: 0.2, maxTokens: 300 },
    format: { type: 'text' as const },
  }
  const id = versionId(content)
  const report = {
    schema: 'sluice.report/1',
    runId: `run-${label}`,
    startedAt,
    sluiceVersion: '0.1.0',
    verdict,
    exitCode: verdict === 'pass' ? 0 : 1,
    features: [reportOf({ feature, id, label, verdict, mean, judgeId })],
  }
  const judged = {
    rubric: [{ id: 'facts', ask: 'Is every date in the summary also in the mail?' }],
    judge: { model: 'anthropic:claude-sonnet-4-5', parameters: {} },
    live: { store: true, judge: { percent: 10, budgetUsdPerDay: 2 } },
  }
  const source = `commit of ${label}`
  return { id, body: { content: { id, label, ...content, strict: true }, report, source, ...judged } }
}

/** What a report says of one feature, in all its parts. */
export function reportOf({
  feature,
  id,
  label,
  verdict,
  mean,
  judgeId = 'judge-1',
}: {
  feature: string
  id: string
  label: string
  verdict: string
  mean: number
  judgeId?: string
}) {
  const model = 'openai:gpt-4.1-2025-04-14'
  return {
    ...{ feature, verdict, strength: 'strong', confidence: 0.95, advice: null, threshold: null, cases: [] },
    fallen: [{ case: 'case-7', baselineScore: 0.95, score: 0.4 }],
    candidate: { id, label, model },
    baseline: { id: '0123456789ab', label: 'before', model },
    reasons: [{ code: 'regression', message: `The candidate ${label} scores ${mean}.`, tag: null, case: null }],
    notes: ['The suite has 40 cases.'],
    score: {
      ...{ mean, se: 0.01, ciLow: mean - 0.02, ciHigh: mean + 0.02, std: 0.1, p10: 0.7, p50: 0.9, p90: 1 },
      ...{ threshold: null, passRate: null, caseThreshold: null },
    },
    coverage: {
      ...{ cases: 40, scored: 38, checkFailed: 1, modelError: 1, judgeError: 0, checkError: 0, abstained: 0 },
      budgetStopped: 0,
    },
    comparison: {
      ...{
        pairs: 38,
        baselineMean: 0.9,
        meanDifference: mean - 0.9,
        se: 0.01,
        ciLow: mean - 0.93,
        ciHigh: mean - 0.87,
      },
      ...{ margin: 0.03, detectableDrop: 0.04, repeats: 3, regressed: ['case-7'], improved: [], verdict },
    },
    judge: { id: judgeId, model: 'anthropic:claude-sonnet-4-5', calls: 120, flipRate: 0.04, calibration: null },
    cost: {
      ...{ usd: 0.42, generationUsd: 0.1, judgeUsd: 0.32, unpricedCalls: 2, usdPerAnswer: 0.0035 },
      ...{ inputTokens: 90_000, outputTokens: 8000 },
    },
    latency: { meanMs: 1240, p50Ms: 1100, p95Ms: 2900 },
  }
}

/** Publishes a version with its report, and returns its id. */
export async function publishDescribed(plane: TestPlane, told: Parameters<typeof publication>[0]): Promise<string> {
  const { id, body } = publication(told)
  await plane.ask(`POST /v1/features/${told.feature}/versions`, { as: 'ci', body })
  return id
}

const arm = (score: number, errors: number) => ({
  ...{ requests: 4000, users: 900, judged: 120, meanScore: score, errorRate: errors, refusalRate: 0, invalidRate: 0 },
  ...{ slowRate: 0.04, meanCostUsd: 0.0021, meanLatencyMs: 1300, meanFeedback: null },
})
const mean = (value: number) => ({ value, low: value - 0.02, high: value + 0.02, count: 120 })

/** What the engine says of every rollout and feature, though none was played. */
export const describedEngine: EngineState = {
  assessment: async () =>
    ({
      words: 'The canary is worse.',
      alerts: [],
      soak: { stage: 0, soakedMs: 0, counting: true, heardAt: 0 },
      places: { instance: [], address: [] },
      incumbent: arm(0.91, 0.004),
      canary: arm(0.84, 0.021),
      signals: [],
      figures: {
        signals: [
          {
            ...{ signal: 'score', incumbent: mean(0.91), canary: mean(0.84), margin: 0.03, against: 7, proof: null },
            difference: { value: -0.07, low: -0.11, high: -0.03 },
            highest: { eValue: 9, at: 0 },
          },
        ],
        against: { eValue: 7, highest: { eValue: 9, at: 0 }, needed: 20 },
        ...{ missing: [], nextStepAt: null, patienceEndsAt: null },
        users: { incumbent: 900, canary: 90 },
        judged: { incumbent: { users: 90, answers: 120 }, canary: { users: 80, answers: 120 } },
      },
    }) as unknown as Assessment,
  drift: async () => ({
    ...{ version: 'a', since: 0, judgeId: 'judge-1', servedModels: ['gpt-4.1-2025-04-14'], fingerprints: [] },
    signals: [],
    events: [{ code: 'score', at: Date.UTC(2026, 10, 21, 3), seq: 1, words: 'the score fell from 0.910 to 0.850' }],
  }),
  nights: (_, limit) =>
    [22, 23, 24].slice(-limit).map((day) => ({
      ...{ at: Date.UTC(2026, 10, day, 2), version: 'a1b2c3d4e5f6a7b8', costUsd: 0.25, unpricedCalls: 0 },
      ...(day === 24 ? { codes: ['provider-drift'], verdict: 'fail' } : { codes: [], verdict: 'pass' }),
      score: day === 24 ? { mean: 0.81, ciLow: 0.77, ciHigh: 0.85 } : { mean: 0.91, ciLow: 0.88, ciHigh: 0.94 },
    })),
}

/**
 * A feature with five versions, one every `everyMs`: one was rolled back, a canary too, and another one runs. Returns their
 * ids, the oldest first.
 */
export async function describedFeature(
  plane: TestPlane,
  { feature = 'email-summary', everyMs = 1_200_000 } = {},
): Promise<string[]> {
  const texts = [
    'Sum up: {{email}}',
    'Sum up in two sentences: {{email}}',
    'Sum up the mail in one sentence: {{email}}',
  ]
  const told = ['1.0', '1.1', '1.2', '1.3', '1.4'].map((label, index) => ({
    ...{ feature, label, text: `${texts[index % 3]} ${index > 2 ? 'Answer in English.' : ''}` },
    startedAt: new Date(plane.clock.now() + index * everyMs).toISOString(),
    verdict: index === 3 ? ('inconclusive' as const) : ('pass' as const),
    mean: 0.88 + index * 0.01,
  }))
  const ids: string[] = []
  const pass = () => plane.clock.advance(everyMs)
  const act = (method: string, path: string, body: object) =>
    plane.ask(`${method} /v1/features/${feature}${path}`, { as: 'operator', body })
  for (const [index, one] of told.entries()) {
    const version = await publishDescribed(plane, one)
    ids.push(version)
    if (index < 2) await act('PUT', '/active', { version, reason: 'it passed the gate' })
    if (index === 2) {
      await act('PUT', '/active', { version, reason: 'hurry' })
      plane.clock.advance(everyMs / 4)
      await act('POST', '/rollback', { reason: 'dates are wrong' })
    }
    if (index === 3) {
      await act('POST', '/rollouts', { version, override: { reason: 'asked for by sales' } })
      plane.clock.advance(everyMs / 3)
      await act('POST', '/rollback', { reason: 'complaints about its length' })
    }
    if (index === 4) await act('POST', '/rollouts', { version })
    pass()
  }
  return ids
}
