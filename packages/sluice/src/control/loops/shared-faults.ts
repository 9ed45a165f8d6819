import { type Clock, elapsedSince, type Moment, momentOf } from '@sluice/client'
import { z } from 'zod'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import { loopFaultSchema } from '../../records/loop-fault.ts'
import type { EvidenceStore } from '../store/evidence-store.ts'
import type { FaultRegister, LoopFault, LoopFaults } from './loop-faults.ts'
import { startWorkLoop, type WorkLoop } from './work-loop.ts'

const name = 'loop-faults'
const toldSchema = z.strictObject({
  /** How often the replica has told, so that one that is gone is known by its silence, whatever its clock said. */
  times: z.int(),
  faults: z.array(loopFaultSchema.extend({ since: z.number() })),
})
const storedSchema = z.strictObject({ replicas: z.record(z.string(), toldSchema) })

type Told = z.output<typeof toldSchema>

const everyMs = 5000
/** What goes on failing is told again this often, at the least. */
const renewMs = 30_000
/** Who has faults and tells nothing for so long is gone. */
const silentMs = 90_000
const mostTold = 100

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
  /** Of this loop itself. */
  faults: Pick<LoopFaults, 'onError' | 'onRecovered'>
}

/**
 * Tells the other replicas what fails on this one, and hears it of them: whichever answers knows of all. Only the leader of
 * a loop sees it fail, and requests come to any replica.
 */
export function shareFaults({ store, clock, replica, register, faults }: SharedFaultsOptions): SharedFaults {
  const heard = new Map<string, Told & { since: Moment }>()
  let toldAt: Moment | undefined

  function hear(replicas: Readonly<Record<string, Told>>): void {
    for (const id of heard.keys()) if (!Object.hasOwn(replicas, id)) heard.delete(id)
    for (const [id, told] of Object.entries(replicas))
      if (id !== replica && heard.get(id)?.times !== told.times) heard.set(id, { ...told, since: momentOf(clock) })
  }

  /** Those that still tell. */
  const present = () => [...heard].filter(([, { since }]) => elapsedSince(clock, since) < silentMs)

  async function tell(cursor: number, before: Told | undefined): Promise<void> {
    const own = register.current().slice(0, mostTold)
    const isNew = canonicalJson(own) !== canonicalJson(before?.faults ?? [])
    const isDue = own.length > 0 && (!toldAt || elapsedSince(clock, toldAt) >= renewMs)
    if (!isNew && !isDue) return
    const others = present().map(([id, { times, faults }]) => [id, { times, faults }] as const)
    const told = own.length === 0 ? [] : [[replica, { times: (before?.times ?? 0) + 1, faults: own }] as const]
    const state = { replicas: Object.fromEntries([...others, ...told]) }
    // Where another one was faster, the next round tells it.
    if (await store.saveCheckpoint(name, cursor, { cursor: cursor + 1, state })) toldAt = momentOf(clock)
  }

  const loop = startWorkLoop({
    clock,
    everyMs,
    ...faults,
    async work() {
      const kept = await store.checkpoint(name)
      const replicas = storedSchema.safeParse(kept?.state).data?.replicas ?? {}
      hear(replicas)
      await tell(kept?.cursor ?? -1, Object.hasOwn(replicas, replica) ? replicas[replica] : undefined)
      return false
    },
  })
  return { ...loop, others: () => present().flatMap(([, told]) => told.faults) }
}
