import { formatAmount, formatCount } from '../../../text/format.ts'
import type { LimitCheck } from '../../suite/checks/check-spec.ts'
import { CheckError } from './check-error.ts'
import { type Measure, passOrFail, type Subject } from './measure.ts'

interface Quantity {
  /** The measured quantity; undefined where it was not measured. */
  of: (subject: Subject) => number | undefined
  show: (amount: number) => string
  /** How a limit is written where it is not written as it stands in the file. */
  limit?: (value: number) => string
  /** The advice for a quantity that was not measured. */
  remedy?: string
}

const words: Quantity = {
  of: ({ output }) => countWords(output),
  show: (amount) => formatAmount(amount, 'word'),
  limit: formatCount,
}

const quantities: Record<LimitCheck['type'], Quantity> = {
  minWords: words,
  maxWords: words,
  maxChars: {
    of: ({ output }) => codePoints(output),
    show: (amount) => formatAmount(amount, 'character'),
    limit: formatCount,
  },
  latencyMs: {
    of: ({ latencyMs }) => latencyMs,
    show: (amount) => `${Math.round(amount)} ms`,
    remedy: 'the latency of this output is unknown; give the recording a latencyMs, or leave out the check',
  },
  costUsd: {
    of: ({ costUsd }) => costUsd,
    show: (amount) => `${Number(amount.toPrecision(3))} USD`,
    remedy: "the cost of this output is unknown; set the model's price under prices in sluice.yaml",
  },
}

/** A lower or upper limit, itself allowed. Characters are Unicode code points. */
export function measureLimit({ type, value }: LimitCheck): Measure {
  const { of, show, limit = String, remedy } = quantities[type]
  const isMinimum = type === 'minWords'
  return (subject) => {
    const amount = of(subject)
    if (amount === undefined) throw new CheckError(`${type}: ${remedy}`)
    const passed = isMinimum ? amount >= value : amount <= value
    return passOrFail(passed, `${show(amount)}, ${isMinimum ? 'at least' : 'at most'} ${limit(value)} wanted`)
  }
}

function codePoints(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}

/**
 * The number of words: runs without white space that hold a letter or a digit in any script, so `don't`,
 * `state-of-the-art` and `12.5%` are one each and a lone dash is none. Scripts written without spaces, such as Chinese
 * or Thai, count as one word up to the next space: limit those with `maxChars`.
 */
export function countWords(text: string): number {
  return text.split(/\s+/u).filter((token) => /[\p{L}\p{N}]/u.test(token)).length
}
