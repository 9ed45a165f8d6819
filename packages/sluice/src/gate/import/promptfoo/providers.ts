import { isObject } from '../../../json.ts'
import type { FidelityLedger } from '../fidelity.ts'
import { listOf } from '../file-data.ts'
import { type ImportedTools, toolsOf } from '../imported-tools.ts'

/** A provider of promptfoo in Sluice's words. */
export interface TranslatedProvider extends ImportedTools {
  /** `provider:model`. */
  model: string
  modelParameters: Record<string, unknown>
  responseFormat?: 'json_object' | 'json_schema'
  jsonSchema?: Record<string, unknown>
  /** The entry under `providers` of sluice.yaml that it needs. */
  entry?: { name: string; settings: Record<string, unknown> }
  /** JavaScript that changes every output. */
  transform?: string
}

/** Servers that speak OpenAI's protocol. Their keys are in `<NAME>_API_KEY`. */
const compatible: Record<string, string> = {
  cerebras: 'https://api.cerebras.ai/v1',
  deepseek: 'https://api.deepseek.com/v1',
  fireworks: 'https://api.fireworks.ai/inference/v1',
  groq: 'https://api.groq.com/openai/v1',
  localai: 'http://127.0.0.1:8080/v1',
  mistral: 'https://api.mistral.ai/v1',
  ollama: 'http://127.0.0.1:11434/v1',
  openrouter: 'https://openrouter.ai/api/v1',
  perplexity: 'https://api.perplexity.ai',
  togetherai: 'https://api.together.xyz/v1',
  xai: 'https://api.x.ai/v1',
}

/** The providers of a configuration that have a counterpart, the first of which the prompts get. */
export function translateProviders(providers: unknown, ledger: FidelityLedger): TranslatedProvider[] {
  const row = { kind: 'field' } as const
  const found = listOf(providers).flatMap((given, index) => {
    const place = `providers[${index}]`
    const { id, config, transform } = parts(given)
    const translated = providerOf(id, config)
    if (translated === undefined) {
      ledger.add({ ...row, name: `provider ${id.split(/[\s?]/)[0]}`, outcome: 'dropped', note: whyNot(id), place })
      return []
    }
    for (const [key, note] of translated.lost)
      ledger.add({ ...row, name: `provider config.${key}`, outcome: 'dropped', note, place })
    const { tools: written = config.functions, tool_choice: choice = config.toolChoice } = config
    const tools = toolsOf(written, choice, { name: 'provider config.tools', place, ledger })
    return [{ ...translated.provider, ...tools, place, ...(typeof transform === 'string' && { transform }) }]
  })
  for (const [index, { place, ...provider }] of found.entries()) {
    const note = index === 0 ? provider.model : `a prompt has one model; write ${provider.model} in its place to try it`
    ledger.add({ ...row, name: 'provider', outcome: index === 0 ? 'same' : 'approximated', note, place })
  }
  return found
}

/** A provider is its id, a map with it, or a map whose only key it is. */
function parts(given: unknown): { id: string; config: Record<string, unknown>; transform?: unknown } {
  if (!isObject(given)) return { id: String(given), config: {} }
  if (typeof given.id === 'string') {
    return { id: given.id, config: isObject(given.config) ? given.config : {}, transform: given.transform }
  }
  const [[id, settings] = ['', undefined]] = Object.entries(given)
  const own = isObject(settings) ? settings : {}
  return { id, config: isObject(own.config) ? own.config : {}, transform: own.transform }
}

function whyNot(id: string): string {
  if (/^(?:file:|python:|exec:|package:)|\.(?:[cm]?[jt]s|py)$/.test(id)) {
    return 'code, which is not run here; name your application as a target of the prompt file (docs/app.md)'
  }
  if (/^(?:https?|wss?|websocket)(?::|$)/.test(id))
    return 'an application; name it as a target of the prompt file (docs/app.md)'
  if (id.startsWith('github:')) return 'GitHub Models are switched off; choose another provider'
  return "no provider of this kind; one that speaks OpenAI's protocol needs a baseURL only (docs/providers.md)"
}

interface Found {
  provider: TranslatedProvider
  /** The keys of the settings that are lost, and why. */
  lost: [key: string, why: string][]
}

function providerOf(id: string, config: Record<string, unknown>): Found | undefined {
  const [kind = '', ...rest] = id.split(':')
  const model = modelName(kind, rest)
  if (model === undefined || model === '' || /[\s{}]/.test(model)) return undefined
  const { baseUrl, settings, lost } = settingsOf(config)
  if (baseUrl !== undefined && kind === 'openai') {
    const name = hostName(baseUrl)
    if (name === undefined) return undefined
    const entry = { name, settings: { kind: 'openai-compatible', baseURL: baseUrl } }
    return { provider: { model: `${name}:${model}`, ...settings, entry }, lost }
  }
  if (!Object.hasOwn(compatible, kind)) return { provider: { model: `${kind}:${model}`, ...settings }, lost }
  const entry = { name: kind, settings: { kind: 'openai-compatible', baseURL: baseUrl ?? compatible[kind] } }
  return { provider: { model: `${kind}:${model}`, ...settings, entry }, lost }
}

/** The model behind the kind of call, e.g. `gpt-4o` of `openai:chat:gpt-4o`; undefined for what does not chat. */
function modelName(kind: string, [first = '', ...rest]: string[]): string | undefined {
  const calls: Record<string, string[]> = {
    openai: ['chat', 'responses'],
    anthropic: ['messages'],
    google: [],
    ...Object.fromEntries(Object.keys(compatible).map((name) => [name, ['chat']])),
  }
  const own = Object.hasOwn(calls, kind) ? calls[kind] : undefined
  if (own === undefined) return undefined
  if (own.includes(first)) return rest.join(':')
  const others =
    /^(?:completion|embedding|embeddings|image|video|realtime|assistant|moderation|live|agents|codex.*|claude-agent-sdk|claude-code|transcription|speech|tts)$/
  return others.test(first) ? undefined : [first, ...rest].join(':')
}

function hostName(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  const name = new URL(url).hostname.replace(/^(?:api|www)\./, '').replaceAll('.', '-')
  return ['openai', 'anthropic', 'google'].includes(name) ? `${name}-server` : name
}

const parameterNames: Record<string, string> = {
  temperature: 'temperature',
  max_tokens: 'maxTokens',
  maxTokens: 'maxTokens',
  maxOutputTokens: 'maxTokens',
  max_output_tokens: 'maxTokens',
  max_completion_tokens: 'maxTokens',
  num_predict: 'maxTokens',
  top_p: 'topP',
  topP: 'topP',
  top_k: 'topK',
  topK: 'topK',
  seed: 'seed',
  stop: 'stop',
  stop_sequences: 'stop',
  stopSequences: 'stop',
  frequency_penalty: 'frequencyPenalty',
  presence_penalty: 'presencePenalty',
  reasoning_effort: 'reasoningEffort',
}

function settingsOf(config: Record<string, unknown>) {
  const modelParameters: Record<string, unknown> = {}
  const lost: [string, string][] = []
  let format: Pick<TranslatedProvider, 'responseFormat' | 'jsonSchema'> = {}
  let baseUrl: string | undefined
  const { tools: _, functions: __, tool_choice: ___, toolChoice: ____, ...others } = config
  for (const [key, value] of Object.entries(others)) {
    const name = Object.hasOwn(parameterNames, key) ? parameterNames[key] : undefined
    if (name !== undefined && isParameter(name, value)) modelParameters[name] = value
    else if (key === 'generationConfig' && isObject(value)) {
      const inner = settingsOf(value)
      Object.assign(modelParameters, inner.settings.modelParameters)
      lost.push(...inner.lost)
    } else if (key === 'reasoning' && isObject(value) && typeof value.effort === 'string') {
      modelParameters.reasoningEffort = value.effort
    } else if (key === 'response_format' && isObject(value)) format = formatOf(value)
    else if ((key === 'apiBaseUrl' || key === 'apiHost') && typeof value === 'string' && !value.includes('{{')) {
      baseUrl = key === 'apiHost' ? `https://${value}/v1` : value
    } else
      lost.push([
        key,
        /key|token|secret|password/i.test(key) ? 'credentials come from the environment' : 'unknown here',
      ])
  }
  return { baseUrl, lost, settings: { modelParameters, ...format } }
}

function isParameter(name: string, value: unknown): boolean {
  if (name === 'stop') return Array.isArray(value) && value.every((item) => typeof item === 'string')
  return name === 'reasoningEffort' ? typeof value === 'string' : typeof value === 'number'
}

function formatOf({ type, json_schema: envelope, schema }: Record<string, unknown>) {
  if (type === 'json_object') return { responseFormat: type } as const
  const found = isObject(envelope) ? envelope : schema
  return type === 'json_schema' && isObject(found) ? ({ responseFormat: type, jsonSchema: found } as const) : {}
}
