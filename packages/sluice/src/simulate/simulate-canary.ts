import { hasEnded, type Rollout } from '../release/rollout.ts'
import { startController } from '../rollout/controller.ts'
import type { DecisionEngine } from '../rollout/engine.ts'
import { createFaultRegister } from '../rollout/loop-faults.ts'
import { seededRandom } from '../stats/random.ts'
import { memoryStore } from '../store/memory/memory-store.ts'
import type { CanaryRun } from './canary-run.ts'
import type { Scenario } from './scenario.ts'
import { simulatedRollout, startSimulatedRollout } from './simulated-release.ts'
import { TrafficFeed } from './traffic-feed.ts'
import { virtualClock } from './virtual-clock.ts'
import { simulatedVisits, type Visit } from './visits.ts'

/** What all runs of a scenario have in common. */
export interface Simulation {
  scenario: Scenario
  /** Requests of the record, in order; undefined where they are simulated. */
  recorded: readonly Visit[] | undefined
  engine: DecisionEngine<object>
}

/** The control plane hears of the requests of five minutes at their end, and they are routed by what it had decided before. */
const tickMs = 5 * 60_000
/** 1 January 2026, 00:00 UTC. */
const start = Date.UTC(2026, 0, 1)

/** One canary from start to end: the real controller and engine, over a store in memory, on a virtual clock. */
export async function simulateCanary({ scenario, recorded, engine }: Simulation, run: number): Promise<CanaryRun> {
  const random = seededRandom(seedOf(scenario.seed, run))
  const clock = virtualClock(start)
  const store = memoryStore({ epoch: 'simulated', secret: 'simulated' })
  await startSimulatedRollout(store, { settings: scenario.rollout, salt: String(random.uniform()), at: start })
  const feed = new TrafficFeed({ scenario, random, start, meanScore: meanScore(scenario, recorded) }, visitsOf())
  const failures: unknown[] = []
  let costAlert = false
  const controller = startController({
    ...{ store, clock, engine, everyMs: 6 * tickMs },
    faults: createFaultRegister({ clock, onError: (_, error) => failures.push(error) }).of('controller'),
    onAssessed: ({ assessment }) => {
      costAlert ||= assessment.alerts.some(({ code }) => code === 'cost')
    },
  })

  function visitsOf(): Iterable<Visit> {
    if (recorded) return recorded
    if (!scenario.traffic) throw new Error('a scenario without recorded requests has traffic')
    return simulatedVisits(scenario.traffic, scenario.incumbent, random)
  }

  let rollout = await simulatedRollout(store)
  let at = 0
  while (!hasEnded(rollout) && at < scenario.lasts && !feed.isOver) {
    at += tickMs
    await clock.runUntil(start + at)
    const entries = feed.until(at, rollout)
    if (entries.length > 0) {
      await store.append(entries)
      await clock.runUntil(start + at)
    }
    if (failures.length > 0) throw failures[0]
    rollout = await simulatedRollout(store)
  }
  await controller.close()
  return { end: endOf(rollout), at, canaryRequests: feed.canaryRequests, costAlert }
}

function endOf({ status, hold }: Rollout): CanaryRun['end'] {
  if (status === 'rolledBack' || status === 'promoted') return status
  return hold === 'inconclusive' ? 'inconclusive' : 'undecided'
}

/** Different for all runs of a scenario, and for those of scenarios whose seeds are near. */
function seedOf(seed: number, run: number): number {
  return (Math.imul(seed, 0x9e3779b1) + run) >>> 0
}

/** What the scores are around before anything changes. */
function meanScore({ incumbent }: Scenario, recorded: readonly Visit[] | undefined): number {
  const scores = recorded?.flatMap(({ answer }) => answer.score ?? []) ?? []
  return scores.length === 0 ? incumbent.score.mean : scores.reduce((sum, score) => sum + score, 0) / scores.length
}
