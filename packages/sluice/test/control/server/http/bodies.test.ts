import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyChain } from '../../../../src/control/release/audit-chain.ts'
import { maxBodyBytes, outlineOf } from '../../../../src/control/server/http/body.ts'
import { gateReport, promptVersion, testPlane } from '../../../support/control-plane/control-plane.ts'

const path = 'POST /v1/outcomes'

test('a body that is not JSON is refused with the place of the fault', async () => {
  await using plane = await testPlane()
  const send = async (body: string) => (await plane.ask(path, { as: 'client', body })).body
  const fault = await send('{"outcomes": [{"id": "a"}, {"id": nope}]}')
  assert.deepEqual([fault.status, fault.code, fault.errors[0].path], [400, 'malformed-json', '/outcomes/1/id'])
  assert.equal((await send('')).code, 'malformed-json')
  assert.equal((await send('{"outcomes": [}')).errors[0].path, '/outcomes/0')
})

test('a body that does not fit the schema is refused with the place of each fault', async () => {
  await using plane = await testPlane()
  const { body } = await plane.ask('POST /v1/acks', { as: 'client', body: { instance: '', epoch: 1, revision: 0.5 } })
  assert.deepEqual([body.status, body.code], [400, 'invalid-request'])
  assert.deepEqual(
    body.errors.map((error: { path: string }) => error.path),
    ['/instance', '/epoch', '/revision', '/hash'],
  )
  const query = await plane.ask('GET /v1/features/a/audit?limit=many', { as: 'operator' })
  assert.deepEqual([query.status, query.body.errors[0].path], [400, 'query.limit'])
})

test('bytes that are not UTF-8 are refused with their place', async () => {
  await using plane = await testPlane()
  const bytes = Buffer.from('{"outcomes": [{"id": "\xff"}]}', 'latin1')
  const request = new Request('http://localhost/v1/outcomes', {
    method: 'POST',
    headers: plane.request(path, { as: 'client', headers: { 'content-type': 'application/json' } }).headers,
    body: bytes,
  })
  const response = await plane.plane.fetch(request)
  const { code, errors } = (await response.json()) as { code: string; errors: unknown }
  assert.deepEqual(
    [response.status, code, errors],
    [400, 'malformed-json', [{ path: '/outcomes/0/id', message: 'not UTF-8' }]],
  )
})

test('a number that JavaScript has no place for is unknown, wherever it stands', async () => {
  await using plane = await testPlane()
  const outcome = '"feature": "f", "version": "0123456789ab", "observedAt": "2026-11-24T09:00:00Z"'
  for (const [index, huge] of ['1e400', '-1E+999', `1${'0'.repeat(400)}`, '0.1e0500'].entries()) {
    const body = `{"outcomes": [{"id": "${index}", ${outcome}, "error": "x", "latencyMs": ${huge}, "input": {"x": ${huge}}}]}`
    const answer = await plane.ask(path, { as: 'client', body })
    assert.deepEqual([answer.body.accepted, answer.body.dropped[0].field], [1, 'latencyMs'], huge)
  }
  const report = { ...gateReport('f', promptVersion('a').id), startedAt: '2026-11-24T09:00:00Z' }
  const body = JSON.stringify({ content: promptVersion('a'), report }).replace('"verdict":"pass"', '"seen":1e400,$&')
  await plane.ask('POST /v1/features/f/versions', { as: 'ci', body })
  const rows = await plane.store.audit('f')
  assert.ok(verifyChain(rows, await plane.store.auditHead('f')).ok)
  assert.ok(!JSON.stringify(rows, (_, value) => (value === Infinity ? 'infinite' : value)).includes('infinite'))
})

test('ids of hex digits and small costs are no numbers that overflow', () => {
  const text = JSON.stringify({ id: '12e345', of: '1'.repeat(400), costUsd: 4e-7, refusal: true, tokens: [1, 20_000] })
  assert.equal(outlineOf(text).mayOverflow, false)
})

test('nesting is limited, brackets in strings do not count', async () => {
  const depths = ['[[{}]]', '["[[[[\\"[[["]', '["\\\\",[[]]]'].map((text) => outlineOf(text).depth)
  assert.deepEqual(depths, [3, 1, 3])
  await using plane = await testPlane()
  const deep = `{"outcomes": ${'['.repeat(200_000)}${']'.repeat(200_000)}}`
  const { status, body } = await plane.ask(path, { as: 'client', body: deep })
  assert.deepEqual([status, body.code], [400, 'malformed-json'])
})

test('a body over 1 MiB is refused, whether its length is announced or not', async () => {
  await using plane = await testPlane()
  const large = await plane.ask(path, { as: 'client', body: ' '.repeat(maxBodyBytes + 1) })
  assert.deepEqual([large.status, large.body.code], [413, 'body-too-large'])
  let sent = 0
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 65_536
      controller.enqueue(new Uint8Array(65_536))
    },
  })
  const { headers } = plane.request(path, { as: 'client', headers: { 'content-type': 'application/json' } })
  const init = { method: 'POST', headers, body: endless, duplex: 'half' }
  const response = await plane.plane.fetch(new Request('http://localhost/v1/outcomes', init))
  assert.equal(response.status, 413)
  assert.ok(sent < maxBodyBytes + 300_000, `${sent} bytes were read`)
})

test('keys that would change prototypes are plain data', async () => {
  await using plane = await testPlane()
  const evil = '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}'
  const outcome = `{"id": "a", "feature": "f", "version": "0123456789ab", "observedAt": "2026-11-24T09:00:00Z", "input": ${evil}, "__proto__": {"unit": "x"}}`
  const { status, body } = await plane.ask(path, { as: 'client', body: `{"outcomes": [${outcome}]}` })
  assert.deepEqual([status, body.accepted], [200, 1])
  assert.equal(({} as { polluted?: number }).polluted, undefined)
  assert.equal((await plane.store.entry({ feature: 'f', id: 'a' }))?.unit, null)
  assert.equal((await plane.ask('GET /v1/features/__proto__', { as: 'client' })).status, 400)
  const context = { as: 'client', body: { context: { targetingKey: 'u' } } }
  assert.equal((await plane.ask('POST /ofrep/v1/evaluate/flags/__proto__', context)).status, 404)
})

test('names that leave their place, wrong methods, types and addresses are refused', async () => {
  await using plane = await testPlane()
  for (const name of ['..%2f..%2fetc', '%2e%2e%2f', '%00', '%ff', 'a%20b', '-a', `${'a'.repeat(129)}`]) {
    const { status } = await plane.ask(`GET /v1/features/${name}`, { as: 'client' })
    assert.ok(status === 400 || status === 404, `${name}: ${status}`)
  }
  const wrongMethod = await plane.ask('DELETE /v1/features', { as: 'admin' })
  assert.deepEqual([wrongMethod.status, wrongMethod.headers.get('allow')], [405, 'GET'])
  assert.equal((await plane.ask('OPTIONS /v1/outcomes', { headers: { origin: 'http://a.example' } })).status, 405)
  assert.equal((await plane.ask('GET /v2/nothing', { as: 'admin' })).body.code, 'not-found')
  const form = await plane.ask(path, { as: 'client', body: 'a=b', headers: { 'content-type': 'text/plain' } })
  assert.deepEqual([form.status, form.body.code], [415, 'not-json'])
})

test('every answer has the security headers and none opens it to other origins', async () => {
  await using plane = await testPlane()
  for (const address of ['GET /healthz', 'GET /v1/features', 'GET /nothing', 'GET /openapi.json']) {
    const { headers } = await plane.ask(address, { headers: { origin: 'http://a.example' } })
    assert.equal(headers.get('x-content-type-options'), 'nosniff', address)
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/)
    assert.equal(headers.get('access-control-allow-origin'), null)
  }
})

test('a store that fails is 503 and logged; another fault of the server shows the caller no detail', async () => {
  await using plane = await testPlane()
  const { StoreError } = await import('../../../../src/control/store/store-error.ts')
  const told = {
    busy: [503, 'store-unavailable', '1', /nothing was written/],
    full: [503, 'store-unavailable', '30', /nothing was written/],
    unreachable: [503, 'store-unavailable', '1', /it is not known whether a write was recorded/],
    failed: [500, 'store-failed', null, /log of the server/],
    damaged: [500, 'store-damaged', null, /log of the server/],
  } as const
  for (const [fault, [status, code, retryAfter, detail]] of Object.entries(told)) {
    plane.store.ping = () => Promise.reject(new StoreError(fault as keyof typeof told, `the disk is ${fault}`))
    const down = await plane.ask('GET /readyz')
    assert.deepEqual([down.status, down.body.code, down.headers.get('retry-after')], [status, code, retryAfter])
    assert.match(down.body.detail, detail)
    assert.ok(plane.logged().includes(`the disk is ${fault}`) && !JSON.stringify(down.body).includes('disk'))
  }
  plane.store.ping = () => Promise.reject(new TypeError('a bug'))
  const fault = await plane.ask('GET /readyz')
  assert.deepEqual([fault.status, fault.body.code], [500, 'internal'])
  assert.ok(!JSON.stringify(fault.body).includes('a bug'))
  assert.ok(plane.logged().includes(fault.body.requestId))
})
