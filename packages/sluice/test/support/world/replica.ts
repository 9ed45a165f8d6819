import type { Clock } from '@sluice/client'
import { createControlPlane } from '../../../src/control/server/control-plane.ts'
import { startEngine } from '../../../src/control/server/engine.ts'
import type { Lease } from '../../../src/control/store/lease-store.ts'
import type { Store } from '../../../src/control/store/store.ts'
import { ProviderError } from '../../../src/core/providers/provider-error.ts'
import { createAnswerModes } from '../../../src/core/scorers/judge/judge.ts'
import { judgement } from '../fake-model.ts'
import { faultyStore } from './faulty-store.ts'
import { clockOf, type Life } from './life.ts'
import type { Host } from './network.ts'
import type { RandomSource } from './random-source.ts'
import type { Trouble } from './trouble.ts'

export interface ReplicaOptions {
  life: Life
  store: Store
  clock: Clock
  random: RandomSource
  trouble: () => Trouble
}

/** One process of the control plane: server, controller, judge, drift watch. All that it has in memory dies with it. */
export interface Replica extends Host {
  /** Its wall clock jumps by so many ms. */
  jump(ms: number): void
  /** It loses its connection to the store, and with it whatever it leads. */
  dropLeases(): void
}

/** @throws where the store fails at once */
export async function startReplica({ life, store, clock, random, trouble }: ReplicaOptions): Promise<Replica> {
  const leases = new Set<Lease>()
  let skew = 0
  const own = {
    clock: clockOf(life, clock, () => skew),
    store: faultyStore(store, { life, clock, random, trouble, leases }),
  }
  let captureContents: ReturnType<typeof startEngine>['captureContents'] = async () => undefined
  const plane = await createControlPlane({
    ...own,
    threadLoad: null,
    randomBytes: random.bytes,
    captureContents: (accepted) => captureContents(accepted),
  })
  const engine = startEngine({
    keepLogMs: Number.MAX_SAFE_INTEGER,
    ...own,
    random: random.uniform,
    log: () => undefined,
    metrics: plane.metrics,
    judge: {
      clientOf: () => ({ complete: () => judged(random, trouble()) }),
      modes: createAnswerModes({ searchesAgain: true }),
      unaskable: async () => undefined,
    },
    redactorOf: async () => async (material) => material,
    redactTextsOf: async () => async (texts) => [...texts],
    nightsOf: () => [],
    notify: {
      channels: [],
      project: 'world',
      linkTo: () => undefined,
      deliver: { fetch, random: random.uniform, sleep: async () => undefined },
    },
  })
  captureContents = engine.captureContents
  return {
    life,
    answer: (request) => plane.fetch(request),
    jump(ms) {
      skew += ms
    },
    dropLeases() {
      for (const lease of leases) void lease.release()
      leases.clear()
    },
  }
}

async function judged(random: RandomSource, { judge }: Trouble) {
  if (random.chance(judge)) throw new ProviderError('overloaded', 'the judge is busy')
  return {
    output: judgement({ complete: random.chance(0.8) ? 'yes' : 'no' }),
    usage: {},
    costUsd: 0.001,
    finishReason: 'stop' as const,
    warnings: [],
  }
}
