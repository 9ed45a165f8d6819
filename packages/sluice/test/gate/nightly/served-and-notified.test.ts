import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { fakeReceiver } from '../../support/fake-receiver.ts'
import { nightlyProject } from './nights.ts'

const secretBytes = Buffer.alloc(32, 7)
const secrets = { path: 'T00SECRET/B00SECRET', key: 'R0UTINGSECRET', sign: `whsec_${secretBytes.toString('base64')}` }

const config = (url: string) => `notify:
  - slack: {urlEnv: SLACK_URL}
  - webhook: {url: "${url}/hook", secretEnv: HOOK_SECRET}
  - pagerduty: {routingKeyEnv: PD_KEY, url: "${url}/pd"}
`
const envOf = (url: string) => ({
  SLACK_URL: `${url}/slack/${secrets.path}`,
  HOOK_SECRET: secrets.sign,
  PD_KEY: secrets.key,
  GITHUB_REPOSITORY: 'acme/mail',
})

test('an incident is told to all channels once, and its end; no secret is in any output or file', async () => {
  await using receiver = await fakeReceiver()
  await using run = await nightlyProject({ config: config(receiver.url) })
  const env = envOf(receiver.url)
  const output: string[] = []
  const toldOn = async (night: string) => {
    const before = receiver.received.length
    const { stdout, stderr } = await run.project.sluice(['nightly', '--night', night, '--report-dir', 'out'], env)
    output.push(stdout, stderr)
    return receiver.received.slice(before).map(({ path: place, body }) => {
      const { event_action, type } = JSON.parse(body)
      return [place.split('/')[1], event_action ?? type].filter(Boolean).join(' ')
    })
  }
  assert.deepEqual(await toldOn('2026-11-20'), [])
  run.world.forgets = (mail) => mail % 3 === 0
  assert.deepEqual(await toldOn('2026-11-21'), ['slack', 'hook sluice.nightly.failed', 'pd trigger'])
  assert.deepEqual(await toldOn('2026-11-22'), [])
  run.world.forgets = () => false
  assert.deepEqual(await toldOn('2026-11-23'), ['slack', 'hook sluice.nightly.recovered', 'pd resolve'])

  const hook = receiver.received.find(({ path: place }) => place === '/hook')
  assert.ok(hook)
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature } = hook.headers
  const expected = createHmac('sha256', secretBytes).update(`${id}.${time}.${hook.body}`).digest('base64')
  assert.equal(signature, `v1,${expected}`)
  assert.match(JSON.parse(hook.body).data.details[0], /^Provider drift/)

  await run.project.sluice(['nightly', 'export', 'out/history.jsonl'])
  const files = globSync('{out,.sluice}/**', { cwd: run.project.root, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  assert.ok(files.length >= 6)
  const texts = files.map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'latin1'))
  for (const text of [...output, ...texts]) {
    for (const secret of Object.values(secrets)) assert.ok(!text.includes(secret), `${secret} was written`)
  }
})

test('receivers that fail cost neither the verdict nor the night, and are said in the report', async () => {
  await using receiver = await fakeReceiver((_, { path: place }) =>
    place === '/pd' ? 410 : [500, { 'retry-after': '3600' }],
  )
  await using run = await nightlyProject({ config: config(receiver.url) })
  const env = envOf(receiver.url)
  await run.project.sluice(['nightly', '--night', '2026-11-20'], env)
  run.world.forgets = (mail) => mail % 3 === 0
  const { code, stdout } = await run.project.sluice(['nightly', '--night', '2026-11-21', '--json'], env)
  assert.equal(code, 1)
  const { notes } = JSON.parse(stdout)
  assert.deepEqual(notes, [
    'slack SLACK_URL did not get its message: the receiver answered 500 (1 attempt). It is sent again the next night.',
    `webhook ${new URL(receiver.url).host} did not get its message: the receiver answered 500 (1 attempt). It is sent again the next night.`,
    'pagerduty PD_KEY: the address is gone (410); the channel is switched off from now on.',
  ])
})

test('a missing environment variable stops the night before it is paid for, unless nobody is to be told', async () => {
  await using run = await nightlyProject({ cases: 2, config: config('http://127.0.0.1:9') })
  const { code, stderr } = await run.project.sluice(['nightly'], { SLACK_URL: 'http://127.0.0.1:9/x' })
  assert.equal(code, 3)
  assert.match(stderr, /notify\.1: the environment variable HOOK_SECRET is not set\n.*notify\.2: .*PD_KEY is not set/)
  assert.equal(run.model.requests.length, 0)
  assert.equal((await run.project.sluice(['nightly', '--no-notify'])).code, 0)
})

test('another served model and another fingerprint are events by themselves, told and no alarm', async () => {
  await using receiver = await fakeReceiver()
  await using run = await nightlyProject({ config: config(receiver.url) })
  const env = envOf(receiver.url)
  Object.assign(run.world, { served: 'model-a-2026-08-01', fingerprint: 'fp_1' })
  const first = await run.night('2026-11-20', '--no-notify')
  assert.deepEqual(first.nightly.served.generation, { models: ['model-a-2026-08-01'], fingerprints: ['fp_1'] })
  assert.deepEqual(first.nightly.served.judge.models, ['judge'])
  assert.deepEqual((await run.night('2026-11-21', '--no-notify')).nightly.events, [])
  Object.assign(run.world, { served: 'model-a-2026-11-01', fingerprint: 'fp_2' })
  const { code, stdout } = await run.project.sluice(['nightly', '--night', '2026-11-22', '--json'], env)
  assert.equal(code, 0)
  assert.deepEqual(JSON.parse(stdout).features[0].nightly.events, [
    {
      code: 'served-model',
      message: 'The model is served by model-a-2026-11-01; on 2026-11-21 it was model-a-2026-08-01.',
    },
    {
      code: 'served-fingerprint',
      message: 'The model answers under another fingerprint, fp_2; on 2026-11-21 it was fp_1.',
    },
  ])
  assert.deepEqual(
    receiver.received.map(({ path: place }) => place.split('/')[1]),
    ['slack', 'hook'],
  )
  assert.equal(JSON.parse(receiver.received[1]?.body ?? '').type, 'sluice.nightly.provider_changed')
})

test('answers that look different at the same score are an event from the third night on', async () => {
  await using run = await nightlyProject()
  for (const night of ['2026-11-20', '2026-11-21']) await run.night(night)
  run.world.words = 'Dear all, there is one thing left. Action item: somebody ought to settle what is open for mail'
  const { code, nightly } = await run.night('2026-11-22')
  assert.equal(code, 0)
  assert.deepEqual(
    nightly.events.map(({ code: event }) => event),
    ['outputs-changed'],
  )
  assert.match(
    nightly.events[0]?.message ?? '',
    /look different since 2026-11-21: their similarity .* fell by 0\.\d+ over 20 cases/,
  )
})
