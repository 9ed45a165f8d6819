import { privatePartsOf } from '../../../masking/address.ts'
import { createMask } from '../../../masking/mask.ts'
import type { ProviderSettings } from '../../suite/config/config.ts'
import { parseModelId } from '../../suite/models/model.ts'
import { canonicalJson } from '../../suite/values/canonical-json.ts'
import { type ApiKind, apiKey, type Env } from '../api-key.ts'
import { headerValues, secretsOfHeader } from '../http/header-values.ts'
import type { Embeddings, ModelRequest, Provider } from '../provider.ts'
import { type ServerIdentity, serverIdentity } from '../server-identity.ts'
import { withList } from './answer-body.ts'
import { apiError, type ErrorPlace } from './api-error.ts'
import { baseURLOf, publicBaseURL } from './base-url.ts'
import { callOptions } from './call-options.ts'
import { completionOf } from './completion.ts'
import { type ApiConnection, connectApi } from './connection.ts'
import { createCutWatch } from './cut-prompt.ts'
import { type BodyFetch, createBodyFetch, type LimitName } from './request-body.ts'

export interface ApiProviderOptions {
  name: string
  kind: ApiKind
  settings: ProviderSettings
  env: Env
  fetch: typeof globalThis.fetch
  clock: () => number
}

interface Access {
  connect(fetch: typeof globalThis.fetch): Promise<ApiConnection>
  place: ErrorPlace
}

/** One model, asked in one way. */
interface Asked {
  model: ReturnType<ApiConnection['language']>
  body: BodyFetch
}

/** Texts per embedding request if the provider names no limit. */
const defaultEmbeddingBatch = 96

/**
 * A model API. Its package is loaded and its key read at the first call, so a run with cached answers needs neither.
 */
export function createApiProvider(options: ApiProviderOptions): Provider {
  const { name, clock, fetch, settings, kind } = options
  let access: Promise<Access> | undefined
  let identity: ServerIdentity | undefined
  const models = new Map<string, Promise<Asked>>()
  const cutWatch = createCutWatch()

  const open = () => {
    access ??= openAccess(options)
    return access
  }
  const askedAs = ({ model, parameters }: ModelRequest): Promise<Asked> => {
    const limitName = kind === 'openai-compatible' ? limitNameOf(parameters) : undefined
    const own = { ...settings.parameters, ...parameters.parameters }
    const key = canonicalJson([model, limitName, own])
    const known = models.get(key)
    if (known) return known
    const made = (async () => {
      // Compatible servers have no such list, and are called most often, so their answers are not read twice.
      const read: typeof fetch = async (...asked) => await withList(await fetch(...asked))
      const answers = kind === 'openai' || kind === 'anthropic' ? read : fetch
      const body = createBodyFetch({ fetch: answers, parameters: own, limitName })
      const connection = await (await open()).connect(body.fetch)
      return { model: connection.language(modelPart(model)), body }
    })()
    models.set(key, made)
    return made
  }
  return {
    name,
    live: true,
    server() {
      identity ??= identityOf(options)
      return identity
    },
    async prepare() {
      await open()
    },
    async complete(request, { signal }) {
      const { place } = await open()
      const { model, body } = await askedAs(request)
      const asked = await callOptions(request, kind, signal)
      const start = clock()
      try {
        const result = await model.doGenerate(asked)
        const completion = completionOf(result, request, clock() - start, { ...place, kind: options.kind })
        const { fingerprint, usage, warnings } = completion
        const cut = cutWatch({ ...request, source: name, inputTokens: usage.inputTokens, fingerprint })
        return { ...completion, warnings: [...warnings, ...body.notes(), ...cut] }
      } catch (error) {
        throw apiError(error, place)
      }
    },
    async embed(modelId, texts, signal) {
      const { connect, place } = await open()
      const model = (await connect(fetch)).embedding(modelPart(modelId))
      try {
        return await embedInBatches(model, texts, signal)
      } catch (error) {
        throw apiError(error, place)
      }
    },
  }
}

function limitNameOf({ maxCompletionTokens }: ModelRequest['parameters']): LimitName {
  return maxCompletionTokens === undefined ? 'max_tokens' : 'max_completion_tokens'
}

async function openAccess({ name, kind, settings, env, clock }: ApiProviderOptions): Promise<Access> {
  const key = apiKey(name, kind, settings.apiKeyEnv, env)
  const baseURL = baseURLOf(name, kind, settings, env)
  const headers = headerValues(name, settings.headers, env)
  const mask = createMask()
  mask.learn([
    ...(key.value === undefined ? [] : [key.value]),
    ...privatePartsOf(baseURL),
    ...Object.values(headers).flatMap(secretsOfHeader),
  ])
  const credentials = `The key in ${key.variable} was refused${key.value === undefined ? ' (it is not set)' : ''}: set it to a valid one`
  return {
    connect: (fetch) => connectApi(kind, { name, baseURL, apiKey: key.value, headers, fetch }),
    place: { source: name, baseURL, credentials, mask: mask.text, clock },
  }
}

function identityOf({ name, kind, settings, env }: ApiProviderOptions): ServerIdentity {
  const baseURL = baseURLOf(name, kind, settings, env)
  return serverIdentity({ kind, baseURL, settings, publicURL: publicBaseURL(kind), env })
}

async function embedInBatches(
  model: ReturnType<ApiConnection['embedding']>,
  texts: string[],
  signal: AbortSignal,
): Promise<Embeddings> {
  const size = (await model.maxEmbeddingsPerCall) ?? defaultEmbeddingBatch
  const vectors: number[][] = []
  let inputTokens: number | undefined = 0
  for (let start = 0; start < texts.length; start += size) {
    const { embeddings, usage } = await model.doEmbed({ values: texts.slice(start, start + size), abortSignal: signal })
    vectors.push(...embeddings)
    inputTokens = usage && inputTokens !== undefined ? inputTokens + usage.tokens : undefined
  }
  return { vectors, ...(inputTokens !== undefined && { inputTokens }) }
}

function modelPart(modelId: string): string {
  return parseModelId(modelId)?.model ?? modelId
}
