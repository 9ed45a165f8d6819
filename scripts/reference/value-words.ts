import { stringify } from 'yaml'
import type { JsonSchema } from './keys.ts'

/** What a value may be, in plain words: `whole number, at least 1`. */
export function valueWords(schema: JsonSchema): string {
  if (schema.const !== undefined) return code(schema.const)
  if (schema.enum !== undefined)
    return `${schema.enum.length === 1 ? '' : 'one of '}${schema.enum.map(code).join(', ')}`
  if (schema.anyOf !== undefined) return alternatives(schema.anyOf)
  const types = [schema.type ?? []].flat()
  if (types.length === 0) return 'any value'
  if (types.length > 1 && !types.includes('null')) return types.map((type) => singleWords[type] ?? type).join(' or ')
  const words = types.filter((type) => type !== 'null').map((type) => typeWords(type, schema))
  return [...words, ...(types.includes('null') ? ['null'] : [])].join(' or ')
}

const singleWords: Record<string, string> = {
  string: 'text',
  number: 'number',
  boolean: 'true, false',
  array: 'list',
  object: 'map',
}

function alternatives(all: JsonSchema[]): string {
  const words = all.map(valueWords)
  const last = words.at(-1) ?? ''
  return words.length === 1 ? last : `${words.slice(0, -1).join(', ')} or ${last}`
}

function typeWords(type: string, schema: JsonSchema): string {
  if (type === 'integer') return `whole number${range(schema)}`
  if (type === 'number') return `number${range(schema)}`
  if (type === 'boolean') return 'true or false'
  if (type === 'array') return listWords(schema)
  if (type === 'object') return mapWords(schema)
  return textWords(schema)
}

/** The whole range of JavaScript's safe integers limits nothing that a person writes. */
function isWide(bound: number): boolean {
  return Math.abs(bound) >= Number.MAX_SAFE_INTEGER
}

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
  const low = minimum !== undefined && !isWide(minimum) ? minimum : undefined
  const high = maximum !== undefined && !isWide(maximum) ? maximum : undefined
  if (low !== undefined && high !== undefined) return ` from ${low} to ${high}`
  const limits = [
    low === undefined ? [] : `at least ${low}`,
    exclusiveMinimum === undefined ? [] : `more than ${exclusiveMinimum}`,
    high === undefined ? [] : `at most ${high}`,
    exclusiveMaximum === undefined ? [] : `less than ${exclusiveMaximum}`,
  ].flat()
  return limits.length === 0 ? '' : `, ${limits.join(' and ')}`
}

function listWords({ items = {}, minItems, maxItems }: JsonSchema): string {
  const words = items.properties === undefined ? valueWords(items) : 'maps'
  const limits = [
    minItems === 1 ? 'not empty' : [],
    minItems !== undefined && minItems > 1 ? `at least ${minItems}` : [],
    maxItems === undefined ? [] : `at most ${maxItems}`,
  ].flat()
  return `list of ${plural(words).replace(', at least', ', each at least')}${limits.length === 0 ? '' : ` (${limits.join(', ')})`}`
}

function plural(words: string): string {
  return words.replace(/^(text|whole number|number|map|list)\b(?!s)/, '$1s').replace(/^any value$/, 'any values')
}

function mapWords({ properties, additionalProperties: each }: JsonSchema): string {
  if (properties !== undefined) return 'map'
  if (typeof each !== 'object' || Object.keys(each).length === 0) return 'map of names and values'
  return each.properties === undefined ? `map of names, each with ${article(valueWords(each))}` : 'map of names'
}

function article(words: string): string {
  return /^(text|number|whole|map|list)/.test(words) ? `a ${words}` : words
}

/** Patterns that a reader knows by a word. */
const patterns: [start: string, words: string][] = [
  ['^[^:/\\s]+[:/]\\S+$', '`provider:model`'],
  ['^\\d+(?:\\.\\d+)?(?:ms|s|m|h|d)$', 'duration such as `30m`, `4h`, `2d`'],
  ['^https?:', 'address (http or https)'],
  ['^[A-Za-z_]\\w*$', 'name of an environment variable'],
  ['^([01]\\d|2[0-3])', 'hours such as `22:00-06:00`'],
  ['^[0-9a-f]{64}$', '64 hex digits'],
  ['^[^\\p{Cc}]+$', 'text without control characters'],
  ['^[\\w.-]+$', 'letters, digits, `-`, `_` and `.`'],
  ['^[A-Za-z0-9][\\w.-]*$', 'letters, digits, `-`, `_` and `.`, starting with a letter or digit'],
  ['^[^\\s.<>&]+', 'names with dots between them'],
]

function textWords({ pattern, format }: JsonSchema): string {
  if (format === 'uri') return 'address (http or https)'
  if (format === 'date') return 'day such as `2027-01-14`'
  if (format === 'date-time') return 'time such as `2026-11-26T09:00:00.000Z`'
  const known = patterns.find(([start]) => pattern?.startsWith(start))
  return known?.[1] ?? 'text'
}

/** A value in one line, as a YAML file would have it. In single quotes a backslash stands for itself. */
export function inline(value: unknown): string {
  return stringify(value, {
    collectionStyle: 'flow',
    flowCollectionPadding: false,
    lineWidth: 0,
    singleQuote: JSON.stringify(value).includes('\\\\'),
  })
    .trimEnd()
    .replaceAll('\n', ' ')
}

function code(value: unknown): string {
  return `\`${inline(value)}\``
}
