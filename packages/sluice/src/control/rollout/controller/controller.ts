import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '@sluice/client'
import type { Rollout } from '../../../records/rollout/rollout.ts'
import { type Lead, startLeaderLoop } from '../../loops/leader-loop.ts'
import type { LoopFaults } from '../../loops/loop-faults.ts'
import type { WorkLoop } from '../../loops/work-loop.ts'
import { announce } from '../../notify/announce.ts'
import { ReleaseConflict } from '../../release/release-conflict.ts'
import type { ReleaseEvent } from '../../release/release-event.ts'
import { runningRollout } from '../../release/transition.ts'
import { applyEvent } from '../../store/apply-event.ts'
import { KnownStates } from '../../store/known-states.ts'
import type { Fence } from '../../store/lease-store.ts'
import type { Store } from '../../store/store.ts'
import { StoreError } from '../../store/store-error.ts'
import { eventOf } from '../assessment/decision.ts'
import { usualEveryMs } from '../assessment/soak.ts'
import type { DecisionEngine } from '../decision-engine.ts'
import { announcementsOf } from './announcements.ts'
import { DueRollouts } from './due-rollouts.ts'
import { runPass, savePass } from './pass.ts'
import { type Assessed, checkpointName, DamagedCheckpoint } from './rollout-checkpoint.ts'

export interface ControllerOptions {
  store: Store
  clock: Clock
  engine: DecisionEngine<object>
  /** Told of failures, which are tried again; a rollback that waits for the store is one. */
  faults: LoopFaults
  /** Told of each new assessment of a running rollout. */
  onAssessed?: (assessed: Assessed) => void
  /** It looks at least this often, in ms. Default 1000. */
  everyMs?: number | undefined
}

/**
 * So many rollouts are looked at one after the other. Beyond, several are looked at together, where the store is
 * another program: one waits for it while another is assessed.
 */
const perWorker = 50

/**
 * Lets rollouts advance, be promoted and be rolled back by themselves. Nothing that it decides is lost or done twice,
 * whatever dies when: the evidence and its place in the log are written together, and every act is
 * refused unless the rollout is still the one, in the stage, that it was decided on.
 */
export function startController(options: ControllerOptions): WorkLoop {
  const { store, clock, faults, everyMs = usualEveryMs } = options
  const known = new KnownStates()
  const due = new DueRollouts(clock, everyMs)
  /** Those that run, as they were listed. A look reads its rollout anew, so that this only says which they are. */
  let running: Rollout[] = []

  async function list(): Promise<void> {
    running = (await store.features()).map(runningRollout).filter((rollout) => rollout !== undefined)
    known.keepOnly(new Set(running.map(({ id }) => checkpointName(id))))
    due.listed(running.map(({ id }) => id))
    faults.keepOnly(running.map(({ feature }) => feature))
  }

  async function assessDue(lead: Lead): Promise<boolean> {
    const { isListOld, isDue } = due.take()
    if (isListOld) await list()
    const wanted = running.filter(({ id }) => isDue(id))
    let more = false
    await workOnAll(wanted, store.isShared ? Math.ceil(wanted.length / perWorker) : 1, async (rollout) => {
      const waits = await faults.attempt(rollout.feature, () => control(rollout, options, { ...lead, known }))
      if (!waits) return
      due.add([rollout.id])
      more = true
    })
    due.assessed(wanted.map(({ id }) => id))
    return more
  }

  return startLeaderLoop({
    store,
    name: 'controller',
    clock,
    everyMs,
    wakers: [
      (wake) =>
        store.onAppend((rollouts) => {
          if (rollouts?.length === 0) return
          due.add(rollouts)
          wake()
        }),
      (wake) =>
        store.onChange(() => {
          due.add(null)
          wake()
        }),
    ],
    ...faults,
    async work(lead) {
      try {
        return (await assessDue(lead)) || due.restMs()
      } catch (error) {
        // What was taken has not been looked at.
        due.add(null)
        throw error
      }
    },
  })
}

/**
 * Works on each of them, so many at a time. One that fails is no reason to leave the others alone, but a store that
 * does not answer is.
 * @throws the first failure, at the end
 */
async function workOnAll<T>(items: readonly T[], workers: number, work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values()
  const failures: unknown[] = []
  let isBegun = false
  const worker = async () => {
    for (const item of left) {
      // Each begins in a turn of its own of the thread that also answers requests, which are answered in between.
      if (isBegun) await turn()
      isBegun = true
      try {
        await work(item)
      } catch (error) {
        failures.push(error)
        if (error instanceof StoreError && error.fault === 'unreachable') return
      }
    }
  }
  await Promise.all(Array.from({ length: workers }, worker))
  if (failures.length > 0) throw failures[0]
}

/** Makes one pass over one rollout and acts on the result. True where more entries wait. */
async function control(
  running: Rollout,
  options: ControllerOptions,
  { known, ...lead }: Lead & { known: KnownStates },
): Promise<boolean> {
  const { store, clock, engine, onAssessed, everyMs = usualEveryMs } = options
  const passOptions = { store, engine, now: () => clock.now(), everyMs, known }
  const pass = await runPass(passOptions, running).catch((error: unknown) => {
    if (error instanceof DamagedCheckpoint) return freeze(options, running, error, lead)
    throw error
  })
  if (!pass || !lead.held()) return false
  const { rollout, checkpoint, behind } = pass
  const { assessed } = checkpoint
  const { announcements, remembered } = announcementsOf(pass)
  for (const one of announcements) await announce(store, one)
  Object.assign(checkpoint, remembered)
  if ((pass.isChanged || announcements.length > 0) && !(await savePass(store, pass, lead.fence(), known))) return true
  onAssessed?.(assessed)
  const event = eventOf(rollout, assessed.assessment)
  // While entries wait, a larger share would rest on old evidence. A rollback may.
  if (!event || !lead.held() || (behind && event.type !== 'rollBack')) return behind
  return act(options, rollout, event, { at: assessed.at, fence: lead.fence() })
}

/**
 * Evidence that cannot be read is set aside, the rollout keeps its share, and somebody is called. What was seen is
 * counted anew from the log, which holds all of it: until a person resumes, only a rollback may come of that.
 */
async function freeze(
  options: ControllerOptions,
  { feature, id, status }: Rollout,
  { cursor, message }: DamagedCheckpoint,
  lead: Lead,
): Promise<undefined> {
  const reason = `The evidence could not be read (${message}). The rollout is paused and its log counted again: look at it, then resume or abort it.`
  if (!lead.held()) return undefined
  const at = options.clock.now()
  if (status !== 'paused')
    await act(options, { feature }, { type: 'pause', rolloutId: id, reason }, { at, fence: lead.fence() })
  await announce(options.store, {
    feature,
    rolloutId: id,
    action: 'rollout.stuck',
    key: `${id} damaged ${cursor}`,
    reason,
    evidence: null,
    at,
  })
  await options.store.setAside(checkpointName(id), cursor, { forget: id })
  return undefined
}

async function act(
  { store }: ControllerOptions,
  { feature }: Pick<Rollout, 'feature'>,
  event: ReleaseEvent,
  { at, fence }: { at: number; fence: Fence | undefined },
): Promise<boolean> {
  try {
    await applyEvent(store, feature, event, { at, by: 'sluice' }, { tokenId: null, fence })
    return true
  } catch (error) {
    // Somebody else has ended, advanced or paused it meanwhile: what was decided is moot.
    if (error instanceof ReleaseConflict) return false
    throw error
  }
}
