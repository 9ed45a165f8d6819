import { dayMs, unitMs } from '../../../time-units.ts'
import { type ErrorBody, perDayQuota } from './error-body.ts'
import type { HeaderReader } from './retry-after.ts'

/** Headers with the time at which a quota is available again, and with how much of it is left. */
const quotas = [
  ...['requests', 'tokens', 'requests-day', 'tokens-day', 'requests-minute', 'tokens-minute'].map((what) => [
    `x-ratelimit-reset-${what}`,
    `x-ratelimit-remaining-${what}`,
  ]),
  ...['requests', 'tokens', 'input-tokens', 'output-tokens'].map((what) => [
    `anthropic-ratelimit-${what}-reset`,
    `anthropic-ratelimit-${what}-remaining`,
  ]),
  ['x-ratelimit-reset', 'x-ratelimit-remaining'],
  ['ratelimit-reset', 'ratelimit-remaining'],
  ['ratelimitbysize-reset', 'ratelimitbysize-remaining'],
  ['x-ratelimit-timeremaining', ''],
] as const

/**
 * The time in ms until the quota behind a 429 is available again, from the error's text, or from the headers of the
 * used-up quota, also those inside the body. `Retry-After` is not read here. Undefined if the answer does not say it.
 */
export function quotaWaitMs(header: HeaderReader, body: ErrorBody, now: number): number | undefined {
  if (body.codes.has(perDayQuota)) return untilMidnightOfGoogle(now)
  return textWaitMs(body.message) ?? headerWaitMs((name) => header(name) ?? body.headers.get(name), now)
}

function headerWaitMs(header: HeaderReader, now: number): number | undefined {
  const found = quotas.flatMap(([reset = '', remaining = '']) => {
    const waitMs = resetMs(header(reset), now)
    const left = Number.parseFloat(header(remaining) ?? '')
    return waitMs === undefined ? [] : [{ waitMs, isUsedUp: left <= 0 }]
  })
  const draft = /(?:^|[;,\s])t=(\d+)/.exec(header('ratelimit') ?? '')?.[1]
  if (draft !== undefined) found.push({ waitMs: 1000 * Number(draft), isUsedUp: true })
  const usedUp = found.filter(({ isUsedUp }) => isUsedUp)
  if (usedUp.length > 0) return Math.max(...usedUp.map(({ waitMs }) => waitMs))
  // It is not known which quota is used up. After the shortest wait the next answer says more.
  return found.length === 0 ? undefined : Math.min(...found.map(({ waitMs }) => waitMs))
}

const units: Record<string, number> = unitMs
const amount = '\\d+(?:\\.\\d+)?\\s*(?:ms|millisecond|sec|second|min|minute|hour|day|[smhd])(?:s|(?=\\d)|\\b)'
const waitText = new RegExp(
  `\\b(?:try again|retry|wait|reset|available)[^.\\d]{0,30}?\\b((?:${amount}(?:[\\s,]+(?:and\\s+)?)?)+)`,
  'i',
)

/** Reads e.g. "Please try again in 7m12s", "retry after 20 seconds", "please wait 51234 seconds before retrying". */
function textWaitMs(text: string): number | undefined {
  const found = waitText.exec(text)?.[1]
  return found === undefined ? undefined : durationMs(found)
}

/** The sum of all parts, e.g. of `6m0s`; undefined for a text without any. */
function durationMs(text: string): number | undefined {
  const parts = [...text.toLowerCase().matchAll(/(\d+(?:\.\d+)?)\s*(ms|milli|[smhd])/g)]
  if (parts.length === 0) return undefined
  const ms = parts.map(([, amount, name = '']) => Number(amount) * (units[name === 'milli' ? 'ms' : name] ?? 0))
  return Math.ceil(ms.reduce((sum, part) => sum + part, 0))
}

/** Reads seconds, a time since the epoch in seconds or ms, a duration such as `6m0s`, or a date. A past time is 0. */
function resetMs(text: string | null | undefined, now: number): number | undefined {
  const trimmed = text?.trim() ?? ''
  if (/^\d+(\.\d+)?$/.test(trimmed)) {
    const number = Number(trimmed)
    if (number < 1e9) return 1000 * number
    return Math.max(0, (number > 1e11 ? number : 1000 * number) - now)
  }
  if (/^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/.test(trimmed)) return durationMs(trimmed)
  const time = Date.parse(trimmed)
  return Number.isNaN(time) ? undefined : Math.max(0, time - now)
}

/** Google's daily quotas are renewed at midnight Pacific time, whatever its `RetryInfo` says. */
function untilMidnightOfGoogle(now: number): number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'America/Los_Angeles',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  const [hours = 0, minutes = 0, seconds = 0] = format.format(now).split(':').map(Number)
  return dayMs - 1000 * ((hours % 24) * 3600 + minutes * 60 + seconds)
}
