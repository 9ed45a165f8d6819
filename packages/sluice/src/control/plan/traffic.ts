import { judgedIncumbents } from '../../records/rollout/rollout-settings.ts'
import { hourMs } from '../../time-units.ts'
import { courseFactor, type TrafficCourse } from './traffic-course.ts'

/** The traffic that a canary gets, and how it is watched. */
export interface Traffic {
  requestsPerDay: number
  /** Requests of each hour of the day, UTC, as multiples of the average; absent or null: all alike. */
  byHour?: readonly number[] | null
  /** How it changes; absent or null: not at all but for the hours of the day. */
  course?: TrafficCourse | null
  /** Number of distinct users, who come again and again; null if every request is from a new one. */
  users: number | null
  /** Requests that one of them sends in a row, minutes apart; at least 1. */
  perVisit: number
  /** Share of the canary's requests that is judged, in [0,1], and of the incumbent's. */
  judged: number
  judgedIncumbents: number
  /** Cost of judging one request; null if it is unknown. */
  judgeUsd: number | null
  /** Share of requests that fail. */
  errorRate: number
  /** Standard deviation of the scores. */
  deviation: number
}

/** Requests per visit, from the number of users a day, assuming that visits are random; 1 if it is not known. */
export function requestsPerVisit(
  requestsPerDay: number,
  { users, usersPerDay }: { users: number | null; usersPerDay: number | null },
): number {
  if (users === null || usersPerDay === null || usersPerDay <= 0 || usersPerDay >= users) return 1
  const visitsPerDay = -users * Math.log(1 - usersPerDay / users)
  return Math.max(1, requestsPerDay / visitsPerDay)
}

/** The canary's share of the judged requests, if `share` is its share of the users. */
export function shareOfJudged(traffic: Traffic, share: number): number {
  const canary = share * traffic.judged
  return canary === 0 ? share : canary / (canary + judgedIncumbents(canary, (1 - share) * traffic.judgedIncumbents))
}

/** Requests of the `hours` before `now` (ms since the epoch), as a multiple of those of average hours. */
export function hourFactor({ byHour, course }: Pick<Traffic, 'byHour' | 'course'>, hours: number, now: number): number {
  if (!byHour && !course) return 1
  const steps = Math.max(1, Math.round(hours))
  const each = Array.from({ length: steps }, (_, i) => {
    const at = now - (((i + 0.5) * hours) / steps) * hourMs
    return (byHour?.[Math.floor(at / hourMs) % 24] ?? 1) * (course ? courseFactor(course, at) : 1)
  })
  return each.reduce((sum, factor) => sum + factor, 0) / steps
}
