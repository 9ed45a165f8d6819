import type { Arm } from '@sluice/client'
import type { Random } from '../../stats/random.ts'
import { dayMs, hourMs } from '../../time-units.ts'
import type { Scenario } from './scenario.ts'
import { marked } from './simulated-answer.ts'

/** The judge of a simulation: whether, when and how it scores an answer. Times are in ms since the start. */
export class SimulatedJudge {
  readonly #scenario: Scenario
  readonly #random: Random
  readonly #start: number
  /** When waiting requests are judged, in order. */
  readonly #begins: number[] = []
  #first = 0
  #freeAt = 0
  #day = -1
  #judgedToday = 0

  constructor(scenario: Scenario, random: Random, start: number) {
    this.#scenario = scenario
    this.#random = random
    this.#start = start
  }

  /** The reported score of an answer with this true score, and its time; undefined if it is never reported. */
  judged(at: number, arm: Arm | null, score: number): { at: number; score: number } | undefined {
    const begins = this.#beginsAt(at)
    if (begins === undefined || this.#abstains(arm, score)) return undefined
    const due = begins + this.#scenario.judge.delay + this.#waits(score)
    const known = this.#afterOutages(due, arm)
    return known === undefined ? undefined : { at: known, score: this.#seen(score, known) }
  }

  /** When a request is judged, given the judge's pace and the daily budget; undefined if too many wait. */
  #beginsAt(at: number): number | undefined {
    const { perHour, perDay, queue } = this.#scenario.judge
    if (perHour === undefined && perDay === undefined) return at
    while ((this.#begins[this.#first] ?? Number.POSITIVE_INFINITY) <= at) this.#first += 1
    if (this.#begins.length - this.#first >= queue) return undefined
    const begins = this.#withinBudget(Math.max(at, this.#freeAt))
    this.#freeAt = begins + (perHour === undefined ? 0 : hourMs / perHour)
    this.#begins.push(begins)
    if (this.#first > queue) this.#begins.splice(0, this.#first)
    if (this.#first > queue) this.#first = 0
    return begins
  }

  #withinBudget(at: number): number {
    const { perDay } = this.#scenario.judge
    if (perDay === undefined) return at
    const dayOf = (time: number) => Math.floor((this.#start + time) / dayMs)
    const isSpent = dayOf(at) === this.#day && this.#judgedToday >= perDay
    const begins = isSpent ? (this.#day + 1) * dayMs - this.#start : at
    if (dayOf(begins) !== this.#day) this.#judgedToday = 0
    this.#day = dayOf(begins)
    this.#judgedToday += 1
    return begins
  }

  #abstains(arm: Arm | null, score: number): boolean {
    const { below, share, canary = share } = this.#scenario.judge.abstains
    const own = arm === 'canary' ? canary : share
    return own > 0 && score < below && this.#random.uniform() < own
  }

  #waits(score: number): number {
    const { badLater } = this.#scenario.judge
    if (!badLater) return 0
    if (badLater.below === undefined) return badLater.by * (1 - score)
    return score < badLater.below ? badLater.by : 0
  }

  /** A score that is due during an outage arrives at its end, or never. */
  #afterOutages(due: number, arm: Arm | null): number | undefined {
    let at = due
    for (const { from, to, arm: only, lost } of this.#scenario.faults.judgeOutages) {
      if (at < from || at >= to || (only !== undefined && only !== arm)) continue
      if (lost) return undefined
      at = to
    }
    return at
  }

  /** The score of the judge: the true score with noise, possibly rounded to one of a few marks. */
  #seen(score: number, at: number): number {
    const { levels } = this.#scenario.incumbent.score
    const { sd, perDay } = this.#scenario.judge.noise
    const wanted = Math.max(0, sd + (perDay * at) / dayMs) ** 2
    const variance = Math.min(wanted, 0.9 * score * (1 - score))
    const size = variance > 0 ? (score * (1 - score)) / variance - 1 : 0
    const noisy = size > 0 ? this.#random.beta(score * size, (1 - score) * size) : score
    return levels === undefined ? noisy : marked(noisy, levels, this.#random.uniform())
  }
}
