import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProviders } from '../../../src/core/providers/registry.ts'
import type { ProviderSettings } from '../../../src/core/suite/config/config.ts'
import { noFiles } from '../../support/providers/model-call.ts'

const house: ProviderSettings = { kind: 'openai-compatible', baseURL: 'https://models.example/v1' }

async function identityOf(settings: ProviderSettings, env: Record<string, string> = {}, name = 'house') {
  const provider = await createProviders({ providers: { [name]: settings } }, { env, files: noFiles }).get(name)
  return provider.server?.()
}

const textOf = async (extra: Partial<ProviderSettings>, env = {}) =>
  (await identityOf({ ...house, ...extra }, env))?.text

test('another address, kind, header or parameter is another server', async () => {
  const texts = await Promise.all([
    textOf({}),
    textOf({ baseURL: 'http://models.example/v1' }),
    textOf({ baseURL: 'https://models.example:8443/v1' }),
    textOf({ baseURL: 'https://other.example/v1' }),
    textOf({ baseURL: 'https://models.example/v2' }),
    textOf({ baseURL: 'https://models.example/v1?api-version=2' }),
    textOf({ kind: 'openai' }),
    textOf({ headers: { 'anthropic-beta': 'a' } }),
    textOf({ headers: { 'anthropic-beta': 'b' } }),
    textOf({ headers: { 'x-region': `\${REGION}` } }, { REGION: 'eu' }),
    textOf({ headers: { 'x-region': `\${REGION}` } }, { REGION: 'us' }),
    textOf({ headers: { 'x-portkey-config': 'a' } }),
    textOf({ headers: { 'x-portkey-config': 'b' } }),
    textOf({ headers: { 'x-author': 'a' } }),
    textOf({ baseURL: 'https://models.example/v1?tokenizer=b' }),
    textOf({ parameters: { provider: { order: ['a'] } } }),
  ])
  assert.equal(new Set(texts).size, texts.length)
})

test('how the address is written, and with which key it is asked, is no other server', async () => {
  const texts = await Promise.all([
    textOf({}),
    textOf({ baseURL: 'https://models.example:443/v1/' }),
    textOf({ baseURL: 'HTTPS://Models.Example/v1' }),
    textOf({ baseURL: 'https://user:secret@models.example/v1' }),
    textOf({ baseURL: 'https://models.example/v1?key=abc' }),
    textOf({ headers: { Authorization: 'Bearer x', 'X-Api-Key': `\${K}`, cookie: 'c' } }, { K: 'abc' }),
    textOf({ headers: { 'Helicone-Auth': 'x', 'Ocp-Apim-Subscription-Key': 'a', 'X-Access-Token': 'y', apikey: 'c' } }),
    textOf({ baseURL: 'https://models.example/v1?sig=abc&accessToken=abc&code=abc&api_key=abc' }),
    textOf({ apiKeyEnv: 'ANOTHER', timeoutMs: 5, retries: 0 }),
  ])
  assert.equal(new Set(texts).size, 1)
  assert.doesNotMatch(texts.join(), /secret|abc|Bearer/)
})

test('public is the own address of a provider, without any settings', async () => {
  const isPublic = async (settings: ProviderSettings, env = {}) =>
    (await identityOf(settings, env, settings.kind))?.isPublic
  for (const kind of ['openai', 'anthropic', 'google'] as const) {
    assert.equal(await isPublic({ kind, retries: 1, apiKeyEnv: 'X' }), true)
    assert.equal(await isPublic({ kind, headers: { 'x-a': 'b' } }), false)
    assert.equal(await isPublic({ kind, baseURL: 'https://proxy.example' }), false)
  }
  assert.equal(await isPublic({ kind: 'openai' }, { OPENAI_BASE_URL: 'https://proxy.example/v1' }), false)
  assert.equal(await isPublic({ kind: 'openai', baseURL: 'https://api.openai.com/v1' }), false)
  assert.equal(await isPublic(house), false)
})
