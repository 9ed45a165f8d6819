import { seededRandom } from '../../stats/random.ts'
import { minuteMs } from '../../time-units.ts'
import type { DecisionEngine } from '../rollout/decision-engine.ts'
import { IncumbentAnswers } from './incumbent-answers.ts'
import { type RecordedRequest, RecordedVisits } from './recorded-visits.ts'
import type { Scenario } from './scenario.ts'
import { SimulatedVisits } from './simulated-visits.ts'
import { TrafficFeed } from './traffic-feed.ts'

/** What all runs of a scenario share. */
export interface Simulation {
  scenario: Scenario
  /** Recorded requests, in order; undefined if requests are simulated. */
  recorded: readonly RecordedRequest[] | undefined
  engine: DecisionEngine<object>
}

/** Requests of five minutes are reported at their end, and are routed by the decisions before them. */
export const tickMs = 5 * minuteMs
/** Without reports the next assessment is 1 ms later, so that there are never two at the same time. */
export const assessEveryMs = tickMs + 1
/** Thursday, 1 January 2026, 00:00 UTC, in ms since the epoch. */
export const simulationStart = Date.UTC(2026, 0, 1)

/** The traffic of one run, and the salt that assigns its users to arms. */
export function productionOf({ scenario, recorded }: Simulation, run: number): { feed: TrafficFeed; salt: string } {
  const random = seededRandom(seedOf(scenario.seed, run))
  const salt = String(random.uniform())
  const world = { scenario, random, start: simulationStart, meanScore: meanScore(scenario, recorded) }
  if (recorded) return { feed: new TrafficFeed({ ...world, answers: undefined }, new RecordedVisits(recorded)), salt }
  const { traffic, reactions, canary, incumbent, cycles } = scenario
  if (!traffic) throw new Error('a scenario without recorded requests has traffic')
  const answers = new IncumbentAnswers(incumbent, cycles, random)
  const visits = new SimulatedVisits({ traffic, reactions, canary }, { answers, random, start: simulationStart })
  return { feed: new TrafficFeed({ ...world, answers }, visits), salt }
}

/** A seed that differs for all runs of a scenario, and from those of scenarios with near seeds. */
function seedOf(seed: number, run: number): number {
  return (Math.imul(seed, 0x9e3779b1) + run) >>> 0
}

/** The mean score before anything changes. */
function meanScore({ incumbent }: Scenario, recorded: readonly RecordedRequest[] | undefined): number {
  const scores = recorded?.flatMap(({ answer }) => answer.score ?? []) ?? []
  return scores.length === 0 ? incumbent.score.mean : scores.reduce((sum, score) => sum + score, 0) / scores.length
}
