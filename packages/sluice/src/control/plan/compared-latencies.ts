import type { Arm } from '@sluice/client'
import { hourMs } from '../../time-units.ts'
import { ofAllTokens } from '../rollout/evidence/flag-limits.ts'
import { isEven, warmUp } from '../rollout/observe/warm-up.ts'
import type { Traffic } from './traffic.ts'

type ByArm = Record<Arm, number>

/** An arm without requests for this time may be cold. Such requests are compared only if both arms are equally idle. */
const idleHours = warmUp.idleMs / hourMs
/** Requests of one visit follow each other at this rate. */
const inRowPerHour = 15

/** How many requests of a simulated rollout the engine would compare by latency. */
export class ComparedLatencies {
  readonly #traffic: Pick<Traffic, 'perVisit'>
  /** Hours, and requests of the canary, in the present stage so far. */
  #staged = { hours: 0, canary: 0 }
  #incumbents = 0

  constructor(traffic: Pick<Traffic, 'perVisit'>) {
    this.#traffic = traffic
  }

  enterStage(): void {
    this.#staged = { hours: 0, canary: 0 }
  }

  /**
   * Requests whose latency is compared, and those of them that only the version can make slow, so not a user's first
   * one. `returning`: visits of users who came before.
   */
  pass(
    requests: ByArm,
    returning: ByArm,
    { share, hours }: { share: number; hours: number },
  ): Record<'timed' | 'settled', ByArm> {
    const { perVisit } = this.#traffic
    const warm = this.#warmPart(requests, hours)
    const isAlike = isEven(share)
    const [timed, settled] = [
      { incumbent: 0, canary: 0 },
      { incumbent: 0, canary: 0 },
    ]
    for (const arm of ['incumbent', 'canary'] as const) {
      const perHour = requests[arm] / hours
      const asked = (more: number) => 1 - Math.exp(-(perHour + more) * idleHours)
      const visits = requests[arm] / perVisit
      const following = (requests[arm] - visits) * asked(inRowPerHour)
      timed[arm] = Math.round(warm * (isAlike ? requests[arm] : visits * asked(0) + following))
      settled[arm] = Math.round(warm * (returning[arm] * asked(0) + following))
    }
    return { timed, settled }
  }

  /**
   * The share of these hours in which latencies are compared: after enough incumbents have shown what is usual, and
   * after the stage has warmed up.
   */
  #warmPart(requests: ByArm, hours: number): number {
    const { hours: before, canary } = this.#staged
    const incumbents = this.#incumbents
    this.#staged = { hours: before + hours, canary: canary + requests.canary }
    this.#incumbents += requests.incumbent
    const until = (least: number, so: number, more: number) => before + ((least - so) / Math.max(1e-9, more)) * hours
    const begins = Math.max(
      warmUp.beginningMs / hourMs,
      until(warmUp.canaryRequests, canary, requests.canary),
      until(ofAllTokens.latencies, incumbents, requests.incumbent),
    )
    return Math.min(1, Math.max(0, (before + hours - begins) / hours))
  }
}
