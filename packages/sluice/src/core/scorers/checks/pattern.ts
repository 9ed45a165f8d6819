import { compilePattern } from '../../suite/values/pattern.ts'
import { CheckError } from './check-error.ts'
import { quoted } from './quoted.ts'
import { timeLimitFor, withinTime } from './time-limit.ts'

/** A regular expression from a file, ready to be tried on text of any kind. */
export interface Pattern {
  /** @throws CheckError when the match takes longer than `timeLimitFor` the text. */
  test(text: string): boolean
}

/**
 * JavaScript regular expressions in Unicode mode. Case is ignored unless asked for; `.` stays within a line and `^`,
 * `$` stand for the whole text.
 * @throws CheckError when the source is not a regular expression of this kind.
 */
export function compileCheckPattern(source: string, caseSensitive: boolean): Pattern {
  const pattern = compilePattern(source, caseSensitive ? '' : 'i')
  if (typeof pattern === 'string') {
    throw new CheckError(`the pattern ${quoted(source)} is not a regular expression: ${pattern}`)
  }
  if (isLinear(source)) return { test: (text) => pattern.test(text) }
  return {
    test(text) {
      const limitMs = timeLimitFor(text.length)
      return withinTime(
        limitMs,
        () => pattern.test(text),
        () => tooSlow(source, limitMs, text.length),
      )
    },
  }
}

/** Without groups and quantifiers a match tries each alternative once per position: nothing can explode. */
function isLinear(source: string): boolean {
  return !/[*+?{(]/.test(source)
}

function tooSlow(source: string, limitMs: number, length: number): CheckError {
  return new CheckError(
    `the pattern ${quoted(source)} took more than ${limitMs} ms on an output of ${length} characters and was stopped. ` +
      'Repetitions that can match the same text in many ways cause this, such as (a+)+ or .*.*: ' +
      'make them exclude each other, e.g. [^,]+ instead of .+ before a comma, or limit them, e.g. {1,50}.',
  )
}
