import { z } from 'zod'
import { errorMessage } from '../../../errors.ts'
import { fillTemplate, variablesOf } from './template.ts'
import { textOf } from './written.ts'

/**
 * Constructs of other dialects, each with its JavaScript form. The first that is found explains why a pattern is
 * refused.
 */
const dialects: [pattern: RegExp, cure: string][] = [
  [
    /\[\[:\^?\w+:\]|^\[:\^?\w+:\]/,
    'POSIX classes are unknown to JavaScript; write \\d, \\s, \\w, \\p{L} or [A-Za-z] instead',
  ],
  [/\(\?[a-zA-Z]*i[a-zA-Z]*\)/, '(?i) is unknown to JavaScript, and case is ignored already; leave it out'],
  [
    /\(\?[a-zA-Z]*s[a-zA-Z]*\)/,
    '(?s) is unknown to JavaScript; leave it out, and write [^] for any character, line ends included',
  ],
  [/\(\?[a-zA-Z]*m[a-zA-Z]*\)/, '(?m) is unknown to JavaScript; write (?<=^|\\n) and (?=\\n|$) for the ends of lines'],
  [/\(\?[ims-]+:/, 'groups with flags need Node.js 24; write [^] for any character, [aA] for either case'],
  [/\(\?-?[a-zJU]+\)/, 'flags inside a pattern are unknown to JavaScript; leave them out'],
  [/\(\?P</, 'name a group (?<name>...), without the P'],
  [/\(\?P=/, 'refer to a group by \\k<name>'],
  [/\(\?'/, 'name a group (?<name>...)'],
  [/\(\?>/, 'atomic groups are unknown to JavaScript; write (?:...)'],
  [/\(\?#/, 'comments inside a pattern are unknown to JavaScript; leave them out'],
  [
    /\(\?(?:\||\(|R\)|\d)/,
    'branch resets, conditions and recursion are unknown to JavaScript; write the alternatives out',
  ],
  [/(?:[*+?]|\{\d+(?:,\d*)?\})\+/, 'possessive quantifiers are unknown to JavaScript; leave out the second +'],
  [/\{,\d+\}/, 'write {0,n}, since JavaScript does not take {,n} for a quantifier'],
  [/\\A/, 'write ^ for the beginning of the text, which is what \\A stands for elsewhere'],
  [/\\[zZ]/, 'write $ for the end of the text, which is what \\Z stands for elsewhere'],
  [/\\G/, '\\G is unknown to JavaScript; leave it out'],
  [/\\h/, 'write [ \\t] for what \\h stands for elsewhere'],
  [/\\H/, 'write [^ \\t] for what \\H stands for elsewhere'],
  [/\\R/, 'write (?:\\r\\n|\\n|\\r) for what \\R stands for elsewhere'],
  [/\\N/, 'write [^\\n] for what \\N stands for elsewhere'],
  [/\\X/, '\\X is unknown to JavaScript; write \\P{M}\\p{M}* for a character with its marks'],
  [/\\K/, 'write (?<=...) around what stands before \\K'],
  [/\\[QE]/, '\\Q and \\E are unknown to JavaScript; put a backslash before each special character'],
  [/\\a/, 'write \\x07 for what \\a stands for elsewhere'],
  [/\\e/, 'write \\x1b for what \\e stands for elsewhere'],
  [/\\x\{/, 'write \\u{...} for a character by its number'],
  [/\\U[0-9a-fA-F]/, 'write \\u{...} for a character by its number'],
  [/\\p\{\^|\\p[A-Z]/i, 'write a property of characters with its name in braces, as \\p{L} or \\p{Script=Greek}'],
  [/\\p\{\w+\}/i, 'name a script with its kind, as \\p{Script=Greek}; a class of characters as \\p{L}'],
  [/\\[gk]/, 'refer to a group by \\1 or \\k<name>'],
  [/\\0?\d/, 'there is no such group; write a character by its number as \\x1f'],
  [/\[[^\]]*\\[dswDSW]-|\[[^\]]*-\\[dswDSW]/, 'write a hyphen inside a class as \\- or at its end, as [\\w.-]'],
]

/**
 * An escape of a character that needs none: JavaScript's Unicode mode refuses it, since it may get a meaning one day.
 */
const needless = /\\([^^$\\.*+?()[\]{}|/\w\s]|_|[ ])/u

/** Classes of POSIX without the outer brackets: to JavaScript a set of letters and the colon. */
const bareClass = /\[:\^?(?:alnum|alpha|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit):\]/

/** A warning about a construct that JavaScript accepts but reads in another way than is meant. */
function misreading(source: string): string | undefined {
  if (/[\b\x07\x1b\x85\u2028\u2029]/.test(source)) {
    return 'holds a character that nobody sees, as "\\b" (a backspace), "\\e" or "\\N" in double quotes; use single quotes, or write the backslash twice'
  }
  if (bareClass.test(source)) return dialects[0]?.[1]
  const classes: string[] = source.match(/\\.|\[(?:\\.|[^\]\\])*\]/gs) ?? []
  if (classes.includes('[]')) return '[] matches nothing; write \\[\\] for the brackets themselves'
  return classes.some((each) => each.startsWith('[') && each.includes('&&')) ? intersection : undefined
}

const intersection = 'intersections of classes are unknown here; write a lookahead, as (?![aeiou])[a-z]'

/**
 * The regular expression behind a text, in Unicode mode, or why there is none. What other dialects know and JavaScript
 * refuses, or would take for something else, is answered with the JavaScript form.
 */
export function compilePattern(source: string, flags = ''): RegExp | string {
  const misread = misreading(source)
  if (misread !== undefined) return misread
  try {
    return new RegExp(source, `${flags}u`)
  } catch (error) {
    const bare = source.replaceAll('\\\\', '')
    const [, cure] = dialects.find(([pattern]) => pattern.test(bare)) ?? []
    return cure ?? withoutBackslash(bare) ?? reasonOf(error)
  }
}

function withoutBackslash(source: string): string | undefined {
  const [found, char] = needless.exec(source) ?? []
  if (found === undefined) return undefined
  return char === '-' ? 'write \\- inside a class only, and - elsewhere' : `write ${char} without the backslash`
}

function reasonOf(error: unknown): string {
  const message = errorMessage(error)
  return message.replace(/^Invalid regular expression: .*\/[a-z]*: /s, '')
}

/** A text escaped for use in a pattern, where it means itself in every mode and position. */
export function escapePattern(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\\^$.*+?()[\]{}|/&-]/gu, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/**
 * A pattern with its `{{variables}}` replaced, their values meaning themselves. Backslashes are the pattern's own: here
 * `\\{{` is no escape.
 * @throws TemplateError
 */
export function renderPattern(
  source: string,
  vars: Readonly<Record<string, unknown>>,
  { strict }: { strict: boolean },
): string {
  const known = variablesOf(source).filter((name) => Object.hasOwn(vars, name) && vars[name] !== undefined)
  const escaped = Object.fromEntries(known.map((name) => [name, escapePattern(textOf(vars[name]))]))
  return fillTemplate(strict ? source.replace(/\\+(?=\{\{)/g, '$&$&') : source, escaped, { strict })
}

/** Why a pattern cannot be used whatever the values of its `{{variables}}`; undefined when it can. */
export function patternFault(source: string): string | undefined {
  if (source.endsWith('\n')) return 'ends in a line end, as a block after | does; begin the block with |-, or write \\n'
  // One of the two values fits at either end of a range of characters.
  const compiled = ['x', '!'].map((value) => compilePattern(source.replaceAll(/\{\{[^{}]+\}\}/g, value)))
  return compiled.every((one) => typeof one === 'string') ? compiled[0] : undefined
}

/** A regular expression of a file. */
export const patternSchema = z
  .string()
  .min(1)
  .superRefine((source, context) => {
    const fault = patternFault(source)
    if (fault !== undefined) context.addIssue({ code: 'custom', message: `not a regular expression: ${fault}` })
  })

/** The places of a JSON Schema's patterns that cannot be used, and why. */
export function schemaPatternFaults(schema: unknown): { path: PropertyKey[]; message: string }[] {
  if (schema === null || typeof schema !== 'object') return []
  return Object.entries(schema).flatMap(([key, value]: [string, unknown]) => {
    if (literalKeywords.has(key)) return []
    const patterns = patternsOf(key, value)
    const own = patterns.flatMap(({ source, path }) => {
      const compiled = compilePattern(source)
      return typeof compiled === 'string' ? [{ path, message: compiled }] : []
    })
    const inner = schemaPatternFaults(value).map(({ path, message }) => ({ path: [key, ...path], message }))
    return [...own, ...inner]
  })
}

/** The values of these keywords are data, not schemas. */
const literalKeywords: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples'])

function patternsOf(key: string, value: unknown): { source: string; path: PropertyKey[] }[] {
  if (key === 'pattern' && typeof value === 'string') return [{ source: value, path: [key] }]
  if (key !== 'patternProperties' || value === null || typeof value !== 'object') return []
  return Object.keys(value).map((source) => ({ source, path: [key, source] }))
}
