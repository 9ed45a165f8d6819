import type { MeasuredTraffic } from '../../records/measured-traffic.ts'
import type { LiveSettings } from '../../records/rollout-settings.ts'
import { requestsPerVisit, type Traffic } from './traffic.ts'

interface JudgingWish {
  percent: number
  canaryPercent?: number | undefined
  budgetUsdPerDay: number
}

/** The traffic as it was measured, and how it is judged. */
export interface KnownFeature {
  traffic: MeasuredTraffic | null
  live: Pick<LiveSettings, 'store'> & { judge: JudgingWish }
}

/** What somebody says of the traffic, instead of what the log tells; undefined: as the log tells. */
export interface GivenTraffic {
  /** Requests a day, and distinct users of a week. */
  perDay: number | undefined
  users: number | undefined
}

const usual = { errorRate: 0.01, deviation: 0.25 }
/** A log of so many hours tells how many of the users come on a day. */
const tellingHours = 48

/**
 * What a rollout is to expect, and what judging it costs a day if all of it is judged; null if nobody knows the traffic.
 *
 * @param judgePercent of this rollout; null: as the version says
 */
export function expectedTraffic(
  { traffic, live }: KnownFeature,
  { perDay, users: givenUsers }: GivenTraffic,
  judgePercent: number | null,
): { expected: Traffic; dailyUsd: number | null } | null {
  const requestsPerDay = perDay ?? traffic?.requestsPerDay
  if (requestsPerDay === undefined) return null
  const users = givenUsers ?? traffic?.users ?? null
  const isMeasured = perDay === undefined && givenUsers === undefined
  const usersPerDay = traffic && isMeasured && traffic.hours >= tellingHours ? traffic.usersPerDay : null
  const { judge } = live
  const judgeUsd = traffic?.judgeUsd ?? null
  const percent = live.store ? (judgePercent ?? judge.percent) : 0
  const ofCanary = live.store ? (judgePercent ?? judge.canaryPercent ?? judge.percent) : 0
  const dailyUsd = judgeUsd === null ? null : (requestsPerDay * percent * judgeUsd) / 100
  // What is beyond the budget is not judged.
  const affordable = dailyUsd === null || dailyUsd <= judge.budgetUsdPerDay ? 1 : judge.budgetUsdPerDay / dailyUsd
  const expected = {
    byHour: traffic?.byHour ?? null,
    ...{ requestsPerDay, users, perVisit: requestsPerVisit(requestsPerDay, { users, usersPerDay }) },
    ...{ judged: (ofCanary / 100) * affordable, judgedIncumbents: (percent / 100) * affordable, judgeUsd },
    errorRate: traffic?.errorRate ?? usual.errorRate,
    deviation: traffic?.deviation ?? usual.deviation,
  }
  return { expected, dailyUsd }
}

/** The traffic as it was on the last day, with as many users as fit to it; as it is where that is not known. */
export function asOfLastDay(traffic: MeasuredTraffic): MeasuredTraffic {
  const { lastDay, requestsPerDay, users, usersPerDay } = traffic
  if (lastDay === null || lastDay === 0) return traffic
  const by = lastDay / requestsPerDay
  const scaled = (count: number | null) => (count === null ? null : count * by)
  return { ...traffic, requestsPerDay: lastDay, users: scaled(users), usersPerDay: scaled(usersPerDay) }
}

/** By this factor the last day must differ from the usual one to be worth a word: a Sunday does from a week. */
const worthAWord = 1.3

/** That the traffic changes, where it does: a forecast knows the average of the week. */
export function changeOfTraffic({ traffic }: Pick<KnownFeature, 'traffic'>): string[] {
  if (traffic?.lastDay == null) return []
  const by = traffic.lastDay / traffic.requestsPerDay
  if (by < worthAWord && by > 1 / worthAWord) return []
  const sooner = by > 1 ? 'sooner' : 'later'
  return [
    `The last day had ${Math.round(100 * by)} % of the requests of an average one: if it goes on like that, it ends ${sooner} than said.`,
  ]
}
