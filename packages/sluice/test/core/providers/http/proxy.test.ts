import assert from 'node:assert/strict'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createLeanFetch } from '../../../../src/core/providers/http/lean-fetch.ts'
import { proxyFor } from '../../../../src/core/providers/http/proxy.ts'
import { createProviders } from '../../../../src/core/providers/registry.ts'
import { createTarget } from '../../../../src/core/providers/targets/target.ts'
import { fakeTime } from '../../../support/providers/fake-time.ts'
import { chat, deadUrl, faultServer, json } from '../../../support/providers/fault-server.ts'
import { clientOf, failureOf, noFiles } from '../../../support/providers/model-call.ts'
import { certificate, playProxy } from '../../../support/providers/play-proxy.ts'

// The servers of these tests show a certificate that nobody has signed.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'

const of = (url: string, env: Record<string, string>) => proxyFor(new URL(url), env)?.url.href

test('which variable names the proxy', () => {
  const env = { HTTP_PROXY: 'http://plain:1', HTTPS_PROXY: 'http://secure:2', ALL_PROXY: 'http://all:3' }
  assert.equal(of('http://models.corp/v1', env), 'http://plain:1/')
  assert.equal(of('https://models.corp/v1', env), 'http://secure:2/')
  assert.equal(of('https://models.corp/v1', { ...env, https_proxy: 'https://lower:4' }), 'https://lower:4/')
  assert.equal(of('https://models.corp/v1', { ...env, https_proxy: '' }), undefined)
  assert.equal(of('https://models.corp/v1', { HTTP_PROXY: 'http://plain:1' }), undefined)
  assert.equal(of('https://models.corp/v1', { ALL_PROXY: 'http://all:3' }), 'http://all:3/')
  assert.equal(of('http://models.corp/v1', { all_proxy: 'all:3' }), 'http://all:3/')
  assert.equal(of('https://models.corp/v1', { ...env, NODE_USE_ENV_PROXY: '1' }), 'http://secure:2/')
  assert.equal(of('https://models.corp/v1', { ...env, NODE_USE_ENV_PROXY: '0' }), undefined)
  assert.equal(of('https://models.corp/v1', {}), undefined)
})

test('this machine is reached directly', () => {
  for (const host of ['localhost', 'api.localhost', '127.0.0.1', '127.9.9.9', '[::1]'])
    assert.equal(of(`http://${host}:4050/v1`, { HTTP_PROXY: 'http://p:1' }), undefined, host)
})

test('what NO_PROXY excepts', () => {
  const isDirect = (url: string, no: string) => of(url, { ALL_PROXY: 'http://p:1', NO_PROXY: no }) === undefined
  assert.ok(isDirect('https://models.corp/v1', 'a, models.corp'))
  assert.ok(isDirect('https://eu.models.corp/v1', 'models.corp'))
  assert.ok(isDirect('https://eu.models.corp/v1', '.models.corp'))
  assert.ok(isDirect('https://eu.models.corp/v1', '*.models.corp b'))
  assert.ok(isDirect('https://Models.Corp/v1', 'MODELS.corp'))
  assert.ok(isDirect('https://models.corp/v1', '*'))
  assert.ok(isDirect('https://models.corp/v1', 'models.corp:443'))
  assert.ok(isDirect('http://models.corp/v1', 'models.corp:80'))
  assert.ok(isDirect('http://10.1.2.3:8000/v1', '10.1.2.3'))
  assert.ok(isDirect('http://10.1.2.3:8000/v1', '10.0.0.0/8'))
  assert.ok(isDirect('http://[fd00::1]:8000/v1', '[fd00::1]'))
  assert.equal(isDirect('https://models.corp/v1', '.models.corp'), false)
  assert.equal(isDirect('https://mymodels.corp/v1', 'models.corp'), false)
  assert.equal(isDirect('https://models.corp.evil/v1', 'models.corp'), false)
  assert.equal(isDirect('https://models.corp:8443/v1', 'models.corp:443'), false)
  assert.equal(isDirect('http://11.1.2.3/v1', '10.0.0.0/8'), false)
  assert.equal(isDirect('http://10.1.2.30/v1', '10.1.2.3'), false)
  assert.equal(isDirect('https://models.corp/v1', ''), false)
})

test('the credentials of a proxy are for its header, and an address that is none says so', () => {
  const proxy = proxyFor(new URL('http://m.corp'), { http_proxy: 'http://us%40er:p%3Ass@proxy.corp:3128/' })
  assert.equal(proxy?.url.href, 'http://proxy.corp:3128/')
  assert.equal(proxy?.authorization, `Basic ${Buffer.from('us@er:p:ss').toString('base64')}`)
  assert.throws(() => of('http://m.corp', { HTTP_PROXY: 'socks5://p:1' }), /HTTP_PROXY names an address of socks5/)
  assert.throws(() => of('http://m.corp', { HTTP_PROXY: 'http://' }), /HTTP_PROXY names no address/)
})

const port = (url: string) => Number(new URL(url).port)

async function secureModel(): Promise<AsyncDisposable & { port: number; seen: string[] }> {
  const seen: string[] = []
  const server = createSecureServer(certificate, (request, response) => {
    seen.push(`${request.headers.host} ${request.headers['proxy-authorization']}`)
    request.resume().on('end', () => response.end('{"ok": true}'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const post = { method: 'POST', body: '{"a": 1}' }

for (const isSecure of [false, true]) {
  const scheme = isSecure ? 'https' : 'http'
  test(`http by an ${scheme} proxy: the whole address, the host and the credentials`, async () => {
    await using model = await faultServer(json({ ok: true }))
    await using proxy = await playProxy({ upstream: port(model.url), isSecure })
    const fetch = createLeanFetch({ env: { HTTP_PROXY: `${scheme}://ann:secret@${proxy.host}` } })
    for (let call = 0; call < 2; call += 1)
      assert.deepEqual(await (await fetch('http://models.corp.test:8000/v1/chat?x=1', post)).json(), { ok: true })
    assert.equal(proxy.seen[0], 'POST http://models.corp.test:8000/v1/chat?x=1')
    assert.equal(proxy.credentials[1], `Basic ${Buffer.from('ann:secret').toString('base64')}`)
    assert.equal(model.requests[0]?.headers.host, 'models.corp.test:8000')
    assert.deepEqual(model.requests[1]?.body, { a: 1 })
  })

  test(`https by an ${scheme} proxy: one tunnel for many calls, whose content it does not see`, async () => {
    await using model = await secureModel()
    await using proxy = await playProxy({ upstream: model.port, isSecure })
    const fetch = createLeanFetch({ env: { HTTPS_PROXY: `${scheme}://ann:secret@${proxy.host}` } })
    for (let call = 0; call < 3; call += 1)
      assert.deepEqual(await (await fetch('https://models.corp.test/v1', post)).json(), { ok: true })
    assert.deepEqual(proxy.seen, ['CONNECT models.corp.test:443'])
    assert.deepEqual(proxy.credentials, [`Basic ${Buffer.from('ann:secret').toString('base64')}`])
    assert.deepEqual(model.seen, Array(3).fill('models.corp.test undefined'))
  })
}

test('a model and an application are asked by the proxy', async () => {
  await using model = await faultServer(chat('by proxy'))
  await using proxy = await playProxy({ upstream: port(model.url) })
  const env = { HTTP_PROXY: proxy.url, LOCAL_API_KEY: 'k' }
  const baseURL = 'http://models.corp.test/v1'
  const config = { providers: { local: { kind: 'openai-compatible' as const, baseURL } } }
  const { complete } = clientOf(baseURL, {}, { providers: createProviders(config, { env, files: noFiles }) })
  assert.equal((await complete()).output, 'by proxy')
  const ask = createTarget({ kind: 'http', url: 'http://app.corp.test/run' }, { env, ...fakeTime() })
  await ask({}, { caseId: 'c', repeat: 1, signal: new AbortController().signal })
  assert.deepEqual(proxy.seen, ['POST http://models.corp.test/v1/chat/completions', 'POST http://app.corp.test/run'])
})

/** What a run says about a proxy that does not do its part. */
async function faultBy(variable: string, address: string, baseURL: string) {
  const config = { providers: { local: { kind: 'openai-compatible' as const, baseURL } } }
  const providers = createProviders(config, { env: { [variable]: address }, files: noFiles })
  return failureOf(clientOf(baseURL, { retries: 0 }, { providers }).complete())
}

for (const scheme of ['http', 'https']) {
  const variable = `${scheme.toUpperCase()}_PROXY`
  const baseURL = `${scheme}://models.corp.test/v1`
  for (const status of [407, 502]) {
    test(`${scheme}: a proxy that answers ${status} is named, without its password`, async () => {
      await using proxy = await playProxy({ upstream: 1, refuse: status })
      const error = await faultBy(variable, `http://user7:secret@${proxy.host}`, baseURL)
      assert.ok(error.message.includes(proxy.url), error.message)
      assert.match(error.message, new RegExp(`${status}`))
      assert.doesNotMatch(error.message, /secret|user7/)
      assert.equal(error.fatal, status === 407)
      assert.equal(error.exitCode, 4)
    })
  }

  test(`${scheme}: a proxy that is not there is named, not the server behind it`, async () => {
    const { host } = new URL(await deadUrl())
    const error = await faultBy(variable, `http://user7:secret@${host}`, baseURL)
    assert.equal(error.kind, 'unreachable')
    assert.ok(
      error.message.includes(`the proxy http://${host} (${variable}) cannot be reached (ECONNREFUSED)`),
      error.message,
    )
  })
}

test('a proxy that cannot be used ends the run with the variable that names it', async () => {
  const error = await faultBy('HTTPS_PROXY', 'socks5://p:1080', 'https://models.corp.test/v1')
  assert.equal(error.fatal, true)
  assert.match(error.message, /HTTPS_PROXY names an address of socks5: a proxy is written http:\/\/host:port/)
})
