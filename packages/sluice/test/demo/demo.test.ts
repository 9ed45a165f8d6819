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
    /\$ sluice gate {3}exit code 1/,
    /FAIL: The mean score changed by -0\.\d+/,
    /✗ invoice-dispute-01 +the corrected invoice by Friday/,
    /\$ sluice gate {3}exit code 0/,
    /PASS: The mean is/,
    /applied by 3 of 3 instances in/,
    /✓ host-1 \d+ by version 1\.2 · .*host-3 \d+ by version 1\.2\n/,
    /\$ sluice rollback/,
    /applied by 3 of 3 instances in/,
    /✓ host-1 \d+ by version 1\.0 · .*host-3 \d+ by version 1\.0\n/,
    /the log is whole, 5 rows/,
    /6 {2}What the golden cases do not know/,
    /PASS: The mean is/,
    /ended .* by sluice: The canary is worse by the judged score/,
    /✗ E-value against the canary: \d\d/,
    /\d cases? added to evals\/email-summary\.fast\.yaml/,
    /\$ sluice gate {3}exit code 1/,
    /Critical case email-summary-automatically-transcript-\w+-1 scored/,
    /\$ sluice gate {3}exit code 0/,
    /PASS: The mean is/,
    /ended .* by sluice: The canary is not worse/,
    /✓ E-value against the canary/,
    /none failed/,
  ]
  const lines = stdout.split('\n').length
  assert.ok(lines <= 72, `the story takes ${lines} lines`)
  let from = 0
  for (const expected of order) {
    const found = stdout.slice(from).search(expected)
    assert.notEqual(found, -1, `${expected} does not come after position ${from}`)
    from += found
  }
})
