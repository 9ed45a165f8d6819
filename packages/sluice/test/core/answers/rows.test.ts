import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { openProjectDatabase } from '../../../src/core/answers/project-database.ts'
import { readSpending } from '../../../src/core/answers/spending.ts'
import { createIncidents } from '../../../src/core/notify/incidents.ts'
import { createHistory } from '../../../src/gate/nightly/history.ts'

test('a row of any table that is damaged is an error with file, table and way out', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'sluice-rows-'))
  const database = openProjectDatabase(root)
  database.exec(`
    INSERT INTO nights VALUES ('f', '2026-11-01', '{"kind":"night"}');
    INSERT INTO sentinels VALUES ('f', 'v', 'j', 'c', 'no json');
    INSERT INTO incidents VALUES ('f', '[]');
    INSERT INTO disabled_channels VALUES ('slack', x'00');
    INSERT INTO spending VALUES ('2026-11-01', 'gate', 'f', 'a:b', 'judge', 'many', 0, 0.5)`)
  const history = createHistory(database)
  const incidents = createIncidents(database)
  const reads: Record<string, () => unknown> = {
    nights: () => history.before('f', '2026-12-01', 5),
    sentinels: () => history.sentinels('f', 'v', 'j'),
    incidents: () => incidents.get('f'),
    disabled_channels: () => incidents.disabledSince('slack'),
    spending: () => readSpending(database),
  }
  for (const [table, read] of Object.entries(reads)) {
    const message = new RegExp(`sluice\\.db cannot be used: a row of its table ${table} is damaged .*Put a copy`)
    assert.throws(read, { code: 'cannot-run', message }, table)
  }
  database.close()
  rmSync(root, { recursive: true })
})
