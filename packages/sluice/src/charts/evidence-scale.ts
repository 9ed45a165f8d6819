import { type ChartScale, logScale } from './scale.ts'
import { plainNumber } from './ticks.ts'

/**
 * The scale of e-values against a canary: logarithmic, and it ends at the value that rolls the canary back. Evidence
 * beyond is drawn at that end, and evidence for the canary below the low end, 1 in as many, is drawn there.
 *
 * @param rollsBackAt above 1, e.g. 20
 */
export function evidenceScale(rollsBackAt: number, wanted = 5): ChartScale {
  return logScale({ values: [1 / rollsBackAt, rollsBackAt], room: 0, wanted })
}

/** The e-value of this logarithm, as a number that can be stored and drawn, however great. */
export function eValueOf(logE: number): number {
  return Math.exp(Math.min(logE, 700))
}

/**
 * An e-value in words: `as unlikely as 1 in 12,000 if it were no worse`. By Ville's inequality an e-value of at least E
 * is ever reached with a probability of at most 1 in E where there is nothing to find, so E is rounded down.
 */
export function evidenceInWords(eValue: number | null): string {
  if (eValue === null || Number.isNaN(eValue)) return 'not known yet'
  if (eValue < 2) return 'no evidence that it is worse'
  return `as unlikely as 1 in ${roundedDown(eValue)} if it were no worse`
}

/**
 * An e-value in two digits: `0.62`, `18`, `12,000`, `> 1e6`, `< 0.01`. It is rounded down, as in words: 19.9 of 20 is
 * not 20.
 */
export function eValueText(value: number): string {
  if (value < 0.01) return '< 0.01'
  if (value >= 1e6) return '> 1e6'
  if (value >= 10) return roundedDown(value)
  const digits = value < 1 ? 100 : 10
  return String(Math.floor(value * digits * sameNumber) / digits)
}

/** A number that was a logarithm meanwhile may come out a little smaller. */
const sameNumber = 1 + 1e-9

/** Two significant digits, rounded down. */
function roundedDown(value: number): string {
  if (value < 10) return plainNumber(Math.floor(value), 0)
  const counted = Math.min(value * sameNumber, 1e300)
  const unit = 10 ** (Math.floor(Math.log10(counted)) - 1)
  return plainNumber(Math.floor(counted / unit) * unit, 0)
}
