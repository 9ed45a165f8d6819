import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { memoryStore } from '../../../../src/control/store/memory/memory-store.ts'
import { testPlane } from '../../../support/control-plane/control-plane.ts'
import { acknowledge, launched, settled } from '../../../support/control-plane/launched.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'

test('an acknowledgement is answered with what the server has', async () => {
  await using plane = await launched()
  const { body } = await acknowledge(plane, 'host-1')
  const { epoch, revision, hash } = (await plane.ask('GET /v1/snapshot', { as: 'client' })).body
  assert.deepEqual(body, { epoch, revision, hash, known: true, heartbeatMs: 10_000 })
})

test('instances are listed with what they run, until three heartbeats are missed', async () => {
  await using plane = await launched()
  await acknowledge(plane, 'host-1', { client: 'app 1.0' })
  await acknowledge(plane, 'host-2', { hash: 'other', stale: true })
  const list = async () => (await plane.ask('GET /v1/instances', { as: 'operator' })).body
  const { current, instances } = await list()
  assert.deepEqual(
    instances.map((each: { instance: string; upToDate: boolean }) => [each.instance, each.upToDate]),
    [
      ['host-1', true],
      ['host-2', false],
    ],
  )
  assert.equal(current.hash, instances[0].hash)
  await plane.pass(25_000)
  await acknowledge(plane, 'host-2', { maxStaleMs: 60_000 })
  await plane.pass(31_000)
  await acknowledge(plane, 'host-1', { maxStaleMs: 60_000 })
  const silent = async () =>
    (await list()).instances.map((each: { instance: string; silent: boolean }) => [each.instance, each.silent])
  assert.deepEqual(await silent(), [
    ['host-1', false],
    ['host-2', true],
  ])
  await plane.pass(59_000)
  assert.deepEqual(await silent(), [
    ['host-1', true],
    ['host-2', true],
  ])
  await plane.pass(1000)
  assert.deepEqual(await silent(), [['host-1', true]])
  await acknowledge(plane, 'host-1', { leaving: true })
  assert.deepEqual((await list()).instances, [])
})

test('an older client that does not say for how long it trusts a canary is counted for long', async () => {
  await using plane = await launched()
  await acknowledge(plane, 'host-1')
  plane.clock.advance(329_000)
  const list = async () => (await plane.ask('GET /v1/instances', { as: 'operator' })).body.instances
  assert.equal((await list()).length, 1)
  plane.clock.advance(2000)
  assert.equal((await list()).length, 0)
})

test('namesakes are two, and one that leaves leaves alone', async () => {
  await using plane = await launched()
  await acknowledge(plane, 'host-7', { process: 'a' })
  await acknowledge(plane, 'host-7', { process: 'b' })
  const roll = { as: 'operator', body: { version: plane.next, reason: 'better', waitMs: 500 } }
  const answer = plane.ask('PUT /v1/features/f/active', roll)
  await turn()
  await acknowledge(plane, 'host-7', { process: 'a' })
  const { applied } = (await settled(plane, answer)).body
  assert.deepEqual([applied.total, applied.applied, applied.missing], [2, 1, ['host-7']])
  await acknowledge(plane, 'host-7', { process: 'a', leaving: true })
  assert.equal((await plane.ask('GET /v1/instances', { as: 'operator' })).body.instances.length, 1)
})

test('what an instance has is told by its own token alone, and must be what the server gave out', async () => {
  await using plane = await launched()
  const stranger = await plane.token('a-stranger-of-this', { features: ['other'] })
  const current = (await plane.ask('GET /v1/snapshot', { as: 'client' })).body
  const lies = [
    { as: stranger, claim: {} },
    { as: stranger, claim: { revision: current.revision + 1000 } },
    { as: stranger, claim: { leaving: true } },
    { as: 'client', claim: { revision: Number.MAX_SAFE_INTEGER } },
    { as: 'client', claim: { revision: current.revision + 1 } },
    { as: 'client', claim: { epoch: 'another' } },
    { as: 'client', claim: { hash: '0123456789abcdef' } },
  ]
  for (const { as, claim } of lies) {
    const before = (await plane.ask('GET /v1/features/f', { as: 'operator' })).body
    const version = before.versions.find(({ id }: { id: string }) => id !== before.active).id
    await acknowledge(plane, 'host-7')
    const body = { version, reason: 'the other', waitMs: 300 }
    const answer = plane.ask('PUT /v1/features/f/active', { as: 'operator', body })
    await turn()
    const present = (await plane.ask('GET /v1/snapshot', { as: 'client' })).body
    const { revision, hash, epoch } = present
    await plane.ask('POST /v1/acks', { as, body: { instance: 'host-7', epoch, revision, hash, ...claim } })
    const { applied } = (await settled(plane, answer)).body
    assert.deepEqual([applied.applied, applied.missing], [0, ['host-7']], JSON.stringify(claim))
  }
})

test('the page says what an instance that is behind lacks, where its revision does not', async () => {
  await using plane = await launched()
  await acknowledge(plane, 'host-1')
  await acknowledge(plane, 'host-2', { hash: 'other' })
  await acknowledge(plane, 'host-3', { epoch: 'another' })
  await acknowledge(plane, 'host-4', { revision: 1 })
  const page = await (await signedIn(plane, 'operator')).page('/instances')
  const text = (html: string) => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')
  const row = (name: string) => text(page.slice(page.indexOf(`>${name}<`)).split('</tr>', 1)[0] ?? '')
  assert.match(row('host-1'), /✓ up to date \d/)
  assert.match(row('host-2'), /✕ behind it has what this store has not sent \d/)
  assert.match(row('host-3'), /✕ behind it has a state from before the store was restored \d/)
  assert.match(row('host-4'), /✕ behind /)
})

test('one that fell silent is named with how long it may serve the canary, and nobody waits for it', async () => {
  await using plane = await launched()
  const { next: version, clock } = plane
  const rollout = { as: 'operator', body: { version, settings: { stages: [{ percent: 100, soak: '1h' }] } } }
  assert.equal((await plane.ask('POST /v1/features/f/rollouts', rollout)).status, 201)
  await acknowledge(plane, 'host-1', { maxStaleMs: 60_000 })
  await acknowledge(plane, 'host-2', { maxStaleMs: 60_000 })
  const heard = clock.now()
  await plane.pass(40_000)
  await acknowledge(plane, 'host-1', { maxStaleMs: 60_000 })
  const answer = plane.ask('POST /v1/features/f/rollback', { as: 'operator', body: { reason: 'bad', waitMs: 10_000 } })
  await turn()
  clock.advance(1)
  await acknowledge(plane, 'host-1', { stale: true, revision: 1 })
  await acknowledge(plane, 'host-1', { maxStaleMs: 60_000 })
  const { applied } = (await settled(plane, answer)).body
  assert.deepEqual([applied.total, applied.applied, applied.missing], [2, 1, ['host-2']])
  const [{ instance, silentMs, mayServeUntil }] = applied.silent
  assert.equal(instance, 'host-2')
  assert.ok(silentMs >= 40_000 && silentMs < 41_000)
  assert.equal(mayServeUntil, heard + 90_000)
  assert.ok(applied.elapsedMs < 2000)
})

test('one that says after a canary was taken back that it serves incumbents only is no worry', async () => {
  await using plane = await launched()
  const { next: version, clock } = plane
  const before = (await plane.ask('GET /v1/snapshot', { as: 'client' })).body
  const rollout = { as: 'operator', body: { version, settings: { stages: [{ percent: 100, soak: '1h' }] } } }
  clock.advance(1000)
  await plane.ask('POST /v1/features/f/rollouts', rollout)
  const during = (await plane.ask('GET /v1/snapshot', { as: 'client' })).body
  const claim = ({ epoch, revision, hash }: typeof during) => ({ epoch, revision, hash, stale: true })
  await acknowledge(plane, 'earlier', claim(during))
  await acknowledge(plane, 'after', claim(during))
  await acknowledge(plane, 'unaware', claim(before))
  clock.advance(1000)
  const answer = plane.ask('POST /v1/features/f/rollback', { as: 'operator', body: { reason: 'bad', waitMs: 500 } })
  await turn()
  clock.advance(1)
  await acknowledge(plane, 'after', claim(during))
  await acknowledge(plane, 'unaware', { ...claim(before), hash: 'none of ours' })
  const { applied } = (await settled(plane, answer)).body
  assert.deepEqual([applied.total, applied.incumbentsOnly, applied.missing], [3, 1, ['earlier', 'unaware']])
})

test('a change waits for the acknowledgements of all live instances', async () => {
  await using plane = await launched()
  await acknowledge(plane, 'host-1')
  await acknowledge(plane, 'host-2')
  const body = { version: plane.next, reason: 'better', waitMs: 10_000 }
  const answer = plane.ask('PUT /v1/features/f/active', { as: 'operator', body })
  await turn()
  await acknowledge(plane, 'host-1')
  await acknowledge(plane, 'host-2')
  const { applied } = (await settled(plane, answer)).body
  assert.deepEqual([applied.total, applied.applied, applied.missing], [2, 2, []])
  assert.ok(applied.elapsedMs < 1000)
})

test('the acknowledgement itself ends the wait: no time has to pass', { timeout: 60_000 }, async () => {
  await using plane = await launched()
  await acknowledge(plane, 'host-1')
  await acknowledge(plane, 'host-2')
  const body = { version: plane.next, reason: 'better', waitMs: 10_000 }
  const answer = plane.ask('PUT /v1/features/f/active', { as: 'operator', body })
  await turn()
  await acknowledge(plane, 'host-1')
  await acknowledge(plane, 'host-2')
  const { applied } = (await answer).body
  assert.deepEqual([applied.applied, applied.missing, applied.elapsedMs], [2, [], 0])
})

test('the wait ends once whoever is missing has missed three heartbeats', { timeout: 60_000 }, async () => {
  await using plane = await launched()
  await acknowledge(plane, 'host-1')
  await plane.pass(25_000)
  const body = { version: plane.next, reason: 'better', waitMs: 60_000 }
  const answer = plane.ask('PUT /v1/features/f/active', { as: 'operator', body })
  await turn()
  plane.clock.advance(5001)
  const { applied } = (await answer).body
  assert.deepEqual([applied.missing, applied.silent.length, applied.elapsedMs], [['host-1'], 1, 5001])
})

test('after the wait those that are missing are named; instances that cannot see the feature do not count', async () => {
  await using plane = await launched()
  const as = await plane.token('a-limited-token', { features: ['other'] })
  await acknowledge(plane, 'host-1')
  await acknowledge(plane, 'elsewhere', {}, as)
  const body = { version: plane.next, reason: 'better', waitMs: 500 }
  const answer = await settled(plane, plane.ask('PUT /v1/features/f/active', { as: 'operator', body }))
  const { applied } = answer.body
  assert.deepEqual([applied.total, applied.applied, applied.missing], [1, 0, ['host-1']])
  assert.ok(applied.elapsedMs >= 500 && applied.elapsedMs < 1000)
})

test('a clock that steps back prolongs no wait', { timeout: 60_000 }, async () => {
  await using plane = await launched()
  await acknowledge(plane, 'host-1')
  const body = { version: plane.next, reason: 'better', waitMs: 500 }
  const answer = plane.ask('PUT /v1/features/f/active', { as: 'operator', body })
  await turn()
  plane.clock.stepBack(3_600_000)
  const { applied } = (await settled(plane, answer)).body
  assert.deepEqual([applied.applied, applied.elapsedMs], [0, 0])
})

test('instances that have not applied a change are an alarm in log and metrics', async () => {
  await using plane = await launched()
  const metrics = async () => (await plane.ask('GET /metrics', { as: 'operator' })).body
  await acknowledge(plane, 'host-1')
  await acknowledge(plane, 'host-2')
  await plane.ask('PUT /v1/features/f/active', { as: 'operator', body: { version: plane.next, reason: 'better' } })
  await acknowledge(plane, 'host-1')
  assert.match(await metrics(), /^sluice_stragglers 0$/m)
  await plane.pass(29_000)
  await acknowledge(plane, 'host-2', { revision: 1 })
  await acknowledge(plane, 'host-1')
  plane.clock.advance(1000)
  await turn()
  assert.match(await metrics(), /^sluice_stragglers 1$/m)
  const { now } = plane.clock
  Object.assign(plane.clock, { now: () => now() - 3_600_000, steady: now })
  assert.match(await metrics(), /^sluice_stragglers 1$/m, 'nor does a clock that is set back end it')
  assert.match(await metrics(), /^sluice_instances\{state="behind"\} 1$/m)
  assert.match(
    plane.logged(),
    /"level":"warn","message":"instances have not applied a change","instances":1,"names":\["host-2"\]/,
  )
})

test('a change is answered though the store does not tell who has it, and who leads is shown', async () => {
  const store = memoryStore()
  await using plane = await testPlane({ store: { ...store, instances: () => new Promise(() => {}) } })
  const version = await plane.publish('f', 'a')
  const body = { version, reason: 'launch', waitMs: 5000 }
  const { status, body: answer } = await settled(
    plane,
    plane.ask('PUT /v1/features/f/active', { as: 'operator', body }),
  )
  assert.deepEqual([status, answer.feature.active, answer.applied], [200, version, null])
})

test('who leads is told by readiness and beside the instances', async () => {
  await using plane = await launched()
  await plane.store.lead('controller')
  await plane.store.lead('notify:webhook 0a1b')
  await plane.store.lead('github:acme/mail')
  assert.deepEqual((await plane.ask('GET /readyz')).body.leading, ['controller'])
  const { leaders } = (await plane.ask('GET /v1/instances', { as: 'operator' })).body
  assert.deepEqual(
    leaders.map(({ work }: { work: string }) => work),
    ['controller', 'github:acme/mail', 'notify:webhook 0a1b'],
  )
  const page = (await (await signedIn(plane, 'operator')).page('/instances')).replaceAll(/<[^>]+>/g, '')
  assert.match(page, /Canaries are advanced, and rolled back, by the only replica/)
  assert.match(page, /Notifications are sent by the only replica/)
})
