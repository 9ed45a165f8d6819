import assert from 'node:assert/strict'
import { test } from 'node:test'
import { position } from '@sluice/client'
import { checkpointName, newCheckpoint } from '../../../src/control/rollout/controller/rollout-checkpoint.ts'
import { arrive, captured, capturing, liveStore, ofMail } from './live-stage.ts'

const ids = (tasks: readonly { id: string }[]) => tasks.map(({ id }) => id)

test('what a feature allows is stored with its end, and queued to be judged', async () => {
  const store = await liveStore({ retention: 1000 })
  await arrive(store, [captured('a'), captured('b', { arm: 'incumbent', version: 'aaaaaaaaaaaa' })])
  const content = await store.content(ofMail('a'))
  assert.deepEqual(content?.input, { email: 'mail of a' })
  assert.equal((content?.expiresAt ?? 0) - (content?.storedAt ?? 0), 1000)
  assert.deepEqual(ids(await store.claim(9, Number.MAX_SAFE_INTEGER, 1)).sort(), ['a', 'b'])
})

test('nothing is stored where the feature does not allow it, whatever a client sends', async () => {
  const store = await liveStore({ store: false })
  const { captureContents, fates } = capturing(store)
  await captureContents([captured('a')])
  assert.equal(await store.content(ofMail('a')), undefined)
  assert.equal(await store.queued(), 0)
  assert.deepEqual(fates, { 'not-allowed': 1 })
})

test('a capture that is left over from a time when storing was allowed allows nothing', async () => {
  const store = await liveStore()
  const state = await store.feature('mail')
  assert.ok(state?.live && state.capture)
  const audit = { chain: 'mail', at: 0, actor: 'ann', tokenId: null, action: 'active.set', reason: null }
  const feature = { ...state, live: { ...state.live, store: false } }
  await store.commit({ feature, audit: { ...audit, before: null, after: null, evidence: null } })
  await capturing(store).captureContents([captured('a')])
  assert.equal(await store.content(ofMail('a')), undefined)
})

test('what is stored is what the redactor leaves; where it fails nothing is', async () => {
  const store = await liveStore()
  const redact = async ({ output }: { output: string }) => {
    if (output.includes('b')) throw new Error('cannot')
    return { input: { email: '[gone]' }, output }
  }
  const { captureContents, fates, errors } = capturing(store, { redact })
  await captureContents([captured('a'), captured('b')])
  assert.deepEqual((await store.content(ofMail('a')))?.input, { email: '[gone]' })
  assert.equal(await store.content(ofMail('b')), undefined)
  assert.deepEqual(ids(await store.claim(9, Number.MAX_SAFE_INTEGER, 1)), ['a'])
  assert.deepEqual(fates, { 'redactor-failed': 1, stored: 1 })
  assert.equal(errors.length, 1)
})

test('under a small share only some incumbents are kept, and each task says how likely it was', async () => {
  const store = await liveStore()
  const requests = Array.from({ length: 100 }, (_, index) =>
    captured(`${index}`, { arm: 'incumbent', version: 'aaaaaaaaaaaa' }),
  )
  let turn = 0
  const { captureContents, fates } = capturing(store, { random: () => (turn++ % 100) / 100 })
  await captureContents([...requests, captured('canary')])
  // 1 % canary: 10 incumbents for each of it out of 99 are 0.101.
  assert.equal(fates['not-sampled'], 89)
  const tasks = await store.claim(99, Number.MAX_SAFE_INTEGER, 1)
  const byId = Map.groupBy(tasks, ({ arm }) => arm)
  const [incumbent] = byId.get('incumbent') ?? []
  const [canary] = byId.get('canary') ?? []
  assert.ok(Math.abs((incumbent?.sampled ?? 0) - 10 / 99) < 1e-12)
  assert.equal(incumbent?.sampledOther, 1)
  assert.equal(canary?.sampled, 1)
  assert.ok(Math.abs((canary?.sampledOther ?? 0) - 10 / 99) < 1e-12)
})

test('users who have not contributed come first', async () => {
  const store = await liveStore()
  const records = new Map([
    ['again', { scored: { stage: 0, arm: 'canary' } }],
    ['moved', { scored: { stage: 0, arm: 'incumbent' } }],
  ])
  await store.saveCheckpoint('x', -1, { cursor: 0, state: {} }, { rolloutId: 'r1', records })
  await arrive(store, [
    captured('1', { unit: 'again', stage: 1 }),
    captured('2', { unit: 'fresh', stage: 1 }),
    captured('3', { unit: 'moved', stage: 1 }),
    captured('4', { unit: null, stage: 1 }),
  ])
  const tasks = await store.claim(2, Number.MAX_SAFE_INTEGER, 1)
  assert.deepEqual(ids(tasks).sort(), ['2', '3'])
})

test('whoever the present evidence knows is known, also when it was begun anew', async () => {
  const store = await liveStore()
  const scored = new Map([['again', { scored: { stage: 1, arm: 'canary' } }]])
  await store.saveCheckpoint('x', -1, { cursor: 0, state: {} }, { rolloutId: 'r1', records: scored })
  const state = { ...newCheckpoint({}, 'basis', newCheckpoint({}, 'before')), generation: 2 }
  const renewed = new Map([['known', { scored: { stage: 1, arm: 'canary' } }]])
  await store.saveCheckpoint(checkpointName('r1'), -1, { cursor: 0, state }, { rolloutId: 'r1~2', records: renewed })
  await arrive(store, [
    captured('1', { unit: 'again', stage: 1 }),
    captured('2', { unit: 'known', stage: 1 }),
    captured('3', { unit: 'fresh', stage: 1 }),
  ])
  const tasks = await store.claim(2, Number.MAX_SAFE_INTEGER, 1)
  assert.deepEqual(ids(tasks).sort(), ['1', '3'])
})

test('a sample is judged though the evidence of its rollout cannot be read', async () => {
  const store = await liveStore()
  await store.saveCheckpoint(checkpointName('r1'), -1, { cursor: 0, state: 'no fold' })
  await arrive(store, [captured('1', { unit: 'fresh', stage: 1 })])
  assert.equal(await store.queued(), 1)
})

test('requests without content or without a known sampling are none of its business', async () => {
  const store = await liveStore()
  const { captureContents, fates } = capturing(store)
  const { outcome, entry } = captured('a')
  const { captured: _, ...unsampled } = outcome
  await captureContents([{ entry, outcome: unsampled }])
  assert.deepEqual(fates, {})
  assert.equal(await store.queued(), 0)
})

test('a store that fails is told and never rejects', async () => {
  const store = await liveStore()
  const failing = { ...store, putContent: () => Promise.reject(new Error('lost')) }
  const { captureContents, errors } = capturing(failing)
  await captureContents([captured('a')])
  assert.equal(errors.length, 1)
})

test('what the sample did not ask for is not stored, whatever rate a client names', async () => {
  const store = await liveStore({ judge: { percent: 1, budgetUsdPerDay: 5 } })
  const ids = Array.from({ length: 2000 }, (_, index) => `id ${index}`)
  const { captureContents, fates } = capturing(store)
  await captureContents(ids.map((id) => captured(id, { rolloutId: null, arm: null, stage: null }, { captured: 1 })))
  const chosen = ids.filter((id) => position('sluice.capture', id) < 10_000)
  assert.deepEqual(fates, { stored: chosen.length, 'not-sampled': ids.length - chosen.length })
  const tasks = await store.claim(99, Number.MAX_SAFE_INTEGER, 1)
  assert.deepEqual(tasks.map(({ id }) => id).sort(), chosen.sort())
  for (const { sampled } of tasks) assert.equal(sampled, 0.01)
})

test('texts that were being redacted while storing was turned off are not stored', async () => {
  const store = await liveStore()
  const state = await store.feature('mail')
  assert.ok(state?.live)
  const off = { ...state, live: { ...state.live, store: false }, capture: null }
  const redact = async (material: { input: Record<string, unknown>; output: string }) => {
    const audit = { chain: 'mail', at: 0, actor: 'ann', tokenId: null, action: 'version.settings', reason: null }
    const result = await store.commit({ feature: off, audit: { ...audit, before: null, after: null, evidence: null } })
    assert.equal(result.outcome, 'committed')
    return material
  }
  const { captureContents, fates } = capturing(store, { redact })
  await captureContents([captured('a')])
  assert.deepEqual(
    [await store.content(ofMail('a')), await store.queued(), fates],
    [undefined, 0, { 'not-allowed': 1 }],
  )
})
