import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { openExistingDatabase, openProjectDatabase } from '../../../src/core/answers/project-database.ts'
import type { Completion } from '../../../src/core/providers/provider.ts'
import { createResults } from '../../../src/gate/run/results.ts'
import { writeTogether } from '../../../src/sqlite/open-database.ts'

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

test('a store of the version before opens, and its runs count as ended', () => {
  using folder = temporaryFolder()
  const before = openProjectDatabase(folder.root)
  createResults(before, { id: 'old', command: 'eval', startedAt: 5 })
  before.exec(
    'ALTER TABLE runs DROP COLUMN ended_at; DROP TABLE unchanged; DROP TABLE accepted; PRAGMA user_version = 2',
  )
  before.close()
  const after = openProjectDatabase(folder.root)
  assert.equal(after.prepare('SELECT ended_at FROM runs').get()?.ended_at, 5)
  after.close()
})

test('a store written by a newer version is left alone, with the way out', () => {
  using folder = temporaryFolder()
  openProjectDatabase(folder.root).close()
  const database = new DatabaseSync(path.join(folder.root, '.sluice/sluice.db'))
  database.exec('PRAGMA user_version = 99')
  database.close()
  assert.throws(() => openProjectDatabase(folder.root), /newer sluice .*upgrade sluice/)
})

test('a file that is no database is named, not overwritten', () => {
  using folder = temporaryFolder()
  mkdirSync(path.join(folder.root, '.sluice'))
  writeFileSync(
    path.join(folder.root, '.sluice/sluice.db'),
    'no database, just text that is long enough to be read as one\n'.repeat(20),
  )
  assert.throws(() => openProjectDatabase(folder.root), /the store .*\.sluice cannot be used: file is not a database/)
})

test('whatever fails in the store, by whichever call, names the place and the way out once', () => {
  using folder = temporaryFolder()
  const database = openProjectDatabase(folder.root)
  // The row is found, and then no JSON: SQLite fails only while it is read.
  database.exec("INSERT INTO incidents VALUES ('f', 'no json')")
  const statement = database.prepare("SELECT json_extract(record, '$.a') FROM incidents")
  const insert = database.prepare("INSERT INTO disabled_channels VALUES ('slack', json_extract('no json', '$.a'))")
  const calls: Record<string, () => unknown> = {
    prepare: () => database.prepare('SELECT nothing FROM nowhere'),
    exec: () => database.exec('SELECT nothing FROM nowhere'),
    get: () => statement.get(),
    all: () => statement.all(),
    iterate: () => [...statement.iterate()],
    run: () => insert.run(),
    together: () => writeTogether(database, () => void insert.run()),
  }
  const message = /^the store \S+\.sluice cannot be used: (?!the store).+\. The file is damaged: put a copy/
  for (const [name, call] of Object.entries(calls)) assert.throws(call, { code: 'cannot-run', message }, name)
  assert.equal(database.isTransaction, false)
  database.close()
})

test('a number that JavaScript has none for is damage, not a lack of space', () => {
  using folder = temporaryFolder()
  const database = openProjectDatabase(folder.root)
  database.exec("INSERT INTO runs (id, command, started_at) VALUES ('r', 'gate', 9223372036854775807)")
  assert.throws(() => database.prepare('SELECT started_at FROM runs').get(), {
    code: 'cannot-run',
    message: /^the store \S+\.sluice cannot be used: .+\. The file is damaged: put a copy/,
  })
  database.close()
})

test('a fault of the work in a transaction stays what it is', () => {
  using folder = temporaryFolder()
  const database = openProjectDatabase(folder.root)
  const fault = new TypeError('a fault of our own')
  const failing = () => {
    database.exec("INSERT INTO incidents VALUES ('f', '{}')")
    throw fault
  }
  assert.throws(() => writeTogether(database, failing), fault)
  assert.deepEqual(database.prepare('SELECT * FROM incidents').all(), [])
  database.close()
})

test('a store that is only to be read is not made where there is none', () => {
  using folder = temporaryFolder()
  assert.equal(openExistingDatabase(folder.root), undefined)
  assert.equal(existsSync(path.join(folder.root, '.sluice')), false)
  openProjectDatabase(folder.root).close()
  openExistingDatabase(folder.root)?.close()
})

test('where .sluice cannot be made, the error names the place and the way out', () => {
  using folder = temporaryFolder()
  writeFileSync(path.join(folder.root, '.sluice'), 'a file in the way')
  assert.throws(() => openProjectDatabase(folder.root), {
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
  openProjectDatabase(folder.root).close()
  await once(other, 'exit')
})

test('processes that open and write the same new store at once lose nothing', async () => {
  using folder = temporaryFolder()
  const program = `
    import { openProjectDatabase } from '${path.join(import.meta.dirname, '../../../src/core/answers/project-database.ts')}'
    import { createAnswerStore } from '${path.join(import.meta.dirname, '../../../src/core/answers/answer-store.ts')}'
    const store = createAnswerStore(openProjectDatabase(process.argv[1]))
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
  const database = openProjectDatabase(folder.root)
  assert.equal(database.prepare('SELECT count(*) AS n FROM answers').get()?.n, 600)
  database.close()
})
