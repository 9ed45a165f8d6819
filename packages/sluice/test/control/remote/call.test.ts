import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { z } from 'zod'
import { call } from '../../../src/control/remote/call.ts'
import { type RemoteConnection, remoteAddress } from '../../../src/control/remote/connection.ts'
import { RefusalError } from '../../../src/control/remote/refusal.ts'

type Handler = (request: IncomingMessage, response: ServerResponse, index: number) => void

/** A server that does to each request what it is told, and keeps its heads. */
async function serverOf(handler: Handler) {
  const heads: IncomingMessage[] = []
  const server = createServer((request, response) => {
    heads.push(request)
    request.resume().on('end', () => handler(request, response, heads.length - 1))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const slept: number[] = []
  let keys = 0
  const connection: RemoteConnection = {
    url,
    token: 'secret-token',
    fetch,
    sleep: async (ms) => slept.push(ms),
    random: () => 0.5,
    now: () => 0,
    newKey: () => `key-${keys++}`,
  }
  return {
    connection,
    heads,
    slept,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const answer = (response: ServerResponse, status: number, body: unknown, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
const number = z.object({ n: z.number() })
const write = { method: 'POST', path: ['v1', 'a/b ü'], query: { from: 1, to: undefined }, body: { x: 1 } } as const

test('a call says who asks and for what, and its answer is checked', async () => {
  await using server = await serverOf((_, response) => answer(response, 200, { n: 1, more: true }))
  assert.deepEqual(await call(server.connection, write, number), { n: 1 })
  const [{ method, url, headers }] = server.heads as [IncomingMessage]
  assert.deepEqual([method, url], ['POST', '/v1/a%2Fb%20%C3%BC?from=1'])
  assert.equal(headers.authorization, 'Bearer secret-token')
  assert.equal(headers['idempotency-key'], 'key-0')
  await assert.rejects(call(server.connection, write, z.object({ m: z.number() })), {
    code: 'cannot-run',
    message: /not what this Sluice expects \(m: /,
  })
})

test('a write whose connection breaks is made again under the same key', async () => {
  await using server = await serverOf((request, response, index) => {
    if (index === 0) request.socket.destroy()
    else if (index === 1) answer(response, 503, {}, { 'retry-after': '2' })
    else answer(response, 201, { n: 3 })
  })
  assert.deepEqual(await call(server.connection, write, number), { n: 3 })
  assert.deepEqual(
    server.heads.map(({ headers }) => headers['idempotency-key']),
    ['key-0', 'key-0', 'key-0'],
  )
  assert.deepEqual(server.slept, [50, 2000], 'half of the first pause, then what the server asks for')
})

test('a refusal is not asked again; its exit code tells whose turn it is', async () => {
  const refused = async (status: number, body: unknown = { code: 'some-code', detail: 'Because.' }) => {
    await using server = await serverOf((_, response) => answer(response, status, body))
    const error = await call(server.connection, write, number).catch((caught: unknown) => caught)
    assert.ok(error instanceof RefusalError)
    assert.equal(server.heads.length, status === 429 ? 5 : 1)
    return error
  }
  assert.deepEqual(
    (await Promise.all([409, 400, 404, 413, 401, 403, 429, 500].map((status) => refused(status)))).map(
      ({ exitCode }) => exitCode,
    ),
    [1, 3, 3, 3, 4, 4, 4, 4],
  )
  assert.equal((await refused(409)).problem, 'some-code')
  assert.match((await refused(401)).message, /Because\.\nSet SLUICE_TOKEN to a token .* sluice token create/)
  const faulty = {
    code: 'invalid-request',
    detail: 'Two faults.',
    errors: [{ path: '/reason', message: 'is missing' }],
  }
  assert.match((await refused(400, faulty)).message, /Two faults\.\n {2}\/reason: is missing$/)
  assert.match((await refused(404, 'Not here')).message, /status 404; is this a Sluice control plane\?/)
})

test('where nobody answers, the way out is named', async () => {
  const server = await serverOf(() => {})
  await server[Symbol.asyncDispose]()
  await assert.rejects(call(server.connection, write, number), {
    code: 'cannot-run',
    message: /no control plane answers there \(ECONNREFUSED\)\. Start one with sluice serve/,
  })
  assert.equal(server.slept.length, 4)
})

test('the address comes from the flag, else from the environment, else it is the default of sluice serve', () => {
  assert.deepEqual(remoteAddress({}, {}), { url: 'http://127.0.0.1:4050', token: undefined })
  const env = { SLUICE_URL: 'https://sluice.example.com/base/', SLUICE_TOKEN: 'abc\n' }
  assert.deepEqual(remoteAddress({}, env), { url: 'https://sluice.example.com/base', token: 'abc' })
  assert.equal(remoteAddress({ url: 'http://127.0.0.1:1' }, env).url, 'http://127.0.0.1:1')
  for (const url of ['127.0.0.1:4050', 'ftp://host', 'http://token@host', ''])
    assert.throws(() => remoteAddress({ url }, {}), { code: 'invalid-input' })
})

test('no attempt begins when much time has passed: whoever asks must soon know', async () => {
  await using server = await serverOf((_, response) =>
    answer(response, 503, { code: 'store-unavailable', detail: 'no' }),
  )
  let now = 0
  const slow = { ...server.connection, now: () => now, sleep: async () => (now += 8000) }
  await assert.rejects(
    call(slow, write, number),
    (error: unknown) => error instanceof RefusalError && error.exitCode === 4,
  )
  assert.equal(server.heads.length, 3)
})
