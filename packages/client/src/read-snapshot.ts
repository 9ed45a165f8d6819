import type { FeatureSnapshot, Snapshot } from './protocol.ts'

type Fields = Record<string, unknown>

const isFields = (value: unknown): value is Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === 'string'
const isCount = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 0
const isShare = (value: unknown): boolean => isCount(value) && value <= 1_000_000

/**
 * Checks what came over the network or from disk, as far as routing relies on it.
 * @throws TypeError naming the place of the first fault
 */
export function readSnapshot(value: unknown): Snapshot {
  const fault = snapshotFault(value)
  if (fault) throw new TypeError(`no snapshot of Sluice: ${fault}`)
  return value as Snapshot
}

function snapshotFault(value: unknown): string | undefined {
  if (!isFields(value)) return 'not an object'
  if (value.schema !== 'sluice.snapshot/1') return `schema is ${JSON.stringify(value.schema)}, not "sluice.snapshot/1"`
  if (!isText(value.epoch) || !isText(value.hash) || !isCount(value.revision)) return 'epoch, hash or revision'
  if (!isFields(value.features)) return 'features'
  for (const [name, feature] of Object.entries(value.features)) {
    const fault = isFields(feature) ? featureFault(feature) : 'not an object'
    if (fault) return `features.${name}: ${fault}`
  }
  return undefined
}

function featureFault(feature: Fields): string | undefined {
  const { active, rollout, versions, capture } = feature
  if (!isFields(versions)) return 'versions'
  const isKnown = (id: unknown) => isText(id) && Object.hasOwn(versions, id)
  if (!isKnown(active)) return 'active names no version'
  if (capture !== undefined && !(isFields(capture) && isShare(capture.incumbent) && isShare(capture.canary)))
    return 'capture'
  for (const [id, version] of Object.entries(versions)) {
    if (!isVersion(version)) return `versions.${id}`
  }
  if (rollout === undefined) return undefined
  if (!isFields(rollout) || !isText(rollout.id) || !isText(rollout.salt)) return 'rollout'
  if (rollout.algorithm !== 'murmur3-x86-32/ppm')
    return `rollout.algorithm ${String(rollout.algorithm)} is not known here`
  if (!isShare(rollout.ppm) || !isCount(rollout.stage)) return 'rollout.ppm or rollout.stage'
  return isKnown(rollout.incumbent) && isKnown(rollout.canary) ? undefined : 'rollout names no version'
}

/** Whether it is a prompt version, as far as an application relies on it. */
export function isVersion(value: unknown): boolean {
  if (!isFields(value)) return false
  const { id, model, parameters, format, messages } = value
  const isMessage = (message: unknown) => isFields(message) && isText(message.role) && isText(message.content)
  const isWhole = isText(id) && isText(model) && isFields(parameters) && isFields(format)
  return isWhole && Array.isArray(messages) && messages.every(isMessage)
}

/** A feature by its name, never one that an object has by birth. */
export function featureOf(snapshot: Snapshot | undefined, name: unknown): FeatureSnapshot | undefined {
  return typeof name === 'string' && snapshot && Object.hasOwn(snapshot.features, name)
    ? snapshot.features[name]
    : undefined
}
