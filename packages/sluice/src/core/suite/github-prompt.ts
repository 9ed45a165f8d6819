import { z } from 'zod'
import { modelIdSchema, modelParametersSchema } from './model.ts'
import { githubShape } from './prompt-file.ts'

/** What actions/ai-inference asks where a file names no model. */
const defaultModel = 'openai:gpt-4o'

/** Vendors of GitHub Models, by the names of their models; only the first three are providers without configuration. */
const vendors: Record<string, RegExp> = {
  openai: /^(?:gpt-|chatgpt-|o\d)/i,
  anthropic: /^claude-/i,
  google: /^gemini-/i,
  'mistral-ai': /^(?:mistral|ministral|codestral)/i,
  meta: /^(?:meta-)?llama/i,
  microsoft: /^(?:phi-|mai-)/i,
  deepseek: /^deepseek/i,
  xai: /^grok/i,
  cohere: /^cohere/i,
  'ai21-labs': /^(?:ai21-)?jamba/i,
}

/** Vendors whose own API speaks OpenAI's language: where it is, and the usual name of its key. */
const apis: Record<string, { baseURL: string; key: string }> = {
  'mistral-ai': { baseURL: 'https://api.mistral.ai/v1', key: 'MISTRAL_API_KEY' },
  deepseek: { baseURL: 'https://api.deepseek.com/v1', key: 'DEEPSEEK_API_KEY' },
  xai: { baseURL: 'https://api.x.ai/v1', key: 'XAI_API_KEY' },
  cohere: { baseURL: 'https://api.cohere.ai/compatibility/v1', key: 'COHERE_API_KEY' },
}
const elsewhere = { baseURL: 'https://where-it-is-served/v1', key: 'NAME_OF_ITS_KEY' }

/** What to write in sluice.yaml for a vendor of GitHub Models that is no provider yet; undefined for any other name. */
export function vendorSettings(name: string): string | undefined {
  if (!Object.hasOwn(vendors, name)) return undefined
  const { baseURL, key } = apis[name] ?? elsewhere
  return `providers: {${name}: {kind: openai-compatible, baseURL: "${baseURL}", apiKeyEnv: ${key}}}`
}

/** GitHub's early files name a model without its vendor. */
const githubModelSchema = z
  .string()
  .transform((text) => {
    if (/[:/]/.test(text)) return text
    const [vendor] = Object.entries(vendors).find(([, names]) => names.test(text)) ?? []
    return vendor === undefined ? text : `${vendor}:${text}`
  })
  .pipe(modelIdSchema)

/** Parameters of GitHub's files also as the API spells them: `max_tokens`, `max_completion_tokens`, `top_p`. */
const githubParametersSchema = z.preprocess((value) => {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  const known = (name: string) => Object.hasOwn(modelParametersSchema.shape, name)
  const entries = Object.entries(value).map(([name, setting]) => {
    const ours = name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
    return [known(ours) && !Object.hasOwn(value, ours) ? ours : name, setting]
  })
  return Object.fromEntries(entries)
}, modelParametersSchema)

/** GitHub's own `.prompt.yml`. */
export const githubPromptSchema = z.strictObject({
  ...githubShape,
  model: githubModelSchema.default(defaultModel),
  modelParameters: githubParametersSchema.exactOptional(),
})
