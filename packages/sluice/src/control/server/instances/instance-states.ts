import { nameOfEnvironment } from '../../../core/suite/config/environments.ts'
import type { EnvironmentRevision, InstanceRecord } from '../../../records/instance.ts'
import { dayMs } from '../../../time-units.ts'
import { anonymous, callerOf, isServed, maySee, servedEnvironment, type TokenReach } from '../access/caller.ts'
import type { Services } from '../services.ts'

const missedHeartbeats = 3

/** Assumed for a client that does not send its `maxStaleMs`, in ms: five times the default of `@sluice/client`. */
const assumedMaxStaleMs = 300_000
/** Longer values of a client count as this: a week. */
const longestMaxStaleMs = 7 * dayMs

/**
 * The clock for the times of instances: the store's if it has one. Then replicas whose own clocks differ find the same
 * instances, and a step of a clock loses none.
 */
function instanceNow({ store, clock }: Services): number {
  return store.now?.() ?? clock.now()
}

/** Converts a time of an instance to the clock of this process. */
export function wallTime(services: Services, at: number): number {
  return at - instanceNow(services) + services.clock.now()
}

/**
 * The times of an instance that has reported now. Without a further report it may serve a canary until `mayServeUntil`.
 * Three heartbeats are added, since the instance may still get answers from a replica that is itself cut off from the
 * store.
 */
export function timesOf(
  services: Services,
  maxStaleMs: number | null | undefined,
): Pick<InstanceRecord, 'firstSeenAt' | 'seenAt' | 'mayServeUntil'> {
  const now = instanceNow(services)
  const trustMs = Math.min(longestMaxStaleMs, Math.max(0, maxStaleMs ?? assumedMaxStaleMs))
  const mayServeUntil = Math.ceil(now + trustMs + missedHeartbeats * services.settings.heartbeatMs)
  return { firstSeenAt: now, seenAt: now, mayServeUntil }
}

/** The instances that may serve something: those that reported lately, and silent ones before `mayServeUntil`. */
export function servingInstances(services: Services): Promise<InstanceRecord[]> {
  return services.store.instances(instanceNow(services))
}

/** Time since its last report, in ms. */
export function silenceOf(services: Services, { seenAt }: InstanceRecord): number {
  return Math.max(0, instanceNow(services) - seenAt)
}

/** After how many ms without a report it counts as silent. */
export function untilSilent(services: Services, instance: InstanceRecord): number {
  return Math.max(0, missedHeartbeats * services.settings.heartbeatMs - silenceOf(services, instance)) + 1
}

/** Whether it has not reported for three heartbeats: it ended, or is cut off. */
export function isInstanceSilent(services: Services, instance: InstanceRecord): boolean {
  return silenceOf(services, instance) > missedHeartbeats * services.settings.heartbeatMs
}

/**
 * Why an instance lacks something: it has a state from before the store was restored; this store has not sent
 * it; its content is another one under the present number; or it is older.
 */
type InstanceLag = 'epoch' | 'unknown' | 'content' | 'revision'

export interface InstanceState {
  record: InstanceRecord
  /** What its token may see; it is served one environment of that. */
  reach: TokenReach
  /** It has the present snapshot of its token. */
  upToDate: boolean
  /** Null where it is up to date. */
  lag: InstanceLag | null
  /** No report for three heartbeats. */
  silent: boolean
}

/** The instances that may serve something, each compared with the snapshot of its own token. */
export async function instanceStates(services: Services): Promise<InstanceState[]> {
  const [serving, tokens] = await Promise.all([servingInstances(services), services.store.tokens()])
  const reaches = new Map(tokens.map((token) => [token.id, callerOf(token, services.environments)]))
  return serving.map((record) => {
    const reach = reaches.get(record.tokenId ?? '') ?? anonymous
    const { epoch, revision, hash } = services.snapshots.view(reach).snapshot
    const lag = lagOf(record, { epoch, revision, hash })
    return { record, reach, upToDate: lag === null, lag, silent: isInstanceSilent(services, record) }
  })
}

function lagOf(
  record: InstanceRecord,
  present: Pick<InstanceRecord, 'epoch' | 'revision' | 'hash'>,
): InstanceLag | null {
  if (record.revision < 0) return 'revision'
  if (record.epoch !== present.epoch) return 'epoch'
  if (!record.known) return 'unknown'
  // Another replica may have sent, and confirmed, a newer snapshot already.
  if (record.revision !== present.revision) return record.revision > present.revision ? null : 'revision'
  return record.hash === present.hash ? null : 'content'
}

/** Silent instances are counted separately, since most of them have ended. */
export function isBehind({ upToDate, silent }: Pick<InstanceState, 'upToDate' | 'silent'>): boolean {
  return !upToDate && !silent
}

/** An instance as far as the viewer may see what it serves. */
export interface VisibleInstance extends InstanceState {
  /** It serves features, too, that the viewer may not see. */
  isShared: boolean
}

/**
 * Those that may serve a feature that the viewer may see. What a shared one has, and lacks, is told of the viewer's
 * features alone: its own revision and hash are of all that it serves, and would tell when the others change.
 */
export async function visibleInstances(services: Services, viewer: TokenReach): Promise<VisibleInstance[]> {
  const { snapshots } = services
  const own = snapshots.states().filter(({ feature, active }) => active !== null && maySee(viewer, feature))
  const { epoch } = snapshots.view(null).snapshot
  return (await instanceStates(services))
    .filter(({ reach }) => isConcerned(viewer, reach))
    .map((state) => {
      const { record, reach } = state
      if (servesOnly(reach, viewer)) return { ...state, isShared: false }
      const revisions = own.filter(({ feature }) => isServed(reach, feature)).map(({ revision }) => revision)
      const present = { epoch, revision: Math.max(0, ...revisions), hash: '' }
      const has = Math.max(0, ...revisions.filter((revision) => revision <= record.revision))
      const shown = { ...record, revision: Math.min(record.revision, has), hash: '' }
      const lag = lagOf(shown, present)
      return { ...state, record: shown, upToDate: lag === null, lag, isShared: true }
    })
}

/**
 * The present revision of each environment that the viewer may see, in their order; empty where there are none. Each
 * goes on by itself, so the number of one says nothing of an instance in another.
 */
export function presentRevisions(
  { snapshots, environments }: Pick<Services, 'snapshots' | 'environments'>,
  { features, environments: seen }: TokenReach,
): EnvironmentRevision[] {
  return seen.flatMap((one) => {
    const environment = nameOfEnvironment(one, environments)
    const { revision } = snapshots.view({ features, environments: [one] }).snapshot
    return environment === null ? [] : [{ environment, revision }]
  })
}

/** The name of the environment in which an instance is served; null where there are none, or it is no more. */
export function environmentOf(
  { reach }: InstanceState,
  { environments }: Pick<Services, 'environments'>,
): string | null {
  const served = servedEnvironment(reach)
  return served === undefined ? null : nameOfEnvironment(served, environments)
}

function isConcerned(viewer: TokenReach, reach: TokenReach): boolean {
  const environment = servedEnvironment(reach)
  if (environment !== undefined && !viewer.environments.includes(environment)) return false
  const { features } = reach
  return viewer.features === null || features === null || features.some((one) => viewer.features?.includes(one))
}

function servesOnly({ features }: TokenReach, viewer: TokenReach): boolean {
  return viewer.features === null || features?.every((one) => viewer.features?.includes(one)) === true
}

/** Null: it has none of the viewer's features as they are now, and which earlier states it has is not known. */
export function shownRevision({ record: { revision }, isShared }: VisibleInstance): number | null {
  return isShared && revision === 0 ? null : revision
}
