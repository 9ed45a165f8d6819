import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proposalsText } from '../../../src/control/remote/proposals.ts'
import { memoryStore } from '../../../src/control/store/memory/memory-store.ts'
import type { DamagedRow } from '../../../src/control/store/rows/damaged-rows.ts'
import { StoreError } from '../../../src/control/store/store-error.ts'
import { testPlane } from '../../support/control-plane/control-plane.ts'

test('a feature that cannot be read is served as it was last known, named, and changes of others go on', async () => {
  const stored = memoryStore()
  let damaged: DamagedRow[] = []
  const store = {
    ...stored,
    damaged: () => damaged,
    features: async () => (await stored.features()).filter(({ feature }) => feature !== damaged[0]?.row),
  }
  await using plane = await testPlane({ store })
  const release = async (feature: string, text: string) => {
    const version = await plane.publish(feature, text)
    await plane.ask(`PUT /v1/features/${feature}/active`, { as: 'operator', body: { version, reason: 'x' } })
    return version
  }
  const [mail] = [await release('mail', 'a'), await release('toString', 'b')]
  damaged = [{ kind: 'feature', feature: 'mail', row: 'mail' }]
  const next = await release('toString', 'c')
  const { body } = await plane.ask('GET /v1/snapshot', { as: 'client' })
  assert.deepEqual([body.features.mail.active, body.features.toString.active], [mail, next])
  const ready = await plane.ask('GET /readyz', { as: 'client' })
  assert.equal(ready.status, 200)
  const [fault] = ready.body.failing
  assert.deepEqual([fault.loop, fault.feature, fault.code], ['reading a feature', 'mail', 'damaged'])
  plane.clock.advance(20_000)
  assert.equal(plane.logged().split('cannot be read and is left out').length, 2)
  const metrics = await plane.ask('GET /metrics', { as: 'operator' })
  assert.match(metrics.body, /sluice_store_damaged_rows\{kind="feature",feature="mail"\} 1/)
})

test('a proposal that cannot be read is not taken for none, by whoever may see its feature', async () => {
  const store = { ...memoryStore(), damaged: () => [{ kind: 'proposal', feature: 'mail', row: 'ap-1' }] }
  await using plane = await testPlane({ store })
  const list = async (as: string) => proposalsText((await plane.ask('GET /v1/proposals', { as })).body)
  assert.match(await list('viewer'), /^1 stored proposal cannot be read, so more may wait than is listed/)
  const other = await plane.token('of-another-feature', { scopes: ['viewer'], features: ['other'] })
  assert.equal(await list(other), 'nothing waits for approval or review\n')
})

test('a version that cannot be read leaves its feature as it was, and the others go on', async () => {
  const stored = memoryStore()
  let broken = ''
  const store = {
    ...stored,
    version: async (feature: string, id: string) => {
      if (id === broken) throw new StoreError('damaged', 'the version is damaged')
      return stored.version(feature, id)
    },
  }
  await using plane = await testPlane({ store })
  const active = async (feature: string, version: string) => {
    const body = { version, reason: 'x' }
    return await plane.ask(`PUT /v1/features/${feature}/active`, { as: 'operator', body })
  }
  const [one, two, other] = [
    await plane.publish('f', '1'),
    await plane.publish('f', '2'),
    await plane.publish('g', '1'),
  ]
  await active('f', one)
  const state = await stored.feature('f')
  assert.ok(state)
  broken = two
  const audit = { chain: 'f', at: 0, actor: 'x', tokenId: null, action: 'x', reason: null, before: null, after: null }
  await stored.commit({ feature: { ...state, active: two }, audit: { ...audit, evidence: null } })
  assert.equal((await active('g', other)).status, 200)
  const { body } = await plane.ask('GET /v1/snapshot', { as: 'client' })
  assert.deepEqual([body.features.f.active, body.features.g.active], [one, other])
})
