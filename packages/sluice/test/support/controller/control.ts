import { startController } from '../../../src/control/rollout/controller/controller.ts'
import { readAssessment } from '../../../src/control/rollout/controller/rollout-checkpoint.ts'
import type { Store } from '../../../src/control/store/store.ts'
import type { Rollout } from '../../../src/records/rollout/rollout.ts'
import { toldFaults } from '../loop-faults.ts'
import { until } from '../until.ts'
import { countingEngine } from './counting-engine.ts'
import { handClock } from './stage.ts'

/** A controller at work on `store`, with the failures that it met. */
export function control(store: Store, { clock = handClock(), engine = countingEngine() } = {}) {
  const errors: unknown[] = []
  const loop = startController({ store, clock, engine, faults: toldFaults(clock, (error) => errors.push(error)) })
  return { clock, errors, [Symbol.asyncDispose]: () => loop.close(), close: () => loop.close() }
}

/** What the controller did to `mail`. */
export async function actions(store: Store): Promise<string[]> {
  return (await store.audit('mail')).filter(({ actor }) => actor === 'sluice').map(({ action }) => action)
}

/** Waits until the rollout of `mail` is as wanted. */
export const untilRollout = (store: Store, what: string, wanted: (rollout: Rollout) => boolean) =>
  until(async () => {
    const rollout = (await store.feature('mail'))?.rollout
    return rollout ? wanted(rollout) : false
  }, what)

export const untilEnded = (store: Store, end: Rollout['status']) =>
  untilRollout(store, `it to be ${end}`, ({ status }) => status === end)

export const untilHeld = (store: Store) => untilRollout(store, 'the hold', ({ hold }) => hold === 'insufficientData')

/** Waits until so many entries of the log are in the stored assessment. */
export const untilSeen = (store: Store, cursor: number) =>
  until(async () => (await readAssessment(store, 'r1'))?.cursor === cursor, `entry ${cursor} to be seen`)
