import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { fakeModel } from '../support/fake-model.ts'
import { createProject, summaryFiles } from '../support/project.ts'
import { storedAnswers, storeFile } from './stored-answers.ts'

const concurrency = 3
const evalSummary = ['eval', 'summary', '--concurrency', String(concurrency)]
const answer = 'Action item: send the invoice'
const noStack = /^\s+at /m

/** Runs the command line where no file may grow beyond so many KiB, which to SQLite is a full disk. */
const fullAt = (kib: number) => ['bash', '-c', `ulimit -f ${kib}; exec "$0" "$@"`, process.execPath]

test('a disk that fills up ends the run with the place and the way out; the rerun pays what is missing', async () => {
  const cases = 30
  await using model = await fakeModel(() => `${answer} ${'x'.repeat(20_000)}`)
  using project = createProject(summaryFiles({ url: model.url, cases }))
  const { code, stdout, stderr } = await project.start([...evalSummary, '--json'], {}, fullAt(256)).done
  assert.deepEqual({ code, stdout }, { code: 4, stdout: '' }, stderr)
  assert.match(stderr, /^the store \S+\.sluice cannot be used: (?!the store).*: free some space/m)
  assert.doesNotMatch(stderr, noStack)
  const { answers } = storedAnswers(project.root)
  assert.ok(answers > 0 && answers < cases, `${answers} answers kept`)
  assert.ok(model.requests.length - answers <= concurrency, `${model.requests.length} paid, ${answers} kept`)

  const before = model.requests.length
  const rerun = await project.binary(evalSummary)
  assert.equal(rerun.code, 0, rerun.stderr)
  assert.equal(model.requests.length - before, cases - answers)
  assert.deepEqual(storedAnswers(project.root), { integrity: 'ok', answers: cases })
})

test('a disk that is full already: nothing is paid', async () => {
  await using model = await fakeModel(() => answer)
  for (const kib of [0, 8, 40]) {
    using project = createProject(summaryFiles({ url: model.url }))
    const { code, stderr } = await project.start(evalSummary, {}, fullAt(kib)).done
    assert.equal(code, 4, stderr)
    assert.match(stderr, /^the store \S+\.sluice cannot be used: (?!the store).*: free some space/m)
    assert.doesNotMatch(stderr, noStack)
  }
  assert.equal(model.requests.length, 0)
})

test('something in the way of the store: nothing is paid', async () => {
  await using model = await fakeModel(() => answer)
  using file = createProject({ ...summaryFiles({ url: model.url }), '.sluice': 'a file' })
  using folder = createProject(summaryFiles({ url: model.url }))
  mkdirSync(storeFile(folder.root), { recursive: true })
  for (const project of [file, folder]) {
    const { code, stderr } = await project.binary(evalSummary)
    assert.equal(code, 4, stderr)
    assert.ok(stderr.startsWith(`the store ${path.join(project.root, '.sluice')} cannot be used: `), stderr)
    assert.doesNotMatch(stderr, noStack)
  }
  assert.equal(model.requests.length, 0)
})

/** Nothing is read-only to root, unless it gives up that right. */
const obedient = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override'] : []
const isObedient = spawnSync(obedient[0] ?? 'true', [...obedient.slice(1), 'true']).status === 0
const skip = isObedient ? false : 'running as root, and setpriv cannot give up the right to write everywhere'

test('a store that may only be read: nothing is paid', { skip }, async () => {
  await using model = await fakeModel(() => answer)
  using project = createProject(summaryFiles({ url: model.url }))
  assert.equal((await project.binary(['eval', 'summary', '--tag', 'edge'])).code, 0)
  const paid = model.requests.length
  const folder = path.join(project.root, '.sluice')
  chmodSync(storeFile(project.root), 0o444)
  chmodSync(folder, 0o555)
  const { code, stderr } = await project.start(evalSummary, {}, [...obedient, process.execPath]).done
  chmodSync(folder, 0o755)
  assert.equal(code, 4, stderr)
  assert.match(stderr, /^the store .*\.sluice cannot be used: .*writable/m)
  assert.doesNotMatch(stderr, noStack)
  assert.equal(model.requests.length, paid)
})
