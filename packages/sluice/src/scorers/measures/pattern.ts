import { CheckError } from './check-error.ts'
import { quoted } from './quoted.ts'
import { timeLimitFor, withinTime } from './time-limit.ts'

/** A regular expression from a file, ready to be tried on text of any kind. */
export interface Pattern {
  /** @throws CheckError when the match takes longer than `timeLimitFor` the text. */
  test(text: string): boolean
}

/**
 * JavaScript regular expressions. Case is ignored unless asked for; `.` stays within a line and `^`, `$` stand for the
 * whole text unless the pattern says otherwise, e.g. `(?s:.)` or `(?m:^)`. Unicode mode where the source allows it
 * (so that `\p{L}` works), otherwise as older patterns were written.
 * @throws CheckError when the source is not a regular expression.
 */
export function compilePattern(source: string, caseSensitive: boolean): Pattern {
  const pattern = regExp(source, caseSensitive ? '' : 'i')
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

/** Text as it can stand inside a pattern and mean itself, in every mode and position. */
export function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, (char) => `\\x${char.charCodeAt(0).toString(16)}`)
}

/** Without groups and quantifiers a match tries each alternative once per position: nothing can explode. */
function isLinear(source: string): boolean {
  return !/[*+?{(]/.test(source)
}

function regExp(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, `${flags}u`)
  } catch {
    return lenientRegExp(source, flags)
  }
}

function lenientRegExp(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new CheckError(`the pattern ${quoted(source)} is not a regular expression: ${reason}`, { cause })
  }
}

function tooSlow(source: string, limitMs: number, length: number): CheckError {
  return new CheckError(
    `the pattern ${quoted(source)} took more than ${limitMs} ms on an output of ${length} characters and was stopped. ` +
      'Repetitions that can match the same text in many ways cause this, such as (a+)+ or .*.*: ' +
      'make them exclude each other, e.g. [^,]+ instead of .+ before a comma, or limit them, e.g. {1,50}.',
  )
}
