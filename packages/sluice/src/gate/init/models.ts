import { defaultJudge } from '../../core/suite/models/default-judge.ts'
import { parseModelId } from '../../core/suite/models/model.ts'
import { invalidInput } from '../../errors.ts'
import { hint } from '../../text/did-you-mean.ts'

/** The models of a new project, and what must be there to call them. */
export interface NewModels {
  /** `provider:model` of the prompt. */
  model: string
  /** The prompt's parameters, as YAML. */
  parameters: string
  /** `provider:model` of the judge. */
  judge: string
  /** The answers come with the project. */
  isRecorded: boolean
  /** The secret that the workflows hand over; undefined where the provider needs none. */
  keyVariable?: string
  /** The `providers:` block of sluice.yaml, where one is needed. */
  providers?: string
}

export interface ModelChoice {
  provider?: string | undefined
  /** `provider:model`, or only the model beside `provider`. */
  model?: string | undefined
}

/** The provider of answers that come with the project, so that a first run needs no key. */
const recordedProvider = 'recorded'

/** The invented models of these answers: the one that a new project begins with, a newer one, and the judge. */
export const recordedModels = {
  current: `${recordedProvider}:heron-1`,
  newer: `${recordedProvider}:heron-2`,
  judge: `${recordedProvider}:judge`,
}

const local = 'local'

const usualParameters = '{maxTokens: 300, temperature: 0}'
/** For models that think unless told otherwise, within the limit of the answer, and refuse a temperature. */
const withoutThinking = '{maxTokens: 300, reasoningEffort: none}'

/** Pinned ids of models whose end is not near, so that `sluice check` has nothing to warn about. */
const known: Record<
  string,
  { model?: string | undefined; parameters?: string; keyVariable?: string; providers?: string }
> = {
  anthropic: {
    model: parseModelId(defaultJudge.model)?.model,
    parameters: withoutThinking,
    keyVariable: 'ANTHROPIC_API_KEY',
  },
  openai: { model: 'gpt-5.4-mini-2026-03-17', parameters: withoutThinking, keyVariable: 'OPENAI_API_KEY' },
  google: { model: 'gemini-3.5-flash-lite', keyVariable: 'GOOGLE_GENERATIVE_AI_API_KEY' },
  [local]: {
    providers: `
# Any server that speaks OpenAI's protocol. It is yours, so a token costs nothing.
providers:
  local: {kind: openai-compatible, baseURL: "http://127.0.0.1:11434/v1"}
prices: {"local:*": {input: 0, output: 0}}
`,
  },
}

/** What `--provider` takes. */
const providerNames: readonly string[] = [recordedProvider, ...Object.keys(known)]

/**
 * The models for what was asked for, recorded ones where nothing was. The judge is the provider's default model, so
 * that one key is enough.
 * @throws SluiceError `invalid-input` for a provider that init does not know, and where a model is missing or
 * contradicts.
 */
export function modelsFor({ provider: wanted, model: asked }: ModelChoice): NewModels {
  const named = asked === undefined ? undefined : parseModelId(asked)
  const provider = wanted ?? named?.provider ?? (asked === undefined ? recordedProvider : '')
  if (provider === recordedProvider) {
    if (asked !== undefined)
      throw invalidInput(`--model ${asked}: recorded answers are there for the model they came with only`)
    const { current: model, judge } = recordedModels
    return { model, parameters: usualParameters, judge, isRecorded: true }
  }
  const found = Object.hasOwn(known, provider) ? known[provider] : undefined
  if (!found) {
    const options = providerNames.join(', ')
    throw invalidInput(
      asked !== undefined && wanted === undefined
        ? `--model ${asked}: begin with the provider, e.g. ${defaultJudge.model}; providers: ${options}`
        : `--provider ${provider}: not known here${hint(provider, providerNames)}; choose one of ${options}`,
    )
  }
  if (named && Object.hasOwn(known, named.provider) && named.provider !== provider) {
    throw invalidInput(`--provider ${provider} and --model ${asked} contradict each other; give one of them`)
  }
  const model = named?.provider === provider ? named.model : (asked ?? found.model)
  if (model === undefined) throw invalidInput(`--provider ${provider} needs --model, e.g. --model llama3.2`)
  const { keyVariable, providers } = found
  const parameters = (model === found.model ? found.parameters : undefined) ?? usualParameters
  return {
    model: `${provider}:${model}`,
    parameters,
    judge: `${provider}:${found.model ?? model}`,
    isRecorded: false,
    ...(keyVariable && { keyVariable }),
    ...(providers && { providers }),
  }
}
