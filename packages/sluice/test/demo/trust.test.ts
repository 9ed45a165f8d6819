import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'

const script = path.join(import.meta.dirname, '../../../../demo/run.ts')

test('the demo tells what a pass is worth: the judge is calibrated, a drill finds blind spots, what it proposes kills more, the plan holds', () => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'sluice-trust-test-'))
  const env = { ...process.env, NO_COLOR: '1', TMPDIR: scratch }
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, 'trust', '--small'], {
    encoding: 'utf8',
    env,
  })
  const left = readdirSync(scratch).filter((name) => name !== 'node-compile-cache')
  rmSync(scratch, { recursive: true })
  assert.equal(status, 0, `${stdout}\n${stderr}`)
  assert.deepEqual(left, [])
  const order = [
    /labels were written for this demo/,
    /judge is simulated/,
    /TOO FEW LABELS \(about \d+ more\)/,
    /MAY GATE: kappa 0\.\d+/,
    /What they do not see at all: hedge, language/,
    /[0-3] of 4 killed: \d+ %, 95 % interval/,
    /✗ language: /,
    /✗ prompts\/email-summary\.prompt\.yml:11 {2}Write English/,
    /\+ {2}- notMatches: /,
    /\+ {2}- id: language/,
    /[1-4] of 4 killed: \d+ %, 95 % interval/,
    /each item needs 10 labels: language has 0/,
    /MAY GATE/,
    /fails with 80 % probability/,
    /no drop +failed +\d+ of 50: .* 95 % interval/,
    /in every answer +failed +\d+ of 50: .* 95 % interval/,
    /in few answers +failed +\d+ of 50: .* 95 % interval/,
    /In short/,
  ]
  const lines = stdout.split('\n').length
  assert.ok(lines <= 72, `the story takes ${lines} lines`)
  let from = 0
  for (const expected of order) {
    const found = stdout.slice(from).search(expected)
    assert.notEqual(found, -1, `${expected} does not come after position ${from}:\n${stdout}`)
    from += found
  }
})
