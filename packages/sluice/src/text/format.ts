import { dayMs } from '../time-units.ts'

/** Numbers as people read them. Whatever is null is unknown and says so; it is never printed as 0. */

const unknown = 'n/a'

/** 0.873 */
export function formatScore(score: number | null): string {
  return score === null ? unknown : withoutMinusZero(score.toFixed(3))
}

/** Two numbers in so many digits, and in more where they differ and would look the same: 0.0004 and 0.0012. */
export function formatApart(one: number, other: number, least = 3): [string, string] {
  const inDigits = (digits: number): [string, string] => [one.toFixed(digits), other.toFixed(digits)]
  const enough = [0, 1, 2, 3, 4, 5, 6].find((more) => {
    const [first, second] = inDigits(least + more)
    return first !== second
  })
  return inDigits(least + (enough ?? 0))
}

/** +0.012, -0.042 */
export function formatChange(change: number | null): string {
  if (change === null) return unknown
  const text = formatScore(change)
  return Number(text) > 0 ? `+${text}` : text
}

/** [0.851, 0.895]. The ends are cut where no score lies: at 0 and 1, for a change at -1 and 1. */
export function formatInterval({ ciLow, ciHigh }: Interval, format = formatScore): string {
  if (ciLow === null || ciHigh === null) return unknown
  const cut = (end: number) => format(Math.min(1, Math.max(format === formatChange ? -1 : 0, end)))
  return `[${cut(ciLow)}, ${cut(ciHigh)}]`
}

interface Interval {
  ciLow: number | null
  ciHigh: number | null
}

/** 97.5 %, 40 %. Only a share of 1 prints as 100 %, and only a share of 0 as 0 %. `digits` after the point at most. */
export function formatPercent(share: number | null, digits = 1): string {
  if (share === null) return unknown
  const percent = Number((share * 100).toFixed(digits))
  const smallest = Number((10 ** -digits).toFixed(digits))
  if (percent === 0 && share > 0) return `<${smallest} %`
  return `${percent === 100 && share < 1 ? (100 - smallest).toFixed(digits) : percent} %`
}

/** 12.55 %, 0.0001 %: a share in parts per million, as exactly as it was set. */
export function formatPpm(ppm: number): string {
  return `${Number((ppm / 10_000).toFixed(4))} %`
}

/** 2.88 points, 1 point: of a difference between two shares. */
export function formatPoints(difference: number): string {
  const points = Number((100 * difference).toFixed(2))
  return `${points} ${points === 1 ? 'point' : 'points'}`
}

/** 12.40 USD, 0.043 USD, 0.00042 USD: two significant digits for small amounts. */
export function formatUsd(usd: number | null): string {
  if (usd === null) return unknown
  if (usd === 0) return '0 USD'
  if (usd >= 1) return `${thousands(usd.toFixed(2))} USD`
  if (usd < 1e-6) return 'below 0.000001 USD'
  const digits = Math.min(8, Math.max(3, 1 - Math.floor(Math.log10(usd))))
  return `${usd.toFixed(digits)} USD`
}

/** 840 ms, 2.1 s, 2 min 5 s, 1 h 3 min, 4 h */
export function formatDuration(ms: number | null): string {
  if (ms === null) return unknown
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return withRest(seconds, 'min', 's')
  return withRest(Math.round(seconds / 60), 'h', 'min')
}

/** `4 h`, and not `4 h 0 min`. */
function withRest(count: number, unit: string, sixtieth: string): string {
  const rest = count % 60
  return `${Math.floor(count / 60)} ${unit}${rest === 0 ? '' : ` ${rest} ${sixtieth}`}`
}

/** 12,345 */
export function formatCount(count: number): string {
  return thousands(String(count))
}

/** 12,345; 2.1; 0.14: an average number of something, in whole numbers from ten on, else in two digits. */
export function formatAverage(count: number): string {
  return count >= 10 ? formatCount(Math.round(count)) : String(Number(count.toPrecision(2)))
}

/** 840 bytes, 12.3 kB, 50.0 MB */
export function formatSize(bytes: number): string {
  if (bytes < 1000) return formatAmount(bytes, 'byte')
  return bytes < 999_950 ? `${(bytes / 1000).toFixed(1)} kB` : `${thousands((bytes / 1e6).toFixed(1))} MB`
}

/** 2026-11-26: the day of a time in ms since the epoch, in UTC. */
export function utcDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

/** `14 days`; any other time is printed as a duration. */
export function formatSpan(ms: number): string {
  return ms > 0 && ms % dayMs === 0 ? formatAmount(ms / dayMs, 'day') : formatDuration(ms)
}

/** `1 case`, `2 cases`, `0 cases` */
export function formatAmount(count: number, one: string, many: string = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

const thousands = (digits: string) => digits.replace(/\B(?<!\.\d*)(?=(?:\d{3})+(?!\d))/g, ',')

const withoutMinusZero = (text: string) => (/^-0\.?0*$/.test(text) ? text.slice(1) : text)
