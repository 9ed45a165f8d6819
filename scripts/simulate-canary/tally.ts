import { seededRandom } from '../../packages/sluice/src/stats/index.ts'
import { type CanaryScenario, simulateCanary } from '../../packages/sluice/test/rollout/simulated-canary.ts'
import { type DriftScenario, playDrift } from './drift.ts'

/** What is played: canaries, or the drift watch without one. */
export type Play = { canary: CanaryScenario } | { drift: DriftScenario }

/** What many runs came to. Additive. */
export interface Tally {
  runs: number
  rolledBack: number
  promoted: number
  costAlerts: number
  /** Runs that ended in a rollback, and when, in canary requests. */
  detected: number
  delay: number
  delaySquares: number
  /** Alarms of the drift watch of which nothing was the cause. */
  alarms: number
  alarmSquares: number
  /** Hours until it found a change, run by run. */
  hours: number[]
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
    alarms: 0,
    alarmSquares: 0,
    hours: [],
  }
}

export function addTally(to: Tally, more: Tally): void {
  const { hours, ...sums } = more
  for (const key of Object.keys(sums) as (keyof typeof sums)[]) to[key] += sums[key]
  to.hours.push(...hours)
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
  const { alarms, delay } = playDrift(scenario, seededRandom(seed))
  sum.alarms += alarms
  sum.alarmSquares += alarms ** 2
  if (delay !== null) sum.hours.push(delay)
}

function addDelay(sum: Tally, delay: number): void {
  sum.detected += 1
  sum.delay += delay
  sum.delaySquares += delay ** 2
}
