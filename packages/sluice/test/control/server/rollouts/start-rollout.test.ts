import assert from 'node:assert/strict'
import { test } from 'node:test'
import { promptVersion, testPlane } from '../../../support/control-plane/control-plane.ts'

test('a version of before one could choose starts with what is usual for the undecided now', async () => {
  await using plane = await testPlane()
  const [active, canary] = [await plane.publish('f', 'a'), await plane.publish('f', 'b')]
  await plane.ask('PUT /v1/features/f/active', { as: 'operator', body: { version: active, reason: 'launch' } })
  const version = await plane.store.version('f', canary)
  assert.ok(version)
  const { onUndecided, ...rollout } = version.rollout
  const audit = { chain: 'f', at: 0, actor: 'x', tokenId: null, action: 'x', reason: null, before: null, after: null }
  const before = { ...version, rollout: rollout as typeof version.rollout }
  await plane.store.commit({ version: before, audit: { ...audit, evidence: null } })
  const started = await plane.ask('POST /v1/features/f/rollouts', { as: 'operator', body: { version: canary } })
  assert.deepEqual([onUndecided, started.body.settings.onUndecided], ['weakPromote', 'weakPromote'])
  assert.equal(started.body.strength, null)
})

test('of a version it is told which settings its prompt file holds, as it was published last', async () => {
  await using plane = await testPlane()
  const content = promptVersion('a')
  const publish = (more: object) => plane.ask('POST /v1/features/f/versions', { as: 'ci', body: { content, ...more } })
  const told = async () =>
    (await plane.ask(`GET /v1/features/f/versions/${content.id}/traffic`, { as: 'operator' })).body.written
  await publish({})
  assert.equal(await told(), null, 'not known')
  await publish({ written: ['rollout.stages'] })
  assert.deepEqual(await told(), ['rollout.stages'])
  await publish({})
  assert.equal(await told(), null)
})

test('a rollout may be judged more than its version says, while it runs', async () => {
  await using plane = await testPlane()
  const [first, second] = [await plane.publish('f', 'a'), await plane.publish('f', 'b')]
  await plane.ask('PUT /v1/features/f/active', { as: 'operator', body: { version: first, reason: 'launch' } })
  const told = await plane.ask(`GET /v1/features/f/versions/${second}/traffic`, { as: 'operator' })
  assert.deepEqual([told.status, told.body.traffic, told.body.live.judge.percent], [200, null, 10])
  const body = { version: second, judgePercent: 60 }
  const started = await plane.ask('POST /v1/features/f/rollouts', { as: 'operator', body })
  assert.deepEqual([started.status, started.body.judgePercent], [201, 60])
  assert.equal((await plane.store.feature('f'))?.live?.judge.percent, 60)
  await plane.ask(`POST /v1/rollouts/${started.body.id}/abort`, { as: 'operator', body: { reason: 'enough' } })
  assert.equal((await plane.store.feature('f'))?.live?.judge.percent, 10)
  const unknown = await plane.ask('GET /v1/features/f/versions/0123456789ab/traffic', { as: 'operator' })
  assert.equal(unknown.status, 404)
})
