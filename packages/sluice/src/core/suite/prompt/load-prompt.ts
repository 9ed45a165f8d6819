import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { InvalidVariableError, inputFaults, type PromptInput, render } from '@sluice/client'
import { parseDocument } from 'yaml'
import { featureOfFile } from './feature-of-file.ts'

/** A prompt file as an application uses it. */
export interface PromptInUse {
  /** The feature, e.g. `email-summary`. */
  name: string
  /** The label for people, `version` in the file; null if it has none. */
  label: string | null
  /** `provider:model`; null if the file names none, since it is the one of sluice.yaml. */
  model: string | null
  /** `modelParameters` as they are in the file. */
  parameters: Record<string, unknown>
  /** The messages before they are rendered. */
  messages: PromptMessageInUse[]
  /** Values for variables that a request does not set. `render` does not use them by itself. */
  defaults: Record<string, unknown>
  /**
   * The messages with every `{{variable}}` replaced, as the gate and the client do it.
   * @throws InvalidVariableError if a variable is not what `inputs` of the file say
   * @throws UnknownVariableError if the file has `sluice: 1` and a variable has no value
   */
  render(vars: Readonly<Record<string, unknown>>): PromptMessageInUse[]
}

export interface PromptMessageInUse {
  role: 'system' | 'user' | 'assistant'
  content: string
}

type Data = Record<string, unknown>
type Env = Readonly<Record<string, string | undefined>>

/**
 * Loads a prompt file for an application, without a control plane. While a gate tests another version of this feature,
 * `SLUICE_PROMPT_FILE` names that version, and it is the one that is loaded.
 * @throws Error with the file and the fault if it cannot be read or is no prompt file
 */
export async function loadPrompt(file: string | URL, { env = process.env }: { env?: Env } = {}): Promise<PromptInUse> {
  const own = await read(typeof file === 'string' ? file : fileURLToPath(file))
  const { SLUICE_PROMPT_FILE: tested } = env
  if (!tested) return own
  const other = await read(tested)
  return other.name === own.name ? other : own
}

async function read(file: string): Promise<PromptInUse> {
  const fail = (fault: string): never => {
    throw new Error(`${file}: ${fault}`)
  }
  const document = parseDocument(await readFile(file, 'utf8'), {
    merge: true,
    resolveKnownTags: false,
    prettyErrors: false,
  })
  for (const { message } of document.errors) fail(message)
  const data: unknown = document.toJS()
  if (!isMap(data)) return fail('is no map')
  const { sluice, name: given, version = null, model = null, messages, modelParameters = {} } = data
  if (sluice !== undefined && sluice !== 1) fail('sluice must be 1')
  for (const [key, value] of Object.entries({ version, model }))
    if (value !== null && typeof value !== 'string') fail(`${key} must be a text`)
  const { inputs = {}, defaults = {} } = data
  if (!isMap(modelParameters) || !isMap(inputs) || !isMap(defaults) || !Object.values(inputs).every(isMap))
    return fail('modelParameters, inputs and defaults must be maps')
  if (!Array.isArray(messages) || messages.length === 0) return fail('messages must be a list of messages')
  const written = messages.map((message) => messageOf(message) ?? fail('a message has a role and a content of text'))
  const entries = Object.entries(inputs as Record<string, Data>)
  const own = entries.flatMap(([input, { default: value }]) => (value === undefined ? [] : [[input, value]]))
  const all: Data = { ...Object.fromEntries(own), ...defaults }
  const held = Object.fromEntries(
    entries.map(([input, { type, enum: values, required = !Object.hasOwn(all, input) }]) => {
      return [input, { ...(type ? { type } : {}), ...(values ? { enum: values } : {}), required } as PromptInput]
    }),
  )
  return {
    name: typeof given === 'string' && /^[A-Za-z0-9][\w.-]*$/.test(given) ? given : featureOfFile(file),
    label: version as string | null,
    model: model as string | null,
    parameters: modelParameters,
    messages: written,
    defaults: all,
    render(vars) {
      for (const { variable, fault } of inputFaults(held, vars)) throw new InvalidVariableError(variable, fault)
      return written.map(({ role, content }) => ({ role, content: render(content, vars, { strict: sluice === 1 }) }))
    },
  }
}

function isMap(value: unknown): value is Data {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/** A message of the file; undefined for what is none. Several parts of text are lines of one text. */
function messageOf(message: unknown): PromptMessageInUse | undefined {
  const { role, content } = isMap(message) ? message : {}
  const parts: unknown[] = Array.isArray(content)
    ? content.map((part) => (isMap(part) ? part.text : undefined))
    : [content]
  const known = role === 'developer' ? 'system' : role
  if (known !== 'system' && known !== 'user' && known !== 'assistant') return undefined
  return parts.every((part) => typeof part === 'string') ? { role: known, content: parts.join('\n') } : undefined
}
