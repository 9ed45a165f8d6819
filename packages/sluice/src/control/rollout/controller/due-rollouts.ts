import { type Clock, elapsedSince, type Moment, momentOf } from '@sluice/client'

/** Where more have new entries, it takes less to assess all. */
const mostNamed = 1000

interface Due {
  /** Which rollouts run is to be read anew. */
  isListOld: boolean
  isDue(id: string): boolean
}

/**
 * Which rollouts are to be assessed. Outcomes of one are no reason to assess the others, which takes several reads of
 * the store for each. But each is assessed at a regular interval, and all are if it is not known which have new
 * entries. So a rollout whose notification was lost, or wrong, waits no longer than one without new entries.
 */
export class DueRollouts {
  readonly #clock: Clock
  readonly #everyMs: number
  #named = new Set<string>()
  #areAll = true
  #listedAt: Moment | undefined
  #assessedAt = new Map<string, Moment>()

  constructor(clock: Clock, everyMs: number) {
    this.#clock = clock
    this.#everyMs = everyMs
  }

  /** These have new entries; null: it is not known which. */
  add(ids: Iterable<string> | null): void {
    if (ids === null) this.#areAll = true
    else for (const id of ids) this.#named.add(id)
    if (this.#named.size > mostNamed) this.#areAll = true
  }

  /** What is due now; its entries count as read. Where none has new entries, all are due. */
  take(): Due {
    const named = this.#named
    const areAll = this.#areAll || named.size === 0
    this.#named = new Set()
    this.#areAll = false
    return {
      isListOld: areAll || this.#leftMs(this.#listedAt) === 0,
      isDue: (id) => areAll || named.has(id) || this.#leftMs(this.#assessedAt.get(id)) === 0,
    }
  }

  /** Those that run. */
  listed(ids: readonly string[]): void {
    this.#listedAt = momentOf(this.#clock)
    const known = this.#assessedAt
    this.#assessedAt = new Map(ids.flatMap((id) => [known.get(id)].flatMap((at) => (at ? [[id, at] as const] : []))))
  }

  /**
   * Time counts from the end of all that were assessed together, so that slow assessments leave time for other work.
   */
  assessed(ids: readonly string[]): void {
    const now = momentOf(this.#clock)
    for (const id of ids) this.#assessedAt.set(id, now)
  }

  /** How long it is until one without new entries is due. */
  restMs(): number {
    return Math.min(this.#everyMs, ...[...this.#assessedAt.values()].map((at) => this.#leftMs(at)))
  }

  #leftMs(since: Moment | undefined): number {
    return since ? Math.max(0, this.#everyMs - elapsedSince(this.#clock, since)) : 0
  }
}
