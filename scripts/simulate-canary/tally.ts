import { seededRandom } from '../../packages/sluice/src/stats/index.ts'
import { type CanaryScenario, simulateCanary } from '../../packages/sluice/test/rollout/simulated-canary.ts'
import { alarmAfter, type DriftScenario } from './drift.ts'

/** What is played: canaries, or the drift watch without one. */
export type Play = { canary: CanaryScenario } | { drift: DriftScenario }

/** What many runs came to. Additive. */
export interface Tally {
  runs: number
  rolledBack: number
  promoted: number
  costAlerts: number
  /** Runs that ended in a rollback, or an alarm, and when: canary requests, or scores. */
  detected: number
  delay: number
  delaySquares: number
  /** Scores of all runs of the drift watch, to the alarm or the end. */
  exposure: number
}

export function newTally(): Tally {
  return {
    runs: 0,
    rolledBack: 0,
    promoted: 0,
    costAlerts: 0,
    detected: 0,
    delay: 0,
    delaySquares: 0,
    exposure: 0,
  }
}

export function addTally(to: Tally, more: Tally): void {
  for (const key of Object.keys(to) as (keyof Tally)[]) to[key] += more[key]
}

/** Plays the runs whose seeds begin with `seed`. */
export function tally(play: Play, seed: number, runs: number): Tally {
  const sum = newTally()
  for (let run = 0; run < runs; run += 1) {
    sum.runs += 1
    if ('drift' in play) addAlarm(sum, play.drift, seed + run)
    else addCanary(sum, play.canary, seed + run)
  }
  return sum
}

function addCanary(sum: Tally, scenario: CanaryScenario, seed: number): void {
  const { end, canaryRequests, costAlert } = simulateCanary(scenario, seededRandom(seed))
  if (costAlert) sum.costAlerts += 1
  if (end === 'promoted') sum.promoted += 1
  if (end !== 'rolledBack') return
  sum.rolledBack += 1
  addDelay(sum, canaryRequests)
}

function addAlarm(sum: Tally, scenario: DriftScenario, seed: number): void {
  const alarm = alarmAfter(scenario, seededRandom(seed))
  sum.exposure += alarm ?? scenario.limit
  if (alarm !== undefined) addDelay(sum, alarm)
}

function addDelay(sum: Tally, delay: number): void {
  sum.detected += 1
  sum.delay += delay
  sum.delaySquares += delay ** 2
}
