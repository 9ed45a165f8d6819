import { requestKey } from '../../../src/core/answers/answer-keys.ts'
import { createModelClient, type ModelClient, type ModelClientOptions } from '../../../src/core/providers/client.ts'
import { createBudget } from '../../../src/core/providers/limits/budget.ts'
import { createPrices } from '../../../src/core/providers/prices.ts'
import type { CallContext, ModelRequest } from '../../../src/core/providers/provider.ts'
import { ProviderError } from '../../../src/core/providers/provider-error.ts'
import { createProviders } from '../../../src/core/providers/registry.ts'
import type { ProviderSettings } from '../../../src/core/suite/config/config.ts'
import type { ProjectFiles } from '../../../src/core/suite/project-files.ts'
import { type FakeTime, fakeTime } from './fake-time.ts'

export const noFiles: ProjectFiles = {
  read: (path) => Promise.reject(Object.assign(new Error(path), { code: 'ENOENT' })),
  list: async () => [],
  describe: (path) => path,
}

export function ask(model: string, content = 'Hello', extra: Partial<ModelRequest> = {}): ModelRequest {
  return { model, messages: [{ role: 'user', content }], parameters: {}, format: { type: 'text' }, ...extra }
}

export function contextOf(request: ModelRequest, extra: Partial<CallContext> = {}): CallContext {
  const { repeat = 1 } = extra
  const signal = new AbortController().signal
  return { caseId: 'case-1', repeat, key: requestKey(request, repeat), signal, ...extra }
}

export interface TestClient extends FakeTime {
  client: ModelClient
  complete(content?: string, signal?: AbortSignal): ReturnType<ModelClient['complete']>
}

/** A client of one openai-compatible provider called `local`, on a clock that only sleeping moves. */
export function clientOf(
  baseURL: string,
  settings: Partial<ProviderSettings> = {},
  options: Partial<ModelClientOptions> = {},
): TestClient {
  const config = { providers: { local: { kind: 'openai-compatible' as const, baseURL, ...settings } } }
  const time = fakeTime(Date.parse('2026-01-01T00:00:00Z'))
  const client = createModelClient({
    providers: createProviders(config, { env: { LOCAL_API_KEY: 'secret-key' }, files: noFiles, clock: time.clock }),
    config,
    budget: createBudget(undefined),
    prices: createPrices({ 'local:*': { input: 1, output: 10 } }),
    concurrency: 50,
    random: () => 1,
    ...time,
    ...options,
  })
  return {
    ...time,
    client,
    complete(content, signal) {
      const request = ask('local:model', content)
      return client.complete(request, contextOf(request, signal && { signal }))
    },
  }
}

/** The ProviderError that a call fails with. */
export async function failureOf(call: Promise<unknown>): Promise<ProviderError> {
  const error = await call.then(
    (value) => new Error(`answered ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  )
  if (error instanceof ProviderError) return error
  throw error
}
