import type { FeatureSnapshot, PromptVersion, RolloutSnapshot, Snapshot } from '../../src/index.ts'

export function version(id: string): PromptVersion {
  const messages = [{ role: 'user' as const, content: `${id}: {{email}}` }]
  return { id, model: 'local:model', parameters: {}, messages, format: { type: 'text' }, strict: true }
}

/** `a` is active; a canary of `b` where something of it is given. */
export function featureWith(rollout?: Partial<RolloutSnapshot>, rest: Partial<FeatureSnapshot> = {}): FeatureSnapshot {
  const versions = { a: version('a'), b: version('b') }
  const algorithm = 'murmur3-x86-32/ppm' as const
  const whole = { id: 'r-1', algorithm, salt: 'salt', stage: 0, ppm: 500_000, incumbent: 'a', canary: 'b' }
  return { active: 'a', versions, ...(rollout && { rollout: { ...whole, ...rollout } }), ...rest }
}

export function snapshot(revision: number, mail: FeatureSnapshot = featureWith(), epoch = 'epoch-1'): Snapshot {
  return { schema: 'sluice.snapshot/1', epoch, revision, hash: `hash-${revision}`, features: { mail } }
}
