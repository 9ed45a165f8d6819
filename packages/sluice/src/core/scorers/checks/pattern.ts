import { compilePattern } from '../../suite/values/pattern.ts'
import { CheckError } from './check-error.ts'
import { quoted } from './quoted.ts'
import { timeLimitFor, withinTime } from './time-limit.ts'

/** A regular expression from a file, ready to be tried on text of any kind. */
export interface Pattern {
  /** @throws CheckError when the match takes longer than `timeLimitFor` the text. */
  test(text: string): boolean
  /** The same without a limit, for work on several texts that is limited as a whole. */
  testUnlimited(text: string): boolean
  /** The longest text, or several together, for which that needs no limit. */
  longestQuick: number
  /** What such work throws when its time is over, on an output of so many characters. */
  tooSlow(limitMs: number, length: number): CheckError
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
  const longest = longestQuickOf(source)
  const testUnlimited = (text: string) => pattern.test(text)
  const late = (limitMs: number, length: number) => tooSlow(source, limitMs, length)
  return {
    test(text) {
      if (text.length <= longest) return testUnlimited(text)
      const limitMs = timeLimitFor(text.length)
      return withinTime(
        limitMs,
        () => testUnlimited(text),
        () => late(limitMs, text.length),
      )
    },
    testUnlimited,
    longestQuick: longest,
    tooSlow: late,
  }
}

/** So many steps of a match take a part of the time limit, even where each is slow. */
const quickSteps = 4_000_000

/**
 * The longest text on which a match is quick, whatever it holds, so that it needs no watchdog. From each place it may
 * try every length of every repetition, and each time the rest of the source. Groups could multiply that without end.
 */
function longestQuickOf(source: string): number {
  if (source.includes('(')) return 0
  const repetitions = source.match(/[*+?{]/g)?.length ?? 0
  return (quickSteps / source.length) ** (1 / (repetitions + 1))
}

function tooSlow(source: string, limitMs: number, length: number): CheckError {
  return new CheckError(
    `the pattern ${quoted(source)} took more than ${limitMs} ms on an output of ${length} characters and was stopped. ` +
      'Repetitions that can match the same text in many ways cause this, such as (a+)+ or .*.*: ' +
      'make them exclude each other, e.g. [^,]+ instead of .+ before a comma, or limit them, e.g. {1,50}.',
  )
}
