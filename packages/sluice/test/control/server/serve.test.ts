import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { readEvents } from '../../support/event-reader.ts'
import { createProject, type Project } from '../../support/project.ts'
import { until } from '../../support/until.ts'

const token = 'an-admin-token-for-the-test'
const authorization = `Bearer ${token}`

async function start(project: Project, args: string[] = [], env: NodeJS.ProcessEnv = { SLUICE_ADMIN_TOKEN: token }) {
  const server = project.start(['serve', '--port', '0', ...args], env)
  const url = () => /"url":"([^"]+)"/.exec(server.said())?.[1]
  await until(() => url() !== undefined, 'the server to listen')
  return { ...server, url: url() ?? '' }
}

test('serve keeps its state, says nothing secret, and stops in order', async () => {
  using project = createProject({})
  const first = await start(project)
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
  await until(() => server.said().includes('stopping'), 'the first signal to be seen')
  server.kill('SIGTERM')
  await server.done
  await request
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

test('what cannot be served says why: bad flags 3, a port that is taken or a store that is unusable 4', async () => {
  using project = createProject({ 'a-file': 'not a folder' })
  const env = { SLUICE_ADMIN_TOKEN: token }
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  const port = String((taken.address() as AddressInfo).port)
  const [flag, short, busy, store] = await Promise.all([
    project.sluice(['serve', '--port', '70000'], env),
    project.sluice(['serve', '--port', '0'], { SLUICE_ADMIN_TOKEN: 'short' }),
    project.sluice(['serve', '--port', port], env),
    project.sluice(['serve', '--port', '0', '--data', 'a-file'], env),
  ])
  taken.close()
  assert.deepEqual([flag.code, short.code, busy.code, store.code], [3, 3, 4, 4])
  assert.match(busy.stderr, /the address is in use/)
  assert.match(short.stderr, /at least 16 characters/)
  assert.match(store.stderr, /a-file/)
})
