import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLeanFetch } from '../../../../src/core/providers/http/lean-fetch.ts'
import { deadUrl, faultServer, json } from '../../../support/providers/fault-server.ts'

const post = { method: 'POST', headers: { 'x-a': '1' }, body: '{"text":"Grüße"}' }

test('sends and answers as fetch does', async () => {
  await using server = await faultServer(json({ hello: 'wörld' }, 201, { 'x-b': '2' }))
  const response = await createLeanFetch({ env: {} })(server.url, post)
  assert.deepEqual([response.status, response.ok, response.headers.get('x-b')], [201, true, '2'])
  assert.deepEqual(await response.json(), { hello: 'wörld' })
  assert.deepEqual(server.requests[0]?.body, { text: 'Grüße' })
  assert.equal(server.requests[0]?.headers['x-a'], '1')
})

test('a status that has no body, and a redirect, are answers', async () => {
  await using server = await faultServer((response, _request, index) => {
    response.writeHead(index === 0 ? 204 : 307, { location: '/elsewhere' }).end()
  })
  const fetch = createLeanFetch({ env: {} })
  assert.equal((await fetch(server.url, post)).status, 204)
  assert.equal((await fetch(server.url, post)).status, 307)
})

test('connections are kept', async () => {
  const ports = new Set<number | undefined>()
  await using server = await faultServer((response, request, index) => {
    ports.add(response.socket?.remotePort)
    return json({})(response, request, index)
  })
  const fetch = createLeanFetch({ env: {} })
  for (let call = 0; call < 5; call += 1) await (await fetch(server.url, post)).text()
  assert.equal(ports.size, 1)
})

test('rejects with the code of the fault', async () => {
  const url = await deadUrl()
  await assert.rejects(createLeanFetch({ env: {} })(url, post), { code: 'ECONNREFUSED' })
})

test('ends with the signal, also after the headers', async () => {
  await using server = await faultServer((response) => {
    response.writeHead(200).flushHeaders()
    controller.abort()
  })
  const controller = new AbortController()
  await assert.rejects(createLeanFetch({ env: {} })(server.url, { ...post, signal: controller.signal }))
})

test('what is more than text goes to the other fetch', async () => {
  const seen: unknown[] = []
  const fetch = createLeanFetch({
    env: {},
    fetch: async (input) => {
      seen.push(input)
      return new Response('other')
    },
  })
  await fetch('http://127.0.0.1/', { method: 'POST', body: new Uint8Array(1) })
  await fetch(new Request('http://127.0.0.1/'))
  assert.equal(seen.length, 2)
})
