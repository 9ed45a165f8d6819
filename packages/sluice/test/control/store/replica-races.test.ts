import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import pg from 'pg'
import { postgresMigrations } from '../../../src/control/store/postgres/migrations.ts'
import { postgresStore } from '../../../src/control/store/postgres/postgres-store.ts'
import type { Store } from '../../../src/control/store/store.ts'
import { raceOfApprovers, raceOfVerdicts } from '../../support/store/approval-races.ts'
import { type Postgres, startPostgres, withoutPostgres } from '../../support/store/postgres.ts'
import { content, key, request, start, task } from '../../support/store/store-samples.ts'
import { until } from '../../support/until.ts'

const options = { skip: withoutPostgres }
let server: Postgres
if (!withoutPostgres) {
  server = await startPostgres()
  after(() => server[Symbol.asyncDispose]())
}

test('what began to write before a unit was forgotten, and ends after it, brings nothing back', options, async () => {
  await server.clear()
  const stores = await Promise.all([1, 2].map(() => postgresStore(server.url)))
  const [here, there] = stores as [Store, Store]
  const clients = [1, 2].map(() => new pg.Client(server.url))
  const [holder, witness] = clients as [pg.Client, pg.Client]
  await Promise.all(clients.map((client) => client.connect()))
  const unit = 'aaaaaaaaaaaaaaaa'
  const save = (expected: number) => {
    const units = { rolloutId: 'r1', records: new Map([[unit, { exposed: { stage: 0, arm: 'canary' } }]]) }
    return here.saveCheckpoint('rollout:r1', expected, { cursor: expected + 1, state: {} }, units)
  }
  assert.ok(await save(-1))
  await holder.query(`BEGIN; SELECT 1 FROM sluice.checkpoints FOR UPDATE; SELECT 1 FROM sluice.log_head FOR UPDATE;
    INSERT INTO sluice.contents VALUES ('a', 'summary', 'v', NULL, NULL, NULL, 0, 0, '', NULL)`)
  const areWaiting = async (wanted: number) => {
    const found = await witness.query(`SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'`)
    return found.rows.length >= wanted
  }
  const writing = Promise.all([
    save(0),
    here.putContent([content('a', { unit })]),
    here.append([request('a', { unit })]),
  ])
  await until(() => areWaiting(3), 'all three to wait')
  let isOver = false
  const forgetting = there.forget({ unit, features: null, now: start, until: start + 1000 }).finally(() => {
    isOver = true
  })
  await until(async () => isOver || (await areWaiting(4)), 'the forgetting to wait, or to be over')
  await holder.query('ROLLBACK')
  await Promise.all([writing, forgetting])
  assert.deepEqual([await here.content(key('a')), (await here.units('r1', [unit])).size], [undefined, 0])
  assert.deepEqual(await here.readLog({ after: 0, limit: 9 }), [])
  await Promise.all([...clients.map((client) => client.end()), ...stores.map((store) => store.close())])
})

/** What a replica wrote by whose ids were unique over all features. */
const formerWrites = {
  log: `INSERT INTO sluice.log SELECT (SELECT coalesce(max(seq), 0) + 1 FROM sluice.log), $1, $2, NULL, NULL, $3, $4
    ON CONFLICT (id) DO NOTHING`,
  judge_queue: 'INSERT INTO sluice.judge_queue VALUES ($1, $2, 0, 0, $3, 0, $4) ON CONFLICT (id) DO NOTHING',
  contents: `INSERT INTO sluice.contents VALUES ($1, $2, 'v', NULL, NULL, NULL, 0, $3, $4, NULL)
    ON CONFLICT (id) DO NOTHING`,
}

test(
  'while a replica of the version before is connected it can write, and when it is gone ids are those of features',
  options,
  async () => {
    await server.clear()
    const before = postgresMigrations.findIndex((statements) => statements.includes('log_of_feature'))
    await server.execute(`CREATE SCHEMA sluice; CREATE TABLE sluice.migrations (version integer NOT NULL PRIMARY KEY);
    ${postgresMigrations.slice(0, before).join('\n')} INSERT INTO sluice.migrations SELECT generate_series(1, ${before})`)
    const former = new pg.Client({ connectionString: server.url, application_name: 'sluice' })
    await former.connect()
    const texts = { log: { ...request('a') }, judge_queue: { ...task('a') }, contents: { input: {}, output: 'x' } }
    const write = async (id: string, name: string) => {
      const counts: (number | null)[] = []
      for (const [table, sql] of Object.entries(formerWrites)) {
        const text = JSON.stringify(texts[table as keyof typeof texts])
        counts.push((await former.query(sql, [id, name, start, text])).rowCount)
      }
      return counts
    }
    assert.deepEqual(await write('a', 'summary'), [1, 1, 1])
    const stores = await Promise.all([1, 2].map(() => postgresStore(server.url, { pollMs: 5 })))
    const [here, there] = stores as [Store, Store]
    assert.deepEqual(await write('b', 'summary'), [1, 1, 1])
    assert.deepEqual(await write('b', 'other'), [0, 0, 0])
    await server.execute('UPDATE sluice.log_head SET seq = (SELECT max(seq) FROM sluice.log)')
    assert.deepEqual(await here.append([request('a'), request('b'), request('c')]), [
      'duplicate',
      'duplicate',
      'accepted',
    ])
    await former.end()
    const isFree = async () => (await there.append([request('a', { feature: 'other' })]))[0] === 'accepted'
    await until(isFree, 'the former keys to go')
    // The keys go one after the other, that of contents last.
    const isKept = async () => {
      await here.putContent([content('a', { feature: 'other' })])
      return (await there.content(key('a', 'other'))) !== undefined
    }
    await until(isKept, 'the former key of contents to go')
    await here.enqueue([task('a', { feature: 'other' })], 9)
    const keys = [key('a'), key('b'), key('c'), key('a', 'other')]
    assert.deepEqual([(await there.entries(keys)).length, await there.queued()], [4, 3])
    const contents = await Promise.all(keys.map(there.content))
    assert.deepEqual(
      contents.map((one) => one !== undefined),
      [true, true, false, true],
    )
    await Promise.all(stores.map((store) => store.close()))
  },
)

test(
  'of approvals and rejections on two replicas at once, each release is made once or not at all',
  options,
  async () => {
    const races: ((here: Store, there: Store) => Promise<void>)[] = [
      (here, there) => raceOfApprovers(here, there, 1),
      (here, there) => raceOfApprovers(here, there, 2),
      raceOfVerdicts,
    ]
    for (const race of races) {
      await server.clear()
      const [here, there] = [await postgresStore(server.url), await postgresStore(server.url)]
      try {
        await race(here, there)
      } finally {
        await Promise.all([here.close(), there.close()])
      }
    }
  },
)
