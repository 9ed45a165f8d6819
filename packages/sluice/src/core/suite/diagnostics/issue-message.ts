import type { z } from 'zod'
import { suggest } from '../../../text/did-you-mean.ts'
import { textOf, Written } from '../values/written.ts'

type Issue = z.core.$ZodIssue

const nouns: Partial<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
}

/** Says what is wrong with a value and what would be right. */
export function issueMessage(issue: Issue, input: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeMessage(issue.expected, input)
    case 'invalid_value':
      return valueMessage(issue.values, input)
    case 'too_small':
      return sizeMessage(issue.origin, issue.minimum, issue.inclusive === true, 'small', input)
    case 'too_big':
      return sizeMessage(issue.origin, issue.maximum, issue.inclusive === true, 'big', input)
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'not a valid key'
    default:
      return input === undefined && issue.code !== 'custom' ? `missing; ${issue.message}` : issue.message
  }
}

function typeMessage(expected: string, input: unknown): string {
  const wanted = nouns[expected] ?? expected
  if (input === undefined) return `missing; expected ${wanted}`
  if (input === null) return `empty; expected ${wanted}`
  const found = `expected ${wanted}, found ${describe(input)}`
  if (expected !== 'string') return found
  const template = templateIn(input)
  if (template !== undefined) return `${found}; put it in quotes: "${template}"`
  const isScalar = input instanceof Written || typeof input !== 'object'
  return isScalar ? `${found}; put it in quotes: "${textOf(input)}"` : found
}

/** `content: {{email}}` without quotes is a map to YAML. */
function templateIn(input: unknown): string | undefined {
  if (input === null || typeof input !== 'object' || Array.isArray(input)) return undefined
  const [, name] = /^\{(.*)\}$/.exec(Object.keys(input)[0] ?? '') ?? []
  return name === undefined ? undefined : `{{${name}}}`
}

function describe(input: unknown): string {
  if (input instanceof Written) return input.source
  if (Array.isArray(input)) return 'a list'
  if (typeof input === 'object') return 'a map'
  if (typeof input !== 'string') return String(input)
  return `"${input.length > 40 ? `${input.slice(0, 39)}…` : input}"`
}

function valueMessage(values: readonly unknown[], input: unknown): string {
  const texts = values.map(String)
  const wanted = texts.length === 1 ? `expected ${texts[0]}` : `expected one of ${texts.join(', ')}`
  if (input === undefined) return `missing; ${wanted}`
  if (input === null) return `empty; ${wanted}`
  const meant = typeof input === 'string' ? suggest(input, texts) : undefined
  return `${wanted}, found ${describe(input)}${meant === undefined ? '' : `; did you mean "${meant}"?`}`
}

function sizeMessage(
  origin: string,
  limit: number | bigint,
  inclusive: boolean,
  end: 'small' | 'big',
  input: unknown,
): string {
  if (end === 'small' && (origin === 'string' || origin === 'array')) return 'must not be empty'
  const bound = end === 'small' ? (inclusive ? 'at least' : 'more than') : inclusive ? 'at most' : 'less than'
  return `must be ${bound} ${limit}, found ${describe(input)}`
}
