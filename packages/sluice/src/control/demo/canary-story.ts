import type { EngineState } from '../server/engine-state.ts'
import type { Store } from '../store/store.ts'
import { demoCanary, type Failing, healthy } from './demo-features.ts'
import type { SimulatedApplications } from './simulated-applications.ts'

/** After somebody looks for the first time the canary goes on well for so long. */
const goodMs = 5000
/** After the end of the rollout the process that was cut off comes back. */
const cutOffMs = 15_000

interface CanaryStoryOptions {
  store: Store
  engineState: EngineState
  applications: SimulatedApplications
  visited: Promise<void>
}

const pollMs = 500

/**
 * What happens once somebody looks: one process loses its network, the canary goes bad, and soon after the end of the
 * rollout the process is back. Returns what ends the story.
 */
export function playStory({ store, engineState, applications, visited }: CanaryStoryOptions): () => void {
  let timer: NodeJS.Timeout | undefined
  const later = (ms: number, act: () => void) => {
    timer = setTimeout(act, ms)
  }
  const goOn = async (since: number): Promise<void> => {
    const rollout = (await store.feature(demoCanary.feature))?.rollout
    if (!rollout || rollout.endedAt !== null) return later(cutOffMs, () => applications.setCutOff(false))
    const assessment = await engineState.assessment(rollout.id)
    applications.setCanary(canaryFault((performance.now() - since) / 1000, Math.exp(assessment?.logE ?? 0)))
    later(pollMs, () => void goOn(since))
  }
  void visited.then(() =>
    later(goodMs, () => {
      applications.setCutOff(true)
      void goOn(performance.now())
    }),
  )
  return () => clearTimeout(timer)
}

/** How much evidence against the canary there is to be so many seconds after it began to go bad: [seconds, e-value]. */
const course: readonly [number, number][] = [
  [0, 0.3],
  [8, 1.2],
  [40, 5.5],
  [140, 12],
  [155, 60],
]

const mostLost = 0.8
const gain = 0.7

/**
 * How often the canary fails. The fault of the simulated model follows what the engine has concluded so far, so that on
 * any machine an alarm comes after some 40 seconds, and the engine's own rollback not before two minutes have passed.
 */
export function canaryFault(seconds: number, evidence: number): Failing {
  const behind = Math.log(courseAt(seconds) / Math.max(evidence, 0.01))
  return { loses: Math.min(mostLost, Math.max(0, gain * behind)), errors: healthy.errors }
}

/** Between two points of the course the logarithm grows evenly. */
function courseAt(seconds: number): number {
  const next = course.findIndex(([at]) => at > seconds)
  const [[from, low] = [0, 1], [to, high] = [0, 1]] = next < 0 ? course.slice(-2) : course.slice(Math.max(0, next - 1))
  const part = Math.min(1, Math.max(0, (seconds - from) / (to - from)))
  return low * (high / low) ** part
}
