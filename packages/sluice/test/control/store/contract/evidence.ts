import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KnownStates } from '../../../../src/control/store/known-states.ts'
import type { Implementation } from '../../../support/store/implementations.ts'
import { request } from '../../../support/store/store-samples.ts'

const unitsOf = (rolloutId: string, records: Record<string, Record<string, unknown>>) => ({
  rolloutId,
  records: new Map(Object.entries(records)),
})

export function testEvidence({ name: kind, open }: Implementation): void {
  test(`${kind}: a checkpoint moves only from where it is believed to be`, async (context) => {
    const store = await open(context)
    assert.equal(await store.checkpoint('r1'), undefined)
    assert.equal(await store.saveCheckpoint('r1', 5, { cursor: 6, state: {} }), false)
    assert.equal(await store.saveCheckpoint('r1', -1, { cursor: 0, state: { sum: 0 } }), true)
    assert.equal(await store.saveCheckpoint('r1', -1, { cursor: 9, state: {} }), false)
    assert.equal(await store.saveCheckpoint('r1', 0, { cursor: 7, state: { sum: 0.1 + 0.2, list: [null, 1] } }), true)
    assert.deepEqual(await store.checkpoint('r1'), { cursor: 7, state: { sum: 0.1 + 0.2, list: [null, 1] } })
    assert.equal(await store.checkpoint('r2'), undefined)
  })

  test(`${kind}: a state in memory stands for the very same text alone, and only until somebody else stores another`, async (context) => {
    const store = await open(context)
    const known = new KnownStates()
    const state = { sum: 1 }
    await store.saveCheckpoint('r1', -1, { cursor: 1, state, known })
    const taken = await store.checkpoint('r1', known)
    assert.deepEqual([taken?.state === state, taken?.isKnown, taken?.cursor], [true, true, 1])
    state.sum = 2
    const stored = { cursor: 1, state: { sum: 1 } }
    assert.deepEqual(await store.checkpoint('r1', known), stored, 'whoever took it may have changed it')
    known.giveBack('r1', { sum: 1 })
    assert.equal((await store.checkpoint('r1', known))?.isKnown, true)
    assert.equal(await store.saveCheckpoint('r1', 7, { cursor: 8, state, known }), false)
    assert.deepEqual(await store.checkpoint('r1', known), stored, 'what was not stored is not kept')
    for (const next of [
      { cursor: 1, state: { sum: 3 } },
      { cursor: 2, state: { sum: 3 } },
    ]) {
      known.giveBack('r1', {})
      await store.saveCheckpoint('r1', 1, next)
      assert.deepEqual(await store.checkpoint('r1', known), next)
    }
  })

  test(`${kind}: of savers at once one wins, and only its units are remembered`, async (context) => {
    const store = await open(context)
    const savers = Array.from({ length: 8 }, (_, index) =>
      store.saveCheckpoint('r1', -1, { cursor: index, state: index }, unitsOf('r1', { u: { index } })),
    )
    const results = await Promise.all(savers)
    assert.equal(results.filter(Boolean).length, 1)
    const index = results.indexOf(true)
    assert.deepEqual(await store.checkpoint('r1'), { cursor: index, state: index })
    assert.deepEqual(await store.units('r1', ['u']), new Map([['u', { index }]]))
  })

  test(`${kind}: a number that is not finite is never stored as something else`, async (context) => {
    const store = await open(context)
    const odd = { sums: { ok: 1, list: [0, Number.NaN] } }
    await assert.rejects(
      store.saveCheckpoint('r1', -1, { cursor: 1, state: odd }),
      /checkpoint r1 at sums\.list\.1 is not/,
    )
    const units = unitsOf('r1', { u: { n: Infinity } })
    await assert.rejects(store.saveCheckpoint('r1', -1, { cursor: 1, state: 0 }, units), /memory of unit u at n is not/)
    const entries = [request('a', { latencyMs: Number.NaN }), request('b')]
    assert.deepEqual(await store.append(entries), ['refused', 'accepted'])
    assert.equal(await store.checkpoint('r1'), undefined)
    assert.equal((await store.readLog({ after: 0, limit: 9 })).length, 1)
  })

  test(`${kind}: what is set aside is kept, and with it its units are forgotten`, async (context) => {
    const store = await open(context)
    assert.equal(await store.setAside('r1', -1), false)
    await store.saveCheckpoint('r1', -1, { cursor: 4, state: 'odd' }, unitsOf('r1', { u: { n: 1 } }))
    await store.saveCheckpoint('r2', -1, { cursor: 4, state: 0 }, unitsOf('r2', { u: { n: 2 } }))
    assert.equal(await store.setAside('r1', 3), false)
    assert.equal(await store.setAside('r1', 4, { fresh: { cursor: 4, state: 'new' } }), true)
    assert.deepEqual(await store.checkpoint('r1'), { cursor: 4, state: 'new' })
    assert.deepEqual(await store.checkpoint('aside:r1'), { cursor: 4, state: 'odd' })
    assert.equal((await store.units('r1', ['u'])).size, 1)
    assert.equal(await store.setAside('r1', 4, { forget: 'r1' }), true)
    assert.equal(await store.checkpoint('r1'), undefined)
    assert.deepEqual(await store.checkpoint('aside:r1'), { cursor: 4, state: 'new' })
    assert.deepEqual([(await store.units('r1', ['u'])).size, (await store.units('r2', ['u'])).size], [0, 1])
  })

  test(`${kind}: what a checkpoint tells is that of the stored one, or nothing`, async (context) => {
    const store = await open(context)
    const save = (expected: number, cursor: number, told?: unknown) =>
      store.saveCheckpoint('r1', expected, {
        cursor,
        state: { long: cursor },
        ...(told !== undefined && { summary: told }),
      })
    assert.equal(await store.summary('r1'), undefined)
    await save(-1, 1, { short: 1 })
    assert.deepEqual(await store.summary('r1'), { short: 1 })
    assert.equal(await save(7, 8, { short: 8 }), false)
    assert.deepEqual(await store.summary('r1'), { short: 1 }, 'what was not saved is not told')
    await save(1, 1, { short: 2 })
    assert.deepEqual(await store.summary('r1'), { short: 2 })
    await save(1, 2)
    assert.equal(await store.summary('r1'), undefined, 'an older release tells nothing, and nothing old stays')
    assert.ok(await save(2, 3, { short: Number.NaN }), 'what is only looked at keeps nothing from being stored')
    assert.equal(await store.summary('r1'), undefined)
    await store.saveCheckpoint('r1', 3, { cursor: 3, state: 0, summary: 'odd' }, unitsOf('r1', { u: { n: 1 } }))
    assert.equal(await store.summary('r1'), 'odd')
    await store.setAside('r1', 3, { fresh: { cursor: 3, state: 'new' } })
    assert.equal(await store.summary('r1'), undefined)
  })

  test(`${kind}: checkpoints that are asked for at the same time are each answered as asked`, async (context) => {
    const store = await open(context)
    await store.saveCheckpoint('a', -1, { cursor: 1, state: 'of a', summary: 'about a' })
    await store.saveCheckpoint('b', -1, { cursor: 2, state: 'of b' })
    const asked = ['b', 'none', 'a']
    const found = await Promise.all(asked.map((name) => store.checkpoint(name)))
    assert.deepEqual(found, [{ cursor: 2, state: 'of b' }, undefined, { cursor: 1, state: 'of a' }])
    const told = await Promise.all(asked.map((name) => store.summary(name)))
    assert.deepEqual(told, [undefined, undefined, 'about a'])
  })

  test(`${kind}: units are known by rollout, and replaced`, async (context) => {
    const store = await open(context)
    await store.saveCheckpoint('a', -1, { cursor: 1, state: 0 }, unitsOf('r1', { u: { n: 1 }, v: { n: 2 } }))
    await store.saveCheckpoint('b', -1, { cursor: 1, state: 0 }, unitsOf('r2', { u: { n: 3 } }))
    await store.saveCheckpoint('a', 1, { cursor: 2, state: 0 }, unitsOf('r1', { v: { n: 4 } }))
    const known = await store.units('r1', ['v', 'u', 'w'])
    assert.deepEqual(Object.fromEntries(known), { u: { n: 1 }, v: { n: 4 } })
    assert.deepEqual(await store.units('r1', []), new Map())
    assert.deepEqual(Object.fromEntries(await store.units('r2', ['v', 'u'])), { u: { n: 3 } })
  })

  test(`${kind}: what is remembered of a rollout is named, and forgotten as a whole, also where it is much`, async (context) => {
    const store = await open(context)
    const many = Object.fromEntries(Array.from({ length: 2500 }, (_, index) => [`u${index}`, { index }]))
    await store.saveCheckpoint('a', -1, { cursor: 1, state: 0 }, unitsOf('r2', many))
    await store.saveCheckpoint('b', -1, { cursor: 1, state: 0 }, unitsOf('r1', { u1: { n: 1 } }))
    await store.saveCheckpoint('c', -1, { cursor: 1, state: 0 }, unitsOf('r3', { u1: { n: 3 } }))
    assert.deepEqual(await store.memories(), ['r1', 'r2', 'r3'])
    assert.equal(await store.forgetMemory('r2'), 2500)
    assert.equal(await store.forgetMemory('r2'), 0)
    assert.deepEqual(await store.memories(), ['r1', 'r3'])
    assert.equal((await store.units('r3', ['u1'])).size, 1)
  })

  test(`${kind}: what is saved is what it was at the call`, async (context) => {
    const store = await open(context)
    const state = { sum: 1 }
    const saving = store.saveCheckpoint('r1', -1, { cursor: 1, state }, unitsOf('r1', { u: state }))
    state.sum = 2
    assert.equal(await saving, true)
    assert.deepEqual(await store.checkpoint('r1'), { cursor: 1, state: { sum: 1 } })
    assert.deepEqual(await store.units('r1', ['u']), new Map([['u', { sum: 1 }]]))
  })
}
