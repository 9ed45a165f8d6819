/** The traffic that a canary gets, and how it is watched. */
export interface Traffic {
  requestsPerDay: number
  /** Distinct users who come again and again; null where every request is from a new one. */
  users: number | null
  /** Share of the canary's requests that is judged, in [0,1], and of the incumbent's. */
  judged: number
  judgedIncumbents: number
  /** What judging one request costs; null where it is unknown. */
  judgeUsd: number | null
  /** Share of requests that fail. */
  errorRate: number
  /** Standard deviation of the scores. */
  deviation: number
}

/** Incumbents are judged at most so many times as often as the canary: beyond that they tell next to nothing. */
const incumbentsPerCanary = 10

/** Requests per hour that can count: all of them, or the judged ones. */
function hourly({ requestsPerDay, judged }: Traffic, what: 'requests' | 'judged'): number {
  return (requestsPerDay / 24) * (what === 'judged' ? judged : 1)
}

/** Users of the canary who have counted after so many hours at this share, of whom `before` had when it began. */
export function countedAfter(traffic: Traffic, what: 'requests' | 'judged', stage: Stretch): number {
  const { share, before, hours } = stage
  const rate = hourly(traffic, what)
  if (traffic.users === null) return before + rate * share * hours
  const all = traffic.users * share
  return all - (all - before) * Math.exp((-rate * hours) / traffic.users)
}

/** The hours until `more` have counted; Infinity where there are not so many users. */
export function hoursFor(
  traffic: Traffic,
  what: 'requests' | 'judged',
  { share, before }: Stretch,
  more: number,
): number {
  const rate = hourly(traffic, what)
  if (more <= 0) return 0
  if (traffic.users === null) return more / (rate * share)
  const left = traffic.users * share - before
  return more < left ? (-Math.log(1 - more / left) * traffic.users) / rate : Number.POSITIVE_INFINITY
}

export interface Stretch {
  /** Of the canary, in (0,1). */
  share: number
  before: number
  hours: number
}

/** The canary's share of what is judged, where `share` is that of the users. */
export function shareOfJudged({ judged, judgedIncumbents }: Traffic, share: number): number {
  const canary = share * judged
  return canary === 0
    ? share
    : canary / (canary + Math.min(incumbentsPerCanary * canary, (1 - share) * judgedIncumbents))
}

/** What an hour of judging costs at this share; null where the price is unknown. */
export function judgeUsdPerHour(traffic: Traffic, share: number): number | null {
  if (traffic.judgeUsd === null) return null
  return (traffic.judgeUsd * hourly(traffic, 'judged') * share) / shareOfJudged(traffic, share)
}
