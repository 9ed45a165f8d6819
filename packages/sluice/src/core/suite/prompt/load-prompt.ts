import { readFile } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import {
  InvalidVariableError,
  inputFaults,
  type PromptInput,
  type PromptTool,
  type PromptToolChoice,
  render,
} from '@sluice/client'
import { parseDocument } from 'yaml'
import { isObject } from '../../../json.ts'
import { featureOfFile } from './feature-of-file.ts'
import { noArguments } from './no-arguments.ts'

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
  /** The tools of the model; empty if it has none. */
  tools: PromptTool[]
  /**
   * What its first message must do about tools, and the most messages until it answers; null if the file does not say.
   */
  toolChoice: PromptToolChoice | null
  maxSteps: number | null
  /** Values for variables that a request does not set. `render` does not use them by itself. */
  defaults: Record<string, unknown>
  /**
   * The messages with every `{{variable}}` replaced, as the gate and the client do it.
   * @throws InvalidVariableError if a variable is not what `inputs` of the file say, or no file where a message has one
   * @throws UnknownVariableError if the file has `sluice: 1` and a variable has no value
   */
  render(vars: Readonly<Record<string, unknown>>): PromptMessageInUse[]
}

export interface PromptMessageInUse {
  role: 'system' | 'user' | 'assistant'
  /** A text; where the message has an image or a PDF, all its parts in their order. */
  content: string | PromptPartInUse[]
}

/** A part of a message. The URL of a file is the address that was written, or a data: URL with its bytes. */
export type PromptPartInUse = { type: 'text'; text: string } | { type: 'image' | 'pdf'; url: string }

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
  if (!isObject(data)) return fail('is no map')
  const { sluice, name: given, version = null, model = null, messages, modelParameters = {} } = data
  if (sluice !== undefined && sluice !== 1) fail('sluice must be 1')
  for (const [key, value] of Object.entries({ version, model }))
    if (value !== null && typeof value !== 'string') fail(`${key} must be a text`)
  const { inputs = {}, defaults = {}, tools = [], toolChoice = null, maxSteps = null } = data
  if (!isObject(modelParameters) || !isObject(inputs) || !isObject(defaults) || !Object.values(inputs).every(isObject))
    return fail('modelParameters, inputs and defaults must be maps')
  if (!Array.isArray(messages) || messages.length === 0) return fail('messages must be a list of messages')
  if (!Array.isArray(tools) || !tools.every((tool) => isObject(tool) && tool.name))
    return fail('tools must be a list of tools')
  const written: PromptMessageInUse[] = []
  for (const message of messages)
    written.push(
      (await messageOf(message, file)) ?? fail('a message has a role and a content of text, images and PDFs'),
    )
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
    tools: tools.map((tool) => ({ parameters: noArguments, ...tool })),
    toolChoice: toolChoice as PromptToolChoice | null,
    maxSteps: maxSteps as number | null,
    defaults: all,
    render(vars) {
      for (const { variable, fault } of inputFaults(held, vars)) throw new InvalidVariableError(variable, fault)
      const filled = (text: string) => render(text, vars, { strict: sluice === 1 })
      return written.map(({ role, content }) => ({
        role,
        content: typeof content === 'string' ? filled(content) : content.map((part) => filledPart(part, filled)),
      }))
    },
  }
}

const isUrl = (text: string) => /^(data:|https?:\/\/)/i.test(text)

function filledPart(part: PromptPartInUse, filled: (text: string) => string): PromptPartInUse {
  if (part.type === 'text') return { type: 'text', text: filled(part.text) }
  const { type, url } = part
  if (isUrl(url)) return part
  const value = filled(url)
  if (isUrl(value)) return { type, url: value }
  throw new InvalidVariableError(url.slice(2, -2).trim(), `expected a data: URL or an address of an ${type}`)
}

/** A message of the file; undefined for what is none. Parts that are all text are lines of one text. */
async function messageOf(message: unknown, file: string): Promise<PromptMessageInUse | undefined> {
  const { role, content } = isObject(message) ? message : {}
  const known = role === 'developer' ? 'system' : role
  if (known !== 'system' && known !== 'user' && known !== 'assistant') return undefined
  if (typeof content === 'string') return { role: known, content }
  if (!Array.isArray(content)) return undefined
  const parts: PromptPartInUse[] = []
  for (const part of content) {
    const read = await partOf(part, file)
    if (!read || (read.type !== 'text' && known !== 'user')) return undefined
    parts.push(read)
  }
  const texts = parts.flatMap((part) => (part.type === 'text' ? part.text : []))
  return { role: known, content: texts.length < parts.length ? parts : texts.join('\n') }
}

/** How files begin, as Latin-1. */
const beginnings: [mediaType: string, begins: RegExp][] = [
  ['image/png', /^\x89PNG/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8/],
  ['image/webp', /^RIFF.{4}WEBP/s],
  ['application/pdf', /^%PDF-/],
]

/** A part in any of the forms that a prompt file may have; a file is read, relative to the prompt file. */
async function partOf(part: unknown, file: string): Promise<PromptPartInUse | undefined> {
  const { type: kind, text, file: own, image_url: image } = isObject(part) ? part : {}
  if (typeof text === 'string') return { type: 'text', text }
  const type = kind === 'pdf' || kind === 'file' ? 'pdf' : 'image'
  const given = own ?? image
  const from = isObject(given) ? (given.file_data ?? given.url) : given
  if (typeof from !== 'string') return undefined
  if (isUrl(from) || /^\{\{[^{}]+\}\}$/.test(from)) return { type, url: from }
  const bytes = await readFile(new URL(encodeURI(from), pathToFileURL(file)))
  const begins = bytes.toString('latin1', 0, 16)
  const [mediaType] = beginnings.find(([, known]) => known.test(begins)) ?? []
  if (!mediaType?.includes(type)) throw new Error(`${file}: ${from} is no ${type}`)
  return { type, url: `data:${mediaType};base64,${bytes.toString('base64')}` }
}
