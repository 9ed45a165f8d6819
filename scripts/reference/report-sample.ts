import type { Report } from '../../packages/sluice/src/records/report/report.ts'
import { calibrationSample } from './calibration-sample.ts'
import { liftSample } from './lift-sample.ts'

type Feature = Report['features'][number]
type Case = Feature['cases'][number]

const checks: Case['checks'] = [
  { name: 'maxWords 180', type: 'maxWords', score: 1, reason: '42 words, at most 180 wanted', weight: 1, must: false },
  {
    ...{ name: 'label', type: 'label', score: 1, reason: 'the output is "invoice"; "invoice" is expected', weight: 1 },
    must: false,
    measured: { kind: 'label', expected: 'invoice', got: 'invoice', labels: ['invoice', 'other'] },
  },
]

const panel = ['openai:gpt-5.4-mini-2026-03-17', 'anthropic:claude-haiku-5-5', 'google:gemini-3-flash']

const traceOf = (given: object): NonNullable<Case['trace']> => ({
  trajectory: {
    messages: [
      { role: 'user', text: 'Where is my order?', calls: [] },
      {
        ...{ role: 'assistant', text: null },
        calls: [
          {
            ...{ id: 'call-1', name: 'lookUp', arguments: given, unreadable: '{"order": 118' },
            ...{ result: null, error: 'no such order', durationMs: 12 },
          },
        ],
      },
    ],
  },
  ...{ retrieved: [{ id: 'returns-2', text: 'Returns are free for 30 days.' }], endState: { refunded: false } },
  unread: 'steps.0.toolCalls: expected array',
})
const judgedItem = (verdict: string, score: number, evidence: string, reasoning: string): Case['judge'][number] => ({
  ...{ id: 'actions', ask: 'Does the summary state every action item of the e-mail?', verdict, score },
  ...{ evidence, reasoning, evidenceFound: true, weight: 3, must: false },
  members: panel.map((model) => ({ model, verdict })),
})

const lostItem = judgedItem('no', 0, 'Invoice 1182 is open.', 'The date of payment is missing.')
const keptItem = judgedItem('yes', 1, 'Pay by Friday.', 'It names invoice and date.')
const unsupported = {
  ...{ claim: 'It is due on Monday.', verdict: 'unsupported' as const, source: null, document: null },
  ...{ quote: 'by Monday', reasoning: 'The e-mail names the day.', said: 'supported' as const },
}
const claimsItem: Case['judge'][number] = {
  ...judgedItem('no', 0, 'It is due on Monday.', '1 claim: 0 supported, 1 unsupported, 0 contradicted.'),
  ...{ id: 'claims', ask: 'Is every claim of the output supported by the variable email?' },
  ...{ claims: { list: [unsupported], dropped: 0, cut: false } },
}

const sampleCase: Case = {
  id: 'late-order-03',
  state: 'scored',
  score: 0.25,
  baselineScore: 1,
  tags: ['core'],
  weight: 1,
  critical: false,
  quarantine: { until: '2026-12-31', reason: 'the sender changes its format' },
  holdout: true,
  hash: '5d41402abc4b',
  repeats: 2,
  passed: { k: 0, n: 2 },
  checks,
  judge: [lostItem, claimsItem],
  error: null,
  input: 'Summarise this e-mail: Please pay invoice 1182 by Friday.',
  expected: 'Asks to pay invoice 1182 by Friday.',
  output: 'Invoice 1182 is open.',
  reasoning: '<think>The mail is about an invoice.</think>',
  trace: traceOf({ order: 1181 }),
  baselineOutput: 'Invoice 1182 is open. Pay by Friday.',
  baselineTrace: traceOf({ order: 1182 }),
  baselineChecks: checks,
  baselineJudge: [keptItem, claimsItem],
  answers: [
    {
      version: 'candidate',
      repeat: 1,
      state: 'scored',
      score: 0.25,
      output: 'Invoice 1182 is open.',
      error: null,
      notMet: [{ name: 'actions', outcome: 'no', reason: 'The date of payment is missing.' }],
    },
  ],
  latencyMs: 840,
  costUsd: 0.0011,
}

const night: NonNullable<Feature['nightly']> = {
  night: '2026-11-26',
  reference: '2026-11-01',
  last: '2026-11-25',
  drifts: [
    {
      ...{ part: 'provider', against: 'reference', since: '2026-11-01', cases: 40, meanDifference: -0.06 },
      ...{ ciLow: -0.09, ciHigh: -0.03, margin: 0.03, detectableDrop: 0.028, direction: 'down' },
      tags: [{ tag: 'core', meanDifference: -0.08 }],
    },
  ],
  suiteChange: { added: ['late-order-41'], removed: ['late-order-07'], edited: ['late-order-12'] },
  events: [{ code: 'provider-drift', message: 'The provider answers worse than on 2026-11-01.' }],
  outputs: { compared: 40, identical: 31, similarity: 0.93 },
  served: {
    generation: { models: ['claude-haiku-5-5'], fingerprints: ['fp_1a2b'] },
    judge: { models: ['gpt-5.4-mini-2026-03-17'], fingerprints: ['fp_3c4d'] },
  },
  trend: [
    {
      ...{ night: '2026-11-26', verdict: 'fail', mean: 0.84, ciLow: 0.8, ciHigh: 0.88 },
      ...{ threshold: 0.82, version: '0f3c9a7b21de' },
    },
  ],
}

const look = {
  ...{ repeats: 2, meanDifference: -0.11, se: 0.021, z: -3.81, passBound: 2.18, failBound: -2.18 },
  decision: 'fail' as const,
}

const feature: Feature = {
  feature: 'email-summary',
  verdict: 'fail',
  strength: 'strong',
  candidate: { id: '0f3c9a7b21de', label: '3.1', model: 'anthropic:claude-haiku-5-5', code: null },
  baseline: { id: '5b8e1c0d94fa', label: '3.0', model: 'anthropic:claude-haiku-5-5', code: null },
  asked: {
    candidate: {
      model: 'anthropic:claude-haiku-5-5',
      parameters: { maxTokens: 512 },
      messages: [{ role: 'user', content: 'Summarise this e-mail: {{email}}' }],
    },
    baseline: {
      model: 'anthropic:claude-haiku-5-5',
      parameters: { maxTokens: 512 },
      messages: [{ role: 'user', content: 'Summarise this e-mail with all action items: {{email}}' }],
    },
  },
  reasons: [
    {
      code: 'regression',
      message: 'The mean score changed by -0.110 over 40 cases: a drop beyond the margin of 0.03.',
      tag: 'core',
      case: 'late-order-03',
    },
  ],
  causes: [{ message: 'Recorded for another prompt.', version: 'candidate', cases: 1, ids: ['late-19'], stale: true }],
  decidingCase: 'late-order-03',
  notes: ['Answers of the baseline are from the store.'],
  advice: 'More repeats would not change the verdict.',
  nextSteps: [
    { kind: 'repeats', what: 'Ask every case 3 times more.', usd: 0.12, command: 'npx sluice gate --base origin/main' },
  ],
  confidence: 0.95,
  score: {
    ...{ mean: 0.81, se: 0.024, ciLow: 0.763, ciHigh: 0.857, std: 0.15, p10: 0.6, p50: 0.85, p90: 1 },
    ...{ threshold: 0.85, passRate: 0.925, caseThreshold: 0.6 },
  },
  coverage: {
    ...{ cases: 41, scored: 39, checkFailed: 1, modelError: 1, refused: 0, truncated: 0, noText: 0 },
    ...{
      judgeError: 0,
      checkError: 0,
      abstained: 0,
      budgetStopped: 0,
      mockMissing: 0,
      simulatorError: 0,
      answers: 82,
      answersScored: 80,
    },
  },
  comparison: {
    ...{ pairs: 40, baselineMean: 0.92, meanDifference: -0.11, se: 0.021, ciLow: -0.152, ciHigh: -0.068 },
    ...{ margin: 0.03, atLeast: -0.15, detectableDrop: 0.06, repeats: 2, regressed: ['late-order-03'] },
    ...{ improved: ['late-order-22'], verdict: 'fail' },
  },
  threshold: { value: 0.85, slack: 0.01, verdict: 'inconclusive', atLeast: 0.77 },
  looks: [look],
  thresholdLooks: [{ ...look, meanDifference: -0.04, se: 0.024, z: -1.25, decision: 'undecided' }],
  repeats: {
    passAt1: { value: 0.92, ciLow: 0.84, ciHigh: 0.97, cases: 39 },
    passK: { value: 0.88, ciLow: 0.78, ciHigh: 0.94, cases: 39, k: 2 },
  },
  tags: [{ tag: 'core', cases: 24, mean: 0.79, meanDifference: -0.13, ciLow: -0.19, ciHigh: -0.07, verdict: 'fail' }],
  holdout: {
    ...{ cases: 12, pairs: 12, leftOut: 0, meanDifference: -0.05, restMeanDifference: 0.02, gap: -0.07 },
    ...{ ciLow: -0.11, ciHigh: -0.03, outcome: 'disagrees' },
  },
  safety: [
    {
      ...{ tag: 'red-team', cases: 68, violations: 0, unknown: 0, upper: 0.0431, limit: 0.05, confidence: 0.95 },
      ...{ verdict: 'pass' as const, casesNeeded: 59 },
    },
  ],
  metrics: [
    {
      ...{ name: 'recall.invoice', check: 'label', cases: 40, missing: 0, value: 0.9, ciLow: 0.76, ciHigh: 0.96 },
      ...{ baseline: 0.95, difference: -0.05, differenceLow: -0.14, differenceHigh: 0.05, undefined: null },
      gate: { min: 0.8, margin: 0.05, verdict: 'inconclusive' },
    },
    {
      ...{ name: 'contradicted', check: 'claims', cases: 40, missing: 0, value: 0.01, ciLow: 0, ciHigh: 0.09 },
      ...{ baseline: 0, difference: 0.01, differenceLow: -0.01, differenceHigh: 0.03, undefined: null },
      gate: { min: null, max: 0.1, margin: null, verdict: 'pass' },
    },
  ],
  confusion: [
    {
      ...{ check: 'label', classes: ['invoice', 'other'] },
      rows: [
        { expected: 'invoice', got: [36, 3], unknown: 1 },
        { expected: 'other', got: [2, 18], unknown: 0 },
      ],
    },
  ],
  lift: liftSample,
  scorers: [
    {
      ...{ kind: 'item', name: 'actions', ask: 'Does the summary state every action item of the e-mail?', must: false },
      ...{ cases: 40, mean: 0.76, baselineMean: 0.9, meanDifference: -0.14, ciLow: -0.2, ciHigh: -0.08 },
      ...{ worse: 7, better: 1 },
    },
  ],
  judge: {
    ...{ id: 'j-4c1f0a', model: 'openai:gpt-5.4-mini-2026-03-17', mode: 'json_schema', calls: 160 },
    ...{ flipRate: 0.02, askedAgain: 50 },
    panel: {
      members: panel.map((model) => ({ model, failed: 0 })),
      ...{ answers: 160, split: 11 },
      items: [{ id: 'actions', judged: 160, split: 9 }],
    },
    cascade: {
      ...{ answers: 160, wentOn: 24, reasons: [{ code: 'near-flip', answers: 24 }], overruled: 9 },
      ...{ usd: 0.019, secondAloneUsd: 0.096 },
      audit: { drawn: 8, cases: 7, differing: 0, ciLow: 0, ciHigh: 0.41 },
    },
    calibration: calibrationSample,
  },
  cost: {
    ...{ usd: 0.18, generationUsd: 0.11, judgeUsd: 0.07, unpricedCalls: 0, usdPerAnswer: 0.0011 },
    ...{ inputTokens: 61_200, outputTokens: 9800 },
  },
  latency: { meanMs: 910, p50Ms: 840, p95Ms: 1900 },
  cache: { hits: 82, misses: 78, recorded: 0 },
  origins: [{ stage: 'generation', provider: 'anthropic', answers: 160, recorded: 0 }],
  nightly: night,
  cases: [sampleCase],
}

/** A report in which every key stands, so that the page has an example of each. */
export const reportSample: Report = {
  schema: 'sluice.report/1',
  runId: '7d0c6f4e-2f1b-4f5e-9c1a-0b7a54d1e0aa',
  startedAt: '2026-11-26T09:00:00.000Z',
  durationMs: 48_200,
  sluiceVersion: '0.1.0',
  command: 'gate',
  reproduce: 'sluice gate --base origin/main',
  git: {
    head: '1ecfd275763eff1d6b4844ea3168962458c9f27a',
    base: '2ecfd275763eff1d6b4844ea3168962458c9f27b',
    uncommitted: 1,
  },
  verdict: 'fail',
  exitCode: 1,
  notes: ['1 of 3 features is affected.'],
  findings: [
    {
      code: 'margin-raised',
      severity: 'warning',
      message: 'The change raises its own margin.',
      feature: 'email-summary',
      before: '0.03',
      after: '0.05',
    },
  ],
  measureChanges: [
    {
      ...{ kind: 'check', what: 'check contains "invoice 1182"', feature: 'email-summary', case: 'late-order-03' },
      ...{ cases: 1, before: 'weight 2', after: 'weight 1', weakening: true },
    },
  ],
  run: {
    ...{ featuresKnown: 3, featuresAffected: 1, featuresJudged: 1, cases: 41, casesAsked: 41, casesScored: 40 },
    ...{ answers: 164, answersScored: 160, calls: 238, failedCalls: 2, fromStore: 82, fromRecordings: 0 },
    ...{
      oldestStored: '2026-11-20T08:12:00.000Z',
      inputTokens: 61_200,
      outputTokens: 9800,
      usd: 0.18,
      unpricedCalls: 0,
    },
  },
  features: [feature],
}
