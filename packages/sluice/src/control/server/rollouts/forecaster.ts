import { setImmediate as turn } from 'node:timers/promises'
import type { EndForecast } from '../../../records/rollout/end-chances.ts'
import type { MeasuredTraffic } from '../../../records/rollout/measured-traffic.ts'
import type { RolloutSettings } from '../../../records/rollout/rollout-settings.ts'
import { type Effort, endForecast } from '../../plan/end-forecast.ts'
import type { Begun } from '../../plan/forecast.ts'
import { type AskedRollout, type Remedy, remedies } from '../../plan/remedies.ts'
import type { Traffic } from '../../plan/traffic.ts'
import { courseOf } from '../../plan/traffic-course.ts'
import type { LogPlace } from '../../store/outcome-log.ts'

/** A rollout of which the end is asked for. */
export interface ForecastQuestion {
  /** Without its course. */
  traffic: Traffic
  /** What the log tells of the traffic, of which its course is foretold; null where somebody says how much there is. */
  measured: MeasuredTraffic | null
  settings: RolloutSettings
  /** Start of the rollout, or of its present stage, in ms since the epoch. */
  start: number
  from?: Begun
}

/**
 * `slower`: no simulated rollout is as long in its stage. `late`: its time was over before enough rollouts were
 * simulated, so that the next attempt may tell.
 */
export type Unforetold = 'slower' | 'late'

export type ForecastResult = EndForecast | Unforetold

/** A new rollout of which the end is known: what would help. */
export interface RemedyQuestion {
  /** Without the course of its traffic. */
  asked: AskedRollout
  /** As of a forecast. */
  measured: MeasuredTraffic | null
  start: number
  without: EndForecast
}

export type ForecastTask = { kind: 'end'; question: ForecastQuestion } | { kind: 'remedies'; question: RemedyQuestion }

/** The traffic of a feature, to be counted in the log of a store. */
export interface TrafficTask {
  kind: 'traffic'
  place: LogPlace
  feature: string
  /** ms since the epoch. */
  now: number
}

/** Why nothing is computed at present. */
export interface ForecasterFault {
  /** What happened, e.g. `has ended (exit code 1)`. */
  reason: string
  /** ms since the epoch. */
  since: number
  /** In a row. */
  failures: number
  /** When it is tried again, in ms since the epoch. */
  againAt: number
}

/** Computes how rollouts end. It takes seconds, so that whoever has others to answer does it in a thread of its own. */
export interface Forecaster {
  /** @throws SluiceError */
  end(question: ForecastQuestion): Promise<ForecastResult>
  /** What would help. @throws SluiceError */
  remedies(question: RemedyQuestion): Promise<Remedy[]>
  /** Counts in a thread of its own; absent where there is none. @throws SluiceError */
  traffic?(task: Omit<TrafficTask, 'kind'>): Promise<MeasuredTraffic | null>
  /** Null where the last attempt succeeded. */
  fault(): ForecasterFault | null
  close(): Promise<void>
}

/** What one forecast, and the search for what helps, may take. */
const most = { runs: 60, remedyRuns: 30, ms: 3000 }

/** So much of the time that passes counts at the least: nobody waits without end for a thread that hardly runs. */
const leastShare = 0.2

/**
 * How much of its time a forecast has taken, in ms: the processor time of its thread, since a machine that is busy with
 * others is no reason to give up so soon.
 *
 * @param usedMs null where that is not known
 */
export function effortMs({ passedMs, usedMs }: { passedMs: number; usedMs: number | null }): number {
  return usedMs === null ? passedMs : Math.max(usedMs, leastShare * passedMs)
}

/** The work itself. `stopwatch` starts to measure, and what it returns gives the ms since then. */
export async function computeForecast(
  task: ForecastTask,
  { pause, stopwatch }: { pause: Effort['pause']; stopwatch(): () => number },
): Promise<ForecastResult | Remedy[]> {
  const elapsed = stopwatch()
  const isOver = () => elapsed() > most.ms
  const { measured } = task.question
  const course = measured && (await courseOf(measured, pause))
  if (task.kind === 'end') {
    const { traffic, settings, start, from } = task.question
    const begun = { start, ...(from && { from }) }
    const found = await endForecast({ ...traffic, course }, settings, begun, { runs: most.runs, pause, isOver })
    return found ?? (isOver() ? 'late' : 'slower')
  }
  const { asked, ...known } = task.question
  const feature = { ...asked.feature, course }
  return remedies({ ...asked, feature }, known, { runs: most.remedyRuns, pause, isOver })
}

/** In the thread of the caller: after each simulated rollout, which takes some milliseconds, others have their turn. */
export function inThisThread(stopwatch: () => () => number): Forecaster {
  const compute = (task: ForecastTask) => computeForecast(task, { pause: () => turn(), stopwatch })
  return { ...forecastsBy(oneByOne(compute)), fault: () => null, close: async () => undefined }
}

/** Computes one task after the other. */
export function oneByOne<Task>(compute: (task: Task) => Promise<unknown>): (task: Task) => Promise<unknown> {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const result = last.then(() => compute(task))
    last = result.catch(() => undefined)
    return result
  }
}

export function forecastsBy(compute: (task: ForecastTask) => Promise<unknown>): Pick<Forecaster, 'end' | 'remedies'> {
  return {
    end: async (question) => (await compute({ kind: 'end', question })) as ForecastResult,
    remedies: async (question) => (await compute({ kind: 'remedies', question })) as Remedy[],
  }
}
