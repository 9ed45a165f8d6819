import type { Clock } from '@sluice/client'
import { plainFeature } from '../../../core/suite/config/environments.ts'
import type { EndForecast } from '../../../records/rollout/end-chances.ts'
import type { MeasuredTraffic } from '../../../records/rollout/measured-traffic.ts'
import { minuteMs } from '../../../time-units.ts'
import { measuredTraffic } from '../../plan/measured-traffic.ts'
import type { Remedy } from '../../plan/remedies.ts'
import type { Store } from '../../store/store.ts'
import { unknownEnd } from '../../words/end-forecast-text.ts'
import { timeOfDay } from '../../words/moments.ts'
import { Problem } from '../http/problem.ts'
import type { Forecaster, ForecasterFault, ForecastQuestion, RemedyQuestion, Unforetold } from './forecaster.ts'

/** Features whose forecasts are under way: more are asked to come again, so that each is answered soon. */
const mostFeatures = 5
/** How long what was found is told again. */
const keptMs = 10 * minuteMs
/**
 * How long it is told again that the log tells too little of the traffic, or that it could not be counted: longer than
 * an open page waits before it asks again, or that page would begin a new count each time.
 */
const untoldMs = 10_000
const mostKept = 500

/** A forecast with its time, without which its hours say nothing: it may be told again minutes later. */
export interface TimedForecast {
  forecast: EndForecast
  /** When it was asked for, in ms since the epoch: its hours count from then. */
  at: number
}

/** Whose forecast it is, and by what it is found again. */
interface ForecastKey {
  /** Whatever is asked of one feature, in all its environments, it has one turn at a time. */
  feature: string
  key: string
}

/** Forecasts of how rollouts end, each of which is made once and then told for a while. */
export interface EndForecasts {
  /** The traffic of a feature as the log tells it; null where it does not tell. @throws Problem 503 */
  traffic(feature: string): Promise<MeasuredTraffic | null>
  /** @param topic what earlier forecasts of the same are found by @throws Problem 503 */
  forecast(of: ForecastKey, question: ForecastQuestion, topic?: string): Promise<TimedForecast | Unforetold>
  /** The last one about the same; null if there is none. */
  earlier(topic: string): TimedForecast | null
  /** What would help. @throws Problem 503 */
  remedies(of: ForecastKey, question: RemedyQuestion): Promise<Remedy[]>
  /** Null where the last attempt to compute one succeeded. */
  fault(): ForecasterFault | null
}

export function createEndForecasts({
  log,
  clock,
  forecaster,
}: {
  log: Pick<Store, 'readLog' | 'logPlace'>
  clock: Clock
  forecaster: Forecaster
}): EndForecasts {
  const traffics = keeper<MeasuredTraffic | null>(clock, {
    found: (traffic) => (traffic === null ? untoldMs : keptMs),
    failed: untoldMs,
  })
  const forecasts = keeper<TimedForecast | Unforetold>(clock, {
    found: (forecast) => (forecast === 'late' ? 0 : keptMs),
  })
  const helpful = keeper<Remedy[]>(clock)
  const earlier = new Map<string, TimedForecast>()
  const inTurn = turnsByFeature()

  function compute<T>(feature: string, work: () => Promise<T>): Promise<T> {
    return inTurn(plainFeature(feature), () =>
      work().catch((error: unknown) => {
        throw failure(error, forecaster.fault(), clock.now())
      }),
    )
  }

  async function forecast(
    feature: string,
    question: ForecastQuestion,
    topic: string | undefined,
  ): Promise<TimedForecast | Unforetold> {
    const at = clock.now()
    const found = await compute(feature, () => forecaster.end(question))
    if (typeof found === 'string') return found
    const timed = { forecast: found, at }
    if (topic !== undefined) {
      earlier.delete(topic)
      earlier.set(topic, timed)
      dropOldest(earlier)
    }
    return timed
  }

  /** Where there is a thread for it, it is never counted in this one: all who ask for pages would wait for that. */
  async function count(feature: string): Promise<MeasuredTraffic | null> {
    const [{ logPlace: place }, now] = [log, clock.now()]
    if (!place || !forecaster.traffic) return await measuredTraffic(log, feature, now)
    return await forecaster.traffic({ place, feature, now })
  }

  return {
    traffic: (feature) =>
      traffics(feature, () =>
        count(feature).catch((cause: unknown) => {
          throw uncounted(cause)
        }),
      ),
    forecast: ({ feature, key }, question, topic) => forecasts(key, () => forecast(feature, question, topic)),
    earlier: (topic) => earlier.get(topic) ?? null,
    remedies: ({ feature, key }, question) => helpful(key, () => compute(feature, () => forecaster.remedies(question))),
    fault: () => forecaster.fault(),
  }
}

/**
 * Runs what is asked for one feature one after the other: whoever asks much of one feature takes only its own turns. Of
 * what waits for a turn of its feature the newest stays; what it replaces is refused.
 */
function turnsByFeature(): <T>(feature: string, work: () => Promise<T>) => Promise<T> {
  interface Waiting {
    begin(): void
    refuse(): void
  }
  const features = new Map<string, { waiting: Waiting | undefined }>()
  return async (feature, work) => {
    const own = features.get(feature) ?? { waiting: undefined }
    if (features.has(feature)) {
      own.waiting?.refuse()
      await new Promise<void>((resolve, reject) => {
        own.waiting = { begin: resolve, refuse: () => reject(busy()) }
      })
    } else {
      if (features.size >= mostFeatures) throw busy()
      features.set(feature, own)
    }
    try {
      return await work()
    } finally {
      const { waiting } = own
      own.waiting = undefined
      if (waiting) waiting.begin()
      else features.delete(feature)
    }
  }
}

const codes = {
  failed: 'forecasts-failed',
  busy: 'forecasts-busy',
  late: 'forecasts-late',
  uncounted: 'traffic-uncounted',
}

/** Whether no forecast is made at present, whatever was asked. */
export function isWithoutForecast(error: unknown): error is Problem {
  return error instanceof Problem && Object.values(codes).includes(error.details.code)
}

/** Of a rollout that is to start: its time was over before enough was simulated. */
export function lateForecast(): Problem {
  const detail = unknownEnd('late').join(' ')
  return new Problem({ status: 503, code: codes.late, detail }, { headers: { 'retry-after': '60' } })
}

function busy(): Problem {
  const detail = 'Other forecasts of rollouts are being made: ask again in a few seconds.'
  return new Problem({ status: 503, code: codes.busy, detail }, { headers: { 'retry-after': '3' } })
}

function failure(cause: unknown, fault: ForecasterFault | null, now: number): Problem {
  const waitMs = Math.max(1000, (fault?.againAt ?? 0) - now)
  const detail = fault
    ? `When a rollout ends cannot be computed at present: the thread for it ${fault.reason}. It is started again at ${timeOfDay(Math.max(fault.againAt, now))}.`
    : 'When a rollout ends could not be computed. The log of the control plane says why.'
  return new Problem(
    { status: 503, code: codes.failed, detail },
    { cause, headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) } },
  )
}

function uncounted(cause: unknown): Problem {
  const detail = 'The traffic of the feature could not be counted. The log of the control plane says why.'
  const headers = { 'retry-after': String(untoldMs / 1000) }
  return new Problem({ status: 503, code: codes.uncounted, detail }, { cause, headers })
}

/** Makes each thing once, and keeps what was found, or that it failed, for so many ms from then on. */
function keeper<T>(
  clock: Pick<Clock, 'now'>,
  { found = () => keptMs, failed = 0 }: { found?: (value: T) => number; failed?: number } = {},
): (key: string, make: () => Promise<T>) => Promise<T> {
  const kept = new Map<string, { at: number; ms: number; value: Promise<T> }>()
  return (key, make) => {
    const known = kept.get(key)
    const age = known ? clock.now() - known.at : Number.POSITIVE_INFINITY
    if (known && age >= 0 && age < known.ms) return known.value
    const own = { at: clock.now(), ms: keptMs, value: make() }
    kept.delete(key)
    kept.set(key, own)
    const keepFor = (ms: number) => Object.assign(own, { at: clock.now(), ms })
    own.value.then(
      (value) => keepFor(found(value)),
      () => keepFor(failed),
    )
    dropOldest(kept)
    return own.value
  }
}

function dropOldest(kept: Map<string, unknown>): void {
  for (const oldest of kept.keys()) {
    if (kept.size <= mostKept) break
    kept.delete(oldest)
  }
}
