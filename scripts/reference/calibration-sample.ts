import type { Calibration } from '../../packages/sluice/src/records/report/calibration.ts'

type Measures = Calibration['items'][number]

const actions: Measures = {
  ...{ item: 'actions', labels: 60, cases: 40, exact: 0.93 },
  confusion: { yes: { yes: 38, no: 1, cannotTell: 1 }, no: { yes: 2, no: 18, cannotTell: 0 } },
  tpr: { value: 0.95, low: 0.83, high: 0.99 },
  tnr: { value: 0.9, low: 0.68, high: 0.99 },
  kappa: { value: 0.85, low: 0.68, high: 0.95 },
  qwk: { value: 0.86, low: 0.69, high: 0.95 },
  whyNoKappa: null,
  verdict: 'may gate',
  labelsNeeded: null,
  reason: 'kappa 0.850 [0.680, 0.950] is at least 0.6',
}

const polite: Measures = {
  ...actions,
  ...{ item: 'polite', labels: 12, cases: 12, exact: 1 },
  confusion: { yes: { yes: 12, no: 0, cannotTell: 0 }, no: { yes: 0, no: 0, cannotTell: 0 } },
  ...{ kappa: null, qwk: null, tnr: null },
  whyNoKappa: 'people said yes of everything, so there is nothing to tell apart: label outputs that seem bad',
  ...{ verdict: 'too few labels', labelsNeeded: 10 },
  reason: 'people said yes of everything, so there is nothing to tell apart: label outputs that seem bad',
}

const { item: _, ...all } = actions

/** A calibration in which every key stands. */
export const calibrationSample: Calibration = {
  schema: 'sluice.judge-calibration/1',
  feature: 'email-summary',
  judge: { id: '4c1f0a9b22d7', model: 'openai:gpt-5.4-mini-2026-03-17' },
  ...{ state: 'current', verdict: 'too few labels', labelsNeeded: 10 },
  reason: 'each item needs 10 labels: tone has 0',
  rule: { minKappa: 0.6, minTpr: 0.8, minTnr: 0.6 },
  confidence: 0.95,
  all,
  items: [actions, polite],
  labellers: {
    ...{ people: 2, twice: 20, exact: 0.95 },
    kappa: { value: 0.88, low: 0.66, high: 1 },
    why: 'one person labelled; a second one on some of the same outputs would tell',
  },
  selfConsistency: { outputs: 60, same: 0.97, flips: { value: 0.02, low: 0.005, high: 0.04 } },
  verbosityBias: { difference: 0.02, low: -0.06, high: 0.1, medianLength: 412 },
  positionBias: null,
  versionBias: { difference: 0.01, low: -0.07, high: 0.09, limit: 0.015, state: 'open' },
  corrected: {
    ...{ raw: 0.81, answers: 80 },
    ppi: { value: 0.79, low: 0.7, high: 0.88 },
    roganGladen: { value: 0.8, low: 0.68, high: 0.92 },
    why: 'by Rogan and Gladen: the judge is hardly better than chance',
  },
  isotonic: [
    { judge: 0, people: 0.1 },
    { judge: 1, people: 0.95 },
  ],
  notCounted: { unclear: 3, conflicts: 1, ofModels: 40, sawJudge: 2, unknown: 0, notJudged: 0, outdated: 2 },
}
