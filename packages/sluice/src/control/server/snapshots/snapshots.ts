import { type Clock, elapsedSince, type Moment, momentOf } from '@sluice/client'
import { canonicalJson } from '../../../core/suite/values/canonical-json.ts'
import type { FeatureState } from '../../../records/feature.ts'
import type { VersionRecord } from '../../../records/version.ts'
import { featureSnapshot, servedVersions } from '../../release/snapshot.ts'
import type { ReleaseStore, StoreHead } from '../../store/release-store.ts'
import type { Store } from '../../store/store.ts'
import { StoreError } from '../../store/store-error.ts'
import type { Log } from '../log.ts'
import { endAgain } from './lost-ends.ts'
import { type ServedFeature, type View, viewOf } from './snapshot-view.ts'

/** The present snapshot, held in memory. */
export interface Snapshots {
  /** As last loaded. `features` null: all of them. */
  view(features: readonly string[] | null): View
  /** All features, as last loaded. */
  states(): readonly FeatureState[]
  /** Reads the store; when it resolves, all that was committed before the call is in. */
  reload(): Promise<void>
  /** Asks the store whether there is anything new, and reads that. */
  check(): Promise<void>
  /** ms since the beginning of the last look at the store that was answered: the views are at least as new as that. */
  ageMs(): number
  /** Called after a reload that found a change. */
  onLoad(listener: () => void): void
}

export interface SnapshotsOptions {
  store: ReleaseStore & Pick<Store, 'epoch' | 'damaged'>
  clock: Clock
  log: Log
}

interface Stored {
  state: FeatureState
  /** As JSON, to tell whether it is the same. */
  stateText: string
}

interface Known extends Stored {
  /** Undefined where no version is active. */
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

  /** Looks are taken one after the other: an answer that comes late must not look like a store that went back. */
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

  /** What cannot be read any more is served on as it was last known: nobody decided to take it away. */
  function withKept(readable: readonly FeatureState[]): Stored[] {
    const damaged = new Set(store.damaged().flatMap(({ kind, row }) => (kind === 'feature' ? [row] : [])))
    const kept = known.filter(({ state }) => damaged.has(state.feature))
    return [...readable.map((state) => ({ state, stateText: JSON.stringify(state) })), ...kept].sort((a, b) =>
      a.state.feature < b.state.feature ? -1 : 1,
    )
  }

  /** Revisions that were lost will be given again, to other changes: only another epoch tells them apart. */
  async function renewed({ epoch, revision }: StoreHead): Promise<StoreHead> {
    await store.renewEpoch(epoch)
    const now = await store.head()
    log(
      'error',
      'the store went back to an older state and has a new epoch: changes may be lost: look at sluice status',
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

  function view(features: readonly string[] | null): View {
    const key = features === null ? '*' : JSON.stringify(features.toSorted())
    const made = views.get(key)
    if (made) return made
    const served = known.flatMap(({ served }) => (served ? [served] : []))
    const visible = served.filter(({ name }) => features === null || features.includes(name))
    const fresh = viewOf(head.epoch, visible, before.get(key))
    views.set(key, fresh)
    return fresh
  }

  function look(whole: boolean): Promise<void> {
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
    check: () => loading ?? look(false),
    reload() {
      if (!loading) return look(true)
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

/** The versions that are served now; contents never change, so that those known are not read again. */
async function servedBy(
  store: ReleaseStore,
  found: readonly Stored[],
  known: ReadonlyMap<string, VersionRecord>,
): Promise<Map<string, VersionRecord>> {
  const served = found.flatMap(({ state }) => servedVersions(state).map((id) => ({ feature: state.feature, id })))
  const read = served.map(async ({ feature, id }) => {
    const key = `${feature}\0${id}`
    const version = known.get(key) ?? (await readableVersion(store, feature, id))
    return version && ([key, version] as const)
  })
  return new Map((await Promise.all(read)).filter((entry) => entry !== undefined))
}

async function readableVersion(store: ReleaseStore, feature: string, id: string): Promise<VersionRecord | undefined> {
  try {
    return await store.version(feature, id)
  } catch (error) {
    if (error instanceof StoreError && error.fault === 'damaged') return undefined
    throw error
  }
}

/** What is served of a feature stays the same object for as long as it stays the same. */
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
    // Of a version that cannot be read nothing can be served: the feature stays as it was last known.
    if (!isWhole) return same ? { ...same, stateText } : { state, stateText, served: undefined }
    const made = featureSnapshot(state, (id) => versions.get(`${name}\0${id}`)?.content)
    if (!made) return { state, stateText, served: undefined }
    const text = canonicalJson(made)
    const snapshot = same?.served?.text === text ? same.served.snapshot : made
    return { state, stateText, served: { name, revision, snapshot, text } }
  })
}

/** A revision that is lower than it was, or the same of something else. */
function wentBack(known: readonly Known[], found: readonly Stored[]): boolean {
  const now = new Map(found.map((one) => [one.state.feature, one]))
  return known.some(({ state, stateText }) => {
    const next = now.get(state.feature)
    if (!next || next.state.revision > state.revision) return false
    return next.state.revision < state.revision || next.stateText !== stateText
  })
}
