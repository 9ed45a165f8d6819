import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Implementation } from '../../../support/store/implementations.ts'
import { content, key, start, task } from '../../../support/store/store-samples.ts'
import { idsOf } from './forgetting.ts'

export function testContents({ name: kind, open }: Implementation): void {
  test(`${kind}: content comes back as it was; what is there stays; a judgement is added`, async (context) => {
    const store = await open(context)
    await store.putContent([content('a'), content('b', { unit: null, rolloutId: 'r1' })])
    await store.putContent([content('a', { output: 'another' })])
    assert.deepEqual(await store.content(key('a')), content('a'))
    assert.deepEqual(await store.content(key('b')), content('b', { unit: null, rolloutId: 'r1' }))
    assert.equal(await store.content(key('c')), undefined)
    const judgement = { items: [{ id: 'actions', verdict: 'no' }] }
    await store.setJudgement(key('a'), judgement, 0.25)
    await store.setJudgement(key('unknown'), judgement, 1)
    assert.deepEqual(await store.content(key('a')), content('a', { judgement, score: 0.25 }))
  })

  test(`${kind}: the worst judged come first, by feature, rollout and version`, async (context) => {
    const store = await open(context)
    const scored = (id: string, score: number, more = {}) => content(id, { score, judgement: {}, ...more })
    await store.putContent([
      scored('good', 1),
      scored('bad', 0),
      scored('bad too', 0, { storedAt: start - 1, rolloutId: 'r1' }),
      scored('middle', 0.5, { version: 'bbbbbbbbbbbb', rolloutId: 'r1' }),
      scored('of another', 0, { feature: 'other' }),
      content('not judged'),
    ])
    const worst = async (filter: object) =>
      (await store.worstContent({ feature: 'summary', limit: 9, ...filter })).map(({ id }) => id)
    assert.deepEqual(await worst({}), ['bad too', 'bad', 'middle', 'good'])
    assert.deepEqual(await worst({ limit: 2 }), ['bad too', 'bad'])
    assert.deepEqual(await worst({ rolloutId: 'r1' }), ['bad too', 'middle'])
    assert.deepEqual(await worst({ rolloutId: 'r1', version: 'bbbbbbbbbbbb' }), ['middle'])
  })

  test(`${kind}: content is deleted when its time is over`, async (context) => {
    const store = await open(context)
    await store.putContent([content('a'), content('b', { expiresAt: start + 2000 })])
    assert.equal(await store.expireContent(start + 999), 0)
    assert.equal(await store.expireContent(start + 1000), 1)
    assert.equal(await store.content(key('a')), undefined)
    assert.ok(await store.content(key('b')))
  })

  test(`${kind}: what is discarded goes with its task, and with the task that a full queue drops its content`, async (context) => {
    const store = await open(context)
    await store.putContent(['a', 'b', 'c'].map((id) => content(id)))
    assert.equal(await store.enqueue([task('a'), task('b', { priority: 1 }), task('c', { priority: 2 })], 2), 1)
    assert.equal(await store.content(key('a')), undefined)
    await store.discard([key('b'), key('unknown')])
    assert.equal(await store.content(key('b')), undefined)
    assert.deepEqual(idsOf(await store.claim(9, start, 1000)), ['c'])
    assert.ok(await store.content(key('c')))
  })

  test(`${kind}: contents of features are deleted, all or those that wait, and kept for a shorter time`, async (context) => {
    const store = await open(context)
    const of = (feature: string) => ['judged', 'waiting'].map((id) => content(`${id} ${feature}`, { feature }))
    await store.putContent(['a', 'b', 'c'].flatMap(of))
    await store.enqueue(
      ['a', 'b', 'c'].map((feature) => task(`waiting ${feature}`, { feature })),
      9,
    )
    assert.equal(await store.clearContents(['a'], 'waiting'), 1)
    assert.equal(await store.clearContents(['b', 'none'], 'all'), 2)
    assert.deepEqual(idsOf(await store.claim(9, start, 1000)), ['waiting c'])
    assert.equal(await store.shortenContents('c', 10), 2)
    assert.equal(await store.shortenContents('a', 5000), 1)
    assert.equal(await store.expireContent(start + 10), 2)
    assert.deepEqual(await store.content(key('judged a', 'a')), content('judged a', { feature: 'a' }))
  })
}
