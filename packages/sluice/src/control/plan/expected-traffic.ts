import type { MeasuredTraffic } from '../../records/rollout/measured-traffic.ts'
import { dayMs, hourMs } from '../../time-units.ts'
import { tellingRequests } from './measured-traffic.ts'
import { requestsPerVisit, type Traffic } from './traffic.ts'
import type { TrafficCourse } from './traffic-course.ts'
import { usualOutcomes } from './usual-outcomes.ts'

interface JudgingSettings {
  percent: number
  canaryPercent?: number | undefined
  budgetUsdPerDay: number
}

/** The traffic as it was measured, and how it is judged. */
export interface KnownFeature {
  traffic: MeasuredTraffic | null
  /** What may become of it; null or absent: nothing else. */
  course?: TrafficCourse | null
  /** Whether answers in production are judged. */
  isJudged: boolean
  live: { judge: JudgingSettings }
}

/** What somebody says of the traffic, instead of what the log tells; undefined: as the log tells. */
export interface GivenTraffic {
  /** Requests a day, and distinct users of a week. */
  perDay: number | undefined
  users: number | undefined
}

/** A log of so many hours tells how many of the users come on a day. */
const enoughHours = 48

/**
 * What a rollout is to expect, and what judging it costs a day if all of it is judged; null if nobody knows the
 * traffic.
 *
 * @param judgePercent of this rollout; null: as the version says
 */
export function expectedTraffic(
  { traffic, course = null, isJudged, live }: KnownFeature,
  { perDay, users: givenUsers }: GivenTraffic,
  judgePercent: number | null,
): { expected: Traffic; dailyUsd: number | null } | null {
  const requestsPerDay = perDay ?? traffic?.requestsPerDay
  if (requestsPerDay === undefined) return null
  const users = givenUsers ?? traffic?.users ?? null
  const isMeasured = perDay === undefined && givenUsers === undefined
  const usersPerDay = traffic && isMeasured && traffic.hours >= enoughHours ? traffic.usersPerDay : null
  const { judge } = live
  const judgeUsd = traffic?.judgeUsd ?? null
  const percent = isJudged ? (judgePercent ?? judge.percent) : 0
  const ofCanary = isJudged ? (judgePercent ?? judge.canaryPercent ?? judge.percent) : 0
  const dailyUsd = judgeUsd === null ? null : (requestsPerDay * percent * judgeUsd) / 100
  // What is beyond the budget is not judged.
  const affordable = dailyUsd === null || dailyUsd <= judge.budgetUsdPerDay ? 1 : judge.budgetUsdPerDay / dailyUsd
  const expected = {
    byHour: traffic?.byHour ?? null,
    course: perDay === undefined ? course : null,
    ...{ requestsPerDay, users, perVisit: requestsPerVisit(requestsPerDay, { users, usersPerDay }) },
    ...{ judged: (ofCanary / 100) * affordable, judgedIncumbents: (percent / 100) * affordable, judgeUsd },
    errorRate: traffic && requestsOf(traffic) >= tellingRequests ? traffic.errorRate : usualOutcomes.errorRate,
    deviation: traffic?.deviation ?? usualOutcomes.deviation,
  }
  return { expected, dailyUsd }
}

/** How many requests were counted. */
const requestsOf = ({ requestsPerDay, hours }: MeasuredTraffic) => Math.round((requestsPerDay * hours) / 24)

/** Bursts, and hours without one, are usual; what is beyond them is other traffic. */
export const otherTraffic = { least: 20, times: 4 }
/** Measured traffic counts whole hours, so that a change which is older is in it. */
const unseenMs = 2 * hourMs

/**
 * Whether a young rollout has had several times as many requests as the traffic before it let expect, also in its
 * busiest hours: how it ends cannot be told from that traffic.
 *
 * @param rollout what it has had of requests in the `ms` since it began, pauses included: requests come then, too
 */
export function hasOutgrown(
  { requestsPerDay, byHour }: Pick<MeasuredTraffic, 'requestsPerDay' | 'byHour'>,
  { requests, ms }: { requests: number; ms: number },
): boolean {
  const busiest = byHour === null ? 1 : Math.max(1, ...byHour)
  const expected = (requestsPerDay * busiest * ms) / dayMs
  return ms < unseenMs && requests >= otherTraffic.least && requests > otherTraffic.times * expected
}
