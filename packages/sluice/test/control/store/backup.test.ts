import assert from 'node:assert/strict'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { whyLapsed } from '../../../src/control/approval/lapse.ts'
import { verifyChain } from '../../../src/control/release/audit-chain.ts'
import { backUpStore, restoreStore } from '../../../src/control/store/backup.ts'
import { openStore } from '../../../src/control/store/open-store.ts'
import { SluiceError } from '../../../src/errors.ts'
import { startPostgres, withoutPostgres } from '../../support/store/postgres.ts'
import { change, feature, key, proposal, request, rollout, start } from '../../support/store/store-samples.ts'
import { until } from '../../support/until.ts'
import { entriesOf, startWriter } from './faults/writer-process.ts'

function placeOf(context: TestContext) {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-backup-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(path.join(folder, 'data'))
  return { data: { dataDir: path.join(folder, 'data') }, file: (name: string) => path.join(folder, name) }
}

const refusedAs = (code: string, words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof SluiceError && error.code === code, String(error))
  assert.match(error.message, words)
  return true
}

test('a backup ends while another process writes all the time, and holds all that was promised before it began', async (context) => {
  const { data, file } = placeOf(context)
  const writer = startWriter(context)
  await writer.begin({ ...data, round: 0, writers: 4, again: [] })
  await until(() => entriesOf(writer.promised).length > 200, 'some writes')
  const before = entriesOf(writer.promised)
  const { bytes } = backUpStore(data, file('backup.db'))
  await until(() => entriesOf(writer.promised).length > before.length, 'writes that go on')
  await writer.kill()
  assert.equal(statSync(file('backup.db')).size, bytes)
  assert.equal(statSync(file('backup.db')).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(file('.')).toSorted(), ['backup.db', 'data'])

  await restoreStore({ dataDir: file('other') }, { from: file('backup.db'), now: start })
  const store = await openStore({ dataDir: file('other') })
  context.after(() => store.close())
  const stored = new Set((await store.readLog({ after: 0, limit: 1_000_000 })).map(({ id }) => id))
  assert.deepEqual(
    before.filter((id) => !stored.has(id)),
    [],
  )
})

test('a backup without a server is one as well; what is in its place stays, and where no store is there is none', async (context) => {
  const { data, file } = placeOf(context)
  assert.throws(() => backUpStore(data, file('a.db')), refusedAs('cannot-run', /^there is no store in .*--data/))
  const store = await openStore(data)
  await store.commit(change('summary', { feature: feature('summary') }))
  await store.close()
  assert.equal(backUpStore(data, file('a.db')).revision, 1)
  const seen = readFileSync(file('a.db'))
  assert.throws(() => backUpStore(data, file('a.db')), refusedAs('invalid-input', /a\.db exists already/))
  assert.deepEqual(readFileSync(file('a.db')), seen)
  assert.throws(() => backUpStore(data, file('no/such/folder.db')), refusedAs('cannot-run', /was not copied/))
})

test('a restored state counts: a new epoch, what it replaced is kept, and running canaries are ended', async (context) => {
  const { data, file } = placeOf(context)
  const store = await openStore(data)
  await store.commit(change('summary', { feature: feature('summary', { rollout: rollout('r1', 'summary') }) }))
  const waits = proposal('p1', { epoch: store.epoch })
  await store.commit(change('summary', { proposal: waits }))
  backUpStore(data, file('backup.db'))
  await store.commit(change('summary', { proposal: { ...waits, revision: 1, state: 'rejected' } }))
  await store.commit(change('summary', { feature: feature('summary', { revision: 1, active: 'cccccccccccc' }) }))
  await assert.rejects(
    restoreStore(data, { from: file('backup.db'), now: start }),
    refusedAs('cannot-run', /was not restored.*another process uses it/),
  )
  await store.append([request('after the backup')])
  await store.close()

  const { revision, rollouts, replaced = '' } = await restoreStore(data, { from: file('backup.db'), now: start })
  assert.deepEqual([revision, rollouts], [3, [{ id: 'r1', feature: 'summary', canary: 'bbbbbbbbbbbb' }]])
  const restored = await openStore(data)
  const state = await restored.feature('summary')
  assert.deepEqual([state?.active, state?.rollout?.status], ['aaaaaaaaaaaa', 'aborted'])
  const [head, rows] = [await restored.auditHead('summary'), await restored.audit('summary')]
  assert.deepEqual(verifyChain(rows, head), { ok: true, rows: 3 })
  const [back] = await restored.pendingProposals(null)
  assert.ok(back?.state === 'open', 'what was rejected since is open in the older state')
  assert.match(
    (await whyLapsed(restored, back, { now: start, environments: [] })) ?? '',
    /gone back to an older state since it was proposed/,
  )
  assert.notEqual(restored.epoch, store.epoch)
  assert.equal(restored.secret, store.secret)
  await restored.close()
  for (const name of readdirSync(data.dataDir))
    assert.equal(statSync(path.join(data.dataDir, name)).mode & 0o077, 0, name)

  const old = new DatabaseSync(replaced, { readOnly: true })
  assert.equal(old.prepare('SELECT count(*) AS rows FROM log').get()?.rows, 1)
  old.close()
})

test('what is no whole store of this Sluice is not restored, and nothing changes', async (context) => {
  const { data, file } = placeOf(context)
  const store = await openStore(data)
  for (let index = 0; index < 200; index += 1) await store.append([request(`a-${index}`)])
  await store.close()
  const before = readFileSync(path.join(data.dataDir, 'control.db'))

  const good = backUpStore(data, file('good.db'))
  copyFileSync(file('good.db'), file('newer.db'))
  const newer = new DatabaseSync(file('newer.db'))
  newer.exec('PRAGMA user_version = 999')
  newer.close()
  const torn = Buffer.from(readFileSync(file('good.db')))
  torn.fill(0xff, Math.floor(good.bytes / 2))
  writeFileSync(file('torn.db'), torn)
  writeFileSync(file('text.db'), 'no database')
  new DatabaseSync(file('foreign.db')).exec('CREATE TABLE t (a)')
  for (const [name, words] of [
    ['newer.db', /written by a newer sluice \(schema 999\)/],
    ['torn.db', /torn\.db was not restored/],
    ['text.db', /not a database/],
    ['foreign.db', /no such table: store/],
    ['none.db', /there is no such file/],
  ] as const)
    await assert.rejects(restoreStore(data, { from: file(name), now: start }), refusedAs('cannot-run', words), name)
  assert.deepEqual(readFileSync(path.join(data.dataDir, 'control.db')), before)
  assert.deepEqual(
    readdirSync(data.dataDir).filter((name) => /restoring|replaced/.test(name)),
    [],
  )
  await assert.rejects(restoreStore(data, { from: undefined, now: start }), refusedAs('invalid-input', /--from FILE/))
})

test('a damaged database is replaced as well, and kept as it is', async (context) => {
  const { data, file } = placeOf(context)
  const store = await openStore(data)
  await store.append([request('a')])
  await store.close()
  backUpStore(data, file('backup.db'))
  writeFileSync(path.join(data.dataDir, 'control.db'), 'torn')
  const { replaced = '' } = await restoreStore(data, { from: file('backup.db'), now: start })
  assert.equal(readFileSync(replaced, 'utf8'), 'torn')
  const restored = await openStore(data)
  assert.ok(await restored.entry(key('a')))
  await restored.close()
})

test('files that others could read are made private when a store is opened', async (context) => {
  const { data } = placeOf(context)
  await (await openStore(data)).close()
  const own = path.join(data.dataDir, 'control.db')
  chmodSync(own, 0o644)
  const store = await openStore(data)
  await store.append([request('a')])
  for (const suffix of ['', '-wal', '-shm']) assert.equal(statSync(own + suffix).mode & 0o077, 0, suffix)
  await store.close()
  assert.ok(existsSync(own))
})

test('PostgreSQL: its own tools copy it; afterwards a new epoch, once no server is connected', {
  skip: withoutPostgres,
}, async (context) => {
  await using server = await startPostgres()
  const place = { dataDir: placeOf(context).data.dataDir, databaseUrl: server.url }
  assert.throws(() => backUpStore(place, 'x'), refusedAs('invalid-input', /pg_dump .*sluice restore/))
  await assert.rejects(restoreStore(place, { from: 'x', now: start }), refusedAs('invalid-input', /without --from/))
  await assert.rejects(
    restoreStore(place, { from: undefined, now: start }),
    refusedAs('cannot-run', /no state of a control plane/),
  )
  const store = await openStore(place)
  await store.commit(change('summary', { feature: feature('summary', { rollout: rollout('r1', 'summary') }) }))
  await assert.rejects(
    restoreStore(place, { from: undefined, now: start }),
    refusedAs('cannot-run', /servers are connected/),
  )
  await store.close()
  await until(
    () =>
      restoreStore(place, { from: undefined, now: start }).then(
        ({ rollouts }) => rollouts.length === 1,
        () => false,
      ),
    'the end of the connections',
  )
  const restored = await openStore(place)
  assert.notEqual(restored.epoch, store.epoch)
  assert.equal(await restored.revision(), 2)
  assert.equal((await restored.feature('summary'))?.rollout?.status, 'aborted')
  await restored.close()
})
