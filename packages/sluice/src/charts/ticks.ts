import { dayMs, hourMs, minuteMs, weekMs } from '../time-units.ts'

/** Where an axis names a value. A label says its tick's value exactly, and no two labels of an axis are the same. */
export interface Tick {
  value: number
  label: string
}

/** Round numbers from low to high, about as many as wanted. */
export function linearTicks(low: number, high: number, wanted: number): Tick[] {
  const step = roundStep((high - low) / Math.max(1, wanted))
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
    const value = (first + index) * step
    const exact = digits <= 100 ? Number(value.toFixed(digits)) : value
    return { value: exact, label: plainNumber(exact, digits) }
  })
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  return [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * (1 - 1e-9)) ?? power
}

/** Powers of ten; over less than three of them also their 2- and 5-fold; over less still, round numbers. */
export function logTicks(low: number, high: number, wanted: number): Tick[] {
  const [from, to] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)]
  const powers = Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)
  if (powers.length > Math.max(3, wanted)) {
    const every = Math.ceil(powers.length / wanted)
    return powers.filter((power) => power % every === 0).map((power) => logTick(1, power))
  }
  const fine = [from - 1, ...powers].flatMap((power) => [1, 2, 5].map((digit) => logTick(digit, power)))
  const inside = fine.filter(({ value }) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9))
  if (inside.length < 3) return linearTicks(low, high, wanted)
  return inside.length > wanted * 1.6 && powers.length >= 2 ? powers.map((power) => logTick(1, power)) : inside
}

function logTick(digit: number, power: number): Tick {
  const value = Number(`${digit}e${power}`)
  return { value, label: plainNumber(value, Math.max(0, -power)) }
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹'

/** 0.05, -1,200, 2·10⁹: a number with a fixed count of decimals, or with a power of ten where it is long. */
export function plainNumber(value: number, digits: number): string {
  if (value === 0) return '0'
  const isLong = Math.abs(value) >= 1e6 && digits === 0
  if (!isLong && digits <= 5) return formatFor(digits).format(value)
  const [mantissa = '', exponent = ''] = Number(value.toPrecision(12)).toExponential().split('e')
  const raised = exponent
    .replace('+', '')
    .replace('-', '⁻')
    .replace(/\d/g, (digit) => superscripts[Number(digit)] ?? digit)
  return mantissa === '1' ? `10${raised}` : mantissa === '-1' ? `-10${raised}` : `${mantissa}·10${raised}`
}

const formats = new Map<number, Intl.NumberFormat>()

/** Kept, since to make one takes as long as forty numbers by it, and a chart has hundreds. */
function formatFor(digits: number): Intl.NumberFormat {
  const known = formats.get(digits)
  if (known) return known
  const made = new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  formats.set(digits, made)
  return made
}

const evenSteps = [
  ...[1, 5, 15, 30].map((count) => count * 1000),
  ...[1, 5, 15, 30].map((count) => count * minuteMs),
  ...[1, 3, 6, 12].map((count) => count * hourMs),
  ...[1, 2, 7, 14].map((count) => count * dayMs),
]
const monthSteps = [1, 3, 6, 12, 24, 60, 120, 240, 600, 1200]
/** 1970-01-05: weeks begin on Mondays. */
const firstMonday = 4 * dayMs

/** Ticks of a time axis in UTC, in ms since the epoch: `14:30:05`, `14:30`, `2026-11-26`, `2026-11`, `2026`. */
export function timeTicks(low: number, high: number, wanted: number): Tick[] {
  const rough = (high - low) / Math.max(1, wanted)
  const even = evenSteps.find((step) => step >= rough * 0.75)
  if (even !== undefined) return evenTicks(low, high, even)
  const months = monthSteps.find((count) => count * 30.4 * dayMs >= rough * 0.75) ?? 2400
  return monthTicks(low, high, months)
}

function evenTicks(low: number, high: number, step: number): Tick[] {
  const offset = step >= weekMs ? firstMonday : 0
  const ticks: Tick[] = []
  for (let value = Math.ceil((low - offset) / step) * step + offset; value <= high; value += step) {
    const text = new Date(value).toISOString()
    ticks.push({ value, label: value % dayMs === 0 ? text.slice(0, 10) : text.slice(11, step < minuteMs ? 19 : 16) })
  }
  return ticks
}

function monthTicks(low: number, high: number, count: number): Tick[] {
  const start = new Date(low)
  const first = Math.floor((start.getUTCFullYear() * 12 + start.getUTCMonth()) / count) * count
  const ticks: Tick[] = []
  for (let month = first; ; month += count) {
    const value = Date.UTC(Math.floor(month / 12), month % 12)
    if (value > high) return ticks
    if (value < low) continue
    const text = new Date(value).toISOString()
    ticks.push({ value, label: count % 12 === 0 ? text.slice(0, 4) : text.slice(0, 7) })
  }
}
