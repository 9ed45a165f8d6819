import { isObject } from '../../json.ts'
import type { Data } from './file-data.ts'

const scalars = new Set(['string', 'boolean', 'null', 'number', 'integer', 'any'])
const schemaTypes = new Set(['string', 'boolean', 'null', 'number', 'integer', 'object', 'array'])

/**
 * A schema of dotprompt as JSON Schema: it is one already, or in the short form Picoschema, e.g.
 * `{team(enum): [billing, support], note?: string}`. Undefined for one that only its own project knows by name.
 */
export function picoschema(schema: unknown): Data | undefined {
  if (isObject(schema) && typeof schema.type === 'string' && schemaTypes.has(schema.type)) return schema
  if (isObject(schema) && isObject(schema.properties)) return { type: 'object', ...schema }
  return ofShort(schema)
}

function ofShort(short: unknown): Data | undefined {
  if (typeof short === 'string') return ofScalar(short)
  if (!isObject(short)) return undefined
  const properties: Data = {}
  const required: string[] = []
  let additional: unknown = false
  for (const [key, value] of Object.entries(short)) {
    if (key === '(*)') {
      additional = ofShort(value)
      if (additional === undefined) return undefined
      continue
    }
    const [, name = '', optional, kind, description] = /^([^?(]+)(\?)?(?:\((\w+)(?:,\s*([^)]*))?\))?$/.exec(key) ?? []
    const property = name === '' ? undefined : ofKind(kind, value)
    if (property === undefined) return undefined
    const own = optional === undefined ? property : orNull(property)
    const described = description === undefined ? own : { ...own, description }
    Object.defineProperty(properties, name, { value: described, enumerable: true })
    if (optional === undefined) required.push(name)
  }
  return { type: 'object', properties, required, additionalProperties: additional }
}

/** What may be left out may be null as well. */
function orNull(schema: Data): Data {
  if (Array.isArray(schema.enum)) return { ...schema, enum: [...schema.enum, null] }
  return typeof schema.type === 'string' ? { ...schema, type: [schema.type, 'null'] } : schema
}

function ofKind(kind: string | undefined, value: unknown): Data | undefined {
  if (kind === 'enum') return Array.isArray(value) ? { enum: value } : undefined
  const inner = ofShort(value)
  if (kind === 'array') return inner && { type: 'array', items: inner }
  return kind === undefined || kind === 'object' ? inner : undefined
}

function ofScalar(text: string): Data | undefined {
  const [, type = '', description] = /^(\w+)(?:,\s*([\s\S]*))?$/.exec(text) ?? []
  if (!scalars.has(type)) return undefined
  return { ...(type !== 'any' && { type }), ...(description !== undefined && { description }) }
}
