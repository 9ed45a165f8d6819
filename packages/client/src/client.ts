import { type Acknowledger, createAcknowledger } from './acknowledger.ts'
import type { BootstrapFile } from './bootstrap-file.ts'
import { type Clock, elapsed } from './clock.ts'
import { type Connection, createConnection } from './connection.ts'
import { createReport, messageOf, type Report } from './diagnostic.ts'
import { createHeldSnapshot, type HeldSnapshot, type SnapshotSource } from './held-snapshot.ts'
import type { Feedback } from './observation.ts'
import { longestMs, readOptions, type SluiceClientOptions } from './options.ts'
import { createOutcomeQueue, type OutcomeQueue, type QueueCounts } from './outcome-queue.ts'
import { whenProcessEnds } from './process-end.ts'
import type { FeatureSnapshot, PromptVersion, Snapshot } from './protocol.ts'
import { featureOf } from './read-snapshot.ts'
import { createReferences, type RequestReference } from './reference.ts'
import { type Recorder, sendFeedback } from './requests.ts'
import { createRoute, type Route } from './route.ts'
import { routeUnit } from './routing.ts'
import { storableText } from './storable-text.ts'
import { createSubscription, type Subscription, type SubscriptionMode } from './subscription.ts'
import { kindOf, unitText } from './unit.ts'

/** What the client knows and does. */
export interface ClientStatus {
  mode: SubscriptionMode
  source: SnapshotSource | 'none'
  epoch: string | null
  revision: number | null
  /** Canaries are not served: nothing was heard for too long. */
  stale: boolean
  /** The token was refused when it was last shown. */
  refused: boolean
  instance: string
  outcomes: QueueCounts
}

/**
 * Routes requests by what the control plane last said, and reports how they went. It never throws into a request and never
 * makes one wait: routing is a lookup and a hash, everything else happens beside it.
 */
export class SluiceClient {
  readonly #recorder: Recorder
  readonly #connection: Connection
  readonly #held: HeldSnapshot
  readonly #subscription: Subscription
  readonly #acknowledger: Acknowledger
  readonly #queue: OutcomeQueue
  readonly #instance: string
  readonly #fallbacks: ReadonlyMap<unknown, PromptVersion>
  readonly #changes: Listeners<Snapshot>
  readonly #staleness: Listeners<boolean>
  readonly #file: Promise<BootstrapFile | undefined> | undefined
  readonly #loaded: Promise<void>
  readonly #firstAnswer: Promise<void>
  readonly #forgetProcess: () => void
  #closed: Promise<void> | undefined

  /** @throws TypeError naming the option that is no good, and what it should be */
  constructor(options: SluiceClientOptions) {
    const settings = readOptions(options)
    const { clock, token, bootstrap, fallbacks, referenceKey } = settings
    const report = createReport(settings.onDiagnostic)
    const newId = namesOf(settings)
    const instance = storableText(settings.instance ?? '', 200) || newId()
    const connection = createConnection(settings, instance)
    const parts = { ...settings, instance, report, connection }
    const file = typeof bootstrap === 'string' ? bootstrapFile(bootstrap, parts) : undefined
    const refresh = () => void this.#subscription.refresh()
    let answered = () => {}
    this.#firstAnswer = new Promise((resolve) => {
      answered = resolve
    })
    const held = createHeldSnapshot({
      ...parts,
      applied: (snapshot) => {
        report('info', 'applied', `revision ${snapshot.revision}`)
        answered()
        void this.#acknowledger.tell()
        void file?.then((file) => file?.save(snapshot))
        this.#changes.tell(snapshot)
      },
      staleness: (stale) => {
        // Beside the request that may have noticed it.
        if (stale) clock.setTimer(refresh, 0)
        this.#staleness.tell(stale)
      },
    })
    this.#loaded = Promise.resolve(file ? file.then((file) => file?.load()) : bootstrap).then((value) => {
      if (value !== undefined) held.offer(value, 'bootstrap')
    })
    const queue = createOutcomeQueue(parts)
    this.#instance = instance
    this.#connection = connection
    this.#file = file
    this.#held = held
    this.#queue = queue
    this.#fallbacks = new Map(Object.entries(fallbacks ?? {}))
    this.#changes = createListeners(report)
    this.#staleness = createListeners(report)
    this.#subscription = createSubscription({ ...parts, held, refusal: answered })
    this.#acknowledger = createAcknowledger({ ...parts, held, refresh })
    this.#forgetProcess = whenProcessEnds({
      pending: () => queue.counts().queued,
      flush: () => Promise.all([queue.flush(), this.#save()]),
      lost: queue.lost,
    })
    const references = createReferences(referenceKey || token || crypto.randomUUID())
    this.#recorder = { clock, report, newId, queue, references }
  }

  /**
   * Resolves as soon as the control plane has answered, or after `timeoutMs` (default 5 s) with what there is: `none` means
   * that only fallbacks are routed. Never rejects.
   */
  async ready(options?: { timeoutMs?: number }): Promise<SnapshotSource | 'none'> {
    const { clock } = this.#connection
    await new Promise<void>((resolve) => {
      const timer = clock.setTimer(resolve, patienceOf(options), { keepAlive: true })
      void this.#firstAnswer.then(() => {
        clock.clearTimer(timer)
        resolve()
      })
    })
    await this.#loaded
    return this.#held.source()
  }

  /**
   * The route of one request. `unit` is whoever should keep seeing the same version, e.g. a user's id: a text, or a whole number,
   * which counts as its text. Without one, or with anything else, the request gets the incumbent, since it could be no evidence.
   * Never throws.
   */
  route(feature: string, unit?: string | number | bigint): Route {
    const recorder = this.#recorder
    const { report } = recorder
    const name = unitText(unit)
    const known = this.feature(feature)
    const shown = typeof feature === 'string' ? feature : typeof feature
    if (name === undefined && (unit !== undefined || known?.rollout))
      report(
        'warn',
        unit === undefined ? 'no-unit' : 'invalid-unit',
        `${shown}: no canary: the unit is ${kindOf(unit)}`,
      )
    const routing = known && routeUnit(known, name, !this.#held.isStale())
    const version = routing ? known.versions[routing.version] : this.#fallbacks.get(feature)
    if (!known && !version) report('warn', 'unknown-feature', `${shown}: not known, and no fallback`)
    return createRoute({ feature: shown, unit: name, routing, version, capture: known?.capture, recorder })
  }

  /** What durations are measured by, in ms: it never steps. */
  readonly now = (): number => elapsed(this.#connection.clock)

  /** What is known of a feature; undefined where nothing is. */
  feature(name: string): FeatureSnapshot | undefined {
    return featureOf(this.#held.current(), name)
  }

  /**
   * Feedback on a request of earlier, by what `route.reference()` returned then, here or in another process with the same
   * `referenceKey` or token. Anything else is refused. Never throws.
   */
  feedback(reference: RequestReference, feedback: Feedback): void {
    const request = this.#recorder.references.open(reference)
    const why = 'changed, or of another referenceKey'
    sendFeedback(this.#recorder, request, feedback, 'invalid-reference', why)
  }

  /** Calls back after each change; returns how to stop it. */
  onChange(listener: (snapshot: Snapshot) => void): () => void {
    return this.#changes.listen(listener)
  }

  /** Calls back with true when canaries stop being served, for want of word from the control plane, and false when it is back. */
  onStaleness(listener: (stale: boolean) => void): () => void {
    return this.#staleness.listen(listener)
  }

  /** Sends the outcomes that wait, also those of which more could be recorded; never rejects. */
  flush(): Promise<void> {
    return this.#queue.flush()
  }

  status(): ClientStatus {
    const held = this.#held
    const { epoch = null, revision = null } = held.current() ?? {}
    return {
      mode: this.#subscription.mode(),
      source: held.source(),
      epoch,
      revision,
      stale: held.isStale(),
      refused: this.#subscription.refused(),
      instance: this.#instance,
      outcomes: this.#queue.counts(),
    }
  }

  /** Sends what is queued, says goodbye and ends all connections, within ten seconds. Never rejects. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    const connection = this.#connection
    this.#subscription.close()
    connection.until = this.now() + 8000
    await this.#queue.close()
    connection.until += 2000
    this.#forgetProcess()
    await this.#acknowledger.leave()
    this.#held.close()
    await this.#save()
  }

  async #save(): Promise<void> {
    await (await this.#file)?.flush()
  }
}

/** Loaded where it is needed, which is nowhere but on servers. */
function bootstrapFile(path: string, parts: { clock: Clock; report: Report }): Promise<BootstrapFile | undefined> {
  return import('./bootstrap-file.ts').then(
    ({ createBootstrapFile }) => createBootstrapFile(path, parts),
    (error) => parts.report('warn', 'bootstrap', messageOf(error)) as undefined,
  )
}

/** Makes names that the control plane takes, whatever the application's own do. */
function namesOf(settings: SluiceClientOptions): () => string {
  return () => {
    try {
      if (settings.newId) return storableText(settings.newId(), 200)
    } catch {
      // A name of its own does as well.
    }
    return crypto.randomUUID()
  }
}

/** What is no time is as not given. */
function patienceOf(options: unknown): number {
  try {
    const { timeoutMs } = options as { timeoutMs?: unknown }
    return typeof timeoutMs === 'number' && timeoutMs >= 0 ? Math.min(timeoutMs, longestMs) : 5000
  } catch {
    return 5000
  }
}

interface Listeners<T> {
  /** Returns how to stop it. */
  listen(listener: (news: T) => void): () => void
  tell(news: T): void
}

/** A listener's fault stays with it, also one that comes later. */
function createListeners<T>(report: Report): Listeners<T> {
  const listeners = new Set<(news: T) => void>()
  return {
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    tell(news) {
      for (const listener of listeners) {
        const call = async () => listener(news)
        call().catch((error) => report('warn', 'listener', messageOf(error)))
      }
    },
  }
}
