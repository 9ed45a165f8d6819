import { type Arm, position } from '@sluice/client'
import type { Scenario } from './scenario.ts'
import type { CanaryChange, PrefixCache } from './scenario-answers.ts'
import type { Visit } from './visits.ts'

/**
 * How much longer requests take because something is cold: a canary that was just started, or a cache without an entry.
 */
export class Coldness {
  readonly #warmUp: CanaryChange['warmUp']
  readonly #cache: PrefixCache | undefined
  readonly #isEver: boolean
  /** When each cached prefix was last requested, by arm. */
  readonly #askedAt: Record<Arm, Map<number, number>> = { incumbent: new Map(), canary: new Map() }
  #canaryRequests = 0

  constructor({ canary, prefixCache }: Pick<Scenario, 'canary' | 'prefixCache'>) {
    const { requests, perUser, stage, restartEvery } = canary.warmUp
    this.#warmUp = canary.warmUp
    this.#cache = prefixCache
    this.#isEver = requests > 0 || perUser || stage > 0 || restartEvery !== undefined
  }

  /** The factor of its latency. `stageAt`: start of the present stage, in ms since the start. */
  factor(visit: Visit, arm: Arm, stageAt: number): number {
    const warming = arm === 'canary' && this.#isEver && this.#isWarming(visit, stageAt) ? this.#warmUp.factor : 1
    return warming * this.#cacheFactor(visit, arm)
  }

  #isWarming({ at, user }: Visit, stageAt: number): boolean {
    const { requests, perUser, stage, restartEvery, restart } = this.#warmUp
    this.#canaryRequests += 1
    if (this.#canaryRequests <= requests) return true
    if (perUser && user.canaryRequests === 0) return true
    if (at - stageAt < stage) return true
    return restartEvery !== undefined && at % restartEvery < restart
  }

  #cacheFactor({ at, user }: Visit, arm: Arm): number {
    if (!this.#cache) return 1
    const { prefixes, timeToLive, factor } = this.#cache
    const prefix = prefixes === 1 ? 0 : position('prefix', user.name) % prefixes
    const before = this.#askedAt[arm].get(prefix)
    this.#askedAt[arm].set(prefix, at)
    return before !== undefined && at - before <= timeToLive ? 1 : factor
  }
}
