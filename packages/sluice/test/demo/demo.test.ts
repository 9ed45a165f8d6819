import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'

const script = path.join(import.meta.dirname, '../../../../demo/run.ts')

test('the demo tells the incident: shape tests pass, the gate fails, the fixed prompt is released, a canary finds what the suite lacks', () => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'sluice-demo-test-'))
  const env = { ...process.env, NO_COLOR: '1', TMPDIR: scratch }
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8', env })
  const left = readdirSync(scratch).filter((name) => name !== 'node-compile-cache')
  rmSync(scratch, { recursive: true })
  assert.equal(status, 0, stderr)
  assert.deepEqual(left, [])
  const order = [
    /52 of 52/,
    /FAIL {2}email-summary/,
    /exit code 1/,
    /✗ invoice-dispute-01 +the corrected invoice by Friday/,
    /PASS {2}email-summary/,
    /exit code 0/,
    /With the gate's pass/,
    /applied by 3 of 3 instances in/,
    /✓ host-3 +\d+ by version 1\.2\n/,
    /\$ sluice rollback/,
    /applied by 3 of 3 instances in/,
    /✓ host-3 +\d+ by version 1\.0\n/,
    /the log is whole, 5 rows/,
    /6 {2}What the golden cases do not know/,
    /PASS {2}email-summary/,
    /rollout r-\w+, rolled back\n/,
    /by sluice: The canary is worse by the judged score/,
    /canary +\d+ requests of \d+ users in all stages, \d+ judged/,
    /✗ E-value against the canary: \d\d/,
    /\d cases? added to evals\/email-summary\.fast\.yaml/,
    /FAIL {2}email-summary/,
    /Critical case email-summary-automatically-transcript-\w+-1 scored/,
    /exit code 1/,
    /PASS {2}email-summary/,
    /exit code 0/,
    /rollout r-\w+, promoted, proven\n/,
    /10 %, then 50 %, then all/,
    /✓ E-value against the canary/,
    /none failed/,
  ]
  let from = 0
  for (const expected of order) {
    const found = stdout.slice(from).search(expected)
    assert.notEqual(found, -1, `${expected} does not come after position ${from}`)
    from += found
  }
})
