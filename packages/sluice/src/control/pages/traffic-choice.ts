import type { MeasuredTraffic } from '../../records/rollout/measured-traffic.ts'
import { formatAmount, formatAverage, formatCount, formatPercent } from '../../text/format.ts'
import { type Html, html } from '../../text/markup.ts'
import { type GivenTraffic, otherTraffic } from '../plan/expected-traffic.ts'
import { formatPast } from '../words/act-text.ts'
import { silentText } from '../words/end-forecast-text.ts'
import { momentText } from '../words/moments.ts'
import { addressWith } from './addresses.ts'
import { toned } from './elements.ts'

/** The traffic that a rollout is planned for, and what else it may be planned for. */
export interface TrafficChoice {
  /** Where the page is without a traffic of its own, and what its query says. */
  path: string
  query: Readonly<Record<string, string>>
  /** The traffic that the log tells; null where that is too little, `uncounted` where the count has failed. */
  measured: MeasuredTraffic | 'uncounted' | null
  /** What somebody says instead. */
  given: GivenTraffic
}

/** On what the stages and the forecast rest; the present rate beside the past weeks', and fields for another one. */
export function trafficSection(choice: TrafficChoice): Html {
  const { path, query, given } = choice
  const measured = choice.measured === 'uncounted' ? null : choice.measured
  const { perDay, users } = given
  const isGiven = perDay !== undefined || users !== undefined
  const present = measured && presentRate(measured)
  return html`<section class="traffic"><h2>Traffic</h2>
<p>${restsOn(measured, choice)}${isGiven ? html` <a href="${addressOf(choice, {})}">As the log tells it</a>` : undefined}</p>
${present && perDay === undefined ? changedPart(present) : undefined}
${measured === null ? undefined : html`<ul>${ratesOf(measured, present).map(({ text, rate }) => html`<li>${text}${rate === null || rate === perDay ? undefined : html` <a href="${addressOf(choice, { perDay: rate, users })}">Plan for ${formatCount(rate)} a day</a>`}</li>`)}</ul>`}
<form method="get" action="${path}" class="filter">${Object.entries(query).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<label>Requests a day <input type="number" name="perDay" min="1" max="1000000000" step="any" value="${perDay ?? ''}"></label>
<label>Users a week <input type="number" name="users" min="1" max="1000000000" step="any" value="${users ?? ''}"></label>
<button>Plan for these</button></form></section>`
}

function restsOn(measured: MeasuredTraffic | null, choice: TrafficChoice): Html {
  const { perDay, users } = choice.given
  const known = perDay ?? measured?.requestsPerDay
  if (known === undefined)
    return choice.measured === 'uncounted'
      ? html`The traffic could not be counted just now, so the stages do not rest on it. How much do you expect?`
      : html`The log has too little traffic to plan for. How much do you expect?`
  if (known === 0) return html`${silentText} How much do you expect?`
  const from = users ?? measured?.users ?? null
  const counted = html`<b>${formatAverage(known)} requests a day</b>${from === null ? undefined : ` from ${formatAmount(Math.round(from), 'user')}`}`
  if (perDay !== undefined) return html`Stages and forecast are for ${counted}, as given.`
  const past = formatPast(measured?.hours ?? 0)
  return html`Stages and forecast are for ${counted}: the average of the last ${past}${users === undefined ? undefined : ', and users as given'}.`
}

/** Requests of the last hour that was counted, and what that makes a day. */
interface PresentRate {
  requests: number
  perDay: number
  /** Requests that the days before let expect in this hour; null where they are not known. */
  expected: number | null
  until: number
}

const dayHours = 24
/** In an hour of the day in which hardly anything is usual the ratio tells nothing of the others. */
const leastUsual = 0.2

function presentRate({ hourly, until }: MeasuredTraffic): PresentRate | null {
  const requests = hourly.at(-1)
  if (requests === undefined || until === null) return null
  const before = hourly.slice(0, -dayHours).slice(-7 * dayHours)
  const perHour = mean(before)
  const usual = Math.max(leastUsual, perHour > 0 ? mean(aroundThisHour(before)) / perHour : 1)
  const expected = before.length < dayHours ? null : perHour * usual
  return { requests, perDay: Number(((dayHours * requests) / usual).toPrecision(3)), expected, until }
}

/** This hour of each day before, and the hour on either side of it. */
function aroundThisHour(before: readonly number[]): number[] {
  return before.filter((_, index) => [0, 1, dayHours - 1].includes((before.length - 1 - index) % dayHours))
}

const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / Math.max(1, values.length)

/** That the last hour is not like the days before: they do not tell then what comes. */
function changedPart({ requests, expected }: PresentRate): Html | undefined {
  if (expected === null || Math.max(requests, expected) < otherTraffic.least) return undefined
  const times = requests / Math.max(expected, 1 / 24)
  if (times > otherTraffic.times)
    return html`<p>${toned('watch', `The last hour had ${formatCount(Math.floor(times))} times as many requests as those days suggest: if that lasts, plan for it.`)}</p>`
  if (times < 1 / otherTraffic.times)
    return html`<p>${toned('watch', `The last hour had ${formatPercent(times)} of the requests that those days suggest: if that lasts, plan for it.`)}</p>`
  return undefined
}

/**
 * What the log tells, as a rate a day that can be planned for; null where that is planned for anyhow, or is nothing.
 */
function ratesOf(
  { requestsPerDay, hours, lastDay }: MeasuredTraffic,
  present: PresentRate | null,
): { text: string; rate: number | null }[] {
  const count = (number: number) => formatCount(Math.round(number))
  return [
    { text: `Last ${formatPast(hours)}: ${formatAverage(requestsPerDay)} a day on average.`, rate: null },
    ...(lastDay === null ? [] : [{ text: `Last 24 hours: ${count(lastDay)}.`, rate: lastDay || null }]),
    ...(present === null
      ? []
      : [
          {
            text: `The hour before ${momentText(present.until)}: ${count(present.requests)}.`,
            rate: present.perDay || null,
          },
        ]),
  ]
}

/** What is said of the traffic, as the page's address and its form carry it. */
export function trafficFields({ perDay, users }: Partial<GivenTraffic>): Record<string, string> {
  return {
    ...(perDay !== undefined && { perDay: String(perDay) }),
    ...(users !== undefined && { users: String(users) }),
  }
}

const addressOf = ({ path, query }: TrafficChoice, traffic: Partial<GivenTraffic>) =>
  addressWith(path, { ...query, ...trafficFields(traffic) })
