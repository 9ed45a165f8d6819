import type { ApiKind } from '../../packages/sluice/src/core/providers/api-key.ts'
import { createProviders } from '../../packages/sluice/src/core/providers/registry.ts'
import { keyVariable } from '../../packages/sluice/src/core/suite/models/key-variable.ts'
import type { ModelParameters } from '../../packages/sluice/src/core/suite/models/model.ts'

/** A model of each kind that samples, and one that reasons: their APIs take different parameters. */
const models: Record<ApiKind, { sampling: string; reasoning: string }> = {
  anthropic: { sampling: 'claude-haiku-4-5-20251001', reasoning: 'claude-opus-4-8' },
  openai: { sampling: 'gpt-4.1-2025-04-14', reasoning: 'gpt-5.4-mini-2026-03-17' },
  google: { sampling: 'gemini-2.5-flash', reasoning: 'gemini-2.5-flash' },
  'openai-compatible': { sampling: 'small', reasoning: 'small' },
}

export const apiKinds = Object.keys(models) as ApiKind[]

const files = {
  read: () => Promise.reject(new Error('no file is read')),
  list: () => Promise.resolve([]),
  describe: (file: string) => file,
}

/** What a parameter adds to the body of a request, as `path: value`; empty where the API gets nothing of it. */
export async function sentFor(kind: ApiKind, parameters: ModelParameters): Promise<string[]> {
  const { sampling, reasoning } = models[kind]
  const model = parameters.reasoningEffort === undefined ? sampling : reasoning
  const [without, given] = await Promise.all([bodyOf(kind, model, {}), bodyOf(kind, model, parameters)])
  return [...given].filter(([at, value]) => without.get(at) !== value).map(([at, value]) => `${at}: ${value}`)
}

async function bodyOf(kind: ApiKind, model: string, parameters: ModelParameters): Promise<Map<string, string>> {
  let body: unknown
  const fetch: typeof globalThis.fetch = async (_, init) => {
    body = JSON.parse(String(init?.body))
    return Response.json({ error: { message: 'nothing is asked' } }, { status: 400 })
  }
  const env = { [keyVariable(kind, { kind })]: 'x' }
  const settings = { [kind]: { kind, ...(kind === 'openai-compatible' && { baseURL: 'http://localhost:1/v1' }) } }
  const provider = await createProviders({ providers: settings }, { env, fetch, files }).get(kind)
  const request = {
    model: `${kind}:${model}`,
    messages: [{ role: 'user' as const, content: 'Hello' }],
    parameters,
    format: { type: 'text' as const },
  }
  const context = { caseId: 'a', repeat: 1, key: 'a', signal: new AbortController().signal }
  await provider.complete(request, context).catch(() => undefined)
  return leaves(body)
}

function leaves(value: unknown, at = '', found = new Map<string, string>()): Map<string, string> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return found.set(at, JSON.stringify(value))
  for (const [key, inner] of Object.entries(value)) leaves(inner, at === '' ? key : `${at}.${key}`, found)
  return found
}
