import { openProjectDatabase } from '../../src/core/answers/project-database.ts'
import { createHistory } from '../../src/gate/nightly/history.ts'
import type { NightRecord } from '../../src/gate/nightly/night-record.ts'
import { storeRun } from '../../src/gate/report/stored-runs.ts'
import type { FeatureSummary } from '../../src/records/report/feature-report.ts'
import type { ReportSummary } from '../../src/records/report/report.ts'
import { caseReport, incidentFeature, incidentReport } from './report/incident.ts'

const nothingServed = { models: [], fingerprints: [] }

/** The night of a day of November 2026. */
export function nightOn(day: number, overrides: Partial<NightRecord> = {}): NightRecord {
  const night = `2026-11-${String(day).padStart(2, '0')}`
  return {
    schema: 'sluice.nightly/1',
    kind: 'night',
    feature: 'email-summary',
    night,
    startedAt: `${night}T02:00:00.000Z`,
    version: 'aaaaaaaaaaaa',
    model: 'openai:gpt-5-mini',
    judge: { id: 'judge-1', model: 'openai:gpt-5' },
    suite: 'full',
    verdict: 'pass',
    exitCode: 0,
    reasons: [],
    score: { mean: 0.9, ciLow: 0.87, ciHigh: 0.93, threshold: 0.82 },
    costUsd: 0.4,
    unpricedCalls: 0,
    served: { generation: nothingServed, judge: nothingServed },
    cases: [nightCase('one'), nightCase('two')],
    ...overrides,
  }
}

export function nightCase(id: string, hash = `hash of ${id}`): NightRecord['cases'][number] {
  return { id, hash, fresh: [0.9], frozen: [], frozenOf: null, similarity: null }
}

/** Stores nights as sluice nightly does. */
export function storeNights(root: string, nights: readonly NightRecord[]): void {
  const database = openProjectDatabase(root)
  const history = createHistory(database)
  for (const night of nights) history.save(night, [])
  database.close()
}

/** Stores a run of one feature as sluice gate does. */
export async function storeFeature(
  root: string,
  run: Partial<ReportSummary>,
  feature: Partial<FeatureSummary>,
  ids = ['one', 'two'],
): Promise<void> {
  const report = incidentReport({ ...run, features: [incidentFeature(feature)] })
  await storeRun(root, report, () => ids.map((id) => caseReport({ id })))
}
