import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { createThreadLoad, listenForSignals } from '../../../../src/control/server/serve/serve.ts'
import { gateReport, promptVersion } from '../../../support/control-plane/control-plane.ts'
import { readEvents } from '../../../support/control-plane/event-reader.ts'
import { clientSecret, startIdentityProvider } from '../../../support/oidc/identity-provider.ts'
import { cookieIn } from '../../../support/oidc/oidc-visitor.ts'
import { createProject, type Project } from '../../../support/project.ts'
import { until } from '../../../support/until.ts'

const token = 'an-admin-token-for-the-test'
const authorization = `Bearer ${token}`

async function start(project: Project, args: string[] = [], env: NodeJS.ProcessEnv = { SLUICE_ADMIN_TOKEN: token }) {
  const server = project.start(['serve', '--port', '0', ...args], env)
  const url = () => /"url":"([^"]+)"/.exec(server.said())?.[1]
  await until(() => url() !== undefined, 'the server to listen')
  return { ...server, url: url() ?? '' }
}

/** The code of the refusal of a rollout that has hardly any traffic. */
async function askedForRollout(url: string): Promise<string> {
  const send = async (method: string, path: string, body: object) => {
    const headers = { authorization, 'content-type': 'application/json' }
    return (await fetch(`${url}/v1/features/f/${path}`, { method, headers, body: JSON.stringify(body) })).json()
  }
  const [active, canary] = [promptVersion('a'), promptVersion('b')]
  for (const content of [active, canary])
    await send('POST', 'versions', { content, report: gateReport('f', content.id) })
  await send('PUT', 'active', { version: active.id, reason: 'launch' })
  const settings = { stages: [{ percent: 50, soak: '1h' }], patience: '2h' }
  return (await send('POST', 'rollouts', { version: canary.id, settings, traffic: { requestsPerDay: 5 } })).code
}

test('serve keeps its state, says nothing secret, and stops in order', async () => {
  using project = createProject({})
  const first = await start(project)
  assert.equal(await askedForRollout(first.url), 'cannot-decide', 'how it ends was computed in a thread of its own')
  const body = JSON.stringify({ name: 'app', scopes: ['client'] })
  const headers = { authorization, 'content-type': 'application/json' }
  const made = await fetch(`${first.url}/v1/tokens`, { method: 'POST', headers, body })
  const { token: client } = (await made.json()) as { token: string }
  const events = readEvents(await fetch(`${first.url}/v1/stream`, { headers: { authorization: `Bearer ${client}` } }))
  await events.until(1)
  first.kill('SIGTERM')
  const { code, stderr } = await first.done
  assert.equal(code, 0)
  await until(() => events.ended(), 'the end of the stream')
  assert.match(events.text(), /retry: 1000\n\n$/)
  for (const line of stderr.trimEnd().split('\n')) assert.ok(JSON.parse(line).time)
  assert.ok(!stderr.includes(token) && !stderr.includes(client))

  const second = await start(project, [], {})
  assert.equal(
    (await fetch(`${second.url}/v1/snapshot`, { headers: { authorization: `Bearer ${client}` } })).status,
    200,
  )
  second.kill('SIGTERM')
  assert.equal((await second.done).code, 0)
})

test('a second signal ends it at once, though a request is under way', async () => {
  using project = createProject({})
  const server = await start(project)
  const body = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{')) })
  const init = { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body, duplex: 'half' }
  const request = fetch(`${server.url}/v1/outcomes`, init).catch(() => undefined)
  await fetch(`${server.url}/healthz`)
  server.kill('SIGTERM')
  await until(() => server.said().includes('signal again to stop at once'), 'the first signal to be seen')
  // What follows within a second counts as the echo of the first one.
  await setTimeout(1100)
  server.kill('SIGTERM')
  const { code, stderr } = await server.done
  assert.equal(code, 0)
  assert.match(stderr, /stopping at once: requests under way are cut off/)
  await request
})

test('one Ctrl-C that arrives twice lets requests under way finish', async () => {
  let now = 0
  const process = new EventEmitter()
  const signals = listenForSignals(process, () => now)
  let ended = 0
  void signals.second.then(() => (ended += 1))
  process.emit('SIGINT')
  now += 900
  process.emit('SIGINT')
  await signals.first
  assert.equal(ended, 0)
  now += 101
  process.emit('SIGINT')
  await signals.second
  signals.dispose()
  assert.equal(process.listenerCount('SIGINT'), 0)
})

test('a signal that arrives again when the server has closed does not end it in place of its exit code', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const process = new EventEmitter()
  const signals = listenForSignals(process, () => 0)
  process.emit('SIGINT')
  signals.dispose()
  process.emit('SIGINT')
  assert.equal(process.listenerCount('SIGINT'), 1)
  context.mock.timers.tick(1000)
  assert.deepEqual([process.listenerCount('SIGINT'), process.listenerCount('SIGTERM')], [0, 0])
})

test('how busy the thread is follows what it has done since it was asked last', async () => {
  const load = createThreadLoad()
  await setTimeout(0)
  load()
  for (const since = performance.now(); performance.now() - since < 50; );
  await setTimeout(0)
  const busy = load()
  assert.ok(busy > 0.5 && busy <= 1, String(busy))
  // A machine whose cores are busy may take the processor from this thread for longer than it waits here.
  await until(async () => {
    await setTimeout(100)
    return load() < busy / 2
  }, 'a time in which the thread had little to do')
})

test('without a token it lets nobody in, says how to make one, and refuses other addresses than loopback', async () => {
  using project = createProject({})
  const server = await start(project, [], {})
  assert.equal((await fetch(`${server.url}/v1/features`)).status, 401)
  assert.match(server.said(), /set SLUICE_ADMIN_TOKEN, e\.g\. to .* and start again/)
  server.kill('SIGTERM')
  await server.done
  const { code, stderr } = await project.sluice(['serve', '--host', '0.0.0.0', '--port', '0'])
  assert.equal(code, 3)
  assert.match(stderr, /Set SLUICE_ADMIN_TOKEN/)
})

test('what cannot be served says why: bad flags 3, a port that is taken or a store that is unusable 4', async (context) => {
  using project = createProject({ 'a-file': 'not a folder' })
  const env = { SLUICE_ADMIN_TOKEN: token }
  const taken = createServer().listen(0, '127.0.0.1')
  context.after(() => taken.close())
  await new Promise((resolve) => taken.once('listening', resolve))
  const port = String((taken.address() as AddressInfo).port)
  const [flag, short, busy, store] = await Promise.all([
    project.sluice(['serve', '--port', '70000'], env),
    project.sluice(['serve', '--port', '0'], { SLUICE_ADMIN_TOKEN: 'short' }),
    project.sluice(['serve', '--port', port], env),
    project.sluice(['serve', '--port', '0', '--data', 'a-file'], env),
  ])
  assert.deepEqual([flag.code, short.code, busy.code, store.code], [3, 3, 4, 4])
  assert.match(busy.stderr, /the address is in use/)
  assert.match(short.stderr, /at least 16 characters/)
  assert.match(store.stderr, /a-file/)
})

test('people sign in at the identity provider of sluice.yaml, whose secret nobody sees', async () => {
  await using provider = await startIdentityProvider({ callbacks: ['http://127.0.0.1/sign-in/oidc/callback'] })
  provider.people.set('ann', { name: 'Ann', groups: ['on-call'] })
  const yaml = `server:
  oidc:
    issuer: ${provider.issuer}
    clientId: sluice
    clientSecretEnv: OIDC_CLIENT_SECRET
    groupsClaim: groups
    roles: [{group: on-call, role: operator}]
`
  using project = createProject({ 'sluice.yaml': yaml })
  const env = { SLUICE_ADMIN_TOKEN: token, OIDC_CLIENT_SECRET: clientSecret }
  const refused = async (args: string[], given: NodeJS.ProcessEnv) => {
    const { code, stderr } = await project.sluice(['serve', '--port', '0', ...args], given)
    assert.equal(code, 3)
    return stderr
  }
  assert.match(
    await refused([], { SLUICE_ADMIN_TOKEN: token }),
    /sluice\.yaml: server\.oidc\.clientSecretEnv: the environment variable OIDC_CLIENT_SECRET is not set/,
  )
  assert.match(await refused(['--host', '0.0.0.0'], env), /server\.oidc: needs --public-url/)
  const plain = await refused(['--public-url', 'http://sluice.example.com'], env)
  assert.match(plain, /needs a --public-url that begins with https:\/\/, not http:\/\/sluice\.example\.com/)

  const server = await start(project, ['--log-level', 'debug'], env)
  let back: URL | undefined
  try {
    const begun = await fetch(`${server.url}/sign-in/oidc?next=/settings`, { redirect: 'manual' })
    back = await provider.signIn(begun.headers.get('location') ?? '', 'ann')
    assert.equal(back.origin, server.url)
    const done = await fetch(back, { headers: { cookie: cookieIn(begun, 'sluice_sign_in') } })
    assert.equal(done.status, 200, await done.text())
    const settings = await fetch(`${server.url}/settings`, { headers: { cookie: cookieIn(done, 'sluice_session') } })
    assert.match(await settings.text(), /You have signed in at 127\.0\.0\.1:\d+ as <b>Ann<\/b>/)
    const admin = { SLUICE_URL: server.url, SLUICE_TOKEN: token }
    const listed = await project.sluice(['token', 'list'], admin)
    const [, id = ''] =
      /^(p-\w+) {2}Ann {2}operator {2}all features {2}signs in at \S+ as ann {2}created/m.exec(listed.stdout) ?? []
    assert.match((await project.sluice(['token', 'revoke', id], admin)).stdout, /revoked 20/)
    assert.doesNotMatch((await project.sluice(['token', 'reinstate', id], admin)).stdout, /revoked/)
  } finally {
    server.kill('SIGTERM')
  }
  const { code, stderr } = await server.done
  assert.equal(code, 0)
  assert.ok(!stderr.includes(clientSecret) && !stderr.includes(back?.searchParams.get('code') ?? '?'))
})
