import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deliver } from '../../../src/core/notify/deliver.ts'
import { fakeReceiver } from '../../support/fake-receiver.ts'
import { simulatedTime } from './nights.ts'

const secretPath = '/services/SECRET-IN-THE-PATH'
const requestTo = (url: string) => () => ({ url: `${url}${secretPath}`, headers: { 'x-key': 'SECRET' }, body: '{}' })

test('a server that answers 500 for an hour costs a minute, and fails nothing', async () => {
  await using receiver = await fakeReceiver(() => 500)
  const time = simulatedTime(1)
  const delivery = await deliver(requestTo(receiver.url), time.options)
  assert.equal(delivery.state, 'failed')
  assert.ok(time.passed() <= 60_000, `${time.passed()} ms`)
  assert.ok(receiver.received.length >= 5, `${receiver.received.length} attempts`)
  assert.deepEqual(time.sleeps.slice(0, 4), [250, 500, 1000, 2000], 'exponential, half of each by jitter')
  assert.match(JSON.stringify(delivery), /answered 500 \(\d+ attempts\)/)
  assert.doesNotMatch(JSON.stringify(delivery), /SECRET|127\.0\.0\.1/)
})

test('jitter spreads the retries over the whole delay', async () => {
  await using receiver = await fakeReceiver((index) => (index < 1 ? 503 : 200))
  for (const random of [0, 0.999]) {
    const time = simulatedTime(1)
    await using again = await fakeReceiver((index) => (index < 1 ? 503 : 200))
    assert.equal((await deliver(requestTo(again.url), { ...time.options, random: () => random })).state, 'delivered')
    assert.deepEqual(time.sleeps, [500 * random])
  }
  assert.equal(receiver.received.length, 0)
})

test('Retry-After is waited out, and not waited for beyond the deadline', async () => {
  await using patient = await fakeReceiver((index) => (index === 0 ? [429, { 'retry-after': '7' }] : 200))
  const time = simulatedTime(1)
  assert.deepEqual(await deliver(requestTo(patient.url), time.options), { state: 'delivered' })
  assert.deepEqual(time.sleeps, [7000])

  await using slow = await fakeReceiver(() => [503, { 'retry-after': '3600' }])
  const other = simulatedTime(1)
  assert.equal((await deliver(requestTo(slow.url), other.options)).state, 'failed')
  assert.deepEqual([slow.received.length, other.sleeps], [1, []])
})

test('410 says that the address is gone; a refusal or a redirect is not tried again', async () => {
  const outcomeOf = async (status: number) => {
    await using receiver = await fakeReceiver(() => [status, { location: 'http://127.0.0.1:1/' }])
    const { state } = await deliver(requestTo(receiver.url), simulatedTime(1).options)
    return [state, receiver.received.length]
  }
  assert.deepEqual(await outcomeOf(410), ['gone', 1])
  assert.deepEqual(await outcomeOf(403), ['failed', 1])
  assert.deepEqual(await outcomeOf(302), ['failed', 1])
})

test('a receiver that is not there is a failure without its address', async () => {
  const time = simulatedTime(1)
  const delivery = await deliver(requestTo('http://127.0.0.1:1'), time.options)
  assert.equal(delivery.state, 'failed')
  assert.doesNotMatch(JSON.stringify(delivery), /SECRET|127\.0\.0\.1/)
})

test('after the deadline nothing is sent', async () => {
  await using receiver = await fakeReceiver()
  const { state } = await deliver(requestTo(receiver.url), simulatedTime(0).options)
  assert.deepEqual([state, receiver.received.length], ['failed', 0])
})
