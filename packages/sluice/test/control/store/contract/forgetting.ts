import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Forgetting } from '../../../../src/control/store/forget-store.ts'
import type { Store } from '../../../../src/control/store/store.ts'
import type { Implementation } from '../../../support/store/implementations.ts'
import { content, feedback, key, request, score, start, task } from '../../../support/store/store-samples.ts'

export const idsOf = (found: readonly { id: string }[]) => found.map(({ id }) => id)

const ann = 'aaaaaaaaaaaaaaaa'
const until = start + 1_000_000

const forget = (store: Store, features: Forgetting['features'] = null) =>
  store.forget({ unit: ann, features, now: start, until })

/** What a rollout remembers of Ann and of another. */
async function remember(store: Store, rolloutId: string): Promise<void> {
  const name = `rollout:${rolloutId}`
  const stored = (await store.checkpoint(name))?.cursor ?? -1
  const records = new Map([ann, 'bbbbbbbbbbbbbbbb'].map((unit) => [unit, { exposed: { stage: 0, arm: 'canary' } }]))
  assert.ok(await store.saveCheckpoint(name, stored, { cursor: stored + 1, state: {} }, { rolloutId, records }))
}

const remembered = async (store: Store, rolloutId: string) =>
  [...(await store.units(rolloutId, [ann, 'bbbbbbbbbbbbbbbb'])).keys()].sort()

export function testForgetting({ name: kind, open }: Implementation): void {
  test(`${kind}: a unit is forgotten: its contents, tasks, log entries and memory, and nobody else's`, async (context) => {
    const store = await open(context)
    await store.append([
      request('1', { unit: ann }),
      request('2'),
      request('3', { unit: ann, rolloutId: 'r1' }),
      request('4', { unit: null }),
      score('5', '3', { unit: ann }),
      request('6', { unit: ann, feature: 'other' }),
    ])
    await store.putContent([content('1', { unit: ann }), content('2'), content('4', { unit: null })])
    await store.enqueue(
      ['1', '2', '3', '4'].map((id) => task(id)),
      100,
    )
    for (const id of ['r1', 'r2']) await remember(store, id)
    assert.deepEqual(await forget(store), {
      contents: 1,
      memories: 2,
      entries: [
        { feature: 'other', rolloutId: null, entries: 1 },
        { feature: 'summary', rolloutId: 'r1', entries: 2 },
        { feature: 'summary', rolloutId: null, entries: 1 },
      ],
    })
    assert.equal(await store.content(key('1')), undefined)
    assert.deepEqual(idsOf(await store.readLog({ after: 0, limit: 9 })), ['2', '4'])
    assert.deepEqual(idsOf(await store.claim(9, start, 1000)), ['2', '4'])
    assert.deepEqual(await remembered(store, 'r1'), ['bbbbbbbbbbbbbbbb'])
    assert.deepEqual(await forget(store), { contents: 0, memories: 0, entries: [] })
    for (const id of ['2', '4']) assert.ok(await store.content(key(id)))
  })

  test(`${kind}: a unit is forgotten in some features alone`, async (context) => {
    const store = await open(context)
    for (const feature of ['mine', 'other']) {
      await store.append([request(`log of ${feature}`, { unit: ann, feature })])
      await store.putContent([content(`log of ${feature}`, { unit: ann, feature })])
      await store.enqueue([task(`log of ${feature}`, { feature })], 9)
      await remember(store, `r of ${feature}`)
    }
    const forgotten = await forget(store, [{ feature: 'mine', rolloutIds: ['r of mine'] }])
    assert.deepEqual(forgotten, {
      contents: 1,
      memories: 1,
      entries: [{ feature: 'mine', rolloutId: null, entries: 1 }],
    })
    assert.deepEqual(idsOf(await store.readLog({ after: 0, limit: 9 })), ['log of other'])
    assert.deepEqual(idsOf(await store.claim(9, start, 1000)), ['log of other'])
    assert.ok(await store.content(key('log of other', 'other')))
    for (const feature of ['mine', 'other']) {
      await remember(store, `r of ${feature}`)
      await store.append([request(`late of ${feature}`, { unit: ann, feature })])
    }
    assert.deepEqual(await remembered(store, 'r of mine'), ['bbbbbbbbbbbbbbbb'])
    assert.deepEqual(await remembered(store, 'r of other'), [ann, 'bbbbbbbbbbbbbbbb'])
    assert.deepEqual(idsOf(await store.readLog({ after: 0, limit: 9 })), ['log of other', 'late of other'])
  })

  test(`${kind}: what comes late of a forgotten unit is dropped, until its time is over`, async (context) => {
    const store = await open(context)
    await store.append([request('1', { unit: ann })])
    await forget(store)
    const late = [
      request('2', { unit: ann, receivedAt: until - 1 }),
      score('3', '1', { unit: ann }),
      { ...feedback('4', '1'), unit: ann },
    ]
    assert.deepEqual(await store.append([...late, request('5')]), ['duplicate', 'duplicate', 'duplicate', 'accepted'])
    await store.putContent([content('1', { unit: ann }), content('5')])
    assert.deepEqual([await store.content(key('1')), (await store.content(key('5')))?.id], [undefined, '5'])
    await remember(store, 'r1')
    assert.deepEqual(await remembered(store, 'r1'), ['bbbbbbbbbbbbbbbb'])
    assert.deepEqual(await store.append([request('6', { unit: ann, receivedAt: until })]), ['accepted'])
    await store.expireContent(until)
    await remember(store, 'r1')
    assert.deepEqual(await remembered(store, 'r1'), [ann, 'bbbbbbbbbbbbbbbb'])
  })
}
