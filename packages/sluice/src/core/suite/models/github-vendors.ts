/** Vendors of GitHub Models, by the names of their models; only the first three are providers without configuration. */
export const vendors: Record<string, RegExp> = {
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

/** Vendors whose own API is compatible with OpenAI's: its address, and the usual name of its key. */
const apis: Record<string, { baseURL: string; key: string }> = {
  'mistral-ai': { baseURL: 'https://api.mistral.ai/v1', key: 'MISTRAL_API_KEY' },
  deepseek: { baseURL: 'https://api.deepseek.com/v1', key: 'DEEPSEEK_API_KEY' },
  xai: { baseURL: 'https://api.x.ai/v1', key: 'XAI_API_KEY' },
  cohere: { baseURL: 'https://api.cohere.ai/compatibility/v1', key: 'COHERE_API_KEY' },
}
const elsewhere = { baseURL: 'https://where-it-is-served/v1', key: 'NAME_OF_ITS_KEY' }

/** The entry for sluice.yaml of a vendor of GitHub Models that is no provider yet; undefined for any other name. */
export function vendorSettings(name: string): string | undefined {
  if (!Object.hasOwn(vendors, name)) return undefined
  const { baseURL, key } = apis[name] ?? elsewhere
  return `providers: {${name}: {kind: openai-compatible, baseURL: "${baseURL}", apiKeyEnv: ${key}}}`
}
