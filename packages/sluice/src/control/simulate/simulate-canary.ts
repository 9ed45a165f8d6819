import { createFaultRegister } from '../loops/loop-faults.ts'
import { hasEnded } from '../release/rollout-state.ts'
import { startController } from '../rollout/controller/controller.ts'
import { memoryStore } from '../store/memory/memory-store.ts'
import { type CanaryRun, endOf } from './canary-run.ts'
import { simulatedRollout, startSimulatedRollout } from './simulated-release.ts'
import { assessEveryMs, productionOf, type Simulation, simulationStart, tickMs } from './simulation.ts'
import { virtualClock } from './virtual-clock.ts'

/** Runs one canary from start to end, with the real controller and engine, a store in memory and a virtual clock. */
export async function simulateCanary(simulation: Simulation, run: number): Promise<CanaryRun> {
  const { scenario, engine } = simulation
  const { feed, salt } = productionOf(simulation, run)
  const clock = virtualClock(simulationStart)
  const store = memoryStore({ epoch: 'simulated', secret: 'simulated' })
  await startSimulatedRollout(store, { settings: scenario.rollout, salt, at: simulationStart })
  const failures: unknown[] = []
  let costAlert = false
  const controller = startController({
    ...{ store, clock, engine, everyMs: assessEveryMs },
    faults: createFaultRegister({ clock, onError: (_, error) => failures.push(error) }).of('controller'),
    onAssessed: ({ assessment }) => {
      costAlert ||= assessment.alerts.some(({ code }) => code === 'cost')
    },
  })

  let rollout = await simulatedRollout(store)
  let at = 0
  while (!hasEnded(rollout) && at < scenario.lasts && !feed.isOver) {
    at += tickMs
    await clock.runUntil(simulationStart + at)
    const entries = feed.until(at, rollout).map(({ entry }) => entry)
    if (entries.length > 0) {
      await store.append(entries)
      await clock.runUntil(simulationStart + at)
    }
    if (failures.length > 0) throw failures[0]
    rollout = await simulatedRollout(store)
  }
  await controller.close()
  const { requests, canaryRequests } = feed
  return { ...endOf(rollout), at, requests, canaryRequests, costAlert }
}
