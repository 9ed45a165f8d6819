import { vendors } from '../../core/suite/models/github-vendors.ts'
import { modelParametersSchema } from '../../core/suite/models/model.ts'
import type { FidelityLedger } from './fidelity.ts'

/** Names of other tools for the providers that need no entry in sluice.yaml. */
const providers: Record<string, string> = {
  openai: 'openai',
  anthropic: 'anthropic',
  google: 'google',
  googleai: 'google',
  'google-genai': 'google',
}

/** `provider:model` of a name such as `openai/gpt-4o` or `gpt-4o`; undefined where it needs a provider of its own. */
export function otherModel(name: string): string | undefined {
  const [, vendor, model] = /^([^:/\s]+)[:/](\S+)$/.exec(name) ?? []
  if (vendor !== undefined && model !== undefined) {
    return Object.hasOwn(providers, vendor) ? `${providers[vendor]}:${model}` : undefined
  }
  const [found] = Object.entries(vendors).find(([, names]) => names.test(name)) ?? []
  const own = found !== undefined && Object.hasOwn(providers, found) ? providers[found] : undefined
  return own === undefined || /\s/.test(name) ? undefined : `${own}:${name}`
}

/** The model of a file as far as it is known here; the ledger says what became of it. */
export function modelField(name: unknown, place: string, ledger: FidelityLedger): { model?: string } {
  if (typeof name !== 'string' || name.trim() === '') return {}
  const model = otherModel(name)
  const row = { kind: 'field', name: 'model', place } as const
  if (model === undefined) {
    ledger.add({
      ...row,
      outcome: 'dropped',
      note: `${name} needs a provider of its own (docs/providers.md); the prompt has that of --model`,
    })
    return {}
  }
  ledger.add({ ...row, outcome: 'same', note: '' })
  return { model }
}

const parameterNames: Record<string, string> = {
  max_tokens: 'maxTokens',
  max_output_tokens: 'maxTokens',
  maxOutputTokens: 'maxTokens',
  max_completion_tokens: 'maxTokens',
  max_completions_tokens: 'maxTokens',
  top_p: 'topP',
  top_k: 'topK',
  stopSequences: 'stop',
  stop_sequences: 'stop',
  frequency_penalty: 'frequencyPenalty',
  presence_penalty: 'presencePenalty',
  reasoning_effort: 'reasoningEffort',
}

/** Settings of a model under our names; what is none is dropped by name. */
export function modelSettings(
  given: Readonly<Record<string, unknown>>,
  place: string,
  ledger: FidelityLedger,
): Record<string, unknown> {
  const settings: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) {
    const ours = Object.hasOwn(parameterNames, name) ? (parameterNames[name] ?? name) : name
    const row = { kind: 'field', name: `model parameter ${name}`, place } as const
    const isOurs = Object.hasOwn(modelParametersSchema.shape, ours) && ours !== 'parameters'
    if (!isOurs || Object.hasOwn(settings, ours)) {
      const isSecret = /key|token$|secret|password/i.test(name)
      ledger.add({
        ...row,
        outcome: 'dropped',
        note: isSecret ? 'credentials come from the environment' : 'no parameter of a prompt file',
      })
    } else if (!modelParametersSchema.safeParse({ [ours]: value }).success) {
      ledger.add({ ...row, outcome: 'dropped', note: 'its value is not one that a prompt file may have' })
    } else {
      settings[ours] = value
      ledger.add({ ...row, outcome: 'same', note: '' })
    }
  }
  return settings
}
