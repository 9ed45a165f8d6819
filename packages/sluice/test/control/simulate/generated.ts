import type { Arrival } from '../../../src/control/simulate/arrivals.ts'
import { Arrivals } from '../../../src/control/simulate/arrivals.ts'
import { IncumbentAnswers } from '../../../src/control/simulate/incumbent-answers.ts'
import { type Scenario, scenarioSchema } from '../../../src/control/simulate/scenario.ts'
import { SimulatedVisits } from '../../../src/control/simulate/simulated-visits.ts'
import { newUser, type Visit } from '../../../src/control/simulate/visits.ts'
import type { RequestEntry, ScoreEntry } from '../../../src/records/outcome.ts'
import type { Rollout } from '../../../src/records/rollout/rollout.ts'
import { seededRandom } from '../../../src/stats/random.ts'
import { rolloutOf } from '../../support/rollout/rollout-entries.ts'

export const hour = 3_600_000
/** A Thursday, midnight. */
export const start = Date.UTC(2026, 0, 1)
const traffic = { perHour: 1000, users: 500 }

export function scenarioOf(changes: object): Scenario {
  return scenarioSchema.parse({ traffic, judge: { percent: 100 }, ...changes })
}

/** What users and the incumbent do in the first hours, and what `answered` says of each request. */
export function visitsIn(
  changes: object,
  hours: number,
  answered: (visit: Visit) => { canary: boolean; bad: boolean } = () => ({ canary: false, bad: false }),
  seed = 1,
): Visit[] {
  const scenario = scenarioOf(changes)
  if (!scenario.traffic) throw new Error('no traffic')
  const random = seededRandom(seed)
  const answers = new IncumbentAnswers(scenario.incumbent, scenario.cycles, random)
  const visits = new SimulatedVisits({ ...scenario, traffic: scenario.traffic }, { answers, random, start })
  const found: Visit[] = []
  for (let visit = visits.next(); visit.at < hours * hour; visit = visits.next()) {
    found.push(visit)
    visits.answered(visit, answered(visit))
  }
  return found
}

export const usual = {
  ...{ score: 0.8, failed: false, refusal: false, invalid: false },
  ...{ latencyMs: 100, costUsd: 1, inputTokens: null },
}

export function visitAt(at: number, changes: Partial<Visit> = {}): Visit {
  const traits = { mean: 0.8, clumsiness: 1, rank: 0.5 }
  return { at, user: newUser('u', traits, at), named: true, answer: usual, quality: null, ...changes }
}

/** What is heard of requests that one arm answers. */
export function hearing(changes: object, stages = [{ percent: 50, soak: '1h' }]) {
  const scenario = scenarioOf({ rollout: { stages }, ...changes })
  const random = seededRandom(1)
  const answers = new IncumbentAnswers(scenario.incumbent, scenario.cycles, random)
  const rollout: Rollout = { ...rolloutOf(scenario.rollout), startedAt: start, enteredAt: [start] }
  const arrivals = new Arrivals({ scenario, random, start, meanScore: 0.8, answers })
  const of = (visit: Visit, arm: 'incumbent' | 'canary' = 'canary') => {
    const { feature, id: rolloutId, stage } = rollout
    const found = arrivals.of(visit, { feature, rolloutId, stage, arm, version: rollout[arm], position: 5 }, rollout)
    // As the feed does: the next request of this user is a later one.
    if (arm === 'canary') visit.user.canaryRequests += 1
    return found
  }
  return { of, rollout }
}

export function requestsAmong(arrivals: readonly Arrival[]): RequestEntry[] {
  return arrivals.flatMap(({ entry }) => (entry.kind === 'request' ? [entry] : []))
}

export function scoresAmong(arrivals: readonly Arrival[]): ScoreEntry[] {
  return arrivals.flatMap(({ entry }) => (entry.kind === 'score' ? [entry] : []))
}
