import assert from 'node:assert/strict'
import { test } from 'node:test'
import { announce } from '../../../src/control/notify/announce.ts'
import { startNotifier } from '../../../src/control/notify/notifier.ts'
import { rowNotification } from '../../../src/control/notify/row-notification.ts'
import { applyEvent } from '../../../src/control/store/apply-event.ts'
import type { Store } from '../../../src/control/store/store.ts'
import type { Channel } from '../../../src/core/notify/channel.ts'
import { createChannels } from '../../../src/core/notify/create-channels.ts'
import { releaseMessage } from '../../../src/core/notify/release-notification.ts'
import type { NotifySettings } from '../../../src/core/suite/config/notify-settings.ts'
import { by, byHand, canary, handClock, rollingStore, startRollout } from '../../support/controller/stage.ts'
import { fakeReceiver } from '../../support/fake-receiver.ts'
import { toldFaults } from '../../support/loop-faults.ts'
import { draft, start } from '../../support/store/store-samples.ts'
import { until } from '../../support/until.ts'

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
const webhook = { webhook: { urlEnv: 'URL', secretEnv: 'SECRET' } } satisfies NotifySettings
const rollBack = { type: 'rollBack', rolloutId: 'r1', reason: '<!here> 9 of 90 users met an error.' } as const

function channelTo(url: string, settings: NotifySettings = webhook): Channel {
  const [channel] = createChannels([settings], { URL: url, SECRET: secret, KEY: 'routing' })
  assert.ok(channel)
  return channel
}

function telling(store: Store, channel: Channel) {
  const clock = handClock()
  const errors: string[] = []
  const fates: string[] = []
  const sleep = async (ms: number) => {
    clock.at += Math.max(ms, 10_000)
  }
  const linkTo = (feature: string) => `https://sluice.example/${feature}`
  const loop = startNotifier({
    store,
    clock,
    channel,
    notificationOf: async (row) => rowNotification(row, { project: 'acme/mail', linkTo }),
    deliver: { fetch, random: () => 0, sleep },
    faults: toldFaults(clock, (error) => errors.push(String(error))),
    count: (_, end) => fates.push(end),
  })
  return { clock, errors, fates, close: () => loop.close(), [Symbol.asyncDispose]: () => loop.close() }
}

/** Waits until the channel is known: from then on it is told. */
const untilKnown = (store: Store, { id, addressId }: Channel) =>
  until(async () => (await store.checkpoint(`notify:${id} ${addressId}`)) !== undefined, 'the start')

test('started, advanced, alert, stuck, promoted and rolled back are told with their evidence, each once', async () => {
  await using receiver = await fakeReceiver()
  const store = await rollingStore()
  const channel = channelTo(receiver.url)
  const first = telling(store, channel)
  await untilKnown(store, channel)
  await applyEvent(store, 'mail', { type: 'advance', reason: 'No worse so far.' }, by, byHand)
  const alert = { feature: 'mail', rolloutId: 'r1', key: 'cost', evidence: null, at: start }
  await announce(store, { ...alert, action: 'rollout.alert', reason: 'Costs twice as much.' })
  await announce(store, { ...alert, action: 'rollout.stuck', reason: 'Held for 12 hours.' })
  await applyEvent(store, 'mail', { type: 'pause', reason: 'lunch' }, by, byHand)
  await until(() => receiver.received.length === 3, 'three messages')
  await first.close()
  await using _ = telling(store, channel)
  await applyEvent(store, 'mail', rollBack, by, byHand)
  await startRollout(store, 'mail', 'r2')
  await applyEvent(store, 'mail', { type: 'promote', reason: 'Good.' }, by, byHand)
  await until(() => receiver.received.length === 6, 'three more')
  const bodies = receiver.received.map(({ body }) => JSON.parse(body))
  assert.deepEqual(
    bodies.map(({ type }) => type.replace('sluice.rollout.', '')),
    ['advanced', 'alert', 'stuck', 'rolled_back', 'started', 'promoted'],
  )
  assert.partialDeepStrictEqual(bodies[3].data, {
    feature: 'mail',
    rollout: 'r1',
    reason: rollBack.reason,
    link: 'https://sluice.example/mail',
  })
  assert.deepEqual(bodies[0].data.facts, [
    ...[`canary ${canary}`, 'has 5 % of the users', 'everybody else gets aaaaaaaaaaaa', 'rollout r1', 'by ann'],
  ])
})

test('a weak promotion, and a rollback of the undecided, are told as what they are', async () => {
  await using receiver = await fakeReceiver()
  const store = await rollingStore()
  const channel = channelTo(receiver.url)
  await using _ = telling(store, channel)
  await untilKnown(store, channel)
  await applyEvent(store, 'mail', { type: 'rollBack', reason: 'Time is up.', why: 'undecided' }, by, byHand)
  await startRollout(store, 'mail', 'r2')
  await applyEvent(store, 'mail', { type: 'promote', reason: 'Time is up.', strength: 'weak' }, by, byHand)
  await until(() => receiver.received.length === 3, 'three messages')
  const [rolledBack, , promoted] = receiver.received.map(({ body }) => JSON.parse(body))
  assert.deepEqual([rolledBack.data.why, rolledBack.data.strength], ['undecided', null])
  assert.deepEqual([promoted.data.strength, promoted.data.why], ['weak', null])
})

test('a hold is told where somebody has to look: arms that mismatch, a decision for a person', async () => {
  await using receiver = await fakeReceiver()
  const store = await rollingStore()
  const channel = channelTo(receiver.url)
  await using _ = telling(store, channel)
  await untilKnown(store, channel)
  for (const why of ['insufficientData', 'sampleRatioMismatch', null, 'inconclusive'] as const)
    await applyEvent(store, 'mail', { type: 'hold', why, reason: `now ${why}` }, by, byHand)
  await until(() => receiver.received.length === 2, 'two messages')
  const told = receiver.received.map(({ body }) => JSON.parse(body)).map(({ type, data }) => [type, data.reason])
  assert.deepEqual(told, [
    ['sluice.rollout.stuck', 'now sampleRatioMismatch'],
    ['sluice.rollout.stuck', 'now inconclusive'],
  ])
})

test('what happened before the channel was known is not told', async () => {
  await using receiver = await fakeReceiver()
  const store = await rollingStore()
  const channel = channelTo(receiver.url)
  await using _ = telling(store, channel)
  await untilKnown(store, channel)
  await applyEvent(store, 'mail', rollBack, by, byHand)
  await until(() => receiver.received.length === 1, 'the rollback')
  assert.match(receiver.received[0]?.body ?? '', /rolled_back/)
})

test('a receiver that is down is told later, under one id; one that is gone is left alone', async () => {
  let status = 503
  await using receiver = await fakeReceiver(() => status)
  const store = await rollingStore()
  const channel = channelTo(receiver.url)
  await using teller = telling(store, channel)
  await untilKnown(store, channel)
  await applyEvent(store, 'mail', rollBack, by, byHand)
  await until(() => teller.errors.length > 0, 'a failure')
  assert.match(teller.errors[0] ?? '', /webhook URL did not get the message "mail \(acme\/mail\): rolled back": .*503/)
  status = 200
  const before = receiver.received.length
  await until(() => {
    teller.clock.at += 60_000
    return receiver.received.length > before
  }, 'the delivery')
  assert.equal(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size, 1)
  status = 410
  await startRollout(store, 'mail', 'r2')
  const kept = () => store.checkpoint(`notify:${channel.id} ${channel.addressId}`)
  await until(async () => JSON.stringify(await kept()).includes('"gone":true'), 'the refusal')
  await applyEvent(store, 'mail', { type: 'abort', reason: 'enough' }, by, byHand)
  await teller.close()
  assert.equal(receiver.received.length, before + 2)
})

test('what could not be told for hours is no news any more', async () => {
  await using receiver = await fakeReceiver()
  const store = await rollingStore()
  const channel = channelTo(receiver.url)
  await using teller = telling(store, channel)
  await untilKnown(store, channel)
  teller.clock.at = start + 7 * 3_600_000
  await applyEvent(store, 'mail', { type: 'pause', reason: 'old' }, by, byHand)
  await applyEvent(store, 'mail', rollBack, by, byHand)
  await startRollout(store, 'mail', 'r2')
  await applyEvent(store, 'mail', { type: 'abort', reason: 'new' }, { ...by, at: teller.clock.at }, byHand)
  await until(() => receiver.received.length === 1, 'the news')
  assert.match(receiver.received[0]?.body ?? '', /aborted/)
})

test('nobody is called for a start, but for a rollback', async () => {
  await using receiver = await fakeReceiver()
  const store = await rollingStore()
  const channel = channelTo(receiver.url, { pagerduty: { routingKeyEnv: 'KEY', url: receiver.url } })
  await using _ = telling(store, channel)
  await untilKnown(store, channel)
  await startRollout(store, 'mail', 'r2', {}, true)
  await applyEvent(store, 'mail', { ...rollBack, rolloutId: 'r2' }, by, byHand)
  await until(() => receiver.received.length === 1, 'the call')
  const event = JSON.parse(receiver.received[0]?.body ?? '')
  assert.partialDeepStrictEqual(event, { event_action: 'trigger', payload: { class: 'rolledBack', component: 'mail' } })
})

test('a message that is refused for good is given up, named and counted, and all others are told', async () => {
  await using receiver = await fakeReceiver((_, { body }) => (body.includes('rollout.advanced') ? 400 : 200))
  const store = await rollingStore()
  await rollingStore({ store, feature: 'constructor', rolloutId: 'r9' })
  const channel = channelTo(receiver.url)
  await using teller = telling(store, channel)
  await untilKnown(store, channel)
  await applyEvent(store, 'mail', { type: 'advance', reason: 'No worse so far.' }, by, byHand)
  await applyEvent(store, 'mail', rollBack, by, byHand)
  await applyEvent(store, 'constructor', { ...rollBack, rolloutId: 'r9' }, by, byHand)
  const told = () => receiver.received.filter(({ body }) => body.includes('rolled_back')).length
  await until(() => told() === 2 && teller.fates.length === 3, 'both rollbacks')
  assert.equal(receiver.received.length, 3)
  assert.match(teller.errors[0] ?? '', /mail .*rollout advanced": the receiver answered 400; it is not sent again/)
  assert.deepEqual(teller.fates.toSorted(), ['delivered', 'delivered', 'refused'])
  const state = (await store.checkpoint(`notify:${channel.id} ${channel.addressId}`))?.state
  assert.partialDeepStrictEqual(state, { waiting: [] })
})

test('one message that cannot be told now holds up neither other rollouts nor, for long, its own', async () => {
  let broken = true
  await using receiver = await fakeReceiver((_, { body }) => (broken && body.includes('rollout.advanced') ? 500 : 200))
  const store = await rollingStore()
  await rollingStore({ store, feature: 'zebra', rolloutId: 'r9' })
  const channel = channelTo(receiver.url)
  await using teller = telling(store, channel)
  await untilKnown(store, channel)
  await applyEvent(store, 'mail', { type: 'advance', reason: 'No worse so far.' }, by, byHand)
  await applyEvent(store, 'mail', rollBack, by, byHand)
  await applyEvent(store, 'zebra', { ...rollBack, rolloutId: 'r9' }, by, byHand)
  const titles = () => receiver.received.map(({ body }) => JSON.parse(body).data.summary as string)
  await until(() => titles().some((title) => /^zebra .*rolled back/.test(title)), 'the other feature')
  assert.ok(!titles().some((title) => /^mail .*rolled back/.test(title)), 'in order, for a while')
  teller.clock.at += 61_000
  await applyEvent(store, 'zebra', { type: 'activate', version: canary, reason: 'wakes the loop' }, by, byHand)
  await until(() => titles().some((title) => /^mail .*rolled back/.test(title)), 'the rollback of the same rollout')
  broken = false
  const advanced = () => titles().filter((title) => /rollout advanced/.test(title)).length
  const before = advanced()
  await until(() => {
    teller.clock.at += 60_000
    return advanced() > before && teller.fates.at(-1) === 'delivered'
  }, 'what had to wait')
  assert.ok(teller.fates.includes('delayed') && !teller.fates.includes('lost'))
})

test('what a channel was told that cannot be read is set aside, and told once more under the same ids', async () => {
  await using receiver = await fakeReceiver()
  const store = await rollingStore()
  const channel = channelTo(receiver.url)
  const name = `notify:${channel.id} ${channel.addressId}`
  await store.saveCheckpoint(name, -1, { cursor: 3, state: { seen: { mail: null }, gone: false } })
  await applyEvent(store, 'mail', rollBack, by, byHand)
  await using _ = telling(store, channel)
  await until(() => receiver.received.length === 2, 'start and rollback')
  assert.ok(await store.checkpoint(`aside:${name}`))
})

test('news say in which environment something happened, and that of another one is other news', () => {
  const row = { ...draft('mail', { action: 'rollout.abort' }), seq: 7, revision: 7, previous: '', hash: '' }
  const messageOf = (chain: string, environments: string[]) => {
    const notification = rowNotification(
      { ...row, chain },
      { project: 'acme/mail', environments, linkTo: () => undefined },
    )
    assert.ok(notification)
    return releaseMessage(notification)
  }
  const names = ['staging', 'production']
  const told = [messageOf('mail', []), messageOf('mail', names), messageOf('mail@staging', names)]
  assert.deepEqual(
    told.map(({ title }) => title),
    ['mail', 'mail@production', 'mail@staging'].map((name) => `${name} (acme/mail): rollout aborted`),
  )
  assert.deepEqual([told[0]?.dedupKey === told[1]?.dedupKey, told[1]?.id === told[2]?.id], [true, false])
})
