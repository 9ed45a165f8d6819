import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openStore } from '../../../src/control/store/open-store.ts'
import { openControlDatabase } from '../../../src/control/store/sqlite/database.ts'
import { sqliteMigrations } from '../../../src/control/store/sqlite/migrations.ts'
import { SluiceError } from '../../../src/errors.ts'
import { change, content, key, request, start, task } from '../../support/store/store-samples.ts'
import { until } from '../../support/until.ts'

function temporaryFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-store-'))
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

const identity = { epoch: 'e', secret: 's' }

test('a second process is refused while the first one uses the store, and let in when it ends', async () => {
  using place = temporaryFolder()
  const store = await openStore({ dataDir: place.folder })
  await assert.rejects(openControlDatabase(place.folder, identity, { attempts: 2, everyMs: 1 }), (error: unknown) => {
    assert.ok(error instanceof SluiceError && error.exitCode === 4)
    assert.match(error.message, /control\.db cannot be opened: another process uses it.*DATABASE_URL/)
    return true
  })
  const waiting = openStore({ dataDir: place.folder })
  await store.close()
  const next = await waiting
  assert.equal(next.epoch, store.epoch)
  await next.close()
})

test('what cannot be opened is named: a file in the way, a file that is no database', async () => {
  using place = temporaryFolder()
  const file = path.join(place.folder, 'file')
  writeFileSync(file, 'x')
  await assert.rejects(openStore({ dataDir: file }), /^SluiceError: the store \S+file\/control\.db cannot be opened: /)
  writeFileSync(path.join(place.folder, 'control.db'), 'no database, but long enough to be taken for one'.repeat(99))
  await assert.rejects(openStore({ dataDir: place.folder }), /cannot be opened: file is not a database/)
})

test('a store without an identity is not opened under a made up one', async () => {
  using place = temporaryFolder()
  await (await openStore({ dataDir: place.folder })).close()
  const database = new DatabaseSync(path.join(place.folder, 'control.db'))
  database.exec("UPDATE store SET epoch = ''")
  database.close()
  await assert.rejects(openStore({ dataDir: place.folder }), /identity is damaged \(epoch: .*restore a backup/)
})

test('another kind of database is refused', async () => {
  const open = openStore({ dataDir: '', databaseUrl: 'mysql://localhost/x' })
  await assert.rejects(open, (error: unknown) => error instanceof SluiceError && error.exitCode === 3)
})

test('expired and forgotten text is in none of the files', async () => {
  using place = temporaryFolder()
  const store = await openStore({ dataDir: place.folder })
  const isOnDisk = (text: string) =>
    readdirSync(place.folder).some((file) => readFileSync(path.join(place.folder, file)).includes(text))
  const unit = 'f'.repeat(16)
  await store.putContent([
    content('1', { output: 'expired secret' }),
    content('2', { output: 'forgotten secret', unit, expiresAt: start + 9999 }),
  ])
  await store.append([request('3', { unit, error: 'logged secret' })])
  assert.deepEqual(['expired secret', 'forgotten secret', 'logged secret'].map(isOnDisk), [true, true, true])
  await store.expireContent(start + 1000)
  assert.deepEqual(['expired secret', 'forgotten secret'].map(isOnDisk), [false, true])
  await store.forget({ unit, features: null, now: start, until: start + 1000 })
  // The hash itself is kept for as long as something of the unit may still arrive.
  assert.deepEqual(['forgotten secret', 'logged secret', unit].map(isOnDisk), [false, false, true])
  await store.putContent([content('4', { output: 'dropped secret' })])
  await store.discard([key('4')])
  await store.expireContent(start + 1000)
  assert.deepEqual(['dropped secret', unit].map(isOnDisk), [false, false])
  await store.close()
})

test("the files are their owner's alone, and kept out of git", async () => {
  using place = temporaryFolder()
  const store = await openStore({ dataDir: path.join(place.folder, 'data') })
  await store.append([request('a')])
  const files = readdirSync(path.join(place.folder, 'data')).filter((file) => file.startsWith('control.db'))
  assert.ok(files.includes('control.db-wal'))
  for (const file of files) assert.equal(statSync(path.join(place.folder, 'data', file)).mode & 0o077, 0, file)
  assert.equal(readFileSync(path.join(place.folder, 'data/.gitignore'), 'utf8'), '*\n')
  await store.close()
})

test('a store of the version before is opened with its instances, whose rows are no reason to fail', async () => {
  using place = temporaryFolder()
  const before = sqliteMigrations.findIndex((statements) => statements.includes('instances_by_token'))
  const database = new DatabaseSync(path.join(place.folder, 'control.db'))
  for (const statements of sqliteMigrations.slice(0, before)) database.exec(statements)
  const rest = { epoch: 'e', revision: 3, hash: 'h', client: null, stale: false, tokenId: 't1' }
  const put = database.prepare('INSERT INTO instances (instance, first_seen_at, seen_at, rest) VALUES (?, ?, ?, ?)')
  put.run('host-1', start, start, JSON.stringify(rest))
  put.run('host-2', start, start - 9_000_000, '{')
  database.exec(`PRAGMA user_version = ${before}`)
  database.close()
  const store = await openStore({ dataDir: place.folder })
  const [only, ...others] = await store.instances(start)
  assert.deepEqual(others, [])
  assert.ok(only)
  const { tokenId, instance, process, known, mayServeUntil } = only
  assert.deepEqual([tokenId, instance, process, known, mayServeUntil], ['t1', 'host-1', '', false, start + 330_000])
  await store.close()
})

test('a store whose ids were unique over all features keeps every row, and the ids of another feature are free', async () => {
  using place = temporaryFolder()
  const before = sqliteMigrations.findIndex((statements) => statements.includes('log_of_features'))
  const database = new DatabaseSync(path.join(place.folder, 'control.db'))
  for (const statements of sqliteMigrations.slice(0, before)) database.exec(statements)
  const rest = JSON.stringify({ ...request('a'), id: undefined, feature: undefined })
  const log = database.prepare('INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?)')
  for (let seq = 1; seq <= 300; seq += 1)
    log.run(seq * 2, `${seq}`, seq % 2 ? 'summary' : 'other', 'r1', null, start, rest)
  log.run(700, 'odd', 'summary', null, null, start, '{')
  database.exec(`INSERT INTO contents VALUES ('1', 'summary', 'v', 'r1', 'u', 0.5, ${start}, ${start + 9}, '{"input": {}, "output": "x"}', '{}');
    INSERT INTO judge_queue VALUES ('3', 'summary', 1, 2, ${start}, ${start}, '${JSON.stringify({ ...task('3'), id: undefined })}');
    INSERT INTO store VALUES (1, 'e', 's', 0, 700); PRAGMA user_version = ${before}`)
  database.close()
  const store = await openStore({ dataDir: place.folder })
  const entries = await store.readLog({ after: 0, limit: 999 })
  assert.deepEqual([entries.length, entries.at(-1)?.seq, store.damaged().length], [300, 600, 1])
  assert.deepEqual(
    (await store.readLog({ after: 597, limit: 9, rolloutId: 'r1', feature: 'other' })).map(({ id }) => id),
    ['300'],
  )
  assert.deepEqual(
    [(await store.content(key('1')))?.output, (await store.claim(9, start, 1)).map(({ id }) => id)],
    ['x', ['3']],
  )
  const results = await store.append([request('1'), request('2'), request('1', { feature: 'other' }), request('odd')])
  assert.deepEqual(results, ['duplicate', 'accepted', 'accepted', 'duplicate'])
  assert.equal((await store.entry(key('2')))?.seq, 701)
  await store.close()
})

test('while a shell holds the database routes and reads go on, and writes are done when it lets go', async () => {
  using place = temporaryFolder()
  const store = await openStore({ dataDir: place.folder })
  await store.append([request('a')])
  const shell = new DatabaseSync(path.join(place.folder, 'control.db'))
  shell.exec('BEGIN IMMEDIATE')
  let isDone = false
  const writing = Promise.all([store.append([request('b')]), store.commit(change('summary'))]).then(() => {
    isDone = true
  })
  // A turn of timers is a sign that the process does not stand still.
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1))
    assert.ok(await store.entry(key('a')))
  }
  assert.equal(isDone, false)
  shell.exec('COMMIT')
  shell.close()
  await writing
  assert.ok(await store.entry(key('b')))
  await store.close()
})

test('text that expires while somebody reads for long is gone from the files soon after', async () => {
  using place = temporaryFolder()
  const store = await openStore({ dataDir: place.folder })
  await store.putContent([content('a', { output: 'expired secret', expiresAt: start })])
  const reader = new DatabaseSync(path.join(place.folder, 'control.db'), { readOnly: true })
  reader.exec('BEGIN; SELECT count(*) FROM contents')
  const isOnDisk = () =>
    ['control.db', 'control.db-wal'].some((file) =>
      readFileSync(path.join(place.folder, file)).includes('expired secret'),
    )
  assert.equal(await store.expireContent(start), 1)
  assert.equal(isOnDisk(), true)
  reader.exec('COMMIT')
  reader.close()
  await until(() => !isOnDisk(), 'the files to be emptied')
  await store.close()
})

test('a long page, and a look-up of many users, leave the process to others in between', async () => {
  using place = temporaryFolder()
  const store = await openStore({ dataDir: place.folder })
  const ids = Array.from({ length: 1200 }, (_, index) => `id ${index}`)
  await store.append(ids.map((id) => request(id)))
  const records = new Map(ids.map((id) => [id, { seen: id }]))
  await store.saveCheckpoint('x', -1, { cursor: 0, state: {} }, { rolloutId: 'r', records })
  const turnsDuring = async <T>(work: Promise<T>) => {
    let turns = 0
    const count = () => {
      turns += 1
      next = setImmediate(count)
    }
    let next = setImmediate(count)
    const result = await work
    clearImmediate(next)
    return { turns, result }
  }
  const page = await turnsDuring(store.readLog({ after: 0, limit: 5000 }))
  assert.deepEqual(
    page.result.map(({ id }) => id),
    ids,
  )
  assert.ok(page.turns >= 2, `${page.turns} turns while a page was read`)
  const users = await turnsDuring(store.units('r', ids))
  assert.deepEqual(new Map([...users.result].sort()), new Map([...records].sort()))
  assert.ok(users.turns >= 2, `${users.turns} turns while users were looked up`)
  await store.close()
})

test('what was read of the log to find old entries is not read again until one in it is old', async () => {
  using place = temporaryFolder()
  const store = await openStore({ dataDir: place.folder })
  const entries = Array.from({ length: 1500 }, (_, index) => request(`${index}`, { receivedAt: start + index }))
  await store.append(entries)
  assert.equal(await store.pruneLog(start), 0)
  const shell = new DatabaseSync(path.join(place.folder, 'control.db'))
  shell.exec('UPDATE log SET received_at = 0 WHERE seq IN (500, 1400)')
  shell.close()
  assert.equal(
    await store.pruneLog(start),
    1,
    'the first thousand were not read again, the others may have become more',
  )
  assert.equal(await store.pruneLog(start + 10), 11)
  await store.close()
})

test('to look for old entries takes no turn of those who write', async () => {
  using place = temporaryFolder()
  const store = await openStore({ dataDir: place.folder })
  await store.append(Array.from({ length: 1500 }, (_, index) => request(`${index}`, { receivedAt: start + index })))
  const shell = new DatabaseSync(path.join(place.folder, 'control.db'))
  shell.exec('BEGIN IMMEDIATE')
  assert.equal(await store.pruneLog(start), 0)
  shell.exec('ROLLBACK')
  shell.close()
  await store.close()
})
