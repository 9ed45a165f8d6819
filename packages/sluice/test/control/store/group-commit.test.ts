import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { GroupCommit } from '../../../src/control/store/sqlite/group-commit.ts'
import { isHeld } from '../../../src/sqlite/lock-wait.ts'

/** A table of texts, of which no two are equal; `run` does what was scheduled. */
function tableOf(context: TestContext, limitMs = 60_000) {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-group-'))
  const [database, onlooker] = [0, 1].map(() => new DatabaseSync(path.join(folder, 'a.db'))) as [
    DatabaseSync,
    DatabaseSync,
  ]
  database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = WAL; CREATE TABLE texts (text TEXT NOT NULL UNIQUE)')
  context.after(() => {
    database.close()
    onlooker.close()
    rmSync(folder, { recursive: true })
  })
  const insert = database.prepare('INSERT INTO texts VALUES (?)')
  const scheduled: (() => void)[] = []
  const commits = new GroupCommit(database, { schedule: (run) => scheduled.push(run), limitMs })
  return {
    database,
    commits,
    /** Another process, such as a shell. */
    onlooker,
    putPatiently: (text: string, patience: number) => commits.write(() => insert.run(text), { patience }),
    put: (...texts: string[]) => commits.write(() => texts.map((text) => Number(insert.run(text).changes)).length),
    run: () => scheduled.shift()?.(),
    pending: () => scheduled.length,
    /** What another connection sees. */
    stored: () => onlooker.prepare('SELECT count(*) AS rows FROM texts').get()?.rows,
  }
}

test('writes of a turn are one transaction, and answered once it is committed', async (context) => {
  const { put, run, pending, stored } = tableOf(context)
  const storedWhenAnswered: unknown[] = []
  const writes = ['a', 'b', 'c'].map((text) => put(text).then(() => storedWhenAnswered.push(stored())))
  assert.deepEqual([pending(), stored()], [1, 0])
  run()
  await Promise.all(writes)
  assert.deepEqual(storedWhenAnswered, [3, 3, 3])
  assert.equal(pending(), 0)
})

test('writes that can wait share a transaction with those of later turns, and keep nobody waiting who cannot', async (context) => {
  const { commits, put, putPatiently, run, pending, stored } = tableOf(context)
  const first = putPatiently('a', 3)
  run()
  const later = putPatiently('b', 3)
  run()
  run()
  assert.deepEqual([pending(), stored()], [1, 0], 'each turn is one of those that the first one waits')
  run()
  assert.deepEqual([pending(), stored()], [0, 2])
  await Promise.all([first, later])
  const patient = putPatiently('c', 3)
  const urgent = put('d')
  run()
  assert.deepEqual([pending(), stored()], [0, 4])
  await Promise.all([patient, urgent])
  const last = putPatiently('e', 3)
  const idle = commits.idle()
  run()
  assert.equal(stored(), 5, 'who closes does not wait either')
  await Promise.all([last, idle])
})

test('a write that fails is undone by itself', async (context) => {
  const { put, run, stored } = tableOf(context)
  const writes = Promise.allSettled([put('a'), put('b', 'a'), put('c')])
  run()
  assert.deepEqual(
    (await writes).map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  assert.equal(stored(), 2)
})

test('a transaction that fails as a whole rejects all of its writes, and the next one works', async (context) => {
  const { commits, database, put, run, stored } = tableOf(context)
  const ended = commits.write(() => {
    database.exec('ROLLBACK')
    throw new Error('the disk is full')
  })
  const writes = Promise.allSettled([put('a'), ended, put('b')])
  run()
  assert.deepEqual(
    (await writes).map(({ status }) => status),
    ['rejected', 'rejected', 'rejected'],
  )
  assert.equal(stored(), 0)
  const next = put('a')
  run()
  assert.equal(await next, 1)
})

test('a long queue is done in several transactions, with room for others in between', async (context) => {
  const { put, run, pending, stored } = tableOf(context)
  const writes = Array.from({ length: 70 }, (_, index) => put(`${index}`))
  run()
  assert.ok(Number(stored()) < 70)
  assert.equal(pending(), 1)
  while (pending() > 0) run()
  await Promise.all(writes)
  assert.equal(stored(), 70)
})

test('while somebody else writes nothing stands still: writes wait in their order, and are done afterwards', async (context) => {
  const { onlooker, put, run, pending, stored, commits } = tableOf(context)
  onlooker.exec('BEGIN IMMEDIATE')
  const writes = Promise.all([put('a'), put('b')])
  for (let attempt = 0; attempt < 5; attempt += 1) {
    run()
    assert.equal(pending(), 1)
  }
  onlooker.exec('COMMIT')
  const idle = commits.idle()
  run()
  await Promise.all([writes, idle])
  assert.deepEqual([pending(), stored()], [0, 2])
})

test('a write that has waited long enough is refused and not done later; a younger one waits on', async (context) => {
  const { onlooker, put, run, stored } = tableOf(context, 0)
  onlooker.exec('BEGIN IMMEDIATE')
  const late = Promise.allSettled([put('a')])
  run()
  const [result] = await late
  assert.ok(result?.status === 'rejected' && isHeld(result.reason))
  onlooker.exec('COMMIT')
  const next = put('b')
  run()
  assert.equal(await next, 1)
  assert.equal(stored(), 1)
})
