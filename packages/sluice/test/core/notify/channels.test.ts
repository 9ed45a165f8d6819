import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { Channel } from '../../../src/core/notify/channel.ts'
import { createChannels } from '../../../src/core/notify/create-channels.ts'
import { deliver } from '../../../src/core/notify/deliver.ts'
import type { Notification } from '../../../src/core/notify/notification.ts'
import { nightMessage } from '../../../src/core/notify/notify-night.ts'
import type { NotifySettings } from '../../../src/core/suite/config/notify-settings.ts'
import { fakeReceiver } from '../../support/fake-receiver.ts'
import { hostile, newsOf, simulatedTime } from './nights.ts'

const secret = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`
const notification = (event: Notification['event'], more: Partial<Notification> = {}): Notification => {
  const { verdict: _, changed: __, ...about } = newsOf('2026-11-24', 'fail')
  return { ...about, event, since: '2026-11-22', ...more }
}

async function sent(settings: NotifySettings, env: NodeJS.ProcessEnv, ...notifications: Notification[]) {
  await using receiver = await fakeReceiver()
  const here = JSON.parse(JSON.stringify({ settings, env }).replaceAll('RECEIVER', receiver.url))
  const [channel] = createChannels([here.settings], here.env)
  assert.ok(channel)
  for (const one of notifications) await send(channel, one)
  return receiver.received
}

async function send(channel: Channel, one: Notification) {
  const delivery = await deliver((now) => channel.request(nightMessage(one), now), simulatedTime(1).options)
  assert.deepEqual(delivery, { state: 'delivered' })
}

test('Slack gets Block Kit that it would take, and nothing in it acts', async () => {
  const [received] = await sent(
    { slack: { urlEnv: 'SLACK' } },
    { SLACK: 'RECEIVER/services/T/B/x' },
    notification('failed', { feature: 'mail', details: Array.from({ length: 12 }, () => hostile.repeat(40)) }),
  )
  assert.equal(received?.path, '/services/T/B/x')
  const message: { blocks: { text: { text: string } }[] } = JSON.parse(received.body)
  const text = { type: 'string', minLength: 1, maxLength: 3000 }
  const mrkdwn = {
    required: ['type', 'text'],
    properties: { type: { const: 'mrkdwn' }, text, verbatim: { const: true } },
  }
  const block = {
    oneOf: [
      {
        required: ['type', 'text'],
        properties: {
          type: { const: 'header' },
          text: { properties: { type: { const: 'plain_text' }, text: { ...text, maxLength: 150 } } },
        },
      },
      { required: ['type', 'text'], properties: { type: { const: 'section' }, text: mrkdwn } },
      {
        required: ['type', 'elements'],
        properties: { type: { const: 'context' }, elements: { type: 'array', items: mrkdwn, maxItems: 10 } },
      },
    ],
  }
  const schema = {
    type: 'object',
    required: ['text', 'blocks'],
    properties: { text, blocks: { type: 'array', maxItems: 50, items: block } },
  }
  const validate = new Ajv2020({ strict: false }).compile(schema)
  const textOf = (index: number) => message.blocks.at(index)?.text?.text ?? ''
  assert.ok(validate(message), JSON.stringify(validate.errors))
  assert.equal(textOf(0), 'Nightly failed: mail')
  const mentions = /<[!@#]|<https?:|(?<![\u200b])[`*_~](?!\u200b)\w|@here|:tada:|\u202e/
  const details = message.blocks.slice(2, -2).map(({ text }) => text.text)
  assert.equal(details.length, 8)
  for (const detail of details) assert.doesNotMatch(detail, mentions)
  assert.match(details[0] ?? '', /^• &lt;!channel&gt;/)
  assert.equal(textOf(-2), '… and 4 more')
})

test('a webhook is signed as Standard Webhooks say, over the body as sent', async () => {
  const received = await sent(
    { webhook: { url: 'RECEIVER/hook', secretEnv: 'SECRET' } },
    { SECRET: secret(1) },
    notification('failed'),
    notification('failed'),
    notification('recovered'),
  )
  for (const { headers, body } of received) {
    const id = String(headers['webhook-id'])
    const timestamp = String(headers['webhook-timestamp'])
    assert.match(timestamp, /^\d{10}$/)
    const expected = createHmac('sha256', Buffer.alloc(32, 1)).update(`${id}.${timestamp}.${body}`).digest('base64')
    assert.equal(headers['webhook-signature'], `v1,${expected}`)
  }
  const ids = received.map(({ headers }) => headers['webhook-id'])
  assert.equal(ids[0], ids[1], 'the same news has the same id')
  assert.notEqual(ids[0], ids[2])
  const { type, timestamp, data } = JSON.parse(received[0]?.body ?? '')
  assert.deepEqual([type, timestamp], ['sluice.nightly.failed', '2026-11-24T02:00:00.000Z'])
  assert.deepEqual([data.feature, data.since, data.codes], ['summary', '2026-11-22', ['provider-drift']])
})

test('while a secret is rotated both sign', async () => {
  const [received] = await sent(
    { webhook: { urlEnv: 'URL', secretEnv: 'SECRET' } },
    { URL: 'RECEIVER/', SECRET: `${secret(1)} ${secret(2)}` },
    notification('failed'),
  )
  assert.ok(received)
  const { headers, body } = received
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  const by = (byte: number) => `v1,${createHmac('sha256', Buffer.alloc(32, byte)).update(signed).digest('base64')}`
  assert.deepEqual(String(headers['webhook-signature']).split(' '), [by(1), by(2)])
})

test('PagerDuty gets trigger and resolve under one key', async () => {
  const received = await sent(
    { pagerduty: { routingKeyEnv: 'KEY', url: 'RECEIVER/v2/enqueue' } },
    { KEY: 'R0UT1NG' },
    notification('failed', { night: '2026-11-22', details: [hostile.repeat(50)] }),
    notification('failed', { night: '2026-11-23' }),
    notification('recovered', { night: '2026-11-24' }),
  )
  const events = received.map(({ body }) => JSON.parse(body))
  const key = { type: 'string', minLength: 1, maxLength: 255 }
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile({
    type: 'object',
    required: ['routing_key', 'event_action', 'dedup_key'],
    properties: {
      routing_key: { const: 'R0UT1NG' },
      event_action: { enum: ['trigger', 'acknowledge', 'resolve'] },
      dedup_key: key,
      payload: {
        type: 'object',
        required: ['summary', 'source', 'severity'],
        properties: {
          summary: { type: 'string', maxLength: 1024 },
          source: { type: 'string' },
          severity: { enum: ['critical', 'error', 'warning', 'info'] },
          timestamp: { type: 'string' },
          custom_details: { type: 'object' },
        },
      },
    },
    if: { properties: { event_action: { const: 'trigger' } } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { required: ['payload'] },
  })
  for (const event of events) assert.ok(validate(event), JSON.stringify(validate.errors))
  assert.deepEqual(
    events.map(({ event_action }) => event_action),
    ['trigger', 'trigger', 'resolve'],
  )
  assert.deepEqual([...new Set(events.map(({ dedup_key }) => dedup_key))], ['sluice-nightly/acme/mail/summary'])
})

test('every variable that is missing or unfit is named, and no value is', () => {
  const settings: NotifySettings[] = [
    { slack: { urlEnv: 'SLACK' } },
    { webhook: { url: 'http://127.0.0.1:1/', secretEnv: 'SECRET' } },
    { pagerduty: { routingKeyEnv: 'KEY' } },
  ]
  const message = (env: NodeJS.ProcessEnv) => {
    try {
      createChannels(settings, env)
    } catch (error) {
      return (error as Error).message
    }
    return ''
  }
  const text = message({ SLACK: 'xoxb-not-a-url', SECRET: 'whsec_dG9vc2hvcnQ=' })
  assert.match(text, /notify\.0: the environment variable SLACK does not hold a URL/)
  assert.match(text, /notify\.1: SECRET does not hold a signing secret: expected whsec_ and the base64 of 24 to 64/)
  assert.match(text, /notify\.2: the environment variable KEY is not set/)
  assert.match(text, /or run with --no-notify/)
  assert.doesNotMatch(text, /xoxb|dG9vc2hvcnQ/)
})
