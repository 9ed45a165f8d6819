import { position } from '@sluice/client'
import { runningRollout } from '../../../src/control/release/transition.ts'
import type { Store } from '../../../src/control/store/store.ts'
import type { Rollout } from '../../../src/records/rollout/rollout.ts'
import { feature } from './instance.ts'
import type { RandomSource } from './random-source.ts'

export const liarId = 't-liar'

export interface LiarOptions {
  store: Store
  random: RandomSource
  fetch: typeof fetch
  token: string
  now: () => number
}

/** Somebody with one more client token of the feature, who knows all that clients know and reports what is not so. */
export async function lie({ store, random, fetch, token, now }: LiarOptions): Promise<void> {
  const state = await store.feature(feature)
  const rollout = state && runningRollout(state)
  if (!rollout) return
  const forge = random.pick([impossible, accusing, praising, ofAnotherFeature, absurd, oneArmOnly])
  const outcomes = Array.from({ length: Math.ceil(random.between(0, 6)) }, () => ({
    id: `forged-${Buffer.from(random.bytes(8)).toString('hex')}`,
    observedAt: new Date(now()).toISOString(),
    rolloutId: rollout.id,
    stage: rollout.stage,
    ...forge(rollout, random),
  }))
  await post({ fetch, token }, 'outcomes', { outcomes })
  if (random.chance(0.2))
    await post({ fetch, token }, 'acks', { instance: 'app-1', epoch: 'world', revision: 2 ** 40, hash: '0'.repeat(16) })
}

async function post({ fetch, token }: Pick<LiarOptions, 'fetch' | 'token'>, what: string, body: object): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(body) }
  // A liar does not care what becomes of it.
  await fetch(`http://control/v1/${what}`, init).catch(() => undefined)
}

type Forged = Record<string, unknown>

function somebody({ salt, settings, stage, incumbent, canary }: Rollout, random: RandomSource) {
  const unit = `forged-user-${Math.floor(random.between(0, 1e6))}`
  const isCanary = position(salt, unit) < (settings.stages[stage]?.ppm ?? 0)
  const arm = isCanary ? 'canary' : 'incumbent'
  return { feature, unit, arm, version: isCanary ? canary : incumbent, isCanary }
}

const impossible = (rollout: Rollout, random: RandomSource): Forged => {
  const { isCanary, ...user } = somebody(rollout, random)
  return random.pick([
    { ...user, arm: isCanary ? 'incumbent' : 'canary' },
    { ...user, version: isCanary ? rollout.incumbent : rollout.canary },
    { ...user, stage: 17 },
  ])
}
const accusing = (rollout: Rollout, random: RandomSource): Forged => {
  const { isCanary, ...user } = somebody(rollout, random)
  return { ...user, ...(isCanary && { error: 'forged' }) }
}
const praising = (rollout: Rollout, random: RandomSource): Forged => {
  const { isCanary, ...user } = somebody(rollout, random)
  return { ...user, ...(!isCanary && { error: 'forged' }) }
}
const ofAnotherFeature = (rollout: Rollout): Forged => ({
  ...{ feature: 'toy', version: rollout.canary, arm: 'canary', unit: 'x', error: 'forged' },
})
const absurd = (rollout: Rollout, random: RandomSource): Forged => {
  const { isCanary: _, ...user } = somebody(rollout, random)
  const odd = random.pick([1e308, -1, 5e-324, 2 ** 53, '7', null, {}, 'NaN'])
  const content = { input: { email: 'x' }, output: 'y' }
  return {
    ...user,
    ...content,
    captured: odd,
    [random.pick(['latencyMs', 'costUsd', 'inputTokens', 'stage', 'unit'])]: odd,
  }
}
const oneArmOnly = (rollout: Rollout, random: RandomSource): Forged => {
  const { salt, settings, stage, incumbent } = rollout
  const ppm = settings.stages[stage]?.ppm ?? 0
  const names = Array.from({ length: 50 }, (_, n) => `alone-${n}-${Math.floor(random.between(0, 1e6))}`)
  const unit = names.find((name) => position(salt, name) >= ppm) ?? 'nobody'
  return { feature, unit, arm: 'incumbent', version: incumbent }
}
