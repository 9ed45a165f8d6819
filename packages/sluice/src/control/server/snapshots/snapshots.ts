import { type Clock, elapsedSince, type Moment, momentOf } from '@sluice/client'
import { partsOf } from '../../../core/suite/config/environments.ts'
import { canonicalJson } from '../../../core/suite/values/canonical-json.ts'
import type { FeatureState } from '../../../records/feature.ts'
import type { VersionRecord } from '../../../records/version.ts'
import { featureSnapshot, servedVersions } from '../../release/snapshot.ts'
import type { ReleaseStore, StoreHead } from '../../store/release-store.ts'
import type { Store } from '../../store/store.ts'
import { unlessDamaged } from '../../store/store-error.ts'
import { maySee, servedEnvironment, type TokenReach } from '../access/caller.ts'
import type { Log } from '../log.ts'
import { endAgain } from './lost-ends.ts'
import { type ServedFeature, type View, viewOf } from './snapshot-view.ts'

/** The present state of all features, in memory. */
export interface Snapshots {
  /**
   * What somebody is served, as last loaded: the features of one environment, by their plain names. Null: all features
   * of all environments, by their keys.
   */
  view(reach: TokenReach | null): View
  /** All features in all environments, as last loaded. */
  states(): readonly FeatureState[]
  /** Reads the store. When it resolves, everything that was committed before the call is loaded. */
  reload(): Promise<void>
  /** Asks the store for its revision, and reads the store if the revision has changed. */
  check(): Promise<void>
  /** ms since the last successful read of the store began. The views are at least as new as that moment. */
  ageMs(): number
  /** The listener is called after a read that found a change. */
  onLoad(listener: () => void): void
}

export interface SnapshotsOptions {
  store: ReleaseStore & Pick<Store, 'epoch' | 'damaged'>
  clock: Clock
  log: Log
}

interface Stored {
  state: FeatureState
  /** The state as JSON, to detect changes. */
  stateText: string
}

interface Known extends Stored {
  /** Undefined if no version is active. */
  served: ServedFeature | undefined
}

export function createSnapshots({ store, clock, log }: SnapshotsOptions): Snapshots {
  const listeners: (() => void)[] = []
  let head: StoreHead = { epoch: store.epoch, revision: 0 }
  let readAt: Moment | undefined
  let known: Known[] = []
  let states: FeatureState[] = []
  let versions = new Map<string, VersionRecord>()
  let views = new Map<string, View>()
  let before = new Map<string, View>()
  let loading: Promise<void> | undefined
  let next: Promise<void> | undefined

  /** Reads must not overlap. A late answer would otherwise look as if the store went back to an older state. */
  async function load(whole: boolean): Promise<void> {
    const began = momentOf(clock)
    let now = await store.head()
    if (whole || now.epoch !== head.epoch || now.revision !== head.revision) {
      let found = withKept(await store.features())
      if (now.epoch === head.epoch && (now.revision < head.revision || wentBack(known, found))) now = await renewed(now)
      if (
        now.epoch !== head.epoch &&
        (await endAgain({ store, clock, log }, { known: states, found: found.map(({ state }) => state) }))
      ) {
        now = await store.head()
        found = withKept(await store.features())
      }
      await take(now.epoch, found)
    }
    head = now
    readAt = began
  }

  /** A feature whose row has become unreadable is served as it was last known, since nobody decided to take it away. */
  function withKept(readable: readonly FeatureState[]): Stored[] {
    const damaged = new Set(store.damaged().flatMap(({ kind, row }) => (kind === 'feature' ? [row] : [])))
    const kept = known.filter(({ state }) => damaged.has(state.feature))
    return [...readable.map((state) => ({ state, stateText: JSON.stringify(state) })), ...kept].sort((a, b) =>
      a.state.feature < b.state.feature ? -1 : 1,
    )
  }

  /** The store will use the lost revisions again for other changes. Only a new epoch distinguishes them. */
  async function renewed({ epoch, revision }: StoreHead): Promise<StoreHead> {
    await store.renewEpoch(epoch)
    const now = await store.head()
    log(
      'error',
      'the store went back to an older state and got a new epoch. Changes may be lost: check sluice status',
      {
        revisionBefore: head.revision,
        revision,
        epoch: now.epoch,
      },
    )
    return now
  }

  async function take(epoch: string, found: readonly Stored[]): Promise<void> {
    const isSame = found.length === known.length && found.every((one, at) => one.stateText === known[at]?.stateText)
    if (isSame && epoch === head.epoch) return
    versions = await servedBy(store, found, versions)
    known = servedFeatures(found, known, versions)
    states = known.map(({ state }) => state)
    head = { ...head, epoch }
    before = views
    views = new Map()
    for (const listener of listeners) listener()
  }

  function view(reach: TokenReach | null): View {
    const key = viewKey(reach)
    const made = views.get(key)
    if (made) return made
    const served = known.flatMap(({ served }) => (served ? [served] : []))
    const fresh = viewOf(head.epoch, reach === null ? served : servedTo(reach, served), before.get(key))
    views.set(key, fresh)
    return fresh
  }

  function startLoad(whole: boolean): Promise<void> {
    loading = load(whole).finally(() => {
      loading = undefined
    })
    return loading
  }

  return {
    view,
    states: () => states,
    onLoad: (listener) => void listeners.push(listener),
    ageMs: () => (readAt ? elapsedSince(clock, readAt) : Number.POSITIVE_INFINITY),
    check: () => loading ?? startLoad(false),
    reload() {
      if (!loading) return startLoad(true)
      // The load under way may have read before the commit, so all callers wait for one more load after it.
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

/** All who are served the same have the same key. */
export function viewKey(reach: TokenReach | null): string {
  if (reach === null) return '*'
  return JSON.stringify([servedEnvironment(reach), reach.features?.toSorted() ?? null])
}

function servedTo(reach: TokenReach, served: readonly ServedFeature[]): ServedFeature[] {
  const own = servedEnvironment(reach)
  return served.flatMap((one) => {
    const { feature, environment } = partsOf(one.name)
    return environment === own && maySee(reach, one.name) ? [{ ...one, name: feature }] : []
  })
}

/** The versions that are served now. Known ones are not read again, since versions never change. */
async function servedBy(
  store: ReleaseStore,
  found: readonly Stored[],
  known: ReadonlyMap<string, VersionRecord>,
): Promise<Map<string, VersionRecord>> {
  const served = found.flatMap(({ state }) => servedVersions(state).map((id) => ({ feature: state.feature, id })))
  const read = served.map(async ({ feature, id }) => {
    const key = `${feature}\0${id}`
    const version = known.get(key) ?? (await unlessDamaged(() => store.version(feature, id)))
    return version && ([key, version] as const)
  })
  return new Map((await Promise.all(read)).filter((entry) => entry !== undefined))
}

/** The served features. A feature that did not change stays the same object. */
function servedFeatures(
  found: readonly Stored[],
  known: readonly Known[],
  versions: ReadonlyMap<string, VersionRecord>,
): Known[] {
  const old = new Map(known.map((one) => [one.state.feature, one]))
  return found.map(({ state, stateText }) => {
    const { feature: name, revision } = state
    const same = old.get(name)
    if (same?.stateText === stateText) return same
    const isWhole = servedVersions(state).every((id) => versions.has(`${name}\0${id}`))
    // A version that cannot be read cannot be served, so the feature stays as it was last known.
    if (!isWhole) return same ? { ...same, stateText } : { state, stateText, served: undefined }
    const made = featureSnapshot(state, (id) => versions.get(`${name}\0${id}`)?.content)
    if (!made) return { state, stateText, served: undefined }
    const text = canonicalJson(made)
    const snapshot = same?.served?.text === text ? same.served.snapshot : made
    return { state, stateText, served: { name, revision, snapshot, text } }
  })
}

/** Whether a feature has a lower revision than before, or the same revision with another state. */
function wentBack(known: readonly Known[], found: readonly Stored[]): boolean {
  const now = new Map(found.map((one) => [one.state.feature, one]))
  return known.some(({ state, stateText }) => {
    const next = now.get(state.feature)
    if (!next || next.state.revision > state.revision) return false
    return next.state.revision < state.revision || next.stateText !== stateText
  })
}
