import { createAcknowledger } from './acknowledger.ts'
import { createBootstrapFile } from './bootstrap-file.ts'
import { checkOptions } from './check-options.ts'
import { type Clock, elapsed, systemClock } from './clock.ts'
import { createConnection, sleep } from './connection.ts'
import { createReport, type Diagnostic, messageOf, type Report } from './diagnostic.ts'
import { createHeldSnapshot, type SnapshotSource } from './held-snapshot.ts'
import type { Feedback } from './observation.ts'
import { createOutcomeQueue, type QueueCounts } from './outcome-queue.ts'
import { whenProcessEnds } from './process-end.ts'
import type { FeatureSnapshot, PromptVersion, Snapshot } from './protocol.ts'
import { featureOf } from './read-snapshot.ts'
import { createReferences, type RequestReference } from './reference.ts'
import { sendFeedback } from './requests.ts'
import { createRoute, type Route } from './route.ts'
import { routeUnit } from './routing.ts'
import { storableText } from './storable-text.ts'
import { createSubscription, type SubscriptionMode } from './subscription.ts'
import { kindOf, unitText } from './unit.ts'

export interface SluiceClientOptions {
  /** The control plane, e.g. `http://127.0.0.1:4050`. */
  url: string
  /** A token of scope `client`. */
  token?: string
  /** Last known good: a file that is read at the start and kept up to date, or a snapshot. */
  bootstrap?: string | Snapshot
  /** By feature, what to use while nothing else is known of it. */
  fallbacks?: Record<string, PromptVersion>
  /** Without word from the control plane for this long nobody gets a canary (default 60 s). */
  maxStaleMs?: number
  /** Outcomes kept while the control plane is away; beyond it the oldest are dropped (default 10,000). */
  queueCapacity?: number
  /** Default 100; at most 1,000. */
  batchSize?: number
  /** Longest time that an outcome waits for others (default 1 s). */
  flushMs?: number
  /** Longest time that a request waits for its `record` after `run` (default 30 s); 0 where nothing is recorded later. */
  recordMs?: number
  /**
   * What references for feedback are signed with; default the token. All processes that make or take the same references need the
   * same, also after the token was changed.
   */
  referenceKey?: string
  /** Default 10 s, or what the control plane says. */
  heartbeatMs?: number
  /** Where nothing can be streamed (default 10 s). */
  pollMs?: number
  /** Silence after which a stream counts as dead (default 30 s). */
  silenceMs?: number
  /** Name of this process in `sluice status` (default random). */
  instance?: string
  /** Hears of everything; without it the first warning of each code goes to `console.warn`. */
  onDiagnostic?: (diagnostic: Diagnostic) => void
  fetch?: typeof globalThis.fetch
  clock?: Clock
  /** [0, 1) */
  random?: () => number
  /** Unique names of outcomes (default: random UUIDs). */
  newId?: () => string
}

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

const name = '@sluice/client 0.1.0'

/**
 * Routes requests by what the control plane last said, and reports how they went. It never throws into a request and never
 * makes one wait: routing is a lookup and a hash, everything else happens beside it.
 */
export class SluiceClient {
  readonly #parts: ReturnType<typeof connect>
  readonly #fallbacks: ReadonlyMap<unknown, PromptVersion>
  #closed: Promise<void> | undefined

  /** @throws TypeError naming the option that is no good, and what it should be */
  constructor(options: SluiceClientOptions) {
    checkOptions(options)
    this.#parts = connect(options)
    this.#fallbacks = new Map(Object.entries(options.fallbacks ?? {}))
  }

  /**
   * Resolves as soon as the control plane has answered, or after `timeoutMs` (default 5 s) with what there is: `none` means
   * that only fallbacks are routed. Never rejects.
   */
  async ready(options?: { timeoutMs?: number }): Promise<SnapshotSource | 'none'> {
    const { clock, held, firstAnswer, loaded } = this.#parts
    const timeoutMs = patienceOf(options)
    const patience = new AbortController()
    await Promise.race([firstAnswer, sleep(clock, timeoutMs, patience.signal, { keepAlive: true })])
    patience.abort()
    await loaded
    return held.source()
  }

  /**
   * The route of one request. `unit` is whoever should keep seeing the same version, e.g. a user's id: a text, or a whole number,
   * which counts as its text. Without one, or with anything else, the request gets the incumbent, since it could be no evidence.
   * Never throws.
   */
  route(feature: string, unit?: string | number | bigint): Route {
    const { held, report, recorder } = this.#parts
    const name = unitText(unit)
    const known = featureOf(held.current(), feature)
    if (name === undefined && (unit !== undefined || known?.rollout)) {
      const code = unit === undefined ? 'no-unit' : 'invalid-unit'
      report('warn', code, `${shown(feature)}: the unit is ${kindOf(unit)}, so that the request gets no canary`)
    }
    const routing = known && routeUnit(known, name, !held.isStale())
    const version = routing ? known.versions[routing.version] : this.#fallback(feature)
    return createRoute({ feature: shown(feature), unit: name, routing, version, capture: known?.capture, recorder })
  }

  /** What durations are measured by, in ms: it never steps. */
  readonly now = (): number => elapsed(this.#parts.clock)

  /** What is known of a feature; undefined where nothing is. */
  feature(name: string): FeatureSnapshot | undefined {
    return featureOf(this.#parts.held.current(), name)
  }

  /**
   * Feedback on a request of earlier, by what `route.reference()` returned then, here or in another process with the same
   * `referenceKey` or token. Anything else is refused. Never throws.
   */
  feedback(reference: RequestReference, feedback: Feedback): void {
    const { recorder } = this.#parts
    const request = recorder.references.open(reference)
    const why = 'feedback was refused: its reference was changed, or not made with this referenceKey'
    sendFeedback(recorder, request, feedback, 'invalid-reference', why)
  }

  /** Calls back after each change; returns how to stop it. */
  onChange(listener: (snapshot: Snapshot) => void): () => void {
    return this.#parts.changes.listen(listener)
  }

  /** Calls back with true when canaries stop being served, for want of word from the control plane, and false when it is back. */
  onStaleness(listener: (stale: boolean) => void): () => void {
    return this.#parts.staleness.listen(listener)
  }

  /** Sends the outcomes that wait, also those of which more could be recorded; never rejects. */
  flush(): Promise<void> {
    return this.#parts.queue.flush()
  }

  status(): ClientStatus {
    const { subscription, held, queue, instance } = this.#parts
    const { epoch = null, revision = null } = held.current() ?? {}
    return {
      mode: subscription.mode(),
      source: held.source(),
      epoch,
      revision,
      stale: held.isStale(),
      refused: subscription.isRefused(),
      instance,
      outcomes: queue.counts(),
    }
  }

  /** Sends what is queued, says goodbye and ends all connections, within ten seconds. Never rejects. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    const { clock, connection, subscription, acknowledger, queue, held, forgetProcess, saved } = this.#parts
    subscription.close()
    connection.until = elapsed(clock) + 8000
    await queue.close()
    connection.until += 2000
    forgetProcess()
    await acknowledger.leave()
    held.close()
    await saved()
  }

  #fallback(feature: string): PromptVersion | undefined {
    const fallback = this.#fallbacks.get(feature)
    if (!fallback)
      this.#parts.report('warn', 'unknown-feature', `nothing is known of ${shown(feature)}, and it has no fallback`)
    return fallback
  }
}

function connect(options: SluiceClientOptions) {
  const { clock = systemClock, random = Math.random, fetch = globalThis.fetch.bind(globalThis) } = options
  const { url, token, bootstrap, maxStaleMs = 60_000, heartbeatMs = 10_000 } = options
  const newId = () => {
    try {
      if (options.newId) return storableText(options.newId(), 200)
    } catch {
      // A name of its own does as well.
    }
    return globalThis.crypto.randomUUID()
  }
  const instance = storableText(options.instance ?? '', 200) || newId()
  const report = createReport(options.onDiagnostic)
  const process = `${globalThis.crypto.randomUUID()} ${Math.min(Math.ceil(maxStaleMs), 1e12)} ${encodeURIComponent(instance)}`
  const connection = createConnection({ url, token, fetch, clock, random, process })
  const file = typeof bootstrap === 'string' ? createBootstrapFile(bootstrap, { clock, report }) : undefined
  const changes = createListeners<Snapshot>(report)
  const staleness = createListeners<boolean>(report)
  let answered = () => {}
  const firstAnswer = new Promise<void>((resolve) => {
    answered = resolve
  })

  const held = createHeldSnapshot({
    ...{ clock, maxStaleMs, report },
    applied(snapshot) {
      report('info', 'applied', `revision ${snapshot.revision}`)
      answered()
      void acknowledger.acknowledge()
      file?.save(snapshot)
      changes.tell(snapshot)
    },
    staleness(stale) {
      // Beside the request that may have noticed it.
      if (stale) clock.setTimer(() => void subscription.refresh(), 0)
      staleness.tell(stale)
    },
  })
  const loaded = Promise.resolve(file ? file.load() : bootstrap).then((value) => {
    if (value !== undefined) held.offer(value, 'bootstrap')
  })
  const subscription = createSubscription({
    ...{ connection, held, report, pollMs: options.pollMs ?? 10_000, silenceMs: options.silenceMs ?? 30_000 },
    refusal: answered,
  })
  const acknowledger = createAcknowledger({
    ...{ connection, held, report, heartbeatMs, mostMs: Math.max(200, maxStaleMs / 3) },
    identity: { instance, client: name },
    behind: () => void subscription.refresh(),
  })
  const saved = async () => file?.flush()
  const { queueCapacity: capacity = 10_000, batchSize = 100, flushMs = 1000, recordMs = 30_000 } = options
  const queue = createOutcomeQueue({
    ...{ connection, report, capacity, batchSize: Math.min(1000, batchSize), flushMs, recordMs },
  })
  const forgetProcess = whenProcessEnds({
    pending: () => queue.counts().queued,
    flush: () => Promise.all([queue.flush(), saved()]),
    lost: queue.lost,
  })
  const references = createReferences(options.referenceKey || token || globalThis.crypto.randomUUID())
  const recorder = { clock, report, newId, queue, references }
  return {
    ...{ clock, connection, report, recorder, instance, held, queue, subscription, acknowledger },
    ...{ changes, staleness, firstAnswer, loaded, forgetProcess, saved },
  }
}

/** What is no time is as not given. */
function patienceOf(options: unknown): number {
  try {
    const { timeoutMs } = options as { timeoutMs?: unknown }
    return typeof timeoutMs === 'number' && timeoutMs >= 0 ? Math.min(timeoutMs, 2 ** 31 - 1) : 5000
  } catch {
    return 5000
  }
}

/** A feature's name as it can be shown, also where it is none. */
const shown = (feature: unknown) => (typeof feature === 'string' ? feature : typeof feature)

/** A listener's fault stays with it, also one that comes later. */
function createListeners<T>(report: Report) {
  const listeners = new Set<(news: T) => void>()
  return {
    listen(listener: (news: T) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    tell(news: T): void {
      for (const listener of listeners) {
        const call = async () => listener(news)
        call().catch((error) => report('warn', 'listener', `a listener threw: ${messageOf(error)}`))
      }
    },
  }
}
