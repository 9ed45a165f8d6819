import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'

const root = path.join(import.meta.dirname, '../../../..')
const reference = path.join(root, '../shared/reference/stats-vectors.json')
const skip = existsSync(reference) ? false : 'the reference vectors are not here (../shared/reference)'
const canary = 'betScore,betCostRatio,flagRatio,combineE,mergeLogWealth,clusterAsympCS,srm,bernoulliCS,eBH,driftSR'
const judge = 'ppiMean,roganGladen,agreement,isotonic'
const gate = 'special,gsBounds,pairedLook,gateSequential,holm,criticalSprt,mdePower'
const folder = mkdtempSync(path.join(tmpdir(), 'sluice-vectors-'))
after(() => rmSync(folder, { recursive: true }))

function check(...args: string[]): { status: number | null; lines: string[]; stderr: string } {
  const script = path.join(root, 'scripts/vectors/vectors.ts')
  const run = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' })
  return { status: run.status, lines: run.stdout.trim().split('\n'), stderr: run.stderr }
}

function vectorsFile(procedures: unknown): string {
  const file = path.join(folder, `${Math.random()}.json`)
  writeFileSync(file, JSON.stringify({ procedures }))
  return file
}

for (const [user, names] of Object.entries({ gate, canary, judge })) {
  test(`the vectors of an independent implementation hold for every procedure of the ${user}`, { skip }, () => {
    const { status, lines } = check(reference, '--only', names)
    const all = JSON.parse(readFileSync(reference, 'utf8')).procedures as Record<string, unknown[]>
    const count = names.split(',').reduce((sum, name) => sum + (all[name]?.length ?? 0), 0)
    assert.deepEqual(lines, [`${count} passed, 0 failed`])
    assert.equal(status, 0)
  })
}

test('a wrong number, verdict, length or missing key is a failure with its id', () => {
  const file = vectorsFile({
    holm: [
      { id: 'right', tol: 1e-9, input: { p: [0.01, 0.04] }, expected: { adjusted: [0.02, 0.04] } },
      { id: 'number', tol: 1e-9, input: { p: [0.01, 0.04] }, expected: { adjusted: [0.02, 0.041] } },
      { id: 'length', tol: 1e-9, input: { p: [0.01] }, expected: { adjusted: [] } },
      { id: 'key', tol: 1e-9, input: { p: [0.01] }, expected: { rejected: 1 } },
    ],
    criticalSprt: [
      {
        id: 'verdict',
        tol: 1e-9,
        input: { failFlags: [1, 1], p0: 0.05, p1: 0.4, alpha: 0.05, beta: 0.1 },
        expected: { decision: 'pass' },
      },
    ],
  })
  const { status, lines } = check(file)
  assert.deepEqual(lines, [
    'number: adjusted.1: 0.04, expected 0.041',
    'length: adjusted: [0.01], expected []',
    'key: rejected: undefined, expected 1',
    'verdict: decision: "fail", expected "pass"',
    '1 passed, 4 failed',
  ])
  assert.equal(status, 1)
})

test('a relative tolerance is relative also below 1', () => {
  const vector = { id: 'tail', tol: 1e-6, input: { fn: 'normCdf', args: [-10] }, expected: { value: 7.7e-24 } }
  assert.equal(check(vectorsFile({ special: [vector] })).status, 0)
  assert.equal(check(vectorsFile({ special: [{ ...vector, note: 'relative tolerance' }] })).status, 1)
})

test('a procedure that does not exist fails, unless it is left out', () => {
  const file = vectorsFile({
    holm: [{ id: 'h', tol: 0, input: { p: [1] }, expected: { adjusted: [1] } }],
    tarot: [{ id: 't', tol: 0, input: {}, expected: {} }],
  })
  assert.deepEqual(check(file).lines, ['t: no such procedure yet', '1 passed, 1 failed'])
  assert.equal(check(file, '--only', 'holm').status, 0)
})

test('a name that the file does not have is an error, not zero failures', () => {
  const { status, stderr } = check(vectorsFile({ holm: [] }), '--only', 'hulm')
  assert.equal(status, 1)
  assert.match(stderr, /no procedure hulm; it has holm/)
})
