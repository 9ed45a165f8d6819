import { createHash } from 'node:crypto'
import type { FeatureSnapshot, Snapshot, SnapshotChange } from '@sluice/client'

/** A feature in the forms in which it is compared and sent. */
export interface ServedFeature {
  /** Its key, or in a snapshot its plain name. */
  name: string
  revision: number
  snapshot: FeatureSnapshot
  /** Its canonical JSON. */
  text: string
}

/** The snapshot of a set of features, in the forms in which it is sent. */
export interface View {
  snapshot: Snapshot
  etag: string
  /** The snapshot as JSON. */
  json(): string
  /** The snapshot as an event of a stream. */
  frame(): Uint8Array
  /** The difference from the view before, as an event of a stream; undefined if there is no view before. */
  change: { from: Snapshot; frame(): Uint8Array } | undefined
}

/**
 * The view of these features. Its revision is the one of the last change in it. So every replica makes the same view,
 * and a change that does not concern a client is not sent to it.
 */
export function viewOf(epoch: string, served: readonly ServedFeature[], before: View | undefined): View {
  const revision = served.reduce((most, feature) => Math.max(most, feature.revision), 0)
  const features = Object.fromEntries(served.map(({ name, snapshot }) => [name, snapshot]))
  const texts = new Map(served.map(({ name, text }) => [name, text]))
  const snapshot: Snapshot = { schema: 'sluice.snapshot/1', epoch, revision, hash: hashOf(texts), features }
  const json = once(() => JSON.stringify(snapshot))
  return {
    snapshot,
    json,
    etag: `"${epoch}-${revision}-${snapshot.hash}"`,
    frame: once(() => snapshotFrame(revision, json())),
    change: before && changeTo(snapshot, before.snapshot),
  }
}

function changeTo(next: Snapshot, from: Snapshot): View['change'] {
  if (next.epoch !== from.epoch) return undefined
  return { from, frame: once(() => changeFrame(differenceOf(from, next))) }
}

/** The changed features. A feature that did not change is the same object in both snapshots. */
function differenceOf(from: Snapshot, { epoch, revision, hash, features }: Snapshot): SnapshotChange {
  const changed = Object.entries(features).filter(([name, feature]) => from.features[name] !== feature)
  const gone = Object.keys(from.features).filter((name) => !Object.hasOwn(features, name))
  return {
    schema: 'sluice.change/1',
    epoch,
    from: { revision: from.revision, hash: from.hash },
    revision,
    hash,
    features: Object.fromEntries([...changed, ...gone.map((name) => [name, null])]),
  }
}

/** The hash of the canonical JSON of all features, made from the texts of the single features. */
function hashOf(texts: ReadonlyMap<string, string>): string {
  const sorted: Record<string, true> = Object.create(null)
  for (const name of [...texts.keys()].sort()) sorted[name] = true
  const hash = createHash('sha256').update('{')
  // Names that are whole numbers come first, as they do in a JavaScript object.
  for (const [index, name] of Object.keys(sorted).entries())
    hash.update(`${index === 0 ? '' : ','}${JSON.stringify(name)}:${texts.get(name)}`)
  return hash.update('}').digest('hex').slice(0, 16)
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

const encoder = new TextEncoder()

/** A snapshot as an event of a stream; JSON text has no line breaks. */
function snapshotFrame(revision: number, json: string): Uint8Array {
  return encoder.encode(`event: snapshot\nid: ${revision}\ndata: ${json}\n\n`)
}

/** A change since the snapshot or change before it, as an event of a stream. */
function changeFrame(change: SnapshotChange): Uint8Array {
  return encoder.encode(`event: change\nid: ${change.revision}\ndata: ${JSON.stringify(change)}\n\n`)
}

/** Asks a client to wait a second before it reconnects. */
export const retryFrame = encoder.encode('retry: 1000\n\n')

/** A comment, which only shows that the connection works. */
export const heartbeatFrame = encoder.encode(': heartbeat\n\n')
