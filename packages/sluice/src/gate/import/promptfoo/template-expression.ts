import { isObject } from '../../../json.ts'
import { UnsupportedTemplateError } from './template-tokens.ts'

export type TemplateVars = Readonly<Record<string, unknown>>

const token =
  /\s*(?:(?<number>\d+(?:\.\d+)?)|(?<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?<name>[A-Za-z_]\w*)|(?<sign>===|!==|==|!=|<=|>=|[-+*/%~()[\].,|<>:]))/y

type Token = { kind: 'number' | 'text' | 'name' | 'sign'; text: string }

/**
 * The value of an expression of Nunjucks: paths, literals, comparisons, `and`, `or`, `not`, `in`, and the filters
 * below.
 * @throws UnsupportedTemplateError for anything else, which is named
 */
export function evaluateExpression(source: string, vars: TemplateVars): unknown {
  const parser = { tokens: tokensOf(source), at: 0, vars, source }
  const value = ternary(parser)
  if (parser.at < parser.tokens.length) throw unsupported(parser)
  return value
}

interface Parser {
  tokens: Token[]
  at: number
  vars: TemplateVars
  source: string
}

function tokensOf(source: string): Token[] {
  const tokens: Token[] = []
  const end = source.trimEnd().length
  token.lastIndex = 0
  while (token.lastIndex < end) {
    const groups = token.exec(source)?.groups
    const [kind, text] = Object.entries(groups ?? {}).find(([, found]) => found !== undefined) ?? []
    if (kind === undefined || text === undefined) throw new UnsupportedTemplateError(`{{ ${source} }}`)
    tokens.push({ kind: kind as Token['kind'], text })
  }
  return tokens
}

function unsupported({ source }: Parser): UnsupportedTemplateError {
  return new UnsupportedTemplateError(`the template expression "${source}"`)
}

/** Takes the next token if it is one of these. */
function taken(parser: Parser, ...texts: string[]): string | undefined {
  const next = parser.tokens[parser.at]
  if (next === undefined || next.kind === 'text' || !texts.includes(next.text)) return undefined
  parser.at += 1
  return next.text
}

function required(parser: Parser, text: string): void {
  if (taken(parser, text) === undefined) throw unsupported(parser)
}

function ternary(parser: Parser): unknown {
  const value = disjunction(parser)
  if (taken(parser, 'if') === undefined) return value
  const condition = disjunction(parser)
  const other = taken(parser, 'else') === undefined ? '' : ternary(parser)
  return isTrue(condition) ? value : other
}

function disjunction(parser: Parser): unknown {
  let value = conjunction(parser)
  while (taken(parser, 'or') !== undefined) {
    const other = conjunction(parser)
    value = isTrue(value) ? value : other
  }
  return value
}

function conjunction(parser: Parser): unknown {
  let value = negation(parser)
  while (taken(parser, 'and') !== undefined) {
    const other = negation(parser)
    value = isTrue(value) ? other : value
  }
  return value
}

function negation(parser: Parser): unknown {
  return taken(parser, 'not') === undefined ? comparison(parser) : !isTrue(negation(parser))
}

function comparison(parser: Parser): unknown {
  const left = sum(parser)
  const isNot = taken(parser, 'not') !== undefined
  if (taken(parser, 'in') !== undefined) return isIn(left, sum(parser)) !== isNot
  if (isNot) throw unsupported(parser)
  const sign = taken(parser, '==', '===', '!=', '!==', '<', '<=', '>', '>=')
  if (sign === undefined) return left
  const right = sum(parser)
  const [a, b] = [left as number, right as number]
  const strict = Object.is(left, right)
  // Nunjucks compares as JavaScript does; texts and numbers that look alike are equal with ==.
  const loose = strict || (isScalar(left) && isScalar(right) && String(left) === String(right))
  const results: Record<string, boolean> = {
    '==': loose,
    '!=': !loose,
    '===': strict,
    '!==': !strict,
    '<': a < b,
    '<=': a <= b,
    '>': a > b,
    '>=': a >= b,
  }
  return results[sign]
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number'
}

function isIn(item: unknown, whole: unknown): boolean {
  if (typeof whole === 'string') return whole.includes(String(item))
  if (Array.isArray(whole)) return whole.includes(item)
  return whole !== null && typeof whole === 'object' && Object.hasOwn(whole, String(item))
}

function sum(parser: Parser): unknown {
  let value = filtered(parser)
  for (let sign = taken(parser, '+', '-', '~'); sign !== undefined; sign = taken(parser, '+', '-', '~')) {
    const other = filtered(parser)
    if (sign === '~') value = `${templateText(value)}${templateText(other)}`
    else if (typeof value === 'number' && typeof other === 'number')
      value = sign === '+' ? value + other : value - other
    else if (sign === '+' && typeof value === 'string') value = `${value}${templateText(other)}`
    else throw unsupported(parser)
  }
  return value
}

function filtered(parser: Parser): unknown {
  let value = path(parser)
  while (taken(parser, '|') !== undefined) {
    const name = parser.tokens[parser.at]?.text ?? ''
    parser.at += 1
    const given = taken(parser, '(') === undefined ? [] : list(parser, ')')
    const filter = Object.hasOwn(filters, name) ? filters[name] : undefined
    if (filter === undefined) throw new UnsupportedTemplateError(`the template filter "${name}"`)
    value = filter(value, ...given)
  }
  return value
}

function list(parser: Parser, closing: string): unknown[] {
  const items: unknown[] = []
  if (taken(parser, closing) !== undefined) return items
  do items.push(ternary(parser))
  while (taken(parser, ',') !== undefined)
  required(parser, closing)
  return items
}

function path(parser: Parser): unknown {
  let value = primary(parser)
  for (let sign = taken(parser, '.', '['); sign !== undefined; sign = taken(parser, '.', '[')) {
    if (sign === '[') {
      value = member(value, ternary(parser))
      required(parser, ']')
    } else {
      const name = parser.tokens[parser.at]
      if (name === undefined || name.kind === 'sign') throw unsupported(parser)
      parser.at += 1
      value = member(value, name.text)
    }
  }
  if (taken(parser, '(') !== undefined) throw new UnsupportedTemplateError(`the call in "${parser.source}"`)
  return value
}

function primary(parser: Parser): unknown {
  if (taken(parser, '(') !== undefined) {
    const value = ternary(parser)
    required(parser, ')')
    return value
  }
  if (taken(parser, '[') !== undefined) return list(parser, ']')
  if (taken(parser, '-') !== undefined) return -Number(primary(parser))
  const next = parser.tokens[parser.at]
  if (next === undefined || next.kind === 'sign') throw unsupported(parser)
  parser.at += 1
  if (next.kind === 'number') return Number(next.text)
  if (next.kind === 'text')
    return next.text.slice(1, -1).replaceAll(/\\(.)/g, (_, char: string) => escaped[char] ?? char)
  if (next.text === 'env') throw new UnsupportedTemplateError('variables of the environment')
  if (Object.hasOwn(constants, next.text)) return constants[next.text]
  return Object.hasOwn(parser.vars, next.text) ? parser.vars[next.text] : undefined
}

const escaped: Record<string, string> = { n: '\n', t: '\t', r: '\r' }
const constants: Record<string, unknown> = { true: true, false: false, none: null, null: null }

function member(value: unknown, name: unknown): unknown {
  if (typeof value === 'string' || Array.isArray(value)) {
    return name === 'length' ? value.length : value[Number(name)]
  }
  if (value === null || typeof value !== 'object') return undefined
  return Object.hasOwn(value, String(name)) ? (value as Record<string, unknown>)[String(name)] : undefined
}

export function isTrue(value: unknown): boolean {
  return Boolean(value)
}

/** A value as promptfoo puts it into a text: nothing for what is not set, JSON for lists and maps. */
export function templateText(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

const text = templateText
const items = (value: unknown) => (Array.isArray(value) ? value : typeof value === 'string' ? [...value] : [])

/** The filters whose result is beyond doubt. */
const filters: Record<string, (value: unknown, ...given: unknown[]) => unknown> = {
  abs: (value) => Math.abs(Number(value)),
  capitalize: (value) => text(value).charAt(0).toUpperCase() + text(value).slice(1).toLowerCase(),
  default: (value, other, isBoolean) => (value === undefined || (isBoolean === true && !isTrue(value)) ? other : value),
  d: (value, other) => (value === undefined ? other : value),
  dump: (value, space) => JSON.stringify(value, undefined, space as number | undefined),
  first: (value) => items(value)[0],
  float: (value) => Number.parseFloat(text(value)),
  int: (value) => Number.parseInt(text(value), 10),
  join: (value, separator = '') => items(value).map(text).join(text(separator)),
  last: (value) => items(value).at(-1),
  length: (value) => (isObject(value) ? Object.keys(value).length : items(value).length),
  lower: (value) => text(value).toLowerCase(),
  replace: (value, old, other) => text(value).replaceAll(text(old), text(other)),
  reverse: (value) => (typeof value === 'string' ? [...value].reverse().join('') : [...items(value)].reverse()),
  safe: (value) => value,
  string: text,
  trim: (value) => text(value).trim(),
  upper: (value) => text(value).toUpperCase(),
}
