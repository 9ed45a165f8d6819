import type { FeatureSnapshot, PromptVersion, Snapshot } from '../protocol.ts'
import { faultOf, hasShape, isCount, isFields, isText, type Shape } from '../shape.ts'

const isShare = (value: unknown): boolean => isCount(value) && value <= 1_000_000
const shares = { incumbent: isShare, canary: isShare }

const version: Shape = {
  ...{ id: isText, model: isText, parameters: isFields, format: isFields },
  messages: (value) => Array.isArray(value) && [{ role: isText, content: isText }],
}

function featureShape(feature: unknown): Shape {
  const { versions } = Object(feature)
  const isKnown = (id: unknown) => isText(id) && Object.hasOwn(versions, id)
  const rollout = {
    ...{ id: isText, salt: isText, algorithm: (value: unknown) => value === 'murmur3-x86-32/ppm' },
    ...{ ppm: isShare, stage: isCount, incumbent: isKnown, canary: isKnown },
  }
  return {
    versions: (value) => isFields(value) && [version],
    active: isKnown,
    capture: (value) => value === undefined || shares,
    rollout: (value) => value === undefined || rollout,
  }
}

const snapshot: Shape = {
  schema: (value) => value === 'sluice.snapshot/1',
  ...{ epoch: isText, hash: isText, revision: isCount },
  features: (value) => isFields(value) && [featureShape],
}

/**
 * Checks a snapshot from the network or from disk. It checks only what routing relies on.
 * @throws TypeError that names the place of the first fault
 */
export function readSnapshot(value: unknown): Snapshot {
  const fault = faultOf(value, snapshot, 'snapshot')
  if (fault) throw new TypeError(fault)
  return value as Snapshot
}

/** Whether a value has the fields of a prompt version that an application relies on. */
export const isVersion = (value: unknown): value is PromptVersion => hasShape(value, version)

/** A feature by its name. Inherited properties such as `constructor` are no features. */
export function featureOf(snapshot: Snapshot | undefined, name: unknown): FeatureSnapshot | undefined {
  return isText(name) && snapshot && Object.hasOwn(snapshot.features, name) ? snapshot.features[name] : undefined
}
