import type { AnthropicProvider } from '@ai-sdk/anthropic'
import type { OpenAIProvider } from '@ai-sdk/openai'
import { SluiceError } from '../../../errors.ts'
import type { ApiKind } from '../api-key.ts'

export type LanguageModel = ReturnType<AnthropicProvider['languageModel']>
type EmbeddingModel = ReturnType<OpenAIProvider['embeddingModel']>

/** Access to one provider's models through its AI SDK package. */
export interface ApiConnection {
  language(model: string): LanguageModel
  embedding(model: string): EmbeddingModel
}

export interface ConnectionOptions {
  name: string
  baseURL: string
  apiKey: string | undefined
  headers: Record<string, string>
  fetch: typeof globalThis.fetch
}

/** Loads the AI SDK package of this kind. Each takes 60 to 150 ms, so it is loaded at the first call. */
export async function connectApi(kind: ApiKind, options: ConnectionOptions): Promise<ApiConnection> {
  const { name, baseURL, headers, fetch, apiKey = '' } = options
  const access = { baseURL, headers, fetch, apiKey }
  switch (kind) {
    case 'anthropic': {
      const { createAnthropic } = await import('@ai-sdk/anthropic')
      const provider = createAnthropic(access)
      return { language: (model) => provider.languageModel(model), embedding: () => noEmbeddings(name) }
    }
    case 'openai': {
      const { createOpenAI } = await import('@ai-sdk/openai')
      const provider = createOpenAI(access)
      return {
        language: (model) => provider.languageModel(model),
        embedding: (model) => provider.embeddingModel(model),
      }
    }
    case 'google': {
      const { createGoogle } = await import('@ai-sdk/google')
      const provider = createGoogle(access)
      return {
        language: (model) => provider.languageModel(model),
        embedding: (model) => provider.embeddingModel(model),
      }
    }
    case 'openai-compatible': {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
      const address = { ...access, ...splitQuery(baseURL) }
      const provider = createOpenAICompatible({ ...address, name, supportsStructuredOutputs: true })
      return {
        language: (model) => provider.languageModel(model),
        embedding: (model) => provider.embeddingModel(model),
      }
    }
  }
}

/** The path of a call follows that of the address, and the query (e.g. Azure's `?api-version=`) comes last. */
function splitQuery(baseURL: string): { baseURL: string; queryParams?: Record<string, string> } {
  const url = new URL(baseURL)
  if (url.search === '') return { baseURL }
  const queryParams = Object.fromEntries(url.searchParams)
  url.search = ''
  return { baseURL: url.href, queryParams }
}

function noEmbeddings(name: string): never {
  throw new SluiceError(
    'invalid-input',
    `${name} has no embeddings; set embedding.model in sluice.yaml to a model of openai, google or an openai-compatible provider`,
  )
}
