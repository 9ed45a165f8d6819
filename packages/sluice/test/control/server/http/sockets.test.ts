import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { systemClock } from '@sluice/client'
import { defaultServerLimits, type Listening, listen } from '../../../../src/control/server/http/listen.ts'
import { type TestPlane, testPlane, tokenOf } from '../../../support/control-plane/control-plane.ts'
import { readEvents } from '../../../support/control-plane/event-reader.ts'
import { until } from '../../../support/until.ts'

/** So little time that on a busy machine an honest request may need more: for the tests of what happens then. */
const impatient = (ms: number) => ({ ...defaultServerLimits, headersMs: ms, requestMs: 2 * ms, checkMs: 50 })

interface Served extends AsyncDisposable {
  plane: TestPlane
  listening: Listening
  /** A bare connection, and all that came over it. */
  connect(): Promise<{ socket: Socket; received(): string; closed(): boolean }>
}

async function served(settings = {}, limits = defaultServerLimits): Promise<Served> {
  const plane = await testPlane({ clock: systemClock, settings })
  const listening = await listen(plane.plane, { host: '127.0.0.1', port: 0 }, limits)
  return {
    plane,
    listening,
    async connect() {
      const socket = connect(Number(new URL(listening.url).port), '127.0.0.1')
      let text = ''
      let closed = false
      socket.on('data', (data) => {
        text += data
      })
      socket.on('error', () => undefined)
      socket.on('close', () => {
        closed = true
      })
      await new Promise((resolve) => socket.once('connect', resolve))
      return { socket, received: () => text, closed: () => closed }
    },
    [Symbol.asyncDispose]: () => listening.close(),
  }
}

const head = (method: string, path: string, headers: string[] = []) =>
  [
    `${method} ${path} HTTP/1.1`,
    'host: localhost',
    `authorization: Bearer ${tokenOf('client')}`,
    ...headers,
    '',
    '',
  ].join('\r\n')
const json = 'content-type: application/json'

test('a client that sends its request drop by drop is cut off', async () => {
  await using server = await served({}, impatient(200))
  const slowHead = await server.connect()
  slowHead.socket.write('POST /v1/outcomes HTTP/1.1\r\nhost: local')
  const slowBody = await server.connect()
  slowBody.socket.write(head('POST', '/v1/outcomes', [json, 'content-length: 1000']))
  slowBody.socket.write('{')
  await until(() => slowHead.closed() && slowBody.closed(), 'both connections to be closed')
  assert.match(slowHead.received(), /^HTTP\/1.1 408/)
  assert.match(slowBody.received(), /^HTTP\/1.1 4/)
  await until(async () => (await fetch(`${server.listening.url}/healthz`)).status === 200, 'an honest request')
})

test('a body of 1 GB is refused after the first of it, and the connection is closed', async () => {
  await using server = await served()
  const announced = await server.connect()
  announced.socket.write(head('POST', '/v1/outcomes', [json, 'content-length: 1000000000']))
  await until(() => announced.closed(), 'the connection that announced 1 GB to be closed')
  assert.match(announced.received(), /^HTTP\/1.1 413[\s\S]*body-too-large/)

  const chunked = await server.connect()
  chunked.socket.write(head('POST', '/v1/outcomes', [json, 'transfer-encoding: chunked']))
  const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536, ' '), Buffer.from('\r\n')])
  let sent = 0
  while (!chunked.closed() && sent < 1_000_000_000) {
    sent += chunk.length
    if (!chunked.socket.write(chunk)) await Promise.race([once(chunked.socket, 'drain'), once(chunked.socket, 'close')])
  }
  assert.ok(sent < 100_000_000, `${sent} bytes were taken`)
  assert.match(chunked.received(), /^HTTP\/1.1 413/)
})

const once = (socket: Socket, event: string) => new Promise<void>((resolve) => socket.once(event, () => resolve()))

test('a stream outlives the time allowed for a request', async () => {
  await using server = await served({ heartbeatMs: 300 }, impatient(500))
  await using events = await openStream(server)
  await until(() => events.text().split(': heartbeat').length > 5, 'five heartbeats')
  assert.equal(events.ended(), false)
})

async function openStream({ listening }: Served, token = tokenOf('client')) {
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(`${listening.url}/v1/stream`, { headers })
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
  return readEvents(response)
}

async function activate({ plane }: Served, text: string): Promise<void> {
  const version = await plane.publish('f', text)
  const body = { version, reason: 'next' }
  assert.equal((await plane.ask('PUT /v1/features/f/active', { as: 'operator', body })).status, 200)
}

test('a reader that takes nothing is cut, the others get every change', async () => {
  await using server = await served({ maxBufferedBytes: 100_000 })
  const deaf = await server.connect()
  deaf.socket.pause()
  deaf.socket.write(head('GET', '/v1/stream'))
  await using events = await openStream(server)
  await until(() => server.plane.plane.streams() === 2, 'two streams')
  let changes = 0
  while (server.plane.plane.streams() === 2 && changes < 60) {
    changes += 1
    await activate(server, `${changes} `.padEnd(400_000, 'x'))
    await events.until(changes + 1)
  }
  assert.equal(server.plane.plane.streams(), 1)
  const revisions = events.snapshots().map(({ revision }) => revision)
  assert.deepEqual(
    revisions,
    revisions.toSorted((a, b) => a - b),
  )
  deaf.socket.destroy()
})

test('a stream is sent in whole chunks to its last, and plainly to a client of HTTP/1.0', async () => {
  await using server = await served()
  const [modern, old] = [await server.connect(), await server.connect()]
  modern.socket.write(head('GET', '/v1/stream'))
  old.socket.write(head('GET', '/v1/stream').replace('HTTP/1.1', 'HTTP/1.0'))
  await until(() => server.plane.plane.streams() === 2, 'two streams')
  await activate(server, 'ünïcode 😀')
  await until(() => [modern, old].every(({ received }) => received().includes('😀')), 'the change at both')
  await server.listening.close()
  await until(() => modern.closed() && old.closed(), 'the end of both')
  const [headers = '', ...rest] = modern.received().split('\r\n\r\n')
  assert.match(headers, /transfer-encoding: chunked/i)
  const chunks = chunksOf(Buffer.from(rest.join('\r\n\r\n')))
  assert.deepEqual(chunks.slice(-1), [''])
  const events = chunks.join('')
  assert.equal(events.split('event: snapshot').length, 3)
  const [plainHeaders = '', plain] = old.received().split('\r\n\r\n')
  assert.doesNotMatch(plainHeaders, /transfer-encoding/i)
  assert.equal(plain, events)
})

/** The contents of the chunks of a body, which must be nothing else. */
function chunksOf(body: Buffer): string[] {
  const chunks: string[] = []
  for (let at = 0; at < body.length; ) {
    const [line = '', size = ''] = /^([0-9a-f]+)\r\n/.exec(body.toString('latin1', at, at + 20)) ?? []
    assert.ok(size !== '', `no chunk at byte ${at}`)
    const begin = at + line.length
    const end = begin + Number.parseInt(size, 16)
    assert.equal(body.toString('latin1', end, end + 2), '\r\n')
    chunks.push(body.toString('utf8', begin, end))
    at = end + 2
  }
  return chunks
}

test('a client that has half closed its connection leaves no stream behind', async () => {
  await using server = await served()
  const half = await server.connect()
  half.socket.write(head('GET', '/v1/stream'))
  await until(() => half.received().includes('event: snapshot'), 'the snapshot')
  half.socket.end()
  await until(() => server.plane.plane.streams() === 0, 'the end of the stream')
})

test('a revoked token closes its open stream', async () => {
  await using server = await served()
  const token = await server.plane.token('a-token-to-revoke', {})
  await using events = await openStream(server, token)
  await events.until(1)
  await server.plane.ask('DELETE /v1/tokens/id-a-token-to-revoke', { as: 'admin' })
  await until(() => events.ended(), 'the end of the stream')
})

test('a server that closes finishes what is under way, ends streams with a hint, and takes nothing new', async () => {
  const graceMs = 60_000
  await using server = await served({}, { ...defaultServerLimits, graceMs })
  const silent = await server.connect()
  const events = await openStream(server)
  await events.until(1)
  const append = server.plane.store.append
  const [arrived, mayGoOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  server.plane.store.append = async (entries) => {
    arrived.resolve()
    await mayGoOn.promise
    return append(entries)
  }
  const outcome = { id: 'a', feature: 'f', version: '0123456789ab', observedAt: new Date().toISOString() }
  const underWay = fetch(`${server.listening.url}/v1/outcomes`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokenOf('client')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ outcomes: [outcome] }),
  })
  await arrived.promise
  const closed = server.listening.close()
  assert.equal((await server.plane.ask('GET /readyz')).body.code, 'shutting-down')
  mayGoOn.resolve()
  assert.equal(((await (await underWay).json()) as { accepted: number }).accepted, 1)
  const answeredAt = performance.now()
  await closed
  assert.ok(performance.now() - answeredAt < graceMs / 2, 'a connection without a request is not waited for')
  await until(() => silent.closed(), 'the end of the connection without a request')
  await until(() => events.ended(), 'the end of the stream')
  assert.match(events.text(), /retry: 1000\n\n$/)
  await assert.rejects(fetch(`${server.listening.url}/healthz`))
})
