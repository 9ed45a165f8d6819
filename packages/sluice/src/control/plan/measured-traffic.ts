import type { LogEntry } from '../../records/outcome.ts'
import type { MeasuredTraffic } from '../../records/rollout/measured-traffic.ts'
import { dayMs, hourMs, weekMs } from '../../time-units.ts'
import { logPageSize, type OutcomeLog } from '../store/outcome-log.ts'

/** How far back the log is read: less, if that is too much to read; then as many days as are not, and one at least. */
const spansMs = [3 * weekMs, weekMs]
/** Entries do not come evenly. */
const fittingShare = 0.8
const mostEntries = 80_000
/** Fewer requests do not say what requests are like, nor how many users there are. */
export const tellingRequests = 20
const leastScores = 20
/** How many requests come is known after so many hours, or after a whole day whatever their number. */
const leastHours = { telling: 1, any: 24 }

/** From so many times as many on, by what the first of them tell, all of them are not tried. */
const hopelessly = 3

/**
 * The traffic of a feature, from log entries until `now`; null if those of the last week do not tell it. That there is
 * none in the last week, after earlier traffic, is known.
 */
export async function measuredTraffic(
  log: Pick<OutcomeLog, 'readLog'>,
  feature: string,
  now: number,
): Promise<MeasuredTraffic | null> {
  let fitting = dayMs
  for (const wanted of [...spansMs, () => fitting, dayMs]) {
    const spanMs = typeof wanted === 'number' ? wanted : wanted()
    const since = now - spanMs
    const isLast = spanMs === dayMs
    const sums = newSums(Math.max(since, now - weekMs))
    let after = await lastBefore(log, feature, since)
    sums.isOlder = after > 0
    for (let read = 0; read < mostEntries; ) {
      const page = await log.readLog({ after, limit: logPageSize, feature })
      for (const entry of page) add(sums, entry, now)
      read += page.length
      after = page.at(-1)?.seq ?? after
      if (page.length < logPageSize) return measured(sums, now)
      const covered = ((page.at(-1)?.receivedAt ?? now) - since) / spanMs
      fitting = Math.max(1, Math.floor((fittingShare * mostEntries * covered * spanMs) / read / dayMs)) * dayMs
      if (!isLast && read / covered > hopelessly * mostEntries) break
    }
    // The last day was also too much to read: the part that was read is used.
    if (isLast) return measured(sums, sums.lastAt ?? now)
  }
  return null
}

/** A position in the log; all entries of the feature after it were received since `since`. */
async function lastBefore(log: Pick<OutcomeLog, 'readLog'>, feature: string, since: number): Promise<number> {
  const isOld = async (after: number) => {
    const [next] = await log.readLog({ after, limit: 1, feature })
    return next !== undefined && next.receivedAt < since
  }
  if (!(await isOld(0))) return 0
  let [old, recent] = [0, 1]
  for (; await isOld(recent); recent *= 2) old = recent
  while (recent - old > 1) {
    const middle = Math.floor((old + recent) / 2)
    if (await isOld(middle)) old = middle
    else recent = middle
  }
  return recent
}

/** @param since from when on it is counted; before that only how many requests came */
function newSums(since: number) {
  return {
    since,
    times: [] as number[],
    /** Whether there are entries before all that are read. */
    isOlder: false,
    ...{ requests: 0, errors: 0, scores: 0, sum: 0, squares: 0, judged: 0, usd: 0 },
    firstAt: null as number | null,
    lastAt: null as number | null,
    users: new Set<string>(),
    byDay: new Map<number, Set<string>>(),
    byHour: new Array<number>(24).fill(0),
    lastDay: 0,
  }
}

type Sums = ReturnType<typeof newSums>

function add(sums: Sums, entry: LogEntry, now: number): void {
  if (entry.kind === 'request') sums.times.push(entry.receivedAt)
  if (entry.receivedAt < sums.since) return
  if (entry.kind === 'score') {
    sums.scores += 1
    sums.sum += entry.score
    sums.squares += entry.score ** 2
    if (entry.judgeUsd !== null) {
      sums.judged += 1
      sums.usd += entry.judgeUsd
    }
  }
  if (entry.kind !== 'request') return
  sums.requests += 1
  const hour = Math.floor(entry.receivedAt / hourMs) % 24
  sums.byHour[hour] = (sums.byHour[hour] ?? 0) + 1
  if (entry.receivedAt >= now - dayMs) sums.lastDay += 1
  if (entry.error !== null) sums.errors += 1
  sums.firstAt ??= entry.receivedAt
  sums.lastAt = entry.receivedAt
  if (entry.unit === null) return
  sums.users.add(entry.unit)
  const day = Math.floor(entry.receivedAt / dayMs)
  const users = sums.byDay.get(day) ?? new Set()
  sums.byDay.set(day, users.add(entry.unit))
}

function measured(sums: Sums, until: number): MeasuredTraffic | null {
  const from = Math.max(sums.since, sums.firstAt ?? until)
  const { requests, errors, scores, sum, squares, judged, usd, users, byDay } = sums
  const days = (until - from) / dayMs
  const isTelling = requests >= tellingRequests
  if (requests === 0 && (sums.isOlder || sums.times.length > 0)) return silence(sums, until)
  if (requests === 0 || days * 24 < (isTelling ? leastHours.telling : leastHours.any)) return null
  const areUsersKnown = isTelling && users.size > 0
  const daily = [...byDay.values()].reduce((all, { size }) => all + size, 0) / Math.max(1, days)
  return {
    requestsPerDay: requests / days,
    usersPerDay: areUsersKnown ? daily : null,
    users: areUsersKnown ? users.size : null,
    hours: days * 24,
    byHour: byHourOf(sums, from, until),
    ...{ until, hourly: hourlyOf(sums.times, until) },
    lastDay: days >= twoDays ? sums.lastDay : null,
    errorRate: errors / requests,
    deviation: scores < leastScores ? null : Math.sqrt(Math.max(0, squares / scores - (sum / scores) ** 2)),
    judgeUsd: judged === 0 ? null : usd / judged,
  }
}

/** What is known of a week without any request. */
function silence({ since, times }: Sums, until: number): MeasuredTraffic {
  return {
    ...{ requestsPerDay: 0, usersPerDay: null, users: null, hours: (until - since) / hourMs, byHour: null },
    ...{ until, hourly: hourlyOf(times, until), lastDay: 0, errorRate: 0, deviation: null, judgeUsd: null },
  }
}

const mostHours = (3 * weekMs) / hourMs

/** How many of these times lie in each hour before `until`, from the first whole one after the first of them on. */
function hourlyOf(times: readonly number[], until: number): number[] {
  const hours = Math.floor((until - (times[0] ?? until)) / hourMs)
  const counts = new Array<number>(Math.min(mostHours, Math.max(0, hours))).fill(0)
  for (const at of times) {
    const hour = counts.length - Math.ceil((until - at) / hourMs)
    const count = counts[hour]
    if (count !== undefined) counts[hour] = count + 1
  }
  return counts
}

const twoDays = 2
/** With fewer requests an hour of the day differs from others by chance. */
const leastByHour = 20 * 24

/** How the hours of the day differ; null where two days, or enough requests, are not known. */
function byHourOf({ requests, byHour }: Sums, from: number, until: number): number[] | null {
  if (until - from < twoDays * dayMs || requests < leastByHour) return null
  const watched = new Array<number>(24).fill(0)
  for (let at = from; at < until; ) {
    const next = Math.min(until, (Math.floor(at / hourMs) + 1) * hourMs)
    const hour = Math.floor(at / hourMs) % 24
    watched[hour] = (watched[hour] ?? 0) + next - at
    at = next
  }
  const usual = requests / (until - from)
  return byHour.map((count, hour) => count / Math.max(1, watched[hour] ?? 0) / usual)
}
