import { isObject, setOwn } from '../../../json.ts'
import { createLedger, type FidelityLedger } from '../fidelity.ts'
import { listOf } from '../file-data.ts'
import type { ImportSource } from '../import-source.ts'
import type { Imported, ImportedFeature } from '../imported.ts'
import { toolsOf } from '../imported-tools.ts'
import { modelField, modelSettings } from '../other-model.ts'
import { picoschema } from '../picoschema.ts'
import { baseName } from '../rows/data-set.ts'
import { type ImportedInput, typedInput } from '../typed-inputs.ts'
import { plainTemplate, readFrontMatter } from './front-matter.ts'
import { promptTexts } from './prompt-folder.ts'

const notes: Record<string, string> = {
  variant: 'variants are versions of one prompt file',
  version: 'versions are made of the content',
  metadata: 'no field of a prompt file',
  ext: 'no field of a prompt file',
}

/** dotprompt: one `.prompt` or a folder of them. It has no cases. */
export async function importDotprompt(source: ImportSource): Promise<Imported> {
  const ledger = createLedger()
  const texts = await promptTexts(source, ['.prompt'])
  const features = texts
    .filter(({ file }) => !/(?:^|\/)_[^/]*$/.test(file))
    .map(({ file, text }) => featureOf(text, file, ledger))
  return { features, rows: ledger.rows() }
}

function featureOf(text: string, file: string, ledger: FidelityLedger): ImportedFeature {
  const { settings, body } = readFrontMatter(text, file)
  const { name, description, model, config, input, output, tools, toolDefs, toolChoice, ...others } = settings
  const row = { kind: 'field', place: file } as const
  for (const key of Object.keys(others)) {
    const note = key.includes('.') ? 'an extension of another tool' : Object.hasOwn(notes, key) ? notes[key] : undefined
    ledger.add({ ...row, name: key, outcome: 'dropped', note: note ?? 'no field of dotprompt that is known here' })
  }
  if (name !== undefined) ledger.add({ ...row, name: 'name', outcome: 'same', note: 'the name of the feature' })
  const { schema, default: defaults, ...inputOthers } = isObject(input) ? input : {}
  const inputs = inputsOf({ schema, defaults }, file, ledger)
  for (const key of Object.keys(inputOthers))
    ledger.add({ ...row, name: `input.${key}`, outcome: 'dropped', note: 'no field of dotprompt that is known here' })
  const modelParameters = isObject(config) ? modelSettings(config, file, ledger) : {}
  return {
    name: typeof name === 'string' ? name : baseName(file),
    ...(typeof description === 'string' && { description }),
    ...modelField(model, file, ledger),
    ...(Object.keys(modelParameters).length > 0 && { modelParameters }),
    ...formatOf(output, file, ledger),
    ...toolsOf([...listOf(toolDefs), ...listOf(tools)], toolChoice ?? undefined, {
      name: 'tools',
      place: file,
      ledger,
    }),
    ...(Object.keys(inputs).length > 0 && { inputs }),
    messages: messagesOf(body, file, ledger),
    cases: [],
  }
}

const ofVariable = new Set(['type', 'enum', 'description', 'default'])

/** The schema of the variables and their defaults. */
function inputsOf(
  { schema, defaults }: { schema: unknown; defaults: unknown },
  place: string,
  ledger: FidelityLedger,
): Record<string, ImportedInput> {
  const read = schema === undefined ? undefined : picoschema(schema)
  const properties = isObject(read?.properties) ? read.properties : {}
  if (schema !== undefined && !isObject(read?.properties))
    ledger.add({
      ...{ kind: 'field', name: 'input.schema', outcome: 'dropped', place },
      note: 'a schema by name or of an unknown form',
    })
  const values = isObject(defaults) ? defaults : {}
  const required = Array.isArray(read?.required) ? read.required : []
  const inputs: Record<string, ImportedInput> = {}
  for (const name of new Set([...Object.keys(properties), ...Object.keys(values)])) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined
    const given = isObject(property) ? property : {}
    const own = Object.hasOwn(values, name) ? values[name] : given.default
    const described = {
      ...given,
      default: own ?? undefined,
      ...(isObject(property) && (own ?? undefined) === undefined && { required: required.includes(name) }),
      rules: Object.keys(given).filter((key) => !ofVariable.has(key)),
    }
    const input = typedInput(name, described, {
      field: isObject(property) ? 'input.schema' : 'input.default',
      place,
      ledger,
    })
    if (input !== undefined) setOwn(inputs, name, input)
  }
  return inputs
}

function formatOf(
  output: unknown,
  place: string,
  ledger: FidelityLedger,
): Pick<ImportedFeature, 'responseFormat' | 'jsonSchema'> {
  if (!isObject(output)) return {}
  const row = { kind: 'field', place } as const
  const { format, schema, ...others } = output
  for (const key of Object.keys(others))
    ledger.add({ ...row, name: `output.${key}`, outcome: 'dropped', note: 'no field of dotprompt that is known here' })
  const isJson = format === 'json' || (format === undefined && schema !== undefined)
  const jsonSchema = schema === undefined ? undefined : picoschema(schema)
  if (schema !== undefined)
    ledger.add({
      ...row,
      name: 'output.schema',
      outcome: jsonSchema === undefined ? 'dropped' : 'same',
      note: jsonSchema === undefined ? 'a schema by name or of an unknown form' : 'jsonSchema',
    })
  if (format !== undefined)
    ledger.add({
      ...row,
      name: 'output.format',
      outcome: isJson || format === 'text' ? 'same' : 'dropped',
      note: isJson || format === 'text' ? '' : 'an answer is text or JSON',
    })
  if (!isJson) return {}
  return jsonSchema === undefined ? { responseFormat: 'json_object' } : { responseFormat: 'json_schema', jsonSchema }
}

const roleTag = /\{\{\s*role\s+["'](\w+)["']\s*\}\}/g
const handlebarsTag =
  /\{\{\s*(?:[#/^>&!@]|else\b|this\b|history\b|media\b|section\b)[^}]*\}\}|\{\{[^{}]*\s[^{}]*\S[^{}]*\}\}/

function messagesOf(body: string, place: string, ledger: FidelityLedger): NonNullable<ImportedFeature['messages']> {
  // Texts are not escaped there, so that three braces are the same as two.
  const plain = body.trim().replaceAll(/\{\{\{([^{}]*)\}\}\}/g, '{{$1}}')
  const [before = '', ...parts] = plain.split(roleTag)
  const sections = [{ role: 'user', content: before }]
  for (let index = 0; index < parts.length; index += 2)
    sections.push({ role: parts[index] ?? '', content: parts[index + 1] ?? '' })
  const messages = sections.flatMap(({ role: given, content }) => {
    if (content.trim() === '') return []
    const role = given === 'model' ? 'assistant' : given
    if (role === 'system' || role === 'user' || role === 'assistant')
      return [{ role: role as 'system' | 'user' | 'assistant', content: content.trim() }]
    ledger.add({
      kind: 'field',
      name: `message of ${role}`,
      outcome: 'dropped',
      note: 'messages are of system, user and assistant',
      place,
    })
    return []
  })
  ledger.add({ kind: 'field', name: 'message', outcome: 'same', note: '', place }, messages.length)
  if (messages.length === 0) return [{ role: 'user', content: 'Write your prompt here.' }]
  return messages.map(({ role, content }, index) => ({
    role,
    content: plainTemplate(content, handlebarsTag, `${place}: message ${index + 1}`, ledger),
  }))
}
