import { endForecast } from '../../packages/sluice/src/control/plan/end-forecast.ts'
import { expectedTraffic } from '../../packages/sluice/src/control/plan/expected-traffic.ts'
import { begunOf, newlyBegun } from '../../packages/sluice/src/control/plan/forecast.ts'
import { measuredTraffic } from '../../packages/sluice/src/control/plan/measured-traffic.ts'
import { courseOf } from '../../packages/sluice/src/control/plan/traffic-course.ts'
import { eValueEngine } from '../../packages/sluice/src/control/rollout/decision-engine.ts'
import type { CanaryRun } from '../../packages/sluice/src/control/simulate/canary-run.ts'
import { IncumbentAnswers } from '../../packages/sluice/src/control/simulate/incumbent-answers.ts'
import { SimulatedVisits } from '../../packages/sluice/src/control/simulate/simulated-visits.ts'
import { simulationStart } from '../../packages/sluice/src/control/simulate/simulation.ts'
import type { LogEntry } from '../../packages/sluice/src/records/outcome.ts'
import type { EndChances } from '../../packages/sluice/src/records/rollout/end-chances.ts'
import { seededRandom } from '../../packages/sluice/src/stats/random.ts'
import { type SimulatedMoment, simulateFast } from '../../packages/sluice/test/support/fast-canary.ts'
import { pastDays, type World } from './kinds.ts'

const hourMs = 3_600_000
const noPause = () => Promise.resolve()
const effort = { runs: 100, pause: noPause, isOver: () => false }

interface Played {
  world: World
  end: CanaryRun
  /** How it stood after each five minutes. */
  moments: Omit<SimulatedMoment, 'arrivals'>[]
  /** Of the weeks before and of the rollout itself, in order. */
  requests: LogEntry[]
}

/** A rollout from its start to its end, with what the log holds of it and of the weeks before. */
export function play(world: World): Played {
  const moments: Played['moments'] = []
  const requests = requestsBefore(world)
  const simulation = { scenario: world.scenario, recorded: undefined, engine: eValueEngine }
  const end = simulateFast(simulation, 0, ({ arrivals, ...moment }) => {
    moments.push(moment)
    for (const { entry, again } of arrivals) if (!again && entry.kind === 'request') requests.push(entry)
  })
  return { world, end, moments, requests }
}

function requestsBefore({ past, knownDays }: World): LogEntry[] {
  const { traffic } = past
  if (!traffic) throw new Error('the past has traffic')
  const random = seededRandom(past.seed)
  const answers = new IncumbentAnswers(past.incumbent, past.cycles, random)
  const start = simulationStart - pastDays * 24 * hourMs
  const visits = new SimulatedVisits({ ...past, traffic }, { answers, random, start })
  const requests: LogEntry[] = []
  for (let visit = visits.next(); start + visit.at < simulationStart; visit = visits.next()) {
    visits.answered(visit, { canary: false, bad: false })
    const { answer, at, user } = visit
    if (start + at >= simulationStart - knownDays * 24 * hourMs)
      requests.push(requestOf(start + at, user.name, answer.failed))
  }
  return requests
}

function requestOf(receivedAt: number, unit: string, failed: boolean): LogEntry {
  return {
    ...{
      seq: 0,
      kind: 'request',
      id: '',
      feature: 'simulated',
      version: 'incumbent',
      observedAt: receivedAt,
      receivedAt,
    },
    ...{ rolloutId: null, arm: null, stage: null, position: null, unit, tokenId: null, instance: null, address: null },
    ...{ refusal: false, invalid: false, latencyMs: null, costUsd: null, inputTokens: null, captured: false },
    ...{ error: failed ? 'failed' : null, outputTokens: null, outputChars: null, servedModel: null, fingerprint: null },
  } as LogEntry
}

/** What is told of the end after some time, ms since the start, in hours since the start; null where nothing is. */
export async function foretell(
  { world, moments, requests }: Played,
  at: number,
): Promise<(EndChances & { grid: (hours: number) => number; patienceHours: number }) | null> {
  const now = simulationStart + at
  const { rollout: settings, judge } = world.scenario
  const traffic = await measuredTraffic({ readLog: readingUntil(requests, now) }, 'simulated', now)
  if (!traffic) throw new Error('the past has requests')
  const live = { judge: { percent: judge.percent, budgetUsdPerDay: Number.POSITIVE_INFINITY } }
  const given = { perDay: undefined, users: undefined }
  const known = expectedTraffic(
    { traffic, course: await courseOf(traffic, noPause), live, isJudged: true },
    given,
    null,
  )
  if (!known) throw new Error('the traffic is known')
  const moment = moments.findLast((one) => one.at <= at)
  const from = moment ? begunOf(moment.rollout, moment.assessment, now) : newlyBegun
  const start = now - from.hours * hourMs
  const found = await endForecast(known.expected, settings, { start, from }, effort)
  if (!found) return null
  const { endHours, ...chances } = found[world.which]
  const since = at / hourMs
  return {
    ...chances,
    endHours: {
      ...endHours,
      earliest: since + endHours.earliest,
      median: since + endHours.median,
      latest: since + endHours.latest,
    },
    patienceHours: settings.patience / hourMs,
    grid: (hours) => from.before + told(hours - from.before),
  }
}

/** The forecast decides once an hour on its first day, then every second hour: the hour in which it would have found this end. */
function told(hours: number): number {
  const assessed = hours - 0.25
  return assessed <= 24 ? Math.ceil(assessed) : 2 * Math.ceil(assessed / 2)
}

/** A log in which an entry's number is its place in the list, and which ends at a time. */
function readingUntil(requests: readonly LogEntry[], end: number) {
  return async ({ after, limit }: { after: number; limit: number }): Promise<LogEntry[]> =>
    requests
      .slice(after, after + limit)
      .filter(({ receivedAt }) => receivedAt < end)
      .map((entry, i) => ({ ...entry, seq: after + i + 1 }))
}

/** Hours until it is decided by proof or by evidence; null if it is not. */
export function decidedHours({ end: { end, strength, why, at } }: Played): number | null {
  const isDecided = (end === 'promoted' && strength === 'strong') || (end === 'rolledBack' && why === 'evidence')
  return isDecided ? at / hourMs : null
}
