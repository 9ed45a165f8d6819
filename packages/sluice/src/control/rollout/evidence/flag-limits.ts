import { addToSketch, newSketch, type SketchDesign, sketchQuantile } from '../../../stats/index.ts'
import { hourMs } from '../../../time-units.ts'

/** 1 ms to 3 hours, to 10 %. */
const latencyDesign: SketchDesign = { least: 1, ratio: 1.1, buckets: 172 }
/** 1e-7 to 1000 USD, to 10 %. */
const costDesign: SketchDesign = { least: 1e-7, ratio: 1.1, buckets: 243 }

/** The incumbent's latencies of the running hour and its costs, as counts by bucket. Additive. */
export interface LimitSketches {
  latencies: number[]
  timed: number
  costs: number[]
  priced: number
}

/** What counts as slow or as over cost. Fixed before it is used, and common to both arms. */
export interface Limits {
  slowMs: number | null
  /** When `slowMs` was fixed, in ms since the epoch; null where it is fixed for good. */
  slowSince: number | null
  costCapUsd: number | null
}

/** Before any request. A given `slowMs` stays as it is. */
export function newLimits({ slowMs }: { slowMs?: number | undefined }): Limits {
  return { slowMs: slowMs ?? null, slowSince: slowMs === undefined ? 0 : null, costCapUsd: null }
}

/** So many latencies and costs of the incumbent make a limit: of all tokens together, and of one of several. */
export const ofAllTokens = { latencies: 200, costs: 100 }
export const ofOneToken = { latencies: 50, costs: 25 }
const costsTolerated = 10
/** Share of the incumbent's requests that count as slow. */
export const slowShare = 0.05

export function newSketches(): LimitSketches {
  return { latencies: newSketch(latencyDesign), timed: 0, costs: newSketch(costDesign), priced: 0 }
}

/** Adds a request of the incumbent, in place. */
export function addToSketches(sketches: LimitSketches, latencyMs: number | null, costUsd: number | null): void {
  if (latencyMs !== null) {
    addToSketch(sketches.latencies, latencyMs, latencyDesign)
    sketches.timed += 1
  }
  if (costUsd !== null) {
    addToSketch(sketches.costs, costUsd, costDesign)
    sketches.priced += 1
  }
}

/**
 * Fixes the limits that are due, in place: slow is what exceeds the incumbent's 95th percentile of the hour before (the
 * first time, of 200 requests), the cap is ten times its median cost, fixed once. An hour with fewer requests goes on.
 *
 * @param at when the last entry was received
 * @param needed of how many requests they are made
 */
export function renewLimits(limits: Limits, sketches: LimitSketches, at: number, needed = ofAllTokens): void {
  const { slowMs, slowSince } = limits
  const slowIsDue = slowSince !== null && (slowMs === null || at - slowSince >= hourMs)
  if (slowIsDue && sketches.timed >= needed.latencies) {
    limits.slowMs = sketchQuantile(sketches.latencies, 1 - slowShare, latencyDesign) ?? null
    limits.slowSince = at
    sketches.latencies.fill(0)
    sketches.timed = 0
  }
  if (limits.costCapUsd === null && sketches.priced >= needed.costs) {
    limits.costCapUsd = costsTolerated * (sketchQuantile(sketches.costs, 0.5, costDesign) ?? 0)
  }
}
