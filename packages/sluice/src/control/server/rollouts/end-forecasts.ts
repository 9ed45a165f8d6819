import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '@sluice/client'
import type { EndForecast } from '../../../records/end-chances.ts'
import type { MeasuredTraffic } from '../../../records/measured-traffic.ts'
import type { RolloutSettings } from '../../../records/rollout-settings.ts'
import { type Effort, endForecast } from '../../plan/end-forecast.ts'
import type { Begun } from '../../plan/forecast.ts'
import { measuredTraffic } from '../../plan/measured-traffic.ts'
import { type Remedy, remedies } from '../../plan/remedies.ts'
import type { Traffic } from '../../plan/traffic.ts'
import { courseOf, type TrafficCourse } from '../../plan/traffic-course.ts'
import type { OutcomeLog } from '../../store/outcome-log.ts'
import { Problem } from '../http/problem.ts'
import { stopwatch } from '../timers.ts'

/** What one forecast, and the search for what helps, may take of the one thread that answers requests. */
const effort = { runs: 60, remedyRuns: 30, longestMs: 3000 }
/** Forecasts that wait for their turn: more are asked to come again, so that each is answered soon. */
const mostWaiting = 2
/** How long what was found is told again. */
const keptMs = 10 * 60_000
const mostKept = 500

/** The traffic of a feature as the log tells it, and what may become of it; null where it does not tell. */
interface ForetoldTraffic {
  traffic: MeasuredTraffic | null
  course: TrafficCourse | null
}

interface Question {
  traffic: Traffic
  settings: RolloutSettings
  /** Start of the rollout, or of its present stage, in ms since the epoch. */
  start: number
  from?: Begun
}

/**
 * Forecasts of how rollouts end. One is made at a time, and after each simulated rollout, which takes some milliseconds, other
 * requests have their turn.
 */
export interface EndForecasts {
  traffic(feature: string): Promise<ForetoldTraffic>
  /** Null where the machine was too busy to make it, or no simulated rollout is as long in its stage. @throws Problem 503 */
  forecast(key: string, question: Question): Promise<EndForecast | null>
  /** What would help. @throws Problem 503 */
  remedies(key: string, question: Question, without: EndForecast): Promise<Remedy[]>
}

export function createEndForecasts({ log, clock }: { log: Pick<OutcomeLog, 'readLog'>; clock: Clock }): EndForecasts {
  // Where the log tells too little, it may tell enough with the next request.
  const traffics = keeper<ForetoldTraffic>(clock, ({ traffic }) => traffic !== null)
  const forecasts = keeper<EndForecast | null>(clock)
  const helpful = keeper<Remedy[]>(clock)
  const inTurn = queue()
  const begin = (runs: number): Effort => {
    const elapsed = stopwatch(clock)
    return { runs, pause: () => turn(), isOver: () => elapsed() > effort.longestMs }
  }
  return {
    traffic: (feature) =>
      traffics(feature, async () => {
        const traffic = await measuredTraffic(log, feature, clock.now())
        return { traffic, course: traffic && (await courseOf(traffic, () => turn())) }
      }),
    forecast: (key, { traffic, settings, ...course }) =>
      forecasts(key, () => inTurn(() => endForecast(traffic, settings, course, begin(effort.runs)))),
    remedies: (key, { traffic, settings, start }, without) =>
      helpful(key, () => inTurn(() => remedies(traffic, settings, { start, without }, begin(effort.remedyRuns)))),
  }
}

function queue(): <T>(work: () => Promise<T>) => Promise<T> {
  let [last, waiting]: [Promise<unknown>, number] = [Promise.resolve(), 0]
  return async (work) => {
    if (waiting > mostWaiting) throw busy()
    waiting += 1
    const result = last.then(work).finally(() => {
      waiting -= 1
    })
    last = result.catch(() => undefined)
    return result
  }
}

function busy(): Problem {
  const detail = 'Other forecasts of rollouts are being made: ask again in a few seconds.'
  return new Problem({ status: 503, code: 'forecasts-busy', detail }, { headers: { 'retry-after': '3' } })
}

/** What failed is not kept, nor what is not worth it. */
function keeper<T>(
  clock: Pick<Clock, 'now'>,
  isWorthIt: (value: T) => boolean = () => true,
): (key: string, make: () => Promise<T>) => Promise<T> {
  const kept = new Map<string, { at: number; value: Promise<T> }>()
  return (key, make) => {
    const known = kept.get(key)
    const age = known ? clock.now() - known.at : Number.POSITIVE_INFINITY
    if (known && age >= 0 && age < keptMs) return known.value
    const value = make()
    kept.delete(key)
    kept.set(key, { at: clock.now(), value })
    const drop = () => kept.get(key)?.value === value && kept.delete(key)
    value.then((found) => isWorthIt(found) || drop(), drop)
    for (const oldest of kept.keys()) {
      if (kept.size <= mostKept) break
      kept.delete(oldest)
    }
    return value
  }
}
