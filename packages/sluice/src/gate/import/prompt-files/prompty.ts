import { isObject, setOwn } from '../../../json.ts'
import { createLedger, type FidelityLedger } from '../fidelity.ts'
import { type Data, listOf, parseData } from '../file-data.ts'
import type { ImportSource } from '../import-source.ts'
import type { Imported, ImportedCase, ImportedFeature } from '../imported.ts'
import { toolsOf } from '../imported-tools.ts'
import { modelField, modelSettings } from '../other-model.ts'
import { baseName } from '../rows/data-set.ts'
import { type ImportedInput, typedInput } from '../typed-inputs.ts'
import { plainTemplate, readFrontMatter } from './front-matter.ts'
import { promptTexts } from './prompt-folder.ts'

const notes: Record<string, string> = {
  authors: 'no field of a prompt file',
  tags: 'no field of a prompt file',
  version: 'versions are made of the content',
  metadata: 'no field of a prompt file',
  outputs: 'the form of the answer is responseFormat and jsonSchema of the prompt file',
  base: 'the file that it is based on is not read; write what it adds into this one',
  displayName: 'the name is that of the file',
  template: 'variables are replaced, and nothing else is evaluated',
}

/**
 * Prompty, versions 1 and 2: one `.prompty` or a folder of them. Their samples become cases that nothing scores yet.
 */
export async function importPrompty(source: ImportSource): Promise<Imported> {
  const ledger = createLedger()
  const features: ImportedFeature[] = []
  for (const { file, text } of await promptTexts(source, ['.prompty']))
    features.push(await featureOf(text, file, source, ledger))
  return { features, rows: ledger.rows() }
}

async function featureOf(
  text: string,
  file: string,
  source: ImportSource,
  ledger: FidelityLedger,
): Promise<ImportedFeature> {
  const { settings, body } = readFrontMatter(text, file)
  const { name, description, model, inputs, sample, instructions, tools, $schema: _, ...others } = settings
  const drop = (key: string, note: string) =>
    ledger.add({ kind: 'field', name: key, outcome: 'dropped', note, place: file })
  for (const key of Object.keys(others))
    drop(key, (Object.hasOwn(notes, key) ? notes[key] : undefined) ?? 'no field of Prompty that is known here')
  if (name !== undefined)
    ledger.add({ kind: 'field', name: 'name', outcome: 'same', note: 'the name of the feature', place: file })
  const whole = body.trim() === '' && typeof instructions === 'string' ? instructions : body
  if (instructions !== undefined && whole !== instructions)
    drop('instructions', 'the text below the settings is the prompt')
  const typed = inputsOf(inputs, file, ledger)
  const cases = await casesOf({ inputs, sample }, file, source, ledger)
  return {
    name: typeof name === 'string' ? name : baseName(file),
    ...(typeof description === 'string' && { description }),
    ...modelOf(model, tools, file, ledger),
    ...(Object.keys(typed).length > 0 && { inputs: typed }),
    messages: messagesOf(whole, file, ledger),
    cases,
  }
}

/** Version 1 has `configuration` and `parameters`, version 2 has `id`, `connection` and `options`. */
function modelOf(
  model: unknown,
  ownTools: unknown,
  place: string,
  ledger: FidelityLedger,
): Pick<ImportedFeature, 'model' | 'modelParameters' | 'responseFormat' | 'tools' | 'toolChoice'> {
  const toolsIn = (more: unknown, choice: unknown) =>
    toolsOf([...listOf(ownTools), ...listOf(more)], choice, { name: 'tools', place, ledger })
  if (!isObject(model)) return { ...modelField(model, place, ledger), ...toolsIn(undefined, undefined) }
  const { api, apiType, configuration, parameters, response, id, provider, connection, options, ...others } = model
  const drop = (key: string, note: string) =>
    ledger.add({ kind: 'field', name: `model.${key}`, outcome: 'dropped', note, place })
  for (const key of Object.keys(others)) drop(key, 'no field of Prompty that is known here')
  if (connection !== undefined)
    drop('connection', 'credentials and addresses come from the environment and sluice.yaml')
  if (response !== undefined) drop('response', 'an answer is read whole')
  const kind = api ?? apiType
  if (kind !== undefined && !['chat', 'responses'].includes(String(kind)))
    drop('api', `${String(kind)} is asked as a chat`)
  const {
    type,
    name,
    azure_deployment: deployment,
    model: named,
    ...rest
  } = isObject(configuration) ? configuration : ({} as Data)
  for (const key of Object.keys(rest))
    drop(`configuration.${key}`, 'credentials and addresses come from the environment and sluice.yaml')
  const vendor = provider ?? (typeof type === 'string' ? type : undefined)
  const model2 = id ?? name ?? named ?? deployment
  const full =
    typeof model2 === 'string' && vendor !== undefined && !/[:/]/.test(model2) ? `${String(vendor)}:${model2}` : model2
  const {
    response_format: format,
    tools,
    tool_choice: choice,
    ...settings
  } = { ...(isObject(parameters) ? parameters : {}), ...(isObject(options) ? options : {}) } as Data
  const asked = isObject(format) && format.type === 'json_object' ? { responseFormat: 'json_object' as const } : {}
  if (format !== undefined)
    ledger.add({
      kind: 'field',
      name: 'response_format',
      place,
      ...(Object.keys(asked).length > 0
        ? { outcome: 'same', note: '' }
        : { outcome: 'dropped', note: 'write it as responseFormat and jsonSchema' }),
    })
  const modelParameters = modelSettings(settings, place, ledger)
  return {
    ...modelField(full, place, ledger),
    ...asked,
    ...toolsIn(tools, choice),
    ...(Object.keys(modelParameters).length > 0 && { modelParameters }),
  }
}

const roleLine = /^[ \t]*#?[ \t]*(system|user|assistant|developer)[ \t]*(?:\[[^\]\n]*\])?:[ \t]*$/im
const jinjaTag = /\{%|\{#|\{\{\s*[#/^>&]|\{\{[^{}]*[|([][^{}]*\}\}/

function messagesOf(body: string, place: string, ledger: FidelityLedger): NonNullable<ImportedFeature['messages']> {
  const [before = '', ...parts] = body.split(new RegExp(roleLine.source, 'gim'))
  const messages = before.trim() === '' ? [] : [{ role: 'system' as const, content: before.trim() }]
  const sections = [
    ...messages,
    ...pairs(parts).map(([role, content]) => ({ role: roleOf(role), content: content.trim() })),
  ].filter(({ content }) => content !== '')
  if (sections.some(({ content }) => /!\[[^\]]*\]\([^)]+\)/.test(content)))
    ledger.add({
      kind: 'field',
      name: 'image',
      outcome: 'dropped',
      note: 'messages are text: the reference to the image stays in it',
      place,
    })
  ledger.add({ kind: 'field', name: 'message', outcome: 'same', note: '', place }, sections.length)
  if (sections.length === 0) return [{ role: 'user', content: 'Write your prompt here.' }]
  return sections.map(({ role, content }, index) => ({
    role,
    content: plainTemplate(content, jinjaTag, `${place}: message ${index + 1}`, ledger),
  }))
}

function pairs(parts: readonly string[]): [string, string][] {
  return Array.from({ length: Math.floor(parts.length / 2) }, (_, index) => [
    parts[2 * index] ?? '',
    parts[2 * index + 1] ?? '',
  ])
}

function roleOf(name: string): 'system' | 'user' | 'assistant' {
  const role = name.toLowerCase()
  return role === 'developer' || role === 'system' ? 'system' : role === 'assistant' ? 'assistant' : 'user'
}

/** The sample of version 1, which may be a file, and the examples and defaults of the inputs. */
async function casesOf(
  { inputs, sample }: Data,
  file: string,
  source: ImportSource,
  ledger: FidelityLedger,
): Promise<ImportedCase[]> {
  const vars: Data = {}
  const row = { kind: 'field', place: file } as const
  for (const [name, given] of inputEntries(inputs)) {
    const value = isObject(given) ? (given.example ?? given.sample ?? given.default) : given
    if (value === undefined || value === null) continue
    setOwn(vars, name, value)
    if (!isObject(given) || given.default !== value)
      ledger.add({ ...row, name: 'input.example', outcome: 'same', note: 'the value in a case' })
  }
  const reference = typeof sample === 'string' ? (/^\$\{file:(.+)\}$/.exec(sample)?.[1] ?? sample) : undefined
  const read =
    reference === undefined ? sample : parseData(await source.textOf(reference, source.isFolder ? file : ''), reference)
  if (isObject(read)) for (const [name, value] of Object.entries(read)) setOwn(vars, name, value)
  if (read !== undefined)
    ledger.add({
      ...row,
      name: 'sample',
      outcome: isObject(read) ? 'same' : 'dropped',
      note: isObject(read) ? 'the variables of a case' : 'no map of variables',
    })
  return Object.keys(vars).length === 0 ? [] : [{ id: 'sample', vars, checks: [], rubric: [] }]
}

const ofVariable = new Set([
  ...['name', 'type', 'kind', 'required', 'default', 'example', 'sample', 'description', 'enum', 'enumValues'],
])

/** What is said of the variables. A value in place of a definition is the example of a case, and says nothing else. */
function inputsOf(inputs: unknown, place: string, ledger: FidelityLedger): Record<string, ImportedInput> {
  const typed: Record<string, ImportedInput> = {}
  for (const [name, given] of inputEntries(inputs)) {
    const {
      type,
      kind,
      required,
      default: usual,
      description,
      enum: values,
      enumValues,
      ...rest
    } = isObject(given) ? given : {}
    const rules = Object.keys(rest).filter((key) => !ofVariable.has(key))
    const described = {
      type: kind ?? type,
      enum: enumValues ?? values,
      description,
      default: usual ?? undefined,
      rules,
    }
    // There a variable may be left out unless it says otherwise.
    const must = described.default === undefined && isObject(given) ? { required: required === true } : {}
    const input = typedInput(name, { ...described, ...must }, { field: 'input', place, ledger })
    if (input !== undefined) setOwn(typed, name, input)
  }
  return typed
}

/** Inputs are a list of maps with names, or a map of name and type, definition or value. */
function inputEntries(inputs: unknown): [string, unknown][] {
  if (isObject(inputs)) return Object.entries(inputs)
  return listOf(inputs).flatMap((each) =>
    isObject(each) && typeof each.name === 'string' ? [[each.name, each] as [string, unknown]] : [],
  )
}
