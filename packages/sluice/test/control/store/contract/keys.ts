import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Implementation } from '../../../support/store/implementations.ts'
import { content, key, request, start, task } from '../../../support/store/store-samples.ts'

const [mine, theirs] = [key('a'), key('a', 'other')]
const featuresOf = (found: readonly { feature: string }[]) => found.map(({ feature }) => feature).sort()

export function testKeys({ name: kind, open }: Implementation): void {
  test(`${kind}: the entry of one feature takes no id of another one`, async (context) => {
    const store = await open(context)
    const drafts = [request('a', { latencyMs: 1 }), request('a', { feature: 'other', latencyMs: 2 })]
    assert.deepEqual(await store.append([...drafts, request('a')]), ['accepted', 'accepted', 'duplicate'])
    assert.deepEqual(await store.append(drafts), ['duplicate', 'duplicate'])
    const latencies = await Promise.all(
      [mine, theirs, key('a', 'none')].map(async (each) => {
        const entry = await store.entry(each)
        return entry?.kind === 'request' && entry.latencyMs
      }),
    )
    assert.deepEqual(latencies, [1, 2, false])
    assert.deepEqual(featuresOf(await store.entries([theirs, key('a', 'none')])), ['other'])
    assert.deepEqual(featuresOf(await store.entries([mine, theirs])), ['other', 'summary'])
  })

  test(`${kind}: contents and tasks of one id of two features stay apart, whatever is done with one of them`, async (context) => {
    const store = await open(context)
    const bothContents = [content('a'), content('a', { feature: 'other', output: 'theirs' })]
    const bothTasks = [task('a'), task('a', { feature: 'other', priority: 1 })]
    const left = async () => ({
      contents: featuresOf((await Promise.all([mine, theirs].map(store.content))).filter((one) => one !== undefined)),
      tasks: await Promise.all(['other', 'summary'].map((feature) => store.queued(feature))),
    })
    const renew = async () => {
      await store.putContent(bothContents)
      assert.equal(await store.enqueue(bothTasks, 9), 0)
      assert.deepEqual(await left(), { contents: ['other', 'summary'], tasks: [1, 1] })
    }
    await renew()
    await store.setJudgement(mine, {}, 0.5)
    assert.deepEqual([(await store.content(theirs))?.score, (await store.content(theirs))?.output], [null, 'theirs'])
    await store.retry(mine, 1, start + 5)
    assert.deepEqual(featuresOf(await store.claim(9, start, 1000)), ['other'])
    await store.finish([theirs])
    assert.deepEqual(await left(), { contents: ['other', 'summary'], tasks: [0, 1] })
    await renew()
    await store.discard([mine])
    assert.deepEqual(await left(), { contents: ['other'], tasks: [1, 0] })
    await renew()
    assert.equal(await store.enqueue([task('b', { priority: 9 })], 1), 1)
    assert.deepEqual((await left()).contents, ['other'])
    await store.finish([key('b')])
    await renew()
    assert.equal(await store.clearContents(['summary'], 'waiting'), 1)
    assert.deepEqual(await left(), { contents: ['other'], tasks: [1, 0] })
  })

  test(`${kind}: whoever is forgotten takes no task along that has the same id in another feature`, async (context) => {
    const store = await open(context)
    const unit = 'aaaaaaaaaaaaaaaa'
    await store.append([request('a', { unit }), request('a', { feature: 'other' })])
    await store.putContent([content('a', { unit }), content('a', { feature: 'other' })])
    await store.enqueue([task('a'), task('a', { feature: 'other' })], 9)
    await store.forget({ unit, features: null, now: start, until: start + 1 })
    assert.deepEqual(featuresOf(await store.claim(9, start, 1000)), ['other'])
    assert.deepEqual(featuresOf(await store.readLog({ after: 0, limit: 9 })), ['other'])
    assert.ok(await store.content(theirs))
  })
}
