import type { Clock } from '@sluice/client'
import { applyEvent } from '../../../src/control/store/apply-event.ts'
import { memoryStore } from '../../../src/control/store/memory/memory-store.ts'
import type { Store } from '../../../src/control/store/store.ts'
import type { RequestEntry } from '../../../src/records/outcome.ts'
import { defaultRolloutSettings, type RolloutSettings } from '../../../src/records/rollout/rollout-settings.ts'
import { start, version } from '../store/store-samples.ts'

export const incumbent = 'aaaaaaaaaaaa'
export const canary = 'bbbbbbbbbbbb'
export const by = { at: start, by: 'ann' }
export const byHand = { tokenId: 'token' }

/** A clock that stands where it is put, and whose timers are short whatever they are set to. */
export function handClock(now = start): Clock & { at: number } {
  return {
    at: now,
    now() {
      return this.at
    },
    setTimer: (callback, ms) => setTimeout(callback, Math.min(ms, 2)),
    clearTimer: (timer) => clearTimeout(timer as NodeJS.Timeout),
  }
}

/** A store in which a rollout of `mail` has begun. */
export async function rollingStore({
  store = memoryStore(),
  feature = 'mail',
  rolloutId = 'r1',
  settings = {},
}: {
  store?: Store
  feature?: string
  rolloutId?: string
  settings?: Partial<RolloutSettings>
} = {}): Promise<Store> {
  for (const id of [incumbent, canary]) await publish(store, feature, id)
  await applyEvent(store, feature, { type: 'activate', version: incumbent, reason: 'first' }, by, byHand)
  await startRollout(store, feature, rolloutId, settings)
  return store
}

export async function startRollout(
  store: Store,
  feature: string,
  rolloutId: string,
  settings: Partial<RolloutSettings> = {},
  supersede = false,
): Promise<void> {
  const start = {
    type: 'start' as const,
    rolloutId,
    salt: rolloutId,
    canary,
    settings: { ...defaultRolloutSettings, ...settings },
    override: null,
    supersede,
  }
  await applyEvent(store, feature, start, by, byHand)
}

export async function publish(store: Store, feature: string, id: string): Promise<void> {
  const audit = {
    chain: feature,
    at: start,
    actor: 'ann',
    tokenId: null,
    action: 'version.publish',
    reason: null,
    before: null,
    after: null,
    evidence: null,
  }
  await store.commit({ version: version(feature, id), audit })
}

export const request = (id: string, more: Partial<RequestEntry> = {}): RequestEntry => ({
  kind: 'request',
  id,
  feature: 'mail',
  version: canary,
  rolloutId: 'r1',
  arm: 'canary',
  stage: 0,
  unit: `unit-${id}`,
  position: 10,
  observedAt: start,
  receivedAt: start,
  latencyMs: 100,
  costUsd: 0.001,
  inputTokens: 10,
  outputTokens: 10,
  error: null,
  refusal: false,
  invalid: false,
  outputChars: 100,
  servedModel: null,
  fingerprint: null,
  ...more,
})

export const failures = (count: number, more: Partial<RequestEntry> = {}): RequestEntry[] =>
  Array.from({ length: count }, (_, index) => request(`f${index}`, { error: 'boom', ...more }))
