import assert from 'node:assert/strict'
import { test } from 'node:test'
import { replicaNotifications } from '../../../src/control/store/postgres/replica-notifications.ts'
import { signal } from '../../../src/control/store/signal.ts'
import { storeClock } from '../../../src/control/store/store-clock.ts'

function listened() {
  const signals = {
    changes: signal<number>(),
    appends: signal<readonly string[] | null>(),
    acknowledged: signal<void>(),
  }
  const appends: (readonly string[] | null)[] = []
  signals.appends.listen((rollouts) => appends.push(rollouts))
  const { notified, polled } = replicaNotifications(signals, storeClock(), async () => {})
  const poll = (logSeq: number) => polled({ revision: 1, logSeq, at: 0 })
  /** What was heard since the last call. Listeners run after the present code. */
  const heard = async () => {
    await Promise.resolve()
    return appends.splice(0)
  }
  return { notified, poll, heard }
}

test('a poll asks to look at all rollouts only after appends that were not heard of', async () => {
  const { notified, poll, heard } = listened()
  poll(7)
  assert.deepEqual(await heard(), [null])
  notified('log 7 2 ["a"]')
  notified('log 9 1 ["b"]')
  poll(10)
  poll(10)
  assert.deepEqual(await heard(), [['a'], ['b']])
  poll(11)
  assert.deepEqual(await heard(), [null])
})

test('a notification after a lost one does not hide it', async () => {
  const { notified, poll, heard } = listened()
  notified('log 0 1 ["a"]')
  notified('log 2 1 ["c"]')
  assert.deepEqual(await heard(), [['a'], ['c']])
  poll(3)
  assert.deepEqual(await heard(), [null])
})

test('a notification that comes after the poll that found its entries is passed on', async () => {
  const { notified, poll, heard } = listened()
  poll(2)
  notified('log 0 2 ["a"]')
  poll(2)
  assert.deepEqual(await heard(), [null, ['a']])
})

test('after a backup was restored, entries that nobody told of are found again', async () => {
  const { notified, poll, heard } = listened()
  notified('log 0 9 ["a"]')
  poll(9)
  poll(3)
  assert.deepEqual(await heard(), [['a']])
  poll(4)
  assert.deepEqual(await heard(), [null])
})

test('what is not of this form asks to look at all rollouts, and tells of no number', async () => {
  const { notified, poll, heard } = listened()
  for (const payload of ['log', 'log ["a"]', 'log 0 9 [1]', 'log 0 9 {', 'log 0 9 ']) notified(payload)
  assert.deepEqual(await heard(), [null, null, null, null, null])
  poll(9)
  assert.deepEqual(await heard(), [null])
})
