import type { TextCheck, TextListCheck } from '../../suite/checks/check-spec.ts'
import { comparableText } from './comparable-text.ts'
import { type Measure, passOrFail } from './measure.ts'
import { compileCheckPattern } from './pattern.ts'
import { quoted } from './quoted.ts'
import { renderValue } from './value-template.ts'

/** White space around the text, or at the compared end, makes no difference: models and YAML blocks add line ends. */
const comparisons: Record<Exclude<TextCheck['type'], 'matches'>, (output: string, value: string) => boolean> = {
  equals: (output, value) => output.trim() === value.trim(),
  contains: (output, value) => output.includes(value),
  startsWith: (output, value) => output.trimStart().startsWith(value.trimStart()),
  endsWith: (output, value) => output.trimEnd().endsWith(value.trimEnd()),
}

const verbs: Record<TextCheck['type'], [is: string, isNot: string]> = {
  equals: ['is', 'is not'],
  contains: ['contains', 'does not contain'],
  startsWith: ['starts with', 'does not start with'],
  endsWith: ['ends with', 'does not end with'],
  matches: ['matches', 'does not match'],
}

/** Compares the output with one text: by `comparableText`, for `matches` by `compileCheckPattern`. */
export function measureText({ type, value, negate, caseSensitive }: TextCheck, strict: boolean): Measure {
  const holds = type === 'matches' ? patternTest(caseSensitive) : textTest(type, caseSensitive)
  const isPattern = type === 'matches'
  return ({ output, case: subject }) => {
    const wanted = renderValue(value, subject, { strict, isPattern })
    const found = holds(output, wanted)
    return passOrFail(found !== negate, `the output ${verbs[type][found ? 0 : 1]} ${quoted(wanted)}`)
  }
}

function textTest(type: Exclude<TextCheck['type'], 'matches'>, caseSensitive: boolean) {
  return (output: string, wanted: string) =>
    comparisons[type](comparableText(output, caseSensitive), comparableText(wanted, caseSensitive))
}

/** Compiles anew only when a variable has changed the source. */
function patternTest(caseSensitive: boolean) {
  let last: { source: string; pattern: ReturnType<typeof compileCheckPattern> } | undefined
  return (output: string, source: string) => {
    if (last?.source !== source) last = { source, pattern: compileCheckPattern(source, caseSensitive) }
    return last.pattern.test(output)
  }
}

/**
 * Scores a list of texts. `equalsAny` and `containsAny` score 1 if any is, or is found; `containsAll` scores the share
 * that is found. Negated, `containsAll` scores the share that is absent, the others 1 if none is found.
 */
export function measureTextList({ type, value, negate, caseSensitive }: TextListCheck, strict: boolean): Measure {
  const holds = comparisons[type === 'equalsAny' ? 'equals' : 'contains']
  return ({ output, case: subject }) => {
    const text = comparableText(output, caseSensitive)
    const wanted = value.map((template) => renderValue(template, subject, { strict }))
    const found = wanted.filter((item) => holds(text, comparableText(item, caseSensitive)))
    if (type === 'equalsAny') {
      const reason = found.length > 0 ? `the output is ${list(found)}` : `the output is none of ${list(wanted)}`
      return passOrFail(found.length > 0 !== negate, reason)
    }
    if (type === 'containsAny') {
      const reason =
        found.length > 0 ? `the output contains ${list(found)}` : `the output contains none of ${list(wanted)}`
      return passOrFail(found.length > 0 !== negate, reason)
    }
    const absent = wanted.filter((item) => !found.includes(item))
    const count = `${found.length} of ${wanted.length} found`
    const score = (negate ? absent : found).length / wanted.length
    if (negate) return { score, reason: found.length > 0 ? `${count}: ${list(found)}` : count }
    return { score, reason: absent.length > 0 ? `${count}; missing: ${list(absent)}` : count }
  }
}

function list(texts: string[]): string {
  return texts.map((text) => quoted(text)).join(', ')
}
