import { escapePattern } from '../../../../src/core/suite/values/pattern.ts'
import { scoreOf } from '../scoring.ts'

/** Parameters of an instruction, as the data set names them. */
export type Parameters = Record<string, string | number | string[] | null | undefined>

/** An instruction in terms of our checks: all of them must pass, or any. */
export interface Mapping {
  combine: 'all' | 'any'
  checks: Record<string, unknown>[]
}

const all = (...checks: Record<string, unknown>[]): Mapping => ({ combine: 'all', checks })
const any = (...checks: Record<string, unknown>[]): Mapping => ({ combine: 'any', checks })

const wordChar = '[\\p{L}\\p{N}_]'
const letters = (text: unknown) => escapePattern(String(text))

/** Where the n-th occurrence of a token ends, from the left and without overlap: deterministic, so that it is fast. */
const leading = (token: string, n: number) => `(?:(?:(?!${token})[^])*?${token}){${n}}`
const atLeast = (token: string, n: number) => `^${leading(token, n)}`

function frequency(token: string, relation: unknown, n: number): Mapping {
  return all({ [relation === 'less than' ? 'notMatches' : 'matches']: atLeast(token, n) })
}

/** Exactly n parts that are not blank between separators; one separator may also stand before all or after all. */
function parts(separator: string, n: number): string {
  const part = `\\s*(?!${separator})\\S(?:(?!${separator})[^])*`
  return `^\\s*(?:${separator})?${part}(?:${separator}${part}){${n - 1}}(?:${separator}\\s*)?$`
}

/** `*a*` and `**a**`, counted apart and added, as the data set does. */
function highlights(n: number): string {
  const once = `(?:(?:(?!\\*[^\\n*]*\\*)[^]|\\*[^\\S\\n]*\\*)*?\\*(?=[^\\n*]*[^\\s*])[^\\n*]*\\*)`
  const twice = `(?:(?:(?!\\*\\*[^\\n*]*\\*\\*)[^]|\\*\\*[^\\S\\n]*\\*\\*)*?\\*\\*(?=[^\\n*]*[^\\s*])[^\\n*]*\\*\\*)`
  const splits = Array.from({ length: n + 1 }, (_, k) => `(?=${once}{${k}})(?=${twice}{${n - k}})`)
  return `^(?:${splits.join('|')})`
}

/** Exactly n lines that start as a bullet; a line is one or it is none, so there is one way to read a text. */
function bullets(n: number): string {
  const start = '[^\\S\\n]*(?:\\*[^*\\n]|-)'
  const bullet = `${start}[^\\n]*(?:\\n|$)`
  const other = `(?!${start})(?:[^\\n]*\\n|[^\\n]+$)`
  return `^(?:(?:${other})*${bullet}){${n}}(?:${other})*$`
}

/** The instruction types that checks can express; the others need a language detector or a sentence splitter. */
export const mappings: Record<string, (parameters: Parameters) => Mapping> = {
  'punctuation:no_comma': () => all({ notContains: ',' }),
  'keywords:existence': ({ keywords }) => all({ containsAll: keywords }),
  'keywords:forbidden_words': ({ forbidden_words }) => {
    const words = (forbidden_words as string[]).map(letters).join('|')
    return all({ notMatches: `(?<!${wordChar})(?:${words})(?!${wordChar})` })
  },
  'keywords:frequency': (p) => frequency(letters(p.keyword), p.relation, Number(p.frequency)),
  'keywords:letter_frequency': (p) => frequency(letters(p.letter), p.let_relation, Number(p.let_frequency)),
  'length_constraints:number_words': ({ relation, num_words }) =>
    all(relation === 'less than' ? { maxWords: Number(num_words) - 1 } : { minWords: num_words }),
  'length_constraints:number_paragraphs': (p) => all({ matches: parts('\\*\\*\\*', Number(p.num_paragraphs)) }),
  'length_constraints:nth_paragraph_first_word': ({ first_word, num_paragraphs, nth_paragraph }) => {
    const before = `(?:(?:(?!\\n\\n)[^])*\\n\\n){${Number(nth_paragraph) - 1}}`
    const block = '\\S(?:(?!\\n\\n)[^])*'
    return all(
      { matches: `^\\s*${block}(?:\\n\\n\\s*${block}){${Number(num_paragraphs) - 1}}$` },
      { matches: `^${before}\\s*["']*${letters(first_word)}(?![^\\s.,?!'"])` },
    )
  },
  'detectable_format:json_format': () => all({ json: true }),
  'detectable_format:title': () => all({ matches: '<<[^\\n]*[^\\s<>][^\\n]*>>' }),
  'detectable_format:number_bullet_lists': ({ num_bullets }) => all({ matches: bullets(Number(num_bullets)) }),
  'detectable_format:number_highlighted_sections': (p) => all({ matches: highlights(Number(p.num_highlights)) }),
  'detectable_format:multiple_sections': ({ section_spliter, num_sections }) =>
    all({ matches: atLeast(`${letters(section_spliter)}\\s?\\d+`, Number(num_sections)), caseSensitive: true }),
  'detectable_format:constrained_response': () =>
    all({
      containsAny: ['My answer is yes.', 'My answer is no.', 'My answer is maybe.'],
      caseSensitive: true,
    }),
  'detectable_content:number_placeholders': (p) =>
    all({ matches: atLeast('\\[[^\\]\\n]*\\]', Number(p.num_placeholders)) }),
  'detectable_content:postscript': ({ postscript_marker }) =>
    all({ matches: postscript_marker === 'P.P.S' ? 'p\\.\\s?p\\.\\s?s' : 'p\\.\\s?s\\.' }),
  'change_case:english_lowercase': () => all({ notMatches: '[\\p{Lu}\\p{Lt}]', caseSensitive: true }),
  'change_case:english_capital': () => all({ notMatches: '\\p{Ll}', caseSensitive: true }),
  'change_case:capital_word_frequency': ({ capital_relation, capital_frequency }) => {
    const { combine, checks } = frequency(
      `(?<!${wordChar}|-)\\p{Lu}[\\p{Lu}\\p{N}-]*(?!${wordChar})`,
      capital_relation,
      Number(capital_frequency),
    )
    return { combine, checks: checks.map((check) => ({ ...check, caseSensitive: true })) }
  },
  'startend:quotation': () => all({ startsWith: '"' }, { endsWith: '"' }, { notEquals: '"' }),
  'startend:end_checker': ({ end_phrase }) => any({ endsWith: end_phrase }, { endsWith: `${end_phrase}"` }),
  'combination:repeat_prompt': ({ prompt_to_repeat }) => all({ startsWith: prompt_to_repeat }),
  'combination:two_responses': () =>
    all(
      { matches: parts('\\*{6}', 2) },
      { notMatches: '^\\s*(?:\\*{6})?\\s*([^*]*?)\\s*\\*{6}\\s*\\1\\s*(?:\\*{6})?\\s*$', caseSensitive: true },
    ),
}

/** Whether an output follows the instruction, strictly: as it stands. */
export async function followsStrictly({ combine, checks }: Mapping, output: string): Promise<boolean> {
  if (output.trim() === '') return false
  const scores = await Promise.all(checks.map((entry) => scoreOf(entry, output)))
  return combine === 'all' ? scores.every((score) => score === 1) : scores.includes(1)
}

/** Whether it does in one of the variants that the data set allows: without its first or last line, or asterisks. */
export async function followsLoosely(mapping: Mapping, output: string): Promise<boolean> {
  const lines = output.split('\n')
  const cut = [lines, lines.slice(1), lines.slice(0, -1), lines.slice(1, -1)].map((part, i) => {
    const text = part.join('\n')
    return i === 0 ? text : text.trim()
  })
  for (const variant of cut.flatMap((text) => [text, text.replaceAll('*', '')])) {
    if (await followsStrictly(mapping, variant)) return true
  }
  return false
}
