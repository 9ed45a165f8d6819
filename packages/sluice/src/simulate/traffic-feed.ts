import { position } from '@sluice/client'
import { type Rollout, sharePpm } from '../release/rollout.ts'
import type { LogDraft } from '../store/outcome-log.ts'
import { type Arrival, arrivalsOf, type Situation } from './arrivals.ts'
import { TimeQueue } from './time-queue.ts'
import type { Visit } from './visits.ts'

/** Routes requests as they come, and hands over what the control plane hears of them. Times in ms since the start. */
export class TrafficFeed {
  /** Requests that the canary has answered since it began to differ; from the start, if it never does. */
  canaryRequests = 0
  readonly #situation: Situation
  readonly #visits: Iterator<Visit>
  readonly #arrivals = new TimeQueue<Arrival>()
  #next: Visit | undefined
  #made = 0

  constructor(situation: Situation, visits: Iterable<Visit>) {
    this.#situation = situation
    this.#visits = visits[Symbol.iterator]()
    this.#advance()
  }

  /** No request and no word of one is left. */
  get isOver(): boolean {
    return this.#next === undefined && this.#arrivals.nextAt === undefined
  }

  /** What arrives by `until`, where the requests up to then are routed by the rollout as it is. */
  until(until: number, rollout: Rollout): LogDraft[] {
    for (; this.#next && this.#next.at < until; this.#advance()) this.#route(this.#next, rollout)
    const entries: LogDraft[] = []
    for (let due = this.#arrivals.take(until); due; due = this.#arrivals.take(until)) entries.push(due.item.entry)
    return entries
  }

  #advance(): void {
    const { value, done } = this.#visits.next()
    this.#next = done ? undefined : value
  }

  #route(visit: Visit, rollout: Rollout): void {
    const { feature, id: rolloutId, salt, stage, incumbent, canary } = rollout
    const place = position(salt, visit.unit)
    const arm = place < sharePpm(rollout) ? 'canary' : 'incumbent'
    const version = arm === 'canary' ? canary : incumbent
    const exposure = { feature, rolloutId, stage, arm, version, position: place } as const
    if (arm === 'canary' && visit.at >= this.#situation.scenario.canary.from) this.canaryRequests += 1
    this.#made += 1
    const arrivals = arrivalsOf(this.#situation, visit, exposure, `request-${this.#made}`)
    for (const arrival of arrivals) this.#arrivals.add(arrival.at, arrival)
  }
}
