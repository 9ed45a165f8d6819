import {
  type Share,
  type SimulationSummary,
  summarize,
} from '../../packages/sluice/src/control/simulate/simulation-summary.ts'
import { bernoulliCS } from '../../packages/sluice/src/stats/index.ts'
import { type Chance, foretold } from './foretold.ts'
import type { Played } from './play.ts'
import { scenarioOf } from './play.ts'
import type { Claim, Row } from './row.ts'

/** Whether a claim holds; `open` where the runs leave it open, so that it is neither shown nor refuted. */
export type Holds = 'yes' | 'open' | 'no'

interface Mean {
  mean: number
  error: number
  count: number
}

/** Alarms of a production, and hours within which half and nine of ten changes were found; null where fewer were. */
interface Watch {
  alarms: Mean & { high: number }
  half: number | null
  most: number | null
}

/** The results of the runs of a row. */
export interface Measured {
  runs: number
  /** Of canaries; null of the drift watch. */
  summary: SimulationSummary | null
  /** Share rolled back, whether or not that was right. */
  rolledBack: Share | null
  /** Share promoted because a drop was ruled out, and because time was up. */
  strong: Share | null
  weak: Share | null
  /** Requests of the canary until the rollback. */
  delay: Mean
  /** Of the drift watch; null of canaries. */
  watch: Watch | null
  /** What the forecast says; null of rows that claim nothing of it. */
  foretold: readonly Chance[] | null
  claims: { claim: Claim; holds: Holds }[]
}

export async function measure(row: Row, found: readonly Played[]): Promise<Measured> {
  if ('drift' in row.play) return measuredWatch(row, found)
  const scenario = await scenarioOf(row.play.canary)
  const runs = found.flatMap((played) => ('canaries' in played ? played.canaries : []))
  const summary = summarize(runs, scenario)
  const counted = (count: number) => share(count, runs.length)
  const ended = runs.filter(({ why }) => why !== null && why !== 'undecided')
  const known = {
    runs: runs.length,
    summary,
    rolledBack: counted(ended.length),
    strong: counted(runs.filter(({ strength }) => strength === 'strong').length),
    weak: summary.promotedWeakly,
    delay: meanOf(ended.map(({ canaryRequests }) => canaryRequests)),
    watch: null,
    foretold: row.claims.some(({ of }) => of === 'forecast') ? foretold(scenario, runs) : null,
  }
  return { ...known, claims: row.claims.map((claim) => ({ claim, holds: holds(claim, known) })) }
}

function measuredWatch({ claims }: Row, found: readonly Played[]): Measured {
  const runs = found.flatMap((played) => ('watched' in played ? played.watched : []))
  const delays = runs.flatMap(({ delay }) => delay ?? []).sort((a, b) => a - b)
  const within = (share: number) => {
    const hours = delays[Math.ceil(share * delays.length) - 1] ?? Number.POSITIVE_INFINITY
    return Number.isFinite(hours) ? hours : null
  }
  const alarms = meanOf(runs.map((run) => run.alarms))
  const sum = alarms.mean * runs.length
  // By their spread, or by Poisson where there were next to none.
  const high = Math.max(alarms.mean + 1.96 * alarms.error, (sum + 3) / runs.length)
  const known = {
    ...{
      runs: runs.length,
      summary: null,
      rolledBack: null,
      strong: null,
      weak: null,
      delay: meanOf([]),
      foretold: null,
    },
    watch: { alarms: { ...alarms, high }, half: within(0.5), most: within(0.9) },
  }
  return { ...known, claims: claims.map((claim) => ({ claim, holds: holds(claim, known) })) }
}

function holds(claim: Claim, { summary, strong, delay, watch, foretold, runs }: Omit<Measured, 'claims'>): Holds {
  switch (claim.of) {
    case 'falseRollback':
      return atMost(summary?.falseRollbacks, claim.atMost)
    case 'strong':
      return atMost(strong, claim.atMost)
    case 'promoted':
      return atLeast(summary?.promoted, claim.atLeast)
    case 'found':
      return atLeast(summary?.detected, claim.atLeast)
    case 'costAlert':
      return 'atMost' in claim ? atMost(summary?.costAlerts, claim.atMost) : atLeast(summary?.costAlerts, claim.atLeast)
    case 'delay':
      if (delay.count < runs) return 'no'
      return below(delay, claim.atMost)
    case 'forecast':
      return worst((foretold ?? []).map((chance) => isNear(chance, claim.within)))
    case 'alarms':
      if (!watch) return 'open'
      return watch.alarms.high <= claim.atMost ? 'yes' : below(watch.alarms, claim.atMost)
    case 'foundWithin':
      return watch?.half != null && watch.half <= claim.hours ? 'yes' : 'no'
  }
}

/**
 * Refuted where a share beyond the bound is certain at 99 %; shown where the 95 % interval lies within. Both hold at all numbers
 * of runs together.
 */
function atMost(found: Share | null | undefined, bound: number): Holds {
  if (!found || found.of === 0) return 'open'
  const trials = { successes: found.count, n: found.of }
  if (bernoulliCS(trials, 0.02).lower > bound) return 'no'
  return bernoulliCS(trials, 0.05).upper <= bound ? 'yes' : 'open'
}

/** Whether forecast and observed share differ by at most this, with the certainty of the bounds on shares. */
function isNear({ forecast, observed: { count, of } }: Chance, within: number): Holds {
  const found = share(count, of)
  return worst([atMost(found, Math.min(1, forecast + within)), atLeast(found, Math.max(0, forecast - within))])
}

function worst(all: readonly Holds[]): Holds {
  if (all.includes('no')) return 'no'
  return all.length === 0 || all.includes('open') ? 'open' : 'yes'
}

function atLeast(found: Share | null | undefined, bound: number): Holds {
  if (!found) return 'open'
  return atMost({ ...found, count: found.of - found.count }, 1 - bound)
}

/** Means are taken as normal: 2.33 standard errors refute, 1.96 show. */
function below({ mean, error }: Mean, bound: number): Holds {
  if (mean - 2.33 * error > bound) return 'no'
  return mean + 1.96 * error <= bound ? 'yes' : 'open'
}

function share(count: number, of: number): Share {
  if (of === 0) return { count, of, share: null, low: null, high: null }
  const { lower, upper } = bernoulliCS({ successes: count, n: of }, 0.05)
  return { count, of, share: count / of, low: lower, high: upper }
}

function meanOf(values: readonly number[]): Mean {
  const count = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, error: Math.sqrt(squares / Math.max(1, count - 1) / count), count }
}
