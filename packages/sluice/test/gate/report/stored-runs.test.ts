import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { readReport } from '../../../src/gate/report/report-file.ts'
import { storedRuns, storeRun } from '../../../src/gate/report/stored-runs.ts'
import { incidentCases, incidentReport } from '../../support/report/incident.ts'

test('the last 20 runs are kept, whole, the newest first', async () => {
  const root = mkdtempSync(path.join(tmpdir(), 'sluice-runs-'))
  try {
    const at = (minute: number) => new Date(Date.UTC(2026, 10, 12, 8, minute)).toISOString()
    const run = (index: number) => incidentReport({ runId: `run-${index}`, startedAt: at(index) })
    for (let index = 0; index < 23; index += 1) await storeRun(root, run(index), () => incidentCases)
    const runs = await storedRuns(root)
    assert.deepEqual(
      runs.map(({ runId }) => runId),
      Array.from({ length: 20 }, (_, index) => `run-${22 - index}`),
    )
    assert.equal(runs[0]?.startedAt, at(22))
    const report = await readReport(runs[0]?.file ?? '')
    assert.deepEqual(report.features[0]?.cases, JSON.parse(JSON.stringify(incidentCases)))
  } finally {
    rmSync(root, { recursive: true })
  }
})

test('a folder that cannot be used is an error of its place, and none yet is none', async () => {
  const root = mkdtempSync(path.join(tmpdir(), 'sluice-runs-'))
  try {
    assert.deepEqual(await storedRuns(root), [])
    writeFileSync(path.join(root, '.sluice'), '')
    await assert.rejects(
      storeRun(root, incidentReport(), () => []),
      /\.sluice.*the report cannot be written/,
    )
  } finally {
    rmSync(root, { recursive: true })
  }
})
