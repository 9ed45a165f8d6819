import type { Case } from '../../core/suite/cases/case.ts'
import type { CheckSpec } from '../../core/suite/checks/check-spec.ts'
import { textOf } from '../../core/suite/values/written.ts'
import type { Random } from '../../stats/index.ts'

/** An output that a check with a meaning should refuse, and what it is, for readers. */
export interface TriedOutput {
  what: 'empty' | 'random' | 'long' | 'mutated' | 'other form' | 'what is forbidden'
  text: string
}

const letters = 'abcdefghijklmnopqrstuvwxyz'
/** More than most limits allow. */
const manyWords = 20_000
/** No answer of a model is as long as this. */
const mostWords = 100_000

/** Outputs of other forms than prose, each of which some negated check is about. */
const otherForms = [
  '[1]',
  '{"a": "b"}',
  '<a><b/></a>',
  '<p>text</p>',
  'SELECT a FROM b',
  "I'm sorry, but I can't help with that request.",
]

/**
 * Outputs for one case that are wrong in every way at once: empty, random, far too long, its reference with other
 * numbers, cut, negated or shuffled, other forms than prose, and what a check of this kind forbids.
 */
export function failingOutputs(spec: CheckSpec, testCase: Case, random: Random): TriedOutput[] {
  const reference = testCase.expected ?? Object.values(testCase.vars).map(textOf).join(' ')
  return [
    { what: 'empty', text: '' },
    ...[3, 40].map((words): TriedOutput => ({ what: 'random', text: randomWords(words, random) })),
    ...mutationsOf(reference, random).map((text): TriedOutput => ({ what: 'mutated', text })),
    ...otherForms.map((text): TriedOutput => ({ what: 'other form', text })),
    ...forbiddenBy(spec).map((text): TriedOutput => ({ what: 'what is forbidden', text })),
    { what: 'long', text: 'lorem ipsum '.repeat(Math.ceil(wordsBeyond(spec) / 2)) },
  ]
}

function wordsBeyond({ type, value }: CheckSpec): number {
  if (type === 'maxWords' || type === 'maxChars') return Math.min(value + 10, mostWords)
  return isSlow(type) ? 200 : manyWords
}

/** Long outputs take long to compare, and tell these kinds of checks nothing new. */
function isSlow(type: CheckSpec['type']): boolean {
  return ['similarity', 'matches', 'sql', 'containsSql', 'xml', 'containsXml', 'html', 'containsHtml'].includes(type)
}

function randomWords(count: number, random: Random): string {
  const letter = () => letters[Math.floor(random.uniform() * letters.length)]
  const word = () => Array.from({ length: 3 + Math.floor(6 * random.uniform()) }, letter).join('')
  return `${Array.from({ length: count }, word).join(' ')}.`
}

function mutationsOf(reference: string, random: Random): string[] {
  if (reference.trim() === '') return []
  const words = reference.split(/\s+/)
  const shuffled = words
    .map((word) => ({ word, at: random.uniform() }))
    .sort((a, b) => a.at - b.at)
    .map(({ word }) => word)
  return [
    reference.replaceAll(/\d/g, (digit) => String((Number(digit) + 3) % 10)),
    words.slice(0, Math.floor(words.length / 2)).join(' '),
    `It is not true that ${reference}`,
    shuffled.join(' '),
    [...reference].reverse().join(''),
  ]
}

/** Texts with what a negated check, or an expression, says must not be there. */
function forbiddenBy(spec: CheckSpec): string[] {
  if (spec.type === 'expression') return quotedIn(spec.value)
  if (!spec.negate) return []
  if (Array.isArray(spec.value)) return spec.value.filter((value) => typeof value === 'string')
  if (spec.type === 'matches') return alternativesOf(spec.value)
  return typeof spec.value === 'string' ? [spec.value] : []
}

function quotedIn(source: string): string[] {
  return [...source.matchAll(/"([^"]*)"|'([^']*)'/g)].flatMap(([, one, other]) => one ?? other ?? [])
}

/**
 * Texts that simple patterns match: of each group its first alternative, of each class one of its characters, and each
 * quantifier taken for once.
 */
function alternativesOf(pattern: string): string[] {
  const withoutGroups = (source: string): string => {
    const next = source.replace(/\((?:\?:)?([^()|]*)(?:\|[^()]*)?\)/, '$1')
    return next === source ? source : withoutGroups(next)
  }
  return withoutGroups(pattern).split('|').map(literalOf)
}

function literalOf(source: string): string {
  return source
    .replaceAll(/\\[bB]|[\^$](?![\]])/g, '')
    .replaceAll(/\\d/g, '7')
    .replaceAll(/\\s/g, ' ')
    .replaceAll(/\\w|\\p\{\w+\}/g, 'a')
    .replaceAll(/\[\^?(\\?.)[^\]]*\]/g, '$1')
    .replaceAll(/(.)\{(\d+)(?:,\d*)?\}/g, (_, char: string, times: string) => char.repeat(Number(times)))
    .replaceAll(/(?<!\\)([^\\])[+*?]\??/g, '$1')
    .replaceAll(/(?<!\\)\./g, 'x')
    .replaceAll(/\\(.)/g, '$1')
}
