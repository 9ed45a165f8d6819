import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { after, test } from 'node:test'
import pg from 'pg'
import { verifyChain } from '../../../src/control/release/audit-chain.ts'
import type { Fence } from '../../../src/control/store/lease-store.ts'
import { postgresMigrations } from '../../../src/control/store/postgres/migrations.ts'
import { postgresStore } from '../../../src/control/store/postgres/postgres-store.ts'
import type { Store } from '../../../src/control/store/store.ts'
import { SluiceError } from '../../../src/errors.ts'
import { testPlane } from '../../support/control-plane/control-plane.ts'
import { type Postgres, startPostgres, withoutPostgres } from '../../support/store/postgres.ts'
import { change, feature, instance, key, request, start, task } from '../../support/store/store-samples.ts'
import { until } from '../../support/until.ts'

/** Longer than any test: what is heard was notified. */
const never = 600_000
const options = { skip: withoutPostgres }
let server: Postgres
if (!withoutPostgres) {
  server = await startPostgres()
  after(() => server[Symbol.asyncDispose]())
}

async function replicas(count: number, pollMs = never) {
  await server.clear()
  const stores = await Promise.all(Array.from({ length: count }, () => postgresStore(server.url, { pollMs })))
  return {
    stores: stores as [Store, Store, ...Store[]],
    [Symbol.asyncDispose]: async () => void (await Promise.all(stores.map((store) => store.close()))),
  }
}

/** A connection that hears what the replicas tell each other. */
async function listener() {
  const client = new pg.Client(server.url)
  const payloads: string[] = []
  client.on('notification', ({ payload = '' }) => payloads.push(payload))
  await client.connect()
  await client.query('LISTEN sluice')
  return { payloads, [Symbol.asyncDispose]: () => client.end() }
}

test('replicas that start at once on an empty database make one store', options, async () => {
  await using group = await replicas(6)
  assert.equal(new Set(group.stores.map(({ epoch, secret }) => epoch + secret)).size, 1)
})

test('a replica hears what another commits, appends and acknowledges', options, async () => {
  await using group = await replicas(2)
  const [here, there] = group.stores
  const heard = { revision: 0, appends: 0, acknowledgements: 0 }
  there.onAcknowledge(() => {
    heard.acknowledgements += 1
  })
  await there.ping()
  const before = heard.acknowledgements
  there.onChange((revision) => {
    heard.revision = revision
  })
  there.onAppend(() => {
    heard.appends += 1
  })
  await here.commit(change('summary', { feature: feature('summary') }))
  await here.append([request('a')])
  await here.acknowledge([instance('i')])
  await until(() => heard.revision === 1 && heard.appends > 0 && heard.acknowledgements > before, 'the news')
  assert.equal((await there.feature('summary'))?.revision, 1)
  assert.ok(await there.entry(key('a')))
})

test('a release on one replica hears of an acknowledgement on another', { ...options, timeout: 60_000 }, async () => {
  await using group = await replicas(2)
  const [here, there] = group.stores
  await using near = await testPlane({ store: here })
  await using far = await testPlane({ store: there })
  const version = await near.publish('f', 'a')
  const present = async () => (await far.ask('GET /v1/snapshot', { as: 'client' })).body
  const acknowledge = async () => {
    const { epoch, revision, hash } = await present()
    await far.ask('POST /v1/acks', { as: 'client', body: { instance: 'host-1', epoch, revision, hash } })
  }
  await acknowledge()
  // Both clocks stand still: only what the store notifies can end the wait.
  const body = { version, reason: 'launch', waitMs: 60_000 }
  const answer = near.ask('PUT /v1/features/f/active', { as: 'operator', body })
  await until(async () => (await present()).features.f !== undefined, 'the change')
  await acknowledge()
  const { applied } = (await answer).body
  assert.deepEqual([applied.total, applied.applied, applied.missing], [1, 1, []])
})

test('a replica hears of which rollouts another appends entries, as long as they are few', options, async () => {
  await using group = await replicas(2)
  const [here, there] = group.stores
  const heard: (readonly string[] | null)[] = []
  there.onAppend((rollouts) => {
    heard.push(rollouts)
  })
  const append = async (...rolloutIds: (string | null)[]) => {
    heard.length = 0
    await here.append(rolloutIds.map((rolloutId, index) => request(`${rolloutId} ${index}`, { rolloutId })))
    await until(() => heard.length > 0, 'the append')
    return heard[0]
  }
  await using line = await listener()
  assert.deepEqual(await append('r1', null, 'r "2"', 'r1'), ['r1', 'r "2"'])
  assert.deepEqual(await append(null), [])
  assert.equal(await append(...Array.from({ length: 200 }, (_, index) => `rollout-${index}-${'x'.repeat(40)}`)), null)
  // With the numbers of the entries, so that a poll knows which of them were told of.
  await until(() => line.payloads.length === 3, 'the payloads')
  assert.deepEqual(line.payloads, ['log 0 4 ["r1","r \\"2\\""]', 'log 4 1 []', 'log 5 200'])
  // As a replica of an older release says it.
  heard.length = 0
  await server.execute("SELECT pg_notify('sluice', 'log')")
  await until(() => heard.length > 0, 'the notification')
  assert.deepEqual(heard, [null])
})

test('what was never notified is found by asking', options, async () => {
  await using group = await replicas(2, 20)
  const [, there] = group.stores
  const heard = { revision: 0, appends: [] as unknown[] }
  there.onChange((revision) => {
    heard.revision = revision
  })
  there.onAppend((rollouts) => {
    heard.appends.push(rollouts)
  })
  await server.execute('UPDATE sluice.store SET revision = 7; UPDATE sluice.log_head SET seq = 7')
  await until(() => heard.revision === 7 && heard.appends.length > 0, 'the change')
  // It is not known of which rollouts, so all are to be looked at.
  assert.deepEqual(new Set(heard.appends), new Set([null]))
})

test('two operators on two replicas: one commit wins; chains and revisions stay whole', options, async () => {
  await using group = await replicas(2)
  const outcomes: string[] = []
  for (let round = 0; round < 10; round += 1) {
    const state = feature('summary', { revision: (await group.stores[0].feature('summary'))?.revision ?? 0 })
    const results = await Promise.all(group.stores.map((store) => store.commit(change('summary', { feature: state }))))
    outcomes.push(
      results
        .map(({ outcome }) => outcome)
        .sort()
        .join(),
    )
  }
  assert.deepEqual(new Set(outcomes), new Set(['committed,conflict']))
  const head = await group.stores[1].auditHead('summary')
  assert.deepEqual(verifyChain(await group.stores[0].audit('summary'), head), { ok: true, rows: 10 })
})

test('a reader of one replica misses nothing while three append', options, async () => {
  await using group = await replicas(3)
  const perReplica = 30
  const seen: string[] = []
  let after = 0
  const read = async () => {
    const page = await group.stores[0].readLog({ after, limit: 20 })
    after = page.at(-1)?.seq ?? after
    seen.push(...page.map(({ id }) => id))
    return page.length
  }
  let writing = true
  const writers = group.stores.map(async (store, replica) => {
    for (let call = 0; call < perReplica; call += 1)
      await store.append([request(`${replica}-${call}`), request(`all-${call}`)])
  })
  const following = (async () => {
    while (writing) await read()
    while ((await read()) > 0);
  })()
  await Promise.all(writers)
  writing = false
  await following
  assert.equal(seen.length, 4 * perReplica)
  assert.equal(new Set(seen).size, 4 * perReplica)
})

test('an entry that the database itself refuses is found among many, and the others go in', options, async () => {
  await using group = await replicas(1)
  const [here] = group.stores
  // Too long for an index, also when it is compressed.
  const tooLong = request(randomBytes(6000).toString('hex'))
  const results = await Promise.all([
    here.append([request('a'), tooLong, request('b')]),
    here.append([request('c'), request('a')]),
  ])
  assert.deepEqual(results, [
    ['accepted', 'refused', 'accepted'],
    ['accepted', 'duplicate'],
  ])
})

test('the bound of the queue holds and no task is claimed twice, whoever adds and claims', options, async () => {
  await using group = await replicas(2)
  const tasksOf = (replica: number) => Array.from({ length: 20 }, (_, index) => task(`${replica}-${index}`))
  const dropped = await Promise.all(group.stores.map((store, replica) => store.enqueue(tasksOf(replica), 25)))
  assert.equal(dropped[0]! + dropped[1]!, 15)
  const claims = await Promise.all(group.stores.flatMap((store) => [1, 2].map(() => store.claim(10, start, 1000))))
  const claimed = claims.flat().map(({ id }) => id)
  assert.equal(new Set(claimed).size, claimed.length)
  assert.equal(claimed.length + (await group.stores[0].claim(99, start, 1000)).length, 25)
})

test(
  'one replica leads, also while its connections are lost; when it falls silent another takes over',
  options,
  async () => {
    await using group = await replicas(2)
    const [here, there] = group.stores
    const lease = await here.lead('controller')
    assert.ok(lease)
    assert.ok(lease.held())
    assert.equal(await there.lead('controller'), undefined)
    const other = await there.lead('another')
    assert.ok(other)
    assert.ok(other.held())
    await other.release()
    assert.ok(await here.lead('another'))
    await server.execute('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()')
    await until(async () => (await there.leases().catch(() => [])).length > 0, 'the database')
    assert.equal(await there.lead('controller'), undefined)
    assert.equal(await lease.renew(), true)
    const led = (await there.leases()).map(({ name, ours, leftMs }) => [name, ours, leftMs !== null && leftMs > 0])
    assert.deepEqual(led, [
      ['another', false, true],
      ['controller', false, true],
    ])

    await server.execute(`UPDATE sluice.leases SET ends_at = clock_timestamp() WHERE name = 'controller'`)
    const next = await there.lead('controller')
    assert.ok(next)
    assert.ok(next.held())
    assert.equal(await lease.renew(), false)
    assert.equal(lease.held(), false)
    await lease.release()
    assert.equal(await next.renew(), true, 'a lost lease releases nothing')
  },
)

test('a late write of a frozen leader waits for no successor, and is refused after one', options, async () => {
  await using group = await replicas(2)
  const [here, there] = group.stores
  const frozen = await here.lead('controller', { forMs: 1 })
  let next: Awaited<ReturnType<Store['lead']>>
  await until(async () => {
    next = await there.lead('controller')
    return next !== undefined
  }, 'the successor')
  const write = (store: Store, fence: Fence | undefined, revision: number) =>
    store.commit(change('summary', { feature: feature('summary', { revision }), ...(fence && { fence }) }))
  assert.equal((await write(here, frozen?.fence, 0)).outcome, 'conflict')
  assert.equal((await write(there, next?.fence, 0)).outcome, 'committed')
})

test('a database that does not answer is named, without its password', async () => {
  const closed = createServer().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const { port } = closed.address() as AddressInfo
  closed.close()
  await assert.rejects(postgresStore(`postgres://ann:pass-word@127.0.0.1:${port}/db`), (error: unknown) => {
    assert.ok(error instanceof SluiceError && error.exitCode === 4)
    assert.match(error.message, /^the store postgres:\/\/127\.0\.0\.1:\d+\/db cannot be opened: connect ECONNREFUSED/)
    assert.doesNotMatch(error.message, /pass-word/)
    return true
  })
})

test('a database of the version before is opened with its instances', options, async () => {
  await server.clear()
  const before = postgresMigrations.findIndex((statements) => statements.includes('instances_by_token'))
  await server.execute(`CREATE SCHEMA sluice; CREATE TABLE sluice.migrations (version integer NOT NULL PRIMARY KEY);
    ${postgresMigrations.slice(0, before).join('\n')}
    INSERT INTO sluice.migrations SELECT generate_series(1, ${before});
    INSERT INTO sluice.instances VALUES ('host-1', ${start}, ${start},
      '{"epoch": "e", "revision": 3, "hash": "h", "client": null, "stale": false, "tokenId": "t1"}')`)
  const store = await postgresStore(server.url)
  const [only] = await store.instances(start)
  await store.close()
  assert.deepEqual(
    [only?.tokenId, only?.instance, only?.known, only?.mayServeUntil],
    ['t1', 'host-1', false, start + 330_000],
  )
})
