import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Implementation } from './implementations.ts'
import { content, request, start, task } from './samples.ts'

export function testContents({ name: kind, open }: Implementation): void {
  test(`${kind}: content comes back as it was; what is there stays; a judgement is added`, async (context) => {
    const store = await open(context)
    await store.putContent([content('a'), content('b', { unit: null, rolloutId: 'r1' })])
    await store.putContent([content('a', { output: 'another' })])
    assert.deepEqual(await store.content('a'), content('a'))
    assert.deepEqual(await store.content('b'), content('b', { unit: null, rolloutId: 'r1' }))
    assert.equal(await store.content('c'), undefined)
    const judgement = { items: [{ id: 'actions', verdict: 'no' }] }
    await store.setJudgement('a', judgement, 0.25)
    await store.setJudgement('unknown', judgement, 1)
    assert.deepEqual(await store.content('a'), content('a', { judgement, score: 0.25 }))
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
    assert.equal(await store.content('a'), undefined)
    assert.ok(await store.content('b'))
  })

  test(`${kind}: a unit is forgotten: its contents, tasks and log entries, and nobody else's`, async (context) => {
    const store = await open(context)
    const ann = 'aaaaaaaaaaaaaaaa'
    await store.append([
      request('1', { unit: ann }),
      request('2'),
      request('3', { unit: ann }),
      request('4', { unit: null }),
    ])
    await store.putContent([content('1', { unit: ann }), content('2'), content('4', { unit: null })])
    await store.enqueue(
      ['1', '2', '3', '4'].map((id) => task(id)),
      100,
    )
    assert.equal(await store.forgetContent(ann), 1)
    assert.equal(await store.content('1'), undefined)
    const rest = await store.readLog({ after: 0, limit: 9 })
    assert.deepEqual(
      rest.map(({ id }) => id),
      ['2', '4'],
    )
    const claimed = await store.claim(9, start, 1000)
    assert.deepEqual(
      claimed.map(({ id }) => id),
      ['2', '4'],
    )
    assert.equal(await store.forgetContent(ann), 0)
    assert.ok(await store.content('2'))
    assert.ok(await store.content('4'))
  })
}
