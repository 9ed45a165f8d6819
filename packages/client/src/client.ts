import { type Clock, elapsed } from './clock.ts'
import { type Connection, createConnection } from './connection/connection.ts'
import { createDiagnosticReporter, type DiagnosticReporter, messageOf } from './diagnostic.ts'
import { longestMs, readOptions, type SluiceClientOptions } from './options.ts'
import type { Feedback } from './outcomes/observation.ts'
import { createOutcomeQueue, type OutcomeQueue, type QueueCounts } from './outcomes/outcome-queue.ts'
import { whenProcessEnds } from './outcomes/process-end.ts'
import { createReferences, type RequestReference } from './outcomes/reference.ts'
import { type Recorder, sendFeedback } from './outcomes/requests.ts'
import { storableText } from './outcomes/storable-text.ts'
import type { FeatureSnapshot, PromptVersion, Snapshot } from './protocol.ts'
import { createRoute, type Route } from './route.ts'
import { routeUnit } from './routing/routing.ts'
import { unitText } from './routing/unit.ts'
import { kindOf } from './shape.ts'
import { type Acknowledger, createAcknowledger } from './snapshot/acknowledger.ts'
import type { BootstrapFile } from './snapshot/bootstrap-file.ts'
import { createHeldSnapshot, type HeldSnapshot, type SnapshotSource } from './snapshot/held-snapshot.ts'
import { featureOf } from './snapshot/read-snapshot.ts'
import { createSubscription, type Subscription, type SubscriptionMode } from './snapshot/subscription.ts'

/** The present state of a client. */
export interface ClientStatus {
  mode: SubscriptionMode
  source: SnapshotSource | 'none'
  epoch: string | null
  revision: number | null
  /** No canary is served, since the control plane has not confirmed the snapshot for `maxStaleMs`. */
  stale: boolean
  /** The control plane refused the token at the last request. */
  refused: boolean
  instance: string
  outcomes: QueueCounts
}

/**
 * Routes requests by the newest snapshot of the control plane, and reports their outcomes. After construction it never
 * throws into a request, and a request never waits for it: routing is a lookup and a hash, all else runs in the
 * background.
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

  /** @throws TypeError that names the invalid option and what is expected */
  constructor(options: SluiceClientOptions) {
    const settings = readOptions(options)
    const { clock, token, bootstrap, fallbacks, referenceKey } = settings
    const report = createDiagnosticReporter(settings.onDiagnostic)
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
        // Later, so that the request that found it does not wait.
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
   * Resolves as soon as the control plane has answered, or after `timeoutMs` (default 5 s), to the source of the
   * snapshot. `none` means that only fallbacks are used. Never rejects.
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
   * The route of one request. The requests of one `unit`, e.g. a user's id, keep the same version. A unit is a string
   * of 1 to 1,024 characters, or a whole number, which counts as its text. Without a valid unit the request gets the
   * incumbent, since it could not be used as evidence. Never throws.
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

  /** Time in ms for measuring durations; it does not step when the system's time is set. */
  readonly now = (): number => elapsed(this.#connection.clock)

  /** The feature in the present snapshot; undefined if it is not there. */
  feature(name: string): FeatureSnapshot | undefined {
    return featureOf(this.#held.current(), name)
  }

  /**
   * Sends feedback on an earlier request, named by the result of `route.reference()` in this process or in another one
   * with the same `referenceKey` or token. Any other reference is reported to `onDiagnostic` and ignored. Never throws.
   */
  feedback(reference: RequestReference, feedback: Feedback): void {
    const request = this.#recorder.references.open(reference)
    const why = 'changed, or made with another referenceKey'
    sendFeedback(this.#recorder, request, feedback, 'invalid-reference', why)
  }

  /** Calls `listener` after each change of the snapshot. Returns a function that ends this. */
  onChange(listener: (snapshot: Snapshot) => void): () => void {
    return this.#changes.listen(listener)
  }

  /**
   * Calls `listener` with true when the client stops serving canaries because the control plane cannot be reached, and
   * with false when it may serve them again. Returns a function that ends this.
   */
  onStaleness(listener: (stale: boolean) => void): () => void {
    return this.#staleness.listen(listener)
  }

  /** Sends all waiting outcomes, also those that still wait for a `record`. Never rejects. */
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

  /** Sends what is queued, reports that this instance ends, and closes all connections, within 10 s. Never rejects. */
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

/** Loaded only if a file is named, which is possible on servers only. */
function bootstrapFile(
  path: string,
  parts: { clock: Clock; report: DiagnosticReporter },
): Promise<BootstrapFile | undefined> {
  return import('./snapshot/bootstrap-file.ts').then(
    ({ createBootstrapFile }) => createBootstrapFile(path, parts),
    (error) => parts.report('warn', 'bootstrap', messageOf(error)) as undefined,
  )
}

/** Ids that the control plane accepts, even if the application's `newId` returns unusable ones or throws. */
function namesOf(settings: SluiceClientOptions): () => string {
  return () => {
    try {
      if (settings.newId) return storableText(settings.newId(), 200)
    } catch {
      // A random id is used instead.
    }
    return crypto.randomUUID()
  }
}

/** The default replaces a `timeoutMs` that is no time. */
function patienceOf(options: unknown): number {
  try {
    const { timeoutMs } = options as { timeoutMs?: unknown }
    return typeof timeoutMs === 'number' && timeoutMs >= 0 ? Math.min(timeoutMs, longestMs) : 5000
  } catch {
    return 5000
  }
}

interface Listeners<T> {
  /** Returns a function that removes the listener. */
  listen(listener: (event: T) => void): () => void
  tell(event: T): void
}

/** An error in a listener, also an asynchronous one, is reported and changes nothing else. */
function createListeners<T>(report: DiagnosticReporter): Listeners<T> {
  const listeners = new Set<(event: T) => void>()
  return {
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    tell(event) {
      for (const listener of listeners) {
        const call = async () => listener(event)
        call().catch((error) => report('warn', 'listener', messageOf(error)))
      }
    },
  }
}
