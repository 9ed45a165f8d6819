import { errorMessage } from '../../../errors.ts'
import { isObject } from '../../../json.ts'
import { parseJsonText } from '../json/json-source.ts'
import type { ResponseFormat } from '../models/model.ts'
import { exactData } from '../values/written.ts'

interface FormatKeys {
  responseFormat?: 'text' | 'json_object' | 'json_schema'
  jsonSchema?: string | Record<string, unknown>
}

/** A fault of the format, and the key at which it stands. */
export interface FormatFault {
  key: 'responseFormat' | 'jsonSchema'
  message: string
  severity: 'error' | 'warning'
}

/**
 * The response format of a prompt file. `jsonSchema` may be a map or JSON text, and either GitHub's envelope
 * `{name, strict, schema}` or the bare schema, which then takes the feature's name.
 */
export function responseFormat(
  { responseFormat: type = 'text', jsonSchema }: FormatKeys,
  feature: string,
): { format: ResponseFormat; faults: FormatFault[] } {
  if (type !== 'json_schema') return { format: { type }, faults: jsonSchema === undefined ? [] : [unusedSchema] }
  const text: ResponseFormat = { type: 'text' }
  if (jsonSchema === undefined) return { format: text, faults: [missingSchema] }
  const schema = typeof jsonSchema === 'string' ? parseJson(jsonSchema) : (exactData(jsonSchema) as typeof jsonSchema)
  if (typeof schema === 'string')
    return { format: text, faults: [{ key: 'jsonSchema', message: schema, severity: 'error' }] }
  return { format: { type, ...envelope(schema, feature) }, faults: [] }
}

const unusedSchema: FormatFault = {
  key: 'jsonSchema',
  message: 'has no effect without "responseFormat: json_schema"',
  severity: 'warning',
}

const missingSchema: FormatFault = {
  key: 'responseFormat',
  message: 'json_schema needs the schema; add "jsonSchema"',
  severity: 'error',
}

/** The schema, or what is wrong with the text. */
function parseJson(text: string): Record<string, unknown> | string {
  try {
    const value = exactData(parseJsonText(text))
    return isObject(value) ? value : 'must hold a JSON object'
  } catch (error) {
    return `is not JSON: ${errorMessage(error)}`
  }
}

function envelope(value: Record<string, unknown>, feature: string): { name: string; schema: Record<string, unknown> } {
  const isEnvelope = isObject(value.schema) && value.type === undefined && value.properties === undefined
  const name = isEnvelope && typeof value.name === 'string' ? value.name : feature
  const schema = isEnvelope && isObject(value.schema) ? value.schema : value
  return { name: name.replaceAll(/[^\w-]/g, '_').slice(0, 64), schema }
}
