import { formatAmount, formatApart, formatPoints, formatScore } from '../../text/format.ts'
import { type Signal, signals } from './signals.ts'

/** What the value of a signal is a share of; the score is none. */
const shares: Record<Exclude<Signal, 'score'>, string> = {
  errors: 'of requests',
  refusals: 'of requests',
  invalid: 'of requests',
  latency: 'of requests above the usual 90th percentile',
  length: 'of answers above the usual median',
  cost: 'of requests above the usual median',
  inputs: 'of requests above the usual median',
}

/** Two values of a signal with their unit, in as many digits as tell them apart: `10.6 %` and `10.0 %`. */
export function valuesApart(signal: Signal, one: number, other: number): [string, string] {
  if (signal === 'score') return formatApart(one, other)
  const [first, second] = formatApart(100 * one, 100 * other, 1)
  return [`${first} %`, `${second} %`]
}

/** `0.905 (last 37 judged answers, within 24 hours), usually 0.944` */
export function valueText(
  signal: Signal,
  { count, mean, usual }: { count: number; mean: number; usual: number },
): string {
  const [seen, expected] = valuesApart(signal, mean, usual)
  const [share, what] = signal === 'score' ? ['', 'judged answer'] : [` ${shares[signal]}`, 'request']
  return `${seen}${share} (last ${formatAmount(count, what)}, within 24 hours), usually ${expected}`
}

const moves = { drop: 'drops', rise: 'rises', both: 'changes' }

/** `drops of more than 0.100`, `rises of more than 3 points`: what is drift, or too small to be. */
export function limitText(signal: Signal, than: 'more' | 'less', limit: number): string {
  const size = signal === 'score' ? formatScore(limit) : formatPoints(limit)
  return `${moves[signals[signal].direction]} of ${than} than ${size}`
}
