import type { CaseReport } from '../../../src/records/report/case-report.ts'
import type { FeatureSummary } from '../../../src/records/report/feature-report.ts'
import type { ReportSummary } from '../../../src/records/report/report.ts'

/** A case as a gate without trouble leaves it; override what matters. */
export function caseReport(overrides: Partial<CaseReport> = {}): CaseReport {
  return {
    id: 'plain-01',
    state: 'scored',
    score: 1,
    baselineScore: 1,
    tags: ['core'],
    weight: 1,
    repeats: 1,
    passed: { k: 1, n: 1 },
    checks: [{ name: 'maxWords', type: 'maxWords', score: 1, reason: '84 of at most 180 words' }],
    judge: [{ id: 'actions', verdict: 'yes', evidence: 'by Friday', reasoning: 'Both action items are there.' }],
    error: null,
    output: 'Anna asks for the invoice by Friday.',
    latencyMs: 812,
    costUsd: 0.0011,
    ...overrides,
  }
}

const lostAction = (id: string, what: string, overrides: Partial<CaseReport> = {}) =>
  caseReport({
    id,
    score: 0,
    passed: { k: 0, n: 2 },
    repeats: 2,
    tags: ['core', 'actions'],
    input: `Hi team, thanks for yesterday. Two things: please ${what}, and book the room for the review. Best, Anna`,
    judge: [
      { id: 'actions', verdict: 'no', evidence: '', reasoning: `The summary does not say to ${what}.`, must: true },
      { id: 'faithful', verdict: 'yes', evidence: 'yesterday', reasoning: 'All claims are supported.' },
    ],
    baselineJudge: [{ id: 'actions', verdict: 'yes', evidence: what, reasoning: 'Both are listed.', must: true }],
    baselineOutput: `Anna thanks the team for yesterday.\n\nAction items:\n- ${what}\n- book the room for the review`,
    output: 'Anna thanks the team for yesterday.\n\nShe is looking forward to the review.',
    ...overrides,
  })

/** The incident: a new model whose summaries silently omit the action items. */
export const incidentCases: CaseReport[] = [
  lostAction('late-order-03', 'send invoice 1182 to Mr Okafor by Friday', { critical: true, weight: 2 }),
  lostAction('contract-07', 'return the signed contract before 3 May'),
  lostAction('minutes-02', 'circulate the minutes'),
  lostAction('hiring-05', 'invite both candidates for Tuesday'),
  lostAction('refund-01', 'tell the customer that the refund was refused', { passed: { k: 1, n: 2 }, score: 0.5 }),
  lostAction('travel-04', 'cancel the hotel in Lyon', { passed: { k: 1, n: 2 }, score: 0.5 }),
  caseReport({ id: 'long-11', score: 0.875, baselineScore: 0.75, tags: ['long'] }),
  caseReport({ id: 'empty-01', tags: ['edge'], score: 1, baselineScore: 1 }),
  caseReport({
    id: 'attachment-02',
    state: 'modelError',
    score: null,
    passed: null,
    tags: ['edge'],
    checks: [],
    judge: [],
    output: null,
    error: 'anthropic: 529 overloaded after 5 attempts',
    latencyMs: null,
    costUsd: null,
  }),
  ...Array.from({ length: 31 }, (_, index) => caseReport({ id: `plain-${String(index + 1).padStart(2, '0')}` })),
]

export function incidentFeature(overrides: Partial<FeatureSummary> = {}): FeatureSummary {
  return {
    feature: 'email-summary',
    verdict: 'fail',
    strength: 'strong',
    candidate: { id: '4be1c09d77a2', label: '3.1', model: 'anthropic:claude-haiku-4-5-20251001' },
    baseline: { id: '9f2c4b7d1e0a', label: '3.0', model: 'anthropic:claude-3-5-haiku-20241022' },
    reasons: [
      {
        code: 'regression',
        message: 'The mean dropped by 0.121, which is more than the margin of 0.030.',
        tag: null,
        case: null,
      },
      {
        code: 'tag-regression',
        message: 'The tag actions dropped by 0.833, which is more than its margin of 0.100.',
        tag: 'actions',
        case: null,
      },
      {
        code: 'critical-case',
        message: 'The critical case late-order-03 failed in 2 of 2 repeats.',
        tag: null,
        case: 'late-order-03',
      },
    ],
    notes: ['The judge was never calibrated against human labels: its errors are not part of the intervals.'],
    advice: 'More cases would help more than more repeats: 80 % of the uncertainty is between the cases.',
    confidence: 0.95,
    score: {
      mean: 0.856,
      se: 0.021,
      ciLow: 0.814,
      ciHigh: 0.898,
      std: 0.31,
      p10: 0.5,
      p50: 1,
      p90: 1,
      threshold: 0.85,
      passRate: 0.8462,
      caseThreshold: 0.6,
    },
    coverage: {
      cases: 40,
      scored: 39,
      checkFailed: 0,
      modelError: 1,
      refused: 0,
      truncated: 0,
      noText: 0,
      judgeError: 0,
      checkError: 0,
      abstained: 0,
      budgetStopped: 0,
      mockMissing: 0,
      simulatorError: 0,
    },
    comparison: {
      pairs: 39,
      baselineMean: 0.977,
      meanDifference: -0.121,
      se: 0.018,
      ciLow: -0.156,
      ciHigh: -0.086,
      margin: 0.03,
      detectableDrop: 0.058,
      repeats: 2,
      regressed: ['late-order-03', 'contract-07', 'minutes-02', 'hiring-05', 'refund-01', 'travel-04'],
      improved: ['long-11'],
      verdict: 'fail',
    },
    threshold: { value: 0.85, slack: 0.01, verdict: 'inconclusive' },
    looks: [
      {
        repeats: 1,
        meanDifference: -0.09,
        se: 0.041,
        z: -1.46,
        passBound: 2.34,
        failBound: -2.59,
        decision: 'undecided',
      },
      { repeats: 2, meanDifference: -0.121, se: 0.018, z: -5.06, passBound: 2.29, failBound: -2.56, decision: 'fail' },
    ],
    repeats: {
      passAt1: { value: 0.859, ciLow: 0.801, ciHigh: 0.917, cases: 39 },
      passK: { k: 2, value: 0.8462, ciLow: 0.78, ciHigh: 0.91, cases: 38 },
    },
    tags: [
      { tag: 'actions', cases: 6, mean: 0.167, meanDifference: -0.833, ciLow: -0.97, ciHigh: -0.7, verdict: 'fail' },
      { tag: 'core', cases: 37, mean: 0.86, meanDifference: -0.13, ciLow: -0.16, ciHigh: -0.1, verdict: 'fail' },
      { tag: 'edge', cases: 2, mean: 1, meanDifference: 0, ciLow: null, ciHigh: null, verdict: null },
    ],
    judge: {
      id: 'c51d0a9be7f3',
      model: 'anthropic:claude-haiku-4-5-20251001',
      calls: 158,
      flipRate: 0.026,
      askedAgain: 76,
      calibration: null,
    },
    cost: {
      usd: 0.1843,
      generationUsd: 0.062,
      judgeUsd: 0.1223,
      unpricedCalls: 3,
      inputTokens: 184_200,
      outputTokens: 22_910,
    },
    latency: { meanMs: 1043, p50Ms: 912, p95Ms: 2310 },
    cache: { hits: 78, misses: 239 },
    ...overrides,
  }
}

export function incidentReport(overrides: Partial<ReportSummary> = {}): ReportSummary {
  return {
    schema: 'sluice.report/1',
    runId: '01JC3Q6V4T',
    startedAt: '2026-11-12T08:15:30.000Z',
    durationMs: 41_230,
    sluiceVersion: '0.1.0',
    command: 'gate',
    reproduce: 'npx sluice gate --base origin/main',
    git: { head: '3f7a2c1d9b8e4f5a6c7d8e9f0a1b2c3d4e5f6a7b', base: 'a1b2c3d4e5f60718293a4b5c6d7e8f9012345678' },
    verdict: 'fail',
    exitCode: 1,
    notes: [],
    findings: [],
    measureChanges: [],
    run: {
      featuresKnown: 3,
      featuresAffected: 1,
      featuresJudged: 1,
      cases: 40,
      casesAsked: 40,
      casesScored: 39,
      answers: 160,
      answersScored: 156,
      calls: 239,
      failedCalls: 0,
      fromStore: 78,
      fromRecordings: 0,
      oldestStored: '2026-11-01T06:00:00.000Z',
      inputTokens: 184_200,
      outputTokens: 22_910,
      usd: 0.184,
      unpricedCalls: 3,
    },
    features: [incidentFeature()],
    ...overrides,
  }
}

/** A feature that passed, with a judge and without trouble. */
export function passedFeature(overrides: Partial<FeatureSummary> = {}): FeatureSummary {
  const { score, comparison, threshold } = incidentFeature()
  return incidentFeature({
    verdict: 'pass',
    reasons: [],
    score: { ...score, mean: 0.981, ciLow: 0.967, ciHigh: 0.995 },
    comparison: comparison && {
      ...comparison,
      meanDifference: 0.004,
      ciLow: -0.011,
      ciHigh: 0.019,
      verdict: 'pass',
      regressed: [],
      improved: [],
    },
    threshold: threshold && { ...threshold, verdict: 'pass' },
    tags: [],
    looks: [],
    notes: [],
    ...overrides,
  })
}
