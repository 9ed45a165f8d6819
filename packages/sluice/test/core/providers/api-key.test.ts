import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProviders } from '../../../src/core/providers/registry.ts'
import type { ProviderSettings } from '../../../src/core/suite/config/config.ts'
import { SluiceError } from '../../../src/errors.ts'
import { ask, contextOf, failureOf, noFiles } from '../../support/providers/model-call.ts'

const refuse: typeof globalThis.fetch = () => Promise.reject(new Error('no call was to be made'))

async function failureWithout(name: string, settings?: ProviderSettings, env: Record<string, string> = {}) {
  const config = { providers: settings ? { [name]: settings } : {} }
  const provider = await createProviders(config, { env, fetch: refuse, files: noFiles }).get(name)
  const request = ask(`${name}:model`)
  return failureOf(provider.complete(request, contextOf(request)))
}

for (const [name, variable] of Object.entries({
  anthropic: 'ANTHROPIC_API_KEY',
  openai: 'OPENAI_API_KEY',
  google: 'GOOGLE_GENERATIVE_AI_API_KEY',
})) {
  test(`${name} without a key names ${variable} and ends the run`, async () => {
    const error = await failureWithout(name)
    assert.deepEqual([error.kind, error.fatal, error.exitCode], ['auth', true, 4])
    assert.match(error.message, new RegExp(`^${name}: no API key.*${variable}$`))
  })
}

test('an empty variable is no key', async () => {
  assert.equal((await failureWithout('openai', undefined, { OPENAI_API_KEY: ' ' })).kind, 'auth')
})

test('apiKeyEnv is the variable that is read and named', async () => {
  const settings: ProviderSettings = { kind: 'openai-compatible', baseURL: 'http://localhost/v1', apiKeyEnv: 'MY_KEY' }
  assert.match((await failureWithout('gateway', settings)).message, /MY_KEY$/)
})

test('a provider under another name keeps the variable of its kind', async () => {
  assert.match((await failureWithout('claude-eu', { kind: 'anthropic' })).message, /^claude-eu: .*ANTHROPIC_API_KEY$/)
})

test('a provider that nobody configured is invalid input, with a hint', async () => {
  const providers = createProviders({ providers: {} }, { env: {}, fetch: refuse, files: noFiles })
  await assert.rejects(providers.get('antropic'), (error: unknown) => {
    assert.ok(error instanceof SluiceError)
    assert.equal(error.exitCode, 3)
    assert.match(error.message, /no provider "antropic"; did you mean "anthropic"\?.*sluice\.yaml/)
    return true
  })
})

test('a provider is made once', async () => {
  const providers = createProviders({ providers: {} }, { env: {}, files: noFiles })
  assert.equal(await providers.get('openai'), await providers.get('openai'))
})
