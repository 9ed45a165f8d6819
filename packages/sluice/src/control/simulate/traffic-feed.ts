import { position, routeUnit } from '@sluice/client'
import type { Rollout } from '../../records/rollout/rollout.ts'
import { rolloutSnapshot } from '../release/snapshot.ts'
import { type Arrival, Arrivals, type Exposure, type Situation } from './arrivals.ts'
import { TimeQueue } from './time-queue.ts'
import type { Visit, Visits } from './visits.ts'

/** Routes requests as they come, and returns the reports about them. Times are in ms since the start. */
export class TrafficFeed {
  /** Number of requests so far. */
  requests = 0
  /** Number of requests that the canary answered since it began to differ; from the start, if it never does. */
  canaryRequests = 0
  readonly #situation: Situation
  readonly #visits: Visits
  readonly #arrivals: Arrivals
  readonly #coming = new TimeQueue<Arrival>()
  #next: Visit | undefined

  constructor(situation: Situation, visits: Visits) {
    this.#situation = situation
    this.#visits = visits
    this.#arrivals = new Arrivals(situation)
    this.#next = visits.next()
  }

  /** No request and no report is left. */
  get isOver(): boolean {
    return this.#next === undefined && this.#coming.nextAt === undefined
  }

  /** The reports that arrive by `until`. The requests up to then are routed by `rollout`. */
  until(until: number, rollout: Rollout): Arrival[] {
    for (; this.#next && this.#next.at < until; this.#next = this.#visits.next()) this.#route(this.#next, rollout)
    const arrivals: Arrival[] = []
    for (let due = this.#coming.take(until); due; due = this.#coming.take(until)) arrivals.push(due.item)
    return arrivals
  }

  #route(visit: Visit, rollout: Rollout): void {
    const { canary, reactions } = this.#situation.scenario
    const exposure = exposureOf(visit, rollout)
    const isCanary = exposure.arm === 'canary'
    this.requests += 1
    if (isCanary && visit.at >= canary.from) this.canaryRequests += 1
    const { answer, arrivals } = this.#arrivals.of(visit, exposure, rollout)
    for (const arrival of arrivals) this.#coming.add(arrival.at, arrival)
    const bad = answer.failed || (answer.score !== null && answer.score < reactions.below)
    this.#visits.answered(visit, { canary: isCanary, bad })
  }
}

/** What the client answers the request with. A request without a user gets the incumbent and is no evidence. */
function exposureOf({ user, named }: Visit, rollout: Rollout): Exposure {
  const { feature, incumbent, salt } = rollout
  const served = { active: incumbent, rollout: rolloutSnapshot(rollout), versions: {} }
  const routing = routeUnit(served, named ? user.name : undefined)
  return { feature, ...routing, position: routing.arm === null ? null : position(salt, user.name) }
}
