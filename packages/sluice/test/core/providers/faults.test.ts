import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chat, deadUrl, faultServer, inTurn, json, type Play, text } from '../../support/providers/fault-server.ts'
import { clientOf, failureOf } from '../../support/providers/model-call.ts'

const refusal = { error: { message: 'said the provider', type: 'x', code: 'y' } }
const hang: Play = () => {}
const headersThenSilence: Play = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).flushHeaders()
}
const reset: Play = (response) => {
  response.socket?.resetAndDestroy()
}
const breaksOff: Play = (response) => {
  response.writeHead(200, { 'content-length': '100' })
  response.write('{"choices": [', () => response.socket?.destroy())
}

const faults: { name: string; play: Play; kind: string; attempts: number; says: RegExp }[] = [
  { name: '400', play: json(refusal, 400), kind: 'bad-request', attempts: 1, says: /answered 400: said the provider$/ },
  { name: '404', play: json(refusal, 404), kind: 'bad-request', attempts: 1, says: /base URL spelled right/ },
  {
    name: '301',
    play: json({}, 301, { location: 'https://new.example/v1' }),
    kind: 'bad-request',
    attempts: 1,
    says: /moved to https:\/\/new\.example\/v1/,
  },
  {
    name: 'context length',
    play: json(
      { error: { message: "This model's maximum context length is 8192 tokens", code: 'context_length_exceeded' } },
      400,
    ),
    kind: 'too-long',
    attempts: 1,
    says: /8192 tokens/,
  },
  { name: '413', play: text('', 413), kind: 'too-long', attempts: 1, says: /answered 413$/ },
  { name: '429', play: json(refusal, 429), kind: 'rate-limit', attempts: 5, says: /429.*gave up after 5 attempts/ },
  { name: '500', play: json(refusal, 500), kind: 'server', attempts: 5, says: /answered 500/ },
  {
    name: '502 of a gateway',
    play: text('<html>Bad gateway</html>', 502),
    kind: 'server',
    attempts: 5,
    says: /<html>Bad/,
  },
  { name: '503', play: text('', 503), kind: 'overloaded', attempts: 5, says: /answered 503/ },
  { name: '504', play: text('', 504), kind: 'server', attempts: 5, says: /answered 504/ },
  { name: '529', play: json(refusal, 529), kind: 'overloaded', attempts: 5, says: /answered 529/ },
  {
    name: 'HTML',
    play: text('<!doctype html>\n <p>Log in'),
    kind: 'bad-response',
    attempts: 5,
    says: /with HTML: <!doctype html> <p>Log in/,
  },
  {
    name: 'cut-off JSON',
    play: text('{"choices": [{"mess'),
    kind: 'bad-response',
    attempts: 5,
    says: /cut-off JSON: \{"choices"/,
  },
  {
    name: 'other JSON',
    play: json({ ok: true }),
    kind: 'bad-response',
    attempts: 5,
    says: /unexpected form: \{"ok":true\}/,
  },
  { name: 'an empty body', play: text(''), kind: 'bad-response', attempts: 5, says: /with an empty body/ },
  { name: 'no choices', play: json({ choices: [] }), kind: 'bad-response', attempts: 5, says: /choices/ },
  {
    name: 'a reset connection',
    play: reset,
    kind: 'server',
    attempts: 5,
    says: /closed the connection \(ECONNRESET\)/,
  },
  { name: 'a body that breaks off', play: breaksOff, kind: 'server', attempts: 5, says: /closed the connection/ },
]

for (const { name, play, kind, attempts, says } of faults) {
  test(`${name} is ${kind}, tried ${attempts === 1 ? 'once' : `${attempts} times`}`, async () => {
    await using server = await faultServer(play)
    const error = await failureOf(clientOf(server.url).complete())
    assert.equal(error.kind, kind)
    assert.equal(error.exitCode, 4)
    assert.equal(error.fatal, false)
    assert.match(error.message, says)
    assert.match(error.message, /^local: /)
    assert.equal(server.requests.length, attempts)
  })
}

for (const [name, play] of Object.entries({
  'never answers': hang,
  'sends headers and then nothing': headersThenSilence,
})) {
  test(`a server that ${name} is ended by the timeout`, async () => {
    await using server = await faultServer(play)
    const { complete, slept } = clientOf(server.url, { timeoutMs: 30, retries: 1 })
    const error = await failureOf(complete())
    assert.equal(error.kind, 'timeout')
    assert.match(error.message, /no answer within 30 ms.*timeoutMs/)
    assert.equal(slept.length, 1)
  })
}

for (const [status, code] of [
  [401, undefined],
  [403, 'invalid_api_key'],
] as const) {
  test(`${status} stops every call to the provider at once and names the variable, not the key`, async () => {
    await using server = await faultServer(json({ error: { message: 'bad key secret-key', code } }, status))
    const { complete } = clientOf(server.url)
    const error = await failureOf(complete())
    assert.deepEqual([error.kind, error.fatal, error.exitCode, error.status], ['auth', true, 4, status])
    assert.match(error.message, /LOCAL_API_KEY was refused/)
    assert.doesNotMatch(error.message, /secret-key/)
    assert.equal(await failureOf(complete()), error)
    assert.equal(server.requests.length, 1)
  })
}

test('an account without credit is not asked again', async () => {
  await using server = await faultServer(json({ error: { message: 'quota', code: 'insufficient_quota' } }, 429))
  const error = await failureOf(clientOf(server.url).complete())
  assert.deepEqual([error.kind, error.fatal], ['rate-limit', true])
  assert.match(error.message, /no credit/)
  assert.equal(server.requests.length, 1)
})

test('nobody at the address: a few quick retries, then the provider is unreachable for all', async () => {
  const url = await deadUrl()
  const { complete, slept } = clientOf(url)
  const error = await failureOf(complete())
  assert.deepEqual([error.kind, error.fatal, error.exitCode], ['unreachable', true, 4])
  assert.match(error.message, /^provider unreachable: /)
  assert.ok(error.message.includes(url), error.message)
  assert.match(error.message, /ECONNREFUSED/)
  assert.deepEqual(slept, [100, 200, 400, 800])
  assert.equal(await failureOf(complete()), error)
})

test('a host name that does not exist is unreachable', async () => {
  const error = await failureOf(clientOf('http://no-such-host.invalid/v1').complete())
  assert.match(error.message, /no-such-host\.invalid.*(ENOTFOUND|EAI_AGAIN)/)
  assert.deepEqual([error.kind, error.fatal], ['unreachable', true])
})

test('after faults that pass the answer comes', async () => {
  await using server = await faultServer(
    inTurn(json(refusal, 429), reset, text('<html>'), text(''), chat('There it is.')),
  )
  const { complete, slept } = clientOf(server.url)
  assert.equal((await complete()).output, 'There it is.')
  assert.deepEqual(slept, [500, 1000, 2000, 4000])
})

test('the excerpt of an answer is at most 200 characters', async () => {
  await using server = await faultServer(text(`<p>${'x'.repeat(5000)}`))
  const error = await failureOf(clientOf(server.url, { retries: 0 }).complete())
  assert.match(error.message, /HTML: <p>x{196}…$/)
})

test('a call that is broken off says so and does not go on', async () => {
  await using server = await faultServer(hang)
  const controller = new AbortController()
  const call = failureOf(clientOf(server.url).complete('Hello', controller.signal))
  while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
  controller.abort()
  assert.equal((await call).kind, 'aborted')
  assert.equal(server.requests.length, 1)
})
