import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { openProjectDatabase } from '../../../src/core/answers/project-database.ts'
import { readSpending } from '../../../src/core/answers/spending.ts'
import { createIncidents } from '../../../src/core/notify/incidents.ts'
import { createHistory, openNights } from '../../../src/gate/nightly/history.ts'
import { answerPrice } from '../../../src/gate/plan/answer-price.ts'
import type { KeptRun } from '../../../src/gate/plan/kept-run.ts'
import { createScoreTable } from '../../../src/gate/run/score-table.ts'
import { incidentFeature } from '../../support/report/incident.ts'
import { nightOn } from '../../support/stored-history.ts'

const judgedItem = { id: 'i', verdict: 'yes', evidence: '', reasoning: '', evidenceFound: true, weight: 1, must: false }
const judgedRun: KeptRun = {
  ...{ runId: 'r', startedAt: '2026-11-01T00:00:00.000Z', table: createScoreTable(), hasBaseline: false },
  feature: { ...incidentFeature({ feature: 'f' }), cases: [] },
  rows: [
    {
      position: 0,
      role: 'candidate',
      repeat: 1,
      detail: { state: 'scored', score: 1, checks: [], judge: [judgedItem] },
    },
  ],
}

test('a row of any table that is damaged is an error with file, table and way out', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'sluice-rows-'))
  const database = openProjectDatabase(root)
  database.exec(`
    INSERT INTO nights VALUES ('f', '2026-11-01', '{"kind":"night"}');
    INSERT INTO sentinels VALUES ('f', 'v', 'j', 'c', 'no json');
    INSERT INTO incidents VALUES ('f', '[]');
    INSERT INTO disabled_channels VALUES ('slack', x'00');
    INSERT INTO nights VALUES ('cut', '2026-11-01', '{"kind":"nig'), ('cut', '2026-11-02', '{"kind":"nig');
    INSERT INTO answers VALUES ('k', '${judgedRun.feature.judge?.model ?? ''}', 'judge', 'f', 1, NULL, '{"latencyMs":');
    INSERT INTO spending VALUES ('2026-11-01', 'gate', 'f', 'a:b', 'judge', 'many', 0, 0.5)`)
  const history = createHistory(database)
  const shown = openNights(root)
  const incidents = createIncidents(database)
  const reads: Record<string, () => unknown> = {
    nights: () => history.before('f', '2026-12-01', 5),
    'nights ': () => shown.nightsOf('f', 5),
    'nights  ': () => shown.nightsOf('cut', 5),
    'nights   ': () => history.save(nightOn(3, { feature: 'cut' }), []),
    answers: () => answerPrice(judgedRun, database),
    sentinels: () => history.sentinels('f', 'v', 'j'),
    incidents: () => incidents.get('f'),
    disabled_channels: () => incidents.disabledSince('slack'),
    spending: () => readSpending(database),
  }
  for (const [table, read] of Object.entries(reads)) {
    const message = new RegExp(`sluice\\.db cannot be used: a row of its table ${table.trim()} is damaged .*Put a copy`)
    assert.throws(read, { code: 'cannot-run', message }, table)
  }
  shown.close()
  database.close()
  rmSync(root, { recursive: true })
})
