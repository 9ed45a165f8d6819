import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { decodeBody, longestBody } from '../../../../src/core/providers/http/decode-body.ts'
import { createLeanFetch } from '../../../../src/core/providers/http/lean-fetch.ts'
import { chat, faultServer, type Play } from '../../../support/providers/fault-server.ts'
import { clientOf, failureOf } from '../../../support/providers/model-call.ts'

const encoders: Record<string, (text: string) => Buffer> = {
  gzip: (text) => gzipSync(text),
  'x-gzip': (text) => gzipSync(text),
  deflate: (text) => deflateSync(text),
  br: (text) => brotliCompressSync(text),
  zstd: (text) => zstdCompressSync(text),
}
const answer = JSON.stringify({
  object: 'chat.completion',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: `Grüße ${'x'.repeat(3000)}` } }],
})

const send =
  (bytes: Buffer, encoding: string): Play =>
  (response) =>
    void response.writeHead(200, { 'content-encoding': encoding, 'content-type': 'application/json' }).end(bytes)

for (const [encoding, encode] of Object.entries(encoders)) {
  test(`an answer in ${encoding} is read`, async () => {
    await using server = await faultServer(send(encode(answer), encoding))
    assert.match((await clientOf(server.url).complete()).output, /^Grüße x{3000}$/)
    const accepted = server.requests[0]?.headers['accept-encoding'] ?? ''
    assert.ok(encoding === 'x-gzip' || accepted.split(', ').includes(encoding), accepted)
  })

  test(`an answer in ${encoding} that is cut off or damaged is an error`, async () => {
    const whole = encode(answer)
    const damaged = Buffer.concat([whole.subarray(0, 8), Buffer.from('no such thing'), whole.subarray(30)])
    for (const bytes of [whole.subarray(0, -5), whole.subarray(0, 9), damaged]) {
      await using server = await faultServer(send(bytes, encoding))
      const error = await failureOf(clientOf(server.url, { retries: 0 }).complete())
      assert.equal(error.kind, 'bad-response')
      assert.match(error.message, new RegExp(`the body cannot be decoded from ${encoding}: `))
    }
  })
}

test('deflate without its frame, several encodings, and none', async () => {
  assert.equal(String(await decodeBody(deflateRawSync('bare'), 'deflate')), 'bare')
  assert.equal(String(await decodeBody(brotliCompressSync(gzipSync('twice')), 'gzip, br')), 'twice')
  assert.equal(String(await decodeBody(Buffer.from('plain'), 'identity')), 'plain')
  assert.equal(String(await decodeBody(Buffer.from(''), 'gzip')), '')
  await assert.rejects(decodeBody(Buffer.from('x'), 'compress'), /unknown encoding "compress"/)
})

test('what unfolds to more than a model writes is an error, whatever it is packed in', async () => {
  const zeros = Buffer.alloc(longestBody + 1)
  for (const [encoding, bytes] of Object.entries({
    gzip: gzipSync(zeros, { level: 1 }),
    zstd: zstdCompressSync(zeros),
    br: brotliCompressSync(zeros, { params: { 1: 1 } }),
  }))
    await assert.rejects(decodeBody(bytes, encoding), /longer than 64 MiB/, encoding)
})

test('a body that never ends is left at the bound', async () => {
  const chunk = Buffer.alloc(1 << 20)
  await using server = await faultServer((response) => {
    const go = () => {
      while (!response.destroyed && response.write(chunk));
    }
    response.on('drain', go)
    go()
  })
  const fetch = createLeanFetch({ env: {} })
  await assert.rejects(fetch(server.url, { method: 'POST', body: '{}' }), /longer than 64 MiB/)
})

test('JSON is read whatever its type is said to be, and with a byte order mark', async () => {
  for (const type of ['text/html', 'application/octet-stream', '']) {
    await using server = await faultServer(
      (response) => void response.writeHead(200, { 'content-type': type }).end(`\uFEFF${answer}`),
    )
    assert.match((await clientOf(server.url).complete()).output, /^Grüße/)
  }
})

test('a stream that nobody asked for says what it is, and is not asked for again', async () => {
  await using server = await faultServer((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end('data: {"choices":[{"delta":{"content":"Hi"}}]}\n\ndata: [DONE]\n\n')
  })
  const error = await failureOf(clientOf(server.url).complete())
  assert.match(error.message, /with a stream of events, which was not asked for: data: /)
  assert.equal(server.requests.length, 1)
})

test('broken chunks are no answer', async () => {
  await using server = await faultServer((response) => {
    response.socket?.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n')
  })
  const error = await failureOf(clientOf(server.url, { retries: 0 }).complete())
  assert.deepEqual([error.kind, /broken HTTP \(HPE_/.test(error.message)], ['bad-response', true])
})

test('a server of HTTP/1.0 is understood', async () => {
  await using server = await faultServer((response) => {
    response.socket?.end(`HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n${answer}`)
  })
  assert.match((await clientOf(server.url).complete()).output, /^Grüße/)
})

test('a call that asks for no compression itself gets none', async () => {
  await using server = await faultServer(chat('x'))
  await createLeanFetch({ env: {} })(server.url, {
    method: 'POST',
    body: '{}',
    headers: { 'Accept-Encoding': 'identity' },
  })
  assert.equal(server.requests[0]?.headers['accept-encoding'], 'identity')
})

test('without a body, and what is said to be a redirect', async () => {
  await using server = await faultServer(
    (response, _request, index) =>
      void (index === 0 ? response.end('{}') : response.writeHead(302, { location: '/x' }).end()),
  )
  const fetch = createLeanFetch({ env: {} })
  assert.deepEqual(await (await fetch(server.url)).json(), {})
  await assert.rejects(fetch(server.url, { redirect: 'error' }), /a redirect, which is not followed/)
})
