import { type Clock, elapsedSince, type Moment, momentOf } from '@sluice/client'
import { z } from 'zod'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import { loopFaultSchema } from '../../records/loop-fault.ts'
import type { EvidenceStore } from '../store/evidence-store.ts'
import type { FaultRegister, LoopFault, LoopFaults } from './loop-faults.ts'
import { startWorkLoop, type WorkLoop } from './work-loop.ts'

const name = 'loop-faults'
const replicaFaultsSchema = z.strictObject({
  /** How often the replica has told, so that one that is gone is known by its silence, whatever its clock said. */
  times: z.int(),
  faults: z.array(loopFaultSchema.extend({ since: z.number() })),
})
const storedSchema = z.strictObject({ replicas: z.record(z.string(), replicaFaultsSchema) })

type ReplicaFaults = z.output<typeof replicaFaultsSchema>

const everyMs = 5000
/** What goes on failing is told again this often, at the least. */
const renewMs = 30_000
/** Who has faults and tells nothing for so long is gone. */
const silentMs = 90_000
const mostShared = 100

export interface SharedFaults extends WorkLoop {
  /** What fails on the other replicas, as they told it last. */
  others(): LoopFault[]
}

export interface SharedFaultsOptions {
  store: Pick<EvidenceStore, 'checkpoint' | 'saveCheckpoint'>
  clock: Clock
  /** What this process is called by here; no other one has it. */
  replica: string
  register: Pick<FaultRegister, 'current'>
  /** The faults of this loop itself. */
  faults: Pick<LoopFaults, 'onError' | 'onRecovered'>
}

/**
 * Tells the other replicas what fails on this one, and hears it of them: whichever answers knows of all. Only the
 * leader of a loop sees it fail, and requests come to any replica.
 */
export function shareFaults({ store, clock, replica, register, faults }: SharedFaultsOptions): SharedFaults {
  const received = new Map<string, ReplicaFaults & { since: Moment }>()
  let savedAt: Moment | undefined

  function receive(replicas: Readonly<Record<string, ReplicaFaults>>): void {
    for (const id of received.keys()) if (!Object.hasOwn(replicas, id)) received.delete(id)
    for (const [id, one] of Object.entries(replicas))
      if (id !== replica && received.get(id)?.times !== one.times) received.set(id, { ...one, since: momentOf(clock) })
  }

  /** Those that still tell. */
  const present = () => [...received].filter(([, { since }]) => elapsedSince(clock, since) < silentMs)

  async function share(cursor: number, before: ReplicaFaults | undefined): Promise<void> {
    const own = register.current().slice(0, mostShared)
    const isNew = canonicalJson(own) !== canonicalJson(before?.faults ?? [])
    const isDue = own.length > 0 && (!savedAt || elapsedSince(clock, savedAt) >= renewMs)
    if (!isNew && !isDue) return
    const others = present().map(([id, { times, faults }]) => [id, { times, faults }] as const)
    const ownEntries = own.length === 0 ? [] : [[replica, { times: (before?.times ?? 0) + 1, faults: own }] as const]
    const state = { replicas: Object.fromEntries([...others, ...ownEntries]) }
    // Where another one was faster, the next round tells it.
    if (await store.saveCheckpoint(name, cursor, { cursor: cursor + 1, state })) savedAt = momentOf(clock)
  }

  const loop = startWorkLoop({
    clock,
    everyMs,
    ...faults,
    async work() {
      const kept = await store.checkpoint(name)
      const replicas = storedSchema.safeParse(kept?.state).data?.replicas ?? {}
      receive(replicas)
      await share(kept?.cursor ?? -1, Object.hasOwn(replicas, replica) ? replicas[replica] : undefined)
      return false
    },
  })
  return { ...loop, others: () => present().flatMap(([, replicaFaults]) => replicaFaults.faults) }
}
