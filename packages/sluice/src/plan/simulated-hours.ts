import type { Arm } from '@sluice/client'
import type { Rollout } from '../release/rollout.ts'
import { enter } from '../rollout/enter-window.ts'
import { type Evidence, newEvidence } from '../rollout/evidence.ts'
import { freshShare, stageShare } from '../rollout/randomisation.ts'
import type { FlagSums, ScoreSums } from '../rollout/signal-sums.ts'
import { sourceOf, type Testimony } from '../rollout/testimony.ts'
import { flagRatios, type Random, scoreDrops } from '../stats/index.ts'
import { shareOfJudged, type Traffic } from './traffic.ts'

/** How a canary differs from the incumbent. */
export interface Difference {
  /** Of the mean score. */
  drop: number
  /** Added to the rate of errors. */
  errors: number
}

type ByArm = Record<Arm, number>

const arms = ['incumbent', 'canary'] as const
const hourMs = 3_600_000

/** Of the incumbent's requests, by definition, and those that take three times as long as such. */
const rates = { slow: 0.05, stalled: 0.0005, safety: 0.01 }
/** A prompt cache has forgotten an arm that nobody has asked for so long: such requests are not compared. */
const idleHours = 1 / 12

/**
 * The evidence of a rollout whose requests nobody has seen: what the engine would have added up in an hour is drawn at once, by the
 * normal and the Poisson law. All that it makes of it is the engine's.
 */
export class SimulatedHours {
  readonly evidence: Evidence
  readonly #traffic: Traffic
  readonly #difference: Difference
  readonly #random: Random
  readonly #told: Testimony
  /** Users of each arm whose requests, and scores, were seen; and in the present window. */
  #seen: ByArm = none()
  #judged: ByArm = none()
  #recent: ByArm = none()
  #window = 0
  #stage = 0

  constructor(rollout: Rollout, traffic: Traffic, difference: Difference, random: Random) {
    this.evidence = newEvidence(rollout)
    this.#traffic = traffic
    this.#difference = difference
    this.#random = random
    const source = sourceOf(this.evidence, null, rollout.settings)
    const told = this.evidence.testimony[source]
    if (!told) throw new Error('a source that was just added is there')
    this.#told = told
  }

  /** Of both arms. */
  get judgedAnswers(): number {
    const { incumbent, canary } = this.evidence.sums.arms
    return incumbent.scores.count + canary.scores.count
  }

  /** The hours until `now`, in ms since the epoch, of a rollout that has been in its stage through all of them. */
  pass(rollout: Rollout, hours: number, now: number): void {
    const { evidence } = this
    const { settings, stage } = rollout
    enter(evidence, rollout, { stage, at: now - hours * hourMs })
    if (stage !== this.#stage) this.#enterStage(settings.stages, stage)
    if (evidence.window.index !== this.#window) this.#recent = none()
    this.#window = evidence.window.index
    const share = stageShare(settings.stages, stage)
    const rate = (this.#traffic.requestsPerDay / 24) * hours
    const requests = { incumbent: this.#count(rate * (1 - share)), canary: this.#count(rate * share) }
    this.#request(requests, share, { stage, hours })
    this.#score(requests, share, stage)
    Object.assign(evidence, { lastRequestAt: now, lastScoreAt: now, unjudged: 0 })
    evidence.firstAt ??= now - hours * hourMs
    Object.assign(this.#told, { firstAt: evidence.firstAt, lastAt: now })
  }

  /** The share that grows draws the incumbents anew, and each of them may count once more. */
  #enterStage(stages: Rollout['settings']['stages'], stage: number): void {
    const moved = freshShare(stages, { arm: 'incumbent', stage: this.#stage }, stage) ?? 0
    for (const users of [this.#seen, this.#judged]) {
      users.canary += users.incumbent * moved
      users.incumbent = users === this.#judged ? 0 : users.incumbent * (1 - moved)
    }
    this.#stage = stage
  }

  /** Users of an arm who come for the first time with so many of its requests. */
  #fresh(seen: ByArm, arm: Arm, count: number, share: number): number {
    const { users } = this.#traffic
    if (users === null) return count
    const own = users * (arm === 'canary' ? share : 1 - share)
    const left = Math.max(0, own - seen[arm])
    return Math.min(count, left * (1 - Math.exp(-count / Math.max(1, own))))
  }

  #request(requests: ByArm, share: number, { stage, hours }: { stage: number; hours: number }): void {
    const { sums, window } = this.evidence
    const { users } = this.#traffic
    const cells = this.#told.assigned[stage]?.[0]
    for (const arm of arms) {
      const fresh = this.#fresh(this.#seen, arm, requests[arm], share)
      this.#seen[arm] += fresh
      for (const counts of [sums.arms[arm]]) {
        counts.requests += requests[arm]
        counts.users = this.#seen[arm]
      }
      this.#told.requests[arm] += requests[arm]
      this.#told.users[arm] = this.#seen[arm]
      if (cells) cells[arm === 'canary' ? 1 : 0] += fresh
      window.staged[arm] += requests[arm]
    }
    window.canary.requests += requests.canary
    const { errorRate } = this.#traffic
    const flat = (rate: number, canary = rate) => ({ incumbent: rate, canary })
    this.#flag(
      sums.flags.errors,
      requests,
      flat(errorRate, Math.min(1, errorRate + this.#difference.errors)),
      stage,
      share,
    )
    this.#flag(sums.flags.safety, requests, flat(rates.safety), stage, share)
    this.#flag(sums.flags.slowAny, requests, flat(rates.slow), stage, share)
    const settled = none()
    for (const arm of arms) {
      const known =
        users === null ? 0 : Math.min(1, this.#seen[arm] / Math.max(1, users * (arm === 'canary' ? share : 1 - share)))
      settled[arm] = Math.round(requests[arm] * known * (1 - Math.exp((-requests[arm] / hours) * idleHours)))
    }
    this.#flag(sums.flags.slow, settled, flat(rates.slow), stage, share)
    this.#flag(sums.flags.stalled, settled, flat(rates.stalled), stage, share)
  }

  #flag(flag: FlagSums, requests: ByArm, rate: ByArm, stage: number, share: number): void {
    const counts = none()
    for (const arm of arms) {
      const own = this.#traffic.users === null ? Infinity : this.#traffic.users * (arm === 'canary' ? share : 1 - share)
      counts[arm] = Math.min(requests[arm], this.#count(requests[arm] * rate[arm]))
      for (const sums of [flag.stage[arm], flag.lately[0][arm]]) {
        sums.requests += requests[arm]
        sums.flagged += counts[arm]
        sums.squares += counts[arm]
      }
      // Only the first of a user is news.
      counts[arm] *= Math.max(0, 1 - flag.flagged[arm] / own)
      flag.flagged[arm] += counts[arm]
    }
    for (const [i, ratio] of flagRatios.grid.entries()) {
      const suspected = (share * ratio) / (share * ratio + 1 - share)
      const gain =
        counts.canary * Math.log(suspected / share) + counts.incumbent * Math.log((1 - suspected) / (1 - share))
      for (const wealth of [flag.ratio[stage], flag.exposed[stage], flag.recent.ratio, flag.recent.exposed])
        if (wealth) wealth[i] = (wealth[i] ?? 0) + gain
    }
  }

  #score(requests: ByArm, share: number, stage: number): void {
    const { sums, window } = this.evidence
    const { judged, deviation } = this.#traffic
    if (judged === 0) return
    const pi = shareOfJudged(this.#traffic, share)
    const canary = this.#part(requests.canary, judged)
    const others = Math.min(1, (canary * (1 - pi)) / pi / Math.max(1, requests.incumbent))
    const scored = { canary, incumbent: this.#part(requests.incumbent, others) }
    const means = { incumbent: usualMean, canary: usualMean - this.#difference.drop }
    const first = none()
    for (const arm of arms) {
      const count = scored[arm]
      if (count === 0) continue
      const sum = count * (means[arm] + (deviation / Math.sqrt(count)) * this.#random.normal())
      const squares = count * deviation ** 2 + sum ** 2 / count
      for (const all of [sums.arms[arm].scores, sums.score.stage[arm]]) {
        all.users += count
        all.count += count
        all.sum += sum
        all.sumSquares += squares
        all.countSquares += count
        all.products += sum
      }
      sums.score.lately[0][arm].count += count
      sums.score.lately[0][arm].sum += sum
      sums.score.asked[arm] += count
      sums.score.answered[arm] += count
      first[arm] = this.#fresh(this.#judged, arm, count, share)
      this.#judged[arm] += first[arm]
      sums.score.users[arm] += first[arm]
    }
    window.canary.scores += scored.canary
    this.#bet(sums.score, 'drop', first, { pi, stage })
    const lately = none()
    for (const arm of arms) {
      lately[arm] = this.#fresh(this.#recent, arm, scored[arm], share)
      this.#recent[arm] += lately[arm]
    }
    this.#bet(sums.score, 'first', lately, { pi, stage })
    const later = {
      incumbent: Math.min(lately.incumbent, scored.incumbent - lately.incumbent),
      canary: Math.min(lately.canary, scored.canary - lately.canary),
    }
    this.#bet(sums.score, 'later', later, { pi, stage })
  }

  /** Log wealth grows by lambda sum(z) - lambda^2/2 sum(z^2). */
  #bet(
    score: ScoreSums,
    which: 'drop' | 'first' | 'later',
    counts: ByArm,
    { pi, stage }: { pi: number; stage: number },
  ): void {
    const wealth = which === 'drop' ? score.drop[stage] : score.recent[which]
    if (!wealth || counts.canary + counts.incumbent === 0) return
    const { deviation } = this.#traffic
    const odds = pi / (1 - pi)
    const noise = (count: number) => deviation * Math.sqrt(count) * this.#random.normal()
    const sum = counts.canary * this.#difference.drop + noise(counts.canary) + odds * noise(counts.incumbent)
    const spread = deviation ** 2
    const squares = counts.canary * (spread + this.#difference.drop ** 2) + odds ** 2 * counts.incumbent * spread
    const most = 0.9 / Math.max(1 - usualMean, odds * usualMean)
    for (const [i, drop] of scoreDrops.grid.entries()) {
      const stake = Math.min(drop / (spread * (1 + odds)), most)
      wealth[i] = (wealth[i] ?? 0) + stake * sum - (stake ** 2 / 2) * squares
    }
  }

  /** A Poisson number; the normal one beside it where it is large. */
  #count(mean: number): number {
    if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.#random.normal()))
    let [count, left] = [0, this.#random.uniform()]
    const least = Math.exp(-mean)
    for (; left > least; count += 1) left *= this.#random.uniform()
    return count
  }

  #part(of: number, share: number): number {
    return share >= 1 ? of : Math.min(of, this.#count(of * share))
  }
}

const usualMean = 0.8

function none(): ByArm {
  return { incumbent: 0, canary: 0 }
}
