import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { openProjectDatabase } from '../../../src/core/answers/project-database.ts'
import { createChannels } from '../../../src/core/notify/create-channels.ts'
import { createIncidents } from '../../../src/core/notify/incidents.ts'
import { notifyNight } from '../../../src/core/notify/notify-night.ts'
import { fakeReceiver } from '../../support/fake-receiver.ts'
import { newsOf, simulatedTime } from './nights.ts'

/** Nights in a row against a receiver for Slack (/slack) and PagerDuty (/pd), each with a store opened anew. */
async function nights(answer: Parameters<typeof fakeReceiver>[0] = () => 200) {
  const receiver = await fakeReceiver(answer)
  const root = mkdtempSync(path.join(tmpdir(), 'sluice-notify-'))
  const env = { SLACK: `${receiver.url}/slack`, KEY: 'k' }
  return {
    env,
    async night(...notification: Parameters<typeof newsOf>) {
      const database = openProjectDatabase(root)
      const before = receiver.received.length
      const channels = createChannels(
        [{ slack: { urlEnv: 'SLACK' } }, { pagerduty: { routingKeyEnv: 'KEY', url: `${receiver.url}/pd` } }],
        env,
      )
      const options = { channels, incidents: createIncidents(database), deliver: simulatedTime(1).options }
      const notes = await notifyNight(newsOf(...notification), options)
      database.close()
      const told = receiver.received.slice(before).map(({ path: place, body }) => {
        const { event_action: action, blocks } = JSON.parse(body)
        return `${place} ${action ?? blocks[0].text.text}`
      })
      return { notes, told }
    },
    async [Symbol.asyncDispose]() {
      rmSync(root, { recursive: true, force: true })
      await receiver[Symbol.asyncDispose]()
    },
  }
}

test('an incident is told once, however long it lasts, and so is its end', async () => {
  await using run = await nights()
  assert.deepEqual((await run.night('2026-11-20', 'pass')).told, [])
  assert.deepEqual((await run.night('2026-11-21', 'fail')).told, ['/slack Nightly failed: summary', '/pd trigger'])
  assert.deepEqual((await run.night('2026-11-21', 'fail')).told, [], 'the same night again')
  assert.deepEqual((await run.night('2026-11-22', 'fail')).told, [])
  assert.deepEqual((await run.night('2026-11-23', 'inconclusive')).told, [], 'which proves nothing')
  assert.deepEqual((await run.night('2026-11-24', 'fail')).told, [])
  assert.deepEqual((await run.night('2026-11-25', 'pass')).told, ['/slack Nightly recovered: summary', '/pd resolve'])
  assert.deepEqual((await run.night('2026-11-26', 'pass')).told, [])
  assert.deepEqual((await run.night('2026-11-27', 'fail')).told, ['/slack Nightly failed: summary', '/pd trigger'])
})

test('what could not be delivered is tried again the next night, and only there', async () => {
  let down = true
  await using run = await nights((_, { path: place }) => (down && place === '/slack' ? 500 : 200))
  const first = await run.night('2026-11-21', 'fail')
  assert.equal(first.told.filter((text) => text === '/pd trigger').length, 1)
  assert.match(
    first.notes.join(),
    /^slack SLACK did not get its message: the receiver answered 500 \(\d+ attempts\)\. It is sent/,
  )
  down = false
  assert.deepEqual((await run.night('2026-11-22', 'fail')).told, ['/slack Nightly failed: summary'])
  down = true
  assert.ok((await run.night('2026-11-23', 'pass')).told.includes('/pd resolve'))
  down = false
  assert.deepEqual((await run.night('2026-11-24', 'pass')).told, ['/slack Nightly recovered: summary'])
  assert.deepEqual((await run.night('2026-11-25', 'pass')).told, [])
})

test('a channel that never heard of an incident does not hear of its end', async () => {
  let down = true
  await using run = await nights((_, { path: place }) => (down && place === '/slack' ? 403 : 200))
  await run.night('2026-11-21', 'fail')
  down = false
  assert.deepEqual((await run.night('2026-11-22', 'pass')).told, ['/pd resolve'])
})

test('an address that is gone is switched off with a note, until it is another one', async () => {
  await using run = await nights((_, { path: place }) => (place === '/slack' ? 410 : 200))
  assert.match((await run.night('2026-11-21', 'fail')).notes.join(), /slack SLACK: the address is gone \(410\)/)
  const second = await run.night('2026-11-22', 'fail')
  assert.deepEqual(second.told, [])
  assert.match(second.notes.join(), /slack SLACK is switched off since 2026-11-21/)
  run.env.SLACK += '/other'
  assert.deepEqual((await run.night('2026-11-23', 'fail')).told, ['/slack/other Nightly failed: summary'])
})

test('a provider that serves something else is told to people and pages nobody', async () => {
  await using run = await nights()
  const changed = { changed: true, details: ['local:a was served by a-1, now by a-2.'] }
  assert.deepEqual((await run.night('2026-11-21', 'pass', changed)).told, ['/slack Provider changed: summary'])
  assert.deepEqual((await run.night('2026-11-21', 'pass', changed)).told, [], 'the same night again')
  assert.deepEqual((await run.night('2026-11-22', 'fail', changed)).told, [
    '/slack Nightly failed: summary',
    '/pd trigger',
  ])
})
