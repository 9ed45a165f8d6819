import { tokenHash } from '../../../src/control/server/access/token-secret.ts'
import { virtualClock } from '../../../src/control/simulate/virtual-clock.ts'
import { applyEvent } from '../../../src/control/store/apply-event.ts'
import { memoryStore } from '../../../src/control/store/memory/memory-store.ts'
import type { Store } from '../../../src/control/store/store.ts'
import { versionId } from '../../../src/core/suite/prompt/version.ts'
import { defaultLiveSettings, defaultRolloutSettings } from '../../../src/records/rollout/rollout-settings.ts'
import { newHistory } from './history.ts'
import { feature, type Instance, startInstance } from './instance.ts'
import { Invariants } from './invariants.ts'
import { liarId, lie } from './liar.ts'
import { Life } from './life.ts'
import { networkFetch } from './network.ts'
import { requestChange } from './operator.ts'
import { type RandomSource, randomSource } from './random-source.ts'
import { type Replica, startReplica } from './replica.ts'
import { calm, troubled } from './trouble.ts'

export interface WorldOptions {
  seed: number
  /** Things that happen while there is trouble; afterwards everything works and must come to rest. */
  steps: number
  /** Told of everything that happens. */
  trace?: (line: string) => void
}

const start = Date.UTC(2026, 5, 1)
const token = 'token-of-everybody'
const liarToken = 'token-of-the-liar'
const instanceCount = 12
const replicaCount = 2
const userCount = 25
const heartbeatMs = 10_000
const attribution = { at: start, by: 'world' }

/**
 * Two replicas of the control plane over one store, a dozen applications, operators and a judge in one process, on one
 * clock, out of one seed. Resolves, if every promise was kept, to the hash of all that has happened to the feature: the
 * same for the same seed. @throws Violation
 */
export async function runWorld({ seed, steps, trace = () => undefined }: WorldOptions): Promise<string> {
  const random = randomSource(seed)
  const clock = virtualClock(start)
  const store = memoryStore({ epoch: 'world', secret: 'secret of the world' })
  const versions = await populate(store)
  const history = newHistory()
  const replicas = new Set<Replica>()
  let trouble = troubled
  const say = (line: string) => trace(`${((clock.now() - start) / 1000).toFixed(3)} ${line}`)

  function launch(name: string): void {
    const life = new Life()
    say(`${name} starts`)
    life.onEnd(() => {
      say(`${name} dies`)
      clock.setTimer(() => launch(name), random.between(0, 3000))
    })
    startReplica({ life, store, clock, random, trouble: () => trouble }).then(
      (replica) => {
        if (!life.alive) return
        replicas.add(replica)
        life.onEnd(() => replicas.delete(replica))
      },
      () => life.end(),
    )
  }

  const network = networkFetch({ clock, random, trouble: () => trouble, hosts: () => [...replicas] })
  const fetchAs = (name: string) => told(network, (line) => say(`${name}: ${line}`))
  for (let i = 0; i < replicaCount; i += 1) launch(`replica ${i}`)
  const instances = Array.from({ length: instanceCount }, (_, i) =>
    startInstance({
      ...{ name: `app-${i}`, token, life: new Life(), clock, random, fetch: fetchAs(`app-${i}`), history, say },
    }),
  )
  const invariants = new Invariants(store, history, () => instances, say)
  const request = () =>
    void requestChange({ store, clock, random, fetch: fetchAs('operator'), token, history, versions })

  const forge = () => void lie({ store, random, fetch: fetchAs('liar'), token: liarToken, now: () => clock.now() })

  for (let step = 0; step < steps; step += 1) {
    if (random.chance(0.4)) forge()
    happen(random, { say, request, replicas: [...replicas], instances })
    for (const { serve } of instances) if (random.chance(0.7)) serve(`user-${Math.floor(random.between(0, userCount))}`)
    await clock.runUntil(clock.now() + random.between(0, 2500))
    await invariants.check()
  }
  say('calm')
  trouble = calm
  const revision = (await store.feature(feature))?.revision ?? 0
  await clock.runUntil(clock.now() + 2 * heartbeatMs)
  await invariants.check()
  invariants.checkConverged(revision)
  let areOpen = true
  const closed = Promise.all(instances.map(({ client }) => client.close())).then(() => {
    areOpen = false
  })
  const latest = clock.now() + heartbeatMs
  while (areOpen && clock.now() < latest) await clock.runUntil(clock.now() + 500)
  await closed
  await invariants.checkAll()
  return (await store.auditHead(feature))?.hash ?? ''
}

interface Stage {
  say: (line: string) => void
  request: () => void
  replicas: readonly Replica[]
  instances: readonly Instance[]
}

function told(fetch: typeof globalThis.fetch, say: (line: string) => void): typeof globalThis.fetch {
  return async (input, init) => {
    const what = `${init?.method ?? 'GET'} ${new URL(String(input)).pathname}`
    try {
      const response = await fetch(input, init)
      say(`${what}: ${response.status}`)
      return response
    } catch (error) {
      say(`${what}: ${error instanceof Error ? error.message : error}`)
      throw error
    }
  }
}

/** One thing that operators, machines or clocks do. */
function happen(random: RandomSource, { say, request, replicas, instances }: Stage): void {
  if (random.chance(0.6)) {
    say('somebody asks for a change')
    request()
    if (random.chance(0.5)) request()
  }
  if (replicas.length === 0) return
  const replica = random.pick(replicas)
  if (random.chance(0.06)) replica.life.end()
  else if (random.chance(0.15)) replica.dropLeases()
  else if (random.chance(0.05)) replica.jump(random.between(-3_600_000, 3_600_000))
  if (random.chance(0.05)) random.pick(instances).jump(random.between(-3_600_000, 3_600_000))
}

/** Two good versions and two bad ones, one of them active, and a token that opens everything. */
async function populate(store: Store): Promise<string[]> {
  const audit = { chain: '_system', at: start, actor: 'world', tokenId: null, action: 'world.make', reason: null }
  const written = { audit: { ...audit, before: null, after: null, evidence: null } }
  const limits = { scopes: ['admin' as const], features: null, createdAt: start, expiresAt: null, revokedAt: null }
  const all = { id: 't', name: 'everybody', hash: tokenHash(token), ...limits }
  await store.commit({ ...written, token: { before: null, after: all } })
  const liar = { ...limits, scopes: ['client' as const], id: liarId, name: 'liar', hash: tokenHash(liarToken) }
  await store.commit({ ...written, token: { before: null, after: liar } })
  const ids: string[] = []
  for (const label of ['good one', 'bad one', 'good two', 'bad two']) {
    const content = {
      model: `world:${label}`,
      parameters: {},
      messages: [{ role: 'user' as const, content: '{{email}}' }],
      format: { type: 'text' as const },
    }
    const id = versionId(content)
    ids.push(id)
    await store.commit({
      ...written,
      version: {
        ...{ feature, id, content: { ...content, id, label, strict: true }, rollout: defaultRolloutSettings },
        rubric: [{ id: 'complete', ask: 'Is everything there?', weight: 1, must: false }],
        judge: { model: 'world:judge', parameters: {} },
        live: { ...defaultLiveSettings, store: true, judge: { percent: 50, budgetUsdPerDay: 100 } },
        ...{ report: null, publishedAt: start, publishedBy: 'world', source: null },
      },
    })
  }
  const [active = ''] = ids
  await applyEvent(store, feature, { type: 'activate', version: active, reason: 'first' }, attribution, {
    tokenId: null,
  })
  return ids
}
