import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyChain } from '../../../../src/control/release/audit-chain.ts'
import type { OutcomeLog } from '../../../../src/control/store/outcome-log.ts'
import type { Implementation } from '../../../support/store/implementations.ts'
import {
  change,
  draft,
  feature,
  feedback,
  key,
  request,
  rollout,
  score,
  start,
} from '../../../support/store/store-samples.ts'
import { until } from '../../../support/until.ts'

const everything = { after: 0, limit: 10_000 }
const ids = async (log: OutcomeLog, page = {}) => (await log.readLog({ ...everything, ...page })).map(({ id }) => id)

export function testOutcomes({ name: kind, open }: Implementation): void {
  test(`${kind}: entries of all kinds come back as they were, in order of seq`, async (context) => {
    const store = await open(context)
    const drafts = [request('q1', { error: 'timeout \u0000', position: 0 }), score('s1', 'q1'), feedback('f1', 'q1')]
    assert.deepEqual(await store.append(drafts), ['accepted', 'accepted', 'accepted'])
    const entries = await store.readLog(everything)
    assert.deepEqual(
      entries.map(({ seq, ...draft }) => draft),
      drafts,
    )
    assert.ok(entries.every(({ seq }, index) => seq > (entries[index - 1]?.seq ?? 0)))
    assert.deepEqual(await store.entry(key('s1')), entries[1])
    assert.equal(await store.entry(key('none')), undefined)
    const found = await store.entries([key('f1'), key('none'), key('q1'), key('f1')])
    assert.deepEqual(
      found.toSorted((a, b) => a.seq - b.seq),
      [entries[0], entries[2]],
    )
    assert.deepEqual(await store.entries([]), [])
    assert.deepEqual(await store.append([]), [])
  })

  test(`${kind}: an id counts once, within a call, across calls and across calls at once`, async (context) => {
    const store = await open(context)
    assert.deepEqual(await store.append([request('a'), request('b'), request('a', { latencyMs: 1 })]), [
      'accepted',
      'accepted',
      'duplicate',
    ])
    assert.deepEqual(await store.append([request('c'), request('b')]), ['accepted', 'duplicate'])
    const same = Array.from({ length: 20 }, () => store.append([request('d'), request('e')]))
    const results = (await Promise.all(same)).flat()
    assert.equal(results.filter((result) => result === 'accepted').length, 2)
    assert.deepEqual((await ids(store)).sort(), ['a', 'b', 'c', 'd', 'e'])
    assert.equal((await store.entry(key('a')))?.seq, 1)
  })

  test(`${kind}: says of many features at once which have entries above a seq`, async (context) => {
    const store = await open(context)
    const [known, other] = [key('a').feature, 'it\'s {"odd"}']
    await store.append([request('a'), request('b'), request('c', { feature: other })])
    const asked = (...seqs: [feature: string, seq: number][]) => store.withEntriesAfter(new Map(seqs))
    assert.deepEqual(await asked([known, 2], [other, 3], ['unknown', 0]), new Set())
    assert.deepEqual(await asked([known, 1], [other, 3]), new Set([known]))
    assert.deepEqual(await asked([known, 0], [other, 2], ['unknown', 0]), new Set([known, other]))
    assert.deepEqual(await asked(), new Set())
  })

  test(`${kind}: pages by seq, feature and rollout`, async (context) => {
    const store = await open(context)
    await store.append([
      request('1'),
      request('2', { feature: 'other', rolloutId: 'r1' }),
      request('3', { rolloutId: 'r1' }),
      request('4', { rolloutId: 'r2' }),
    ])
    assert.deepEqual(await ids(store, { limit: 2 }), ['1', '2'])
    const after = (await store.entry(key('2', 'other')))?.seq
    assert.deepEqual(await ids(store, { after }), ['3', '4'])
    assert.deepEqual(await ids(store, { feature: 'summary' }), ['1', '3', '4'])
    assert.deepEqual(await ids(store, { rolloutId: 'r1' }), ['2', '3'])
    assert.deepEqual(await ids(store, { feature: 'summary', rolloutId: 'r1' }), ['3'])
    assert.deepEqual(await ids(store, { after: 1000 }), [])
  })

  test(`${kind}: whoever follows the log misses nothing while others append`, async (context) => {
    const store = await open(context)
    const seen: string[] = []
    let writing = true
    const follow = async () => {
      let after = 0
      for (;;) {
        const isLast = !writing
        const page = await store.readLog({ after, limit: 50 })
        seen.push(...page.map(({ id }) => id))
        after = page.at(-1)?.seq ?? after
        if (isLast && page.length === 0) return
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    const following = follow()
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let call = 0; call < 10; call += 1)
        await store.append([0, 1, 2].map((index) => request(`${writer}-${call}-${index}`)))
    })
    await Promise.all(writers)
    writing = false
    await following
    assert.equal(seen.length, 240)
    assert.equal(new Set(seen).size, 240)
  })

  test(`${kind}: pruning deletes what is old unless its rollout is still running; no seq comes again`, async (context) => {
    const store = await open(context)
    await store.commit(change('a', { feature: feature('a', { rollout: rollout('open', 'a') }) }))
    await store.commit(change('b', { feature: feature('b', { rollout: rollout('paused', 'b', 'paused') }) }))
    await store.commit(change('c', { feature: feature('c', { rollout: rollout('ended', 'c', 'promoted') }) }))
    const rollouts = [null, 'open', 'paused', 'ended', 'superseded long ago']
    await store.append(rollouts.map((rolloutId) => request(`old ${rolloutId}`, { rolloutId })))
    await store.append([request('new', { receivedAt: start + 1000 }), request('old again')])
    const last = (await store.entry(key('old again')))?.seq ?? 0
    assert.equal(await store.pruneLog(start + 1000), 4)
    assert.deepEqual(await ids(store), ['old open', 'old paused', 'new'])
    assert.equal(await store.pruneLog(start + 1000), 0)
    assert.deepEqual(await store.append([request('old again')]), ['accepted'])
    assert.ok(((await store.entry(key('old again')))?.seq ?? 0) > last)
  })

  test(`${kind}: a clock that steps back changes neither the order of the log nor the chain`, async (context) => {
    const store = await open(context)
    for (const [index, receivedAt] of [start, start - 3_600_000, start - 7_200_000].entries()) {
      await store.append([request(`${index}`, { receivedAt, observedAt: receivedAt })])
      await store.commit({ audit: draft('summary', { at: receivedAt }) })
    }
    assert.deepEqual(await ids(store), ['0', '1', '2'])
    assert.deepEqual(verifyChain(await store.audit('summary'), await store.auditHead('summary')), { ok: true, rows: 3 })
    assert.equal(await store.pruneLog(start - 3_600_000), 1)
    assert.deepEqual(await ids(store), ['0', '1'])
  })

  test(`${kind}: listeners hear of which rollouts entries were appended, until they stop`, async (context) => {
    const store = await open(context)
    const heard: (readonly string[] | null)[] = []
    const stop = store.onAppend((rollouts) => {
      heard.push(rollouts)
    })
    const of = (rolloutId: string | null, id: string) => request(id, { rolloutId })
    await store.append([of('r1', 'a'), of(null, 'b'), of('r 2', 'c'), of('r1', 'd')])
    await until(() => heard.length > 0, 'the append')
    assert.deepEqual(heard[0], ['r1', 'r 2'])
    await store.append([of(null, 'e')])
    await until(() => heard.some((rollouts) => rollouts?.length === 0), 'that of no rollout')
    stop()
  })
}
