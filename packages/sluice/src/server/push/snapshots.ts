import type { Snapshot } from '@sluice/client'
import type { FeatureState } from '../../release/feature-state.ts'
import { servedVersions, snapshotOf } from '../../release/snapshot.ts'
import type { VersionRecord } from '../../release/version-record.ts'
import type { ReleaseStore } from '../../store/release-store.ts'
import { snapshotFrame } from './frame.ts'

/** What somebody who may see certain features needs to route, in the forms in which it is sent. */
interface View {
  snapshot: Snapshot
  /** The snapshot as JSON. */
  json: string
  etag: string
  /** The snapshot as an event of a stream. */
  frame: Uint8Array
}

/** The present snapshot, held in memory. */
export interface Snapshots {
  /** As last loaded. `features` null: all of them. */
  view(features: readonly string[] | null): View
  /** All features, as last loaded. */
  states(): readonly FeatureState[]
  /** Reads the store; when it resolves, all that was committed before the call is in. */
  reload(): Promise<void>
  /** Called after a reload that found a change. */
  onLoad(listener: () => void): void
}

/**
 * A view's revision is that of the last change of a feature in it, so that every replica gives the same, and what
 * changes nothing for a client reaches none.
 */
export function createSnapshots(store: ReleaseStore & { readonly epoch: string }): Snapshots {
  const listeners: (() => void)[] = []
  let states: FeatureState[] = []
  let versions = new Map<string, VersionRecord>()
  let views = new Map<string, View>()
  let loading: Promise<void> | undefined
  let next: Promise<void> | undefined

  async function load(): Promise<void> {
    const found = await store.features()
    if (latest(found) === latest(states) && found.length === states.length) return
    versions = await servedBy(found, versions)
    states = found
    views = new Map()
    for (const listener of listeners) listener()
  }

  /** The versions that are served now; contents never change, so that those known are not read again. */
  async function servedBy(
    found: readonly FeatureState[],
    known: ReadonlyMap<string, VersionRecord>,
  ): Promise<Map<string, VersionRecord>> {
    const served = found.flatMap((state) => servedVersions(state).map((id) => ({ feature: state.feature, id })))
    const read = served.map(async ({ feature, id }) => {
      const key = `${feature}\0${id}`
      const version = known.get(key) ?? (await store.version(feature, id))
      return version && ([key, version] as const)
    })
    return new Map((await Promise.all(read)).filter((entry) => entry !== undefined))
  }

  function view(features: readonly string[] | null): View {
    const key = features === null ? '*' : JSON.stringify(features.toSorted())
    const known = views.get(key)
    if (known) return known
    const visible = states.filter(({ feature, active }) => {
      return active !== null && (features === null || features.includes(feature))
    })
    const made = viewOf(snapshotOf(store.epoch, latest(visible), visible, [...versions.values()]))
    views.set(key, made)
    return made
  }

  return {
    view,
    states: () => states,
    onLoad: (listener) => void listeners.push(listener),
    reload() {
      if (!loading) {
        loading = load().finally(() => {
          loading = undefined
        })
        return loading
      }
      // The load under way may have read too early: one more after it serves all who wait.
      next ??= loading
        .catch(() => undefined)
        .then(() => {
          next = undefined
          return this.reload()
        })
      return next
    },
  }
}

function latest(states: readonly FeatureState[]): number {
  return states.reduce((most, { revision }) => Math.max(most, revision), 0)
}

function viewOf(snapshot: Snapshot): View {
  const json = JSON.stringify(snapshot)
  const etag = `"${snapshot.epoch}-${snapshot.revision}-${snapshot.hash}"`
  return { snapshot, json, etag, frame: snapshotFrame(snapshot.revision, json) }
}
