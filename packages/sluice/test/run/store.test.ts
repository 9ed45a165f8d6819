import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import type { Completion } from '../../src/providers/provider.ts'
import { createAnswerStore } from '../../src/run/answer-store.ts'
import { openDatabase } from '../../src/run/database.ts'
import { createResults, type ResultRow } from '../../src/run/results.ts'

const completion: Completion = {
  output: 'hello',
  usage: { inputTokens: 3 },
  latencyMs: 12,
  finishReason: 'stop',
  warnings: [],
}
const labels = { model: 'a:b', stage: 'generation', feature: 'f' } as const

function temporaryFolder() {
  const root = mkdtempSync(path.join(tmpdir(), 'sluice-store-'))
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) }
}

test('an answer is found again by its key, also by another process, and an unknown price stays unknown', () => {
  using folder = temporaryFolder()
  const first = openDatabase(folder.root)
  createAnswerStore(first, { now: () => 1000 }).put('k1', completion, labels)
  const second = openDatabase(folder.root)
  const found = createAnswerStore(second).get('k1')
  assert.deepEqual(found, { ...completion, storedAt: 1000 })
  assert.equal(found && 'costUsd' in found, false)
  assert.equal(createAnswerStore(second).get('k2'), undefined)
  first.close()
  second.close()
})

test('a stored answer that is no completion is asked for again', () => {
  using folder = temporaryFolder()
  const database = openDatabase(folder.root)
  const store = createAnswerStore(database)
  store.put('k', completion, labels)
  database.exec(`UPDATE answers SET completion = '{"output": 7}'`)
  assert.equal(store.get('k'), undefined)
  database.close()
})

test('only answers older than the given time are pruned', () => {
  using folder = temporaryFolder()
  const database = openDatabase(folder.root)
  let now = 1000
  const store = createAnswerStore(database, { now: () => now })
  store.put('old', completion, labels)
  now = 2000
  store.put('new', completion, labels)
  assert.equal(store.prune(1500), 1)
  assert.equal(store.get('old'), undefined)
  assert.deepEqual(store.get('new'), { ...completion, storedAt: 2000 })
  database.close()
})

test('details of a run are read back by position, arm and repeat; old runs go', () => {
  using folder = temporaryFolder()
  const database = openDatabase(folder.root)
  const detail = (score: number) => ({ state: 'scored' as const, score, checks: [], judge: [] })
  const results = createResults(database, { id: 'run-0', command: 'eval', startedAt: 0 })
  results.add('f', { position: 1, arm: 'candidate', repeat: 1, detail: detail(0.3) })
  results.add('f', { position: 0, arm: 'candidate', repeat: 2, detail: detail(0.2) })
  results.add('f', { position: 0, arm: 'candidate', repeat: 1, detail: detail(0.1) })
  results.add('g', { position: 0, arm: 'candidate', repeat: 1, detail: detail(0.9) })
  assert.deepEqual(
    [...results.rows('f')].map((row) => row.detail.score),
    [0.1, 0.2, 0.3],
  )
  results.end()
  for (let n = 1; n <= 20; n += 1) createResults(database, { id: `run-${n}`, command: 'eval', startedAt: n })
  assert.deepEqual([...results.rows('f')], [])
  database.close()
})

test('details of a run that is still under way stay, however many have begun since', () => {
  using folder = temporaryFolder()
  const database = openDatabase(folder.root)
  const now = Date.now()
  const long = createResults(database, { id: 'long', command: 'nightly', startedAt: now })
  const row = (repeat: number): ResultRow => ({
    position: 0,
    arm: 'candidate',
    repeat,
    detail: { state: 'scored', score: 1, checks: [], judge: [] },
  })
  long.add('f', row(1))
  long.flush()
  const others = (from: number) => {
    for (let n = 1; n <= 25; n += 1) {
      createResults(database, { id: `${from + n}`, command: 'eval', startedAt: from + n }).end()
    }
  }
  others(now)
  long.add('f', row(2))
  assert.equal([...long.rows('f')].length, 2)
  long.end()
  others(now + 100)
  assert.deepEqual([...long.rows('f')], [])
  assert.equal(database.prepare('SELECT count(*) AS n FROM runs').get()?.n, 20)
  database.close()
})

test('a store of the version before opens, and its runs count as ended', () => {
  using folder = temporaryFolder()
  const before = openDatabase(folder.root)
  createResults(before, { id: 'old', command: 'eval', startedAt: 5 })
  before.exec('ALTER TABLE runs DROP COLUMN ended_at; PRAGMA user_version = 2')
  before.close()
  const after = openDatabase(folder.root)
  assert.equal(after.prepare('SELECT ended_at FROM runs').get()?.ended_at, 5)
  after.close()
})

test('a store written by a newer version is left alone, with the way out', () => {
  using folder = temporaryFolder()
  openDatabase(folder.root).close()
  const database = new DatabaseSync(path.join(folder.root, '.sluice/sluice.db'))
  database.exec('PRAGMA user_version = 99')
  database.close()
  assert.throws(() => openDatabase(folder.root), /newer sluice .*upgrade sluice/)
})

test('a file that is no database is named, not overwritten', () => {
  using folder = temporaryFolder()
  mkdirSync(path.join(folder.root, '.sluice'))
  writeFileSync(
    path.join(folder.root, '.sluice/sluice.db'),
    'no database, just text that is long enough to be read as one\n'.repeat(20),
  )
  assert.throws(() => openDatabase(folder.root), /the store .*\.sluice cannot be used: file is not a database/)
})

test('where .sluice cannot be made, the error names the place and the way out', () => {
  using folder = temporaryFolder()
  writeFileSync(path.join(folder.root, '.sluice'), 'a file in the way')
  assert.throws(() => openDatabase(folder.root), {
    code: 'cannot-run',
    message: /the store .*\.sluice cannot be used: EEXIST.*writable/,
  })
  chmodSync(folder.root, 0o755)
})

test('a new store that another process is just about to write is waited for', async () => {
  using folder = temporaryFolder()
  mkdirSync(path.join(folder.root, '.sluice'))
  const other = new Worker(
    `const { workerData, parentPort } = require('node:worker_threads')
     const { DatabaseSync } = require('node:sqlite')
     const database = new DatabaseSync(workerData)
     database.exec('BEGIN IMMEDIATE')
     parentPort.postMessage('locked')
     setTimeout(() => database.close(), 100)`,
    { eval: true, workerData: path.join(folder.root, '.sluice/sluice.db') },
  )
  await once(other, 'message')
  openDatabase(folder.root).close()
  await once(other, 'exit')
})

test('processes that open and write the same new store at once lose nothing', async () => {
  using folder = temporaryFolder()
  const program = `
    import { openDatabase } from '${path.join(import.meta.dirname, '../../src/run/database.ts')}'
    import { createAnswerStore } from '${path.join(import.meta.dirname, '../../src/run/answer-store.ts')}'
    const store = createAnswerStore(openDatabase(process.argv[1]))
    for (let n = 0; n < 200; n += 1) store.put(process.argv[2] + n, ${JSON.stringify(completion)}, ${JSON.stringify(labels)})`
  const codes = await Promise.all(
    ['a', 'b', 'c'].map(
      (name) =>
        new Promise((resolve) => {
          spawn(process.execPath, ['--input-type=module', '-e', program, folder.root, name], { stdio: 'inherit' }).on(
            'close',
            resolve,
          )
        }),
    ),
  )
  assert.deepEqual(codes, [0, 0, 0])
  const database = openDatabase(folder.root)
  assert.equal(database.prepare('SELECT count(*) AS n FROM answers').get()?.n, 600)
  database.close()
})
