import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JudgeTask } from '../../../../src/records/judge-task.ts'
import type { Implementation } from '../../../support/store/implementations.ts'
import { key, start, task } from '../../../support/store/store-samples.ts'

const leaseMs = 60_000
const idsOf = (tasks: readonly JudgeTask[]) => tasks.map(({ id }) => id)

export function testJudgeQueue({ name: kind, open }: Implementation): void {
  test(`${kind}: the most urgent due tasks are claimed first, and again when the lease is over`, async (context) => {
    const store = await open(context)
    const urgent = task('urgent', { priority: 2.5, enqueuedAt: start + 5, rolloutId: 'r1', arm: 'canary' })
    const tasks = [
      task('late', { enqueuedAt: start + 9 }),
      task('old'),
      urgent,
      task('not yet', { notBefore: start + 1 }),
    ]
    assert.equal(await store.enqueue(tasks, 100), 0)
    assert.equal(await store.enqueue([task('old', { priority: 9 })], 100), 0)
    assert.equal(await store.queued(), 4)
    const first = await store.claim(2, start, leaseMs)
    assert.deepEqual(first, [{ ...urgent, notBefore: start + leaseMs }, task('old', { notBefore: start + leaseMs })])
    assert.deepEqual(idsOf(await store.claim(9, start, leaseMs)), ['late'])
    await store.finish([key('urgent'), key('unknown')])
    assert.deepEqual(idsOf(await store.claim(9, start + leaseMs, leaseMs)), ['not yet', 'old', 'late'])
    assert.equal(await store.queued('summary'), 3)
  })

  test(`${kind}: a task that is given back waits until it is due`, async (context) => {
    const store = await open(context)
    await store.enqueue([task('a')], 100)
    await store.claim(1, start, leaseMs)
    await store.retry(key('a'), 1, start + 10)
    await store.retry(key('unknown'), 1, start)
    assert.deepEqual(await store.claim(1, start + 9, leaseMs), [])
    assert.deepEqual(await store.claim(1, start + 10, leaseMs), [
      task('a', { attempts: 1, notBefore: start + 10 + leaseMs }),
    ])
  })

  test(`${kind}: beyond the bound the least urgent of the feature are dropped`, async (context) => {
    const store = await open(context)
    await store.enqueue([task('other', { feature: 'other' })], 2)
    assert.equal(await store.enqueue([task('a', { priority: 1 }), task('b'), task('c', { priority: 2 })], 2), 1)
    assert.equal(await store.enqueue([task('d', { priority: 3 }), task('e')], 2), 2)
    assert.deepEqual(idsOf(await store.claim(9, start, leaseMs)), ['d', 'c', 'other'])
    assert.equal(await store.queued('summary'), 2)
    assert.equal(await store.queued('other'), 1)
  })

  test(`${kind}: nobody claims what another has claimed at the same time`, async (context) => {
    const store = await open(context)
    await store.enqueue(
      Array.from({ length: 40 }, (_, index) => task(`${index}`)),
      100,
    )
    const claims = await Promise.all(Array.from({ length: 8 }, () => store.claim(5, start, leaseMs)))
    assert.equal(new Set(claims.flat().map(({ id }) => id)).size, claims.flat().length)
    const rest = await store.claim(40, start, leaseMs)
    assert.equal(claims.flat().length + rest.length, 40)
  })

  test(`${kind}: what judging costs adds up by day and feature`, async (context) => {
    const store = await open(context)
    await Promise.all([0.25, 0.5, 0.125].map((usd) => store.addJudgeSpending('2026-01-01', 'summary', usd)))
    await store.addJudgeSpending('2026-01-01', 'other', 1)
    await store.addJudgeSpending('2026-01-02', 'summary', 2)
    assert.deepEqual(Object.fromEntries(await store.judgeSpending('2026-01-01')), { other: 1, summary: 0.875 })
    assert.deepEqual(await store.judgeSpending('2026-01-03'), new Map())
  })
}
