import { judgeOfRubric } from '../../../src/core/scorers/judge/judge-of-rubric.ts'
import type { Calibration } from '../../../src/records/report/calibration.ts'

export const rubric = [{ id: 'polite', ask: 'Is it polite?' }]
export const judge = { model: 'local:judge', parameters: {} }
const estimate = { value: 0.9, low: 0.8, high: 0.95 }
const measures = {
  ...{ labels: 60, cases: 60, tpr: estimate, tnr: estimate, exact: 0.95, kappa: estimate, qwk: estimate },
  confusion: { yes: { yes: 30, no: 0, cannotTell: 0 }, no: { yes: 0, no: 30, cannotTell: 0 } },
  ...{ whyNoKappa: null, verdict: 'may gate' as const, labelsNeeded: null, reason: 'kappa' },
}
const calibration: Calibration = {
  schema: 'sluice.judge-calibration/1',
  feature: 'f',
  judge: { id: judgeOfRubric('j1', rubric), model: judge.model },
  ...{ state: 'current', verdict: 'may gate', reason: 'kappa', labelsNeeded: null, confidence: 0.95 },
  rule: { minKappa: 0.6, minTpr: null, minTnr: null },
  ...{ all: measures, items: [], selfConsistency: null, verbosityBias: null, positionBias: null, versionBias: null },
  labellers: { people: 1, twice: 0, exact: null, kappa: null, why: 'one person' },
  ...{ corrected: null, isotonic: null },
  notCounted: { unclear: 0, conflicts: 0, ofModels: 0, sawJudge: 0, unknown: 0, notJudged: 0 },
}

/** What the report of a gate says of that judge. */
export const judgeReport = {
  id: 'j1',
  model: 'local:judge',
  mode: 'json_schema',
  flipRate: null,
  calls: 60,
  calibration,
}
