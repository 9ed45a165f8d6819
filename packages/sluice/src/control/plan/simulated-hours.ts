import type { Arm } from '@sluice/client'
import type { Rollout } from '../../records/rollout/rollout.ts'
import { largestLoss } from '../../stats/e-values/bet-score.ts'
import { flagRatio, flagRatios, normCdf, normInv, type Random, scoreDrops } from '../../stats/index.ts'
import { hourMs } from '../../time-units.ts'
import { type Evidence, newEvidence } from '../rollout/evidence/evidence.ts'
import { slowShare } from '../rollout/evidence/flag-limits.ts'
import { freshShare, stageShare } from '../rollout/evidence/randomisation.ts'
import type { FlagSums, ScoreSums } from '../rollout/evidence/signal-sums.ts'
import { type TokenEvidence, tokenIndexOf } from '../rollout/evidence/tokens.ts'
import { enter } from '../rollout/observe/enter-window.ts'
import { ComparedLatencies } from './compared-latencies.ts'
import { hourFactor, shareOfJudged, type Traffic } from './traffic.ts'

/** How a canary differs from the incumbent. */
export interface Difference {
  /** Drop of the mean score. */
  drop: number
  /** Increase of the error rate. */
  errors: number
  /** Factor of the latency. */
  latency: number
}

type ByArm = Record<Arm, number>

const arms = ['incumbent', 'canary'] as const

/** Share of the incumbent's requests that are slow (by definition), that hang, and with safety flags. */
const rates = { slow: slowShare, stalled: 0.0005, safety: 0.01 }
/** Standard deviation of the logarithm of latencies. */
const spread = 0.5

/**
 * The evidence of a rollout without single requests: the sums of an hour are drawn at once, from normal and Poisson
 * distributions. The engine's own code computes all else from them.
 */
export class SimulatedHours {
  readonly evidence: Evidence
  readonly #traffic: Traffic
  readonly #difference: Difference
  readonly #random: Random
  readonly #token: TokenEvidence
  /** Number of users of each arm with requests, with scores, and with requests in the present window. */
  #seen: ByArm = none()
  #judged: ByArm = none()
  #recent: ByArm = none()
  #window = 0
  #stage = 0
  readonly #latencies: ComparedLatencies
  /** What an hour adds to the evidence of each arm, by the share of the canary. */
  readonly #gains = new Map<number, Record<Arm, number[]>>()

  constructor(rollout: Rollout, traffic: Traffic, difference: Difference, random: Random) {
    this.evidence = newEvidence(rollout)
    // Users of both versions come equally often here, so the shares of users and of requests are the same, and one
    // account does.
    for (const flag of Object.values(this.evidence.sums.flags)) {
      flag.exposed = flag.ratio
      flag.recent.exposed = flag.recent.ratio
    }
    this.#traffic = traffic
    this.#difference = difference
    this.#random = random
    this.#latencies = new ComparedLatencies(traffic)
    const source = tokenIndexOf(this.evidence, null, rollout.settings)
    const token = this.evidence.testimony[source]
    if (!token) throw new Error('the token that was just added is missing')
    this.#token = token
  }

  /** Number of judged answers of both arms. */
  get judgedAnswers(): number {
    const { incumbent, canary } = this.evidence.sums.arms
    return incumbent.scores.count + canary.scores.count
  }

  /** Adds the `hours` before `now` (ms since the epoch). The rollout must have been in its stage for all of them. */
  pass(rollout: Rollout, hours: number, now: number): void {
    const { evidence } = this
    const { settings, stage } = rollout
    enter(evidence, rollout, { stage, at: now - hours * hourMs })
    if (stage !== this.#stage) this.#enterStage(settings.stages, stage)
    if (evidence.window.index !== this.#window) this.#recent = none()
    this.#window = evidence.window.index
    const share = stageShare(settings.stages, stage)
    const rate = (this.#traffic.requestsPerDay / 24) * hours * hourFactor(this.#traffic, hours, now)
    const requests = { incumbent: this.#count(rate * (1 - share)), canary: this.#count(rate * share) }
    this.#request(requests, share, { stage, hours })
    this.#score(requests, share, rollout)
    Object.assign(evidence, { lastRequestAt: now, lastScoreAt: now, unjudged: 0 })
    evidence.firstAt ??= now - hours * hourMs
    Object.assign(this.#token, { firstAt: evidence.firstAt, lastAt: now })
  }

  /**
   * A new stage randomises the incumbents anew, so each of them may count once more. Users who get the canary are new
   * there.
   */
  #enterStage(stages: Rollout['settings']['stages'], stage: number): void {
    const moved = freshShare(stages, { arm: 'incumbent', stage: this.#stage }, stage) ?? 0
    this.#seen.incumbent *= 1 - moved
    this.#judged.incumbent = 0
    this.#stage = stage
    this.#latencies.enterStage()
  }

  /** Users of an arm who come for the first time during these visits. */
  #fresh(seen: ByArm, arm: Arm, visits: number, share: number): number {
    const { users } = this.#traffic
    if (users === null) return visits
    const own = users * (arm === 'canary' ? share : 1 - share)
    const left = Math.max(0, own - seen[arm])
    return Math.min(visits, left * (1 - Math.exp(-visits / Math.max(1, own))))
  }

  #request(requests: ByArm, share: number, { stage, hours }: { stage: number; hours: number }): void {
    const { sums, window } = this.evidence
    const { errorRate, perVisit } = this.#traffic
    const cells = this.#token.assigned[stage]?.[0]
    const returning = none()
    for (const arm of arms) {
      const visits = requests[arm] / perVisit
      const fresh = this.#fresh(this.#seen, arm, visits, share)
      returning[arm] = visits - fresh
      this.#seen[arm] += fresh
      sums.arms[arm].requests += requests[arm]
      sums.arms[arm].users = this.#seen[arm]
      this.#token.requests[arm] += requests[arm]
      this.#token.users[arm] = this.#seen[arm]
      if (cells) cells[arm === 'canary' ? 1 : 0] += fresh
      window.staged[arm] += requests[arm]
    }
    window.canary.requests += requests.canary
    const { errors, latency } = this.#difference
    const failing = { incumbent: errorRate, canary: Math.min(1, errorRate + errors) }
    this.#flag(sums.flags.errors, requests, failing, stage, share)
    this.#flag(sums.flags.safety, requests, { incumbent: rates.safety, canary: rates.safety }, stage, share)
    const slow = { incumbent: rates.slow, canary: beyond(rates.slow, latency) }
    const stalled = { incumbent: rates.stalled, canary: beyond(rates.stalled, latency) }
    const { timed, settled } = this.#latencies.pass(requests, returning, { share, hours })
    this.#flag(sums.flags.slowAny, timed, slow, stage, share)
    this.#flag(sums.flags.slow, settled, slow, stage, share)
    this.#flag(sums.flags.stalled, settled, stalled, stage, share)
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
      // Only the first flag of a user counts.
      counts[arm] *= Math.max(0, 1 - flag.flagged[arm] / own)
      flag.flagged[arm] += counts[arm]
    }
    const [gains, ofStage, ofWindow] = [this.#gainsAt(share), flag.ratio[stage], flag.recent.ratio]
    for (let i = 0; i < flagRatios.grid.length; i += 1) {
      const gain = counts.canary * (gains.canary[i] ?? 0) + counts.incumbent * (gains.incumbent[i] ?? 0)
      if (ofStage) ofStage[i] = (ofStage[i] ?? 0) + gain
      ofWindow[i] = (ofWindow[i] ?? 0) + gain
    }
  }

  /** What a flagged request of each arm adds to the log e-value of each bet. */
  #gainsAt(share: number): Record<Arm, number[]> {
    const known = this.#gains.get(share)
    if (known) return known
    const gains = { canary: flagRatios.grid.map(() => 0), incumbent: flagRatios.grid.map(() => 0) }
    for (const arm of arms)
      flagRatio(gains[arm], { canary: arm === 'canary', pi: share }, { nullRatio: 1, grid: flagRatios.grid })
    this.#gains.set(share, gains)
    return gains
  }

  #score(requests: ByArm, share: number, { stage, settings: { tolerance } }: Rollout): void {
    const { sums, window } = this.evidence
    const { judged, deviation } = this.#traffic
    if (judged === 0) return
    const pi = shareOfJudged(this.#traffic, share)
    const canary = this.#part(requests.canary, judged)
    const others = Math.min(1, (canary * (1 - pi)) / pi / Math.max(1, requests.incumbent))
    const scored = { canary, incumbent: this.#part(requests.incumbent, others) }
    const inRow = { canary: this.#judgedInRow(judged), incumbent: this.#judgedInRow(others) }
    const means = { incumbent: usualMean, canary: usualMean - this.#difference.drop }
    const first = none()
    for (const arm of arms) {
      const count = scored[arm]
      if (count === 0) continue
      const sum = count * (means[arm] + (deviation / Math.sqrt(count)) * this.#random.normal())
      const countSquares = count * (2 * inRow[arm] - 1)
      const sumSquares = count * deviation ** 2 + countSquares * (sum / count) ** 2
      for (const all of [sums.arms[arm].scores, sums.score.stage[arm]]) {
        all.users += count / inRow[arm]
        all.count += count
        all.sum += sum
        all.sumSquares += sumSquares
        all.countSquares += countSquares
        all.products += (countSquares * sum) / count
      }
      sums.score.lately[0][arm].count += count
      sums.score.lately[0][arm].sum += sum
      sums.score.asked[arm] += count
      sums.score.answered[arm] += count
      first[arm] = this.#fresh(this.#judged, arm, count / inRow[arm], share)
      this.#judged[arm] += first[arm]
      sums.score.users[arm] += first[arm]
    }
    window.canary.scores += scored.canary
    this.#bet(sums.score, 'drop', first, { pi, stage, tolerance })
    const [lately, later] = [none(), none()]
    for (const arm of arms) {
      const visits = scored[arm] / inRow[arm]
      lately[arm] = this.#fresh(this.#recent, arm, visits, share)
      this.#recent[arm] += lately[arm]
      later[arm] = lately[arm] * (1 - 1 / inRow[arm]) + (visits - lately[arm]) / inRow[arm]
    }
    this.#bet(sums.score, 'first', lately, { pi, stage, tolerance })
    this.#bet(sums.score, 'later', later, { pi, stage, tolerance })
  }

  /** How many requests of a visit are judged, if any is. */
  #judgedInRow(part: number): number {
    return 1 + part * (this.#traffic.perVisit - 1)
  }

  /** The log e-value grows by lambda sum(z) - lambda^2/2 sum(z^2), see docs/statistics.md. */
  #bet(
    score: ScoreSums,
    which: 'drop' | 'first' | 'later',
    counts: ByArm,
    { pi, stage, tolerance }: { pi: number; stage: number; tolerance: number },
  ): void {
    const logEs = which === 'drop' ? score.drop[stage] : score.recent[which]
    if (!logEs || counts.canary + counts.incumbent === 0) return
    const { deviation } = this.#traffic
    const odds = pi / (1 - pi)
    const noise = (count: number) => deviation * Math.sqrt(count) * this.#random.normal()
    const drop = this.#difference.drop - tolerance
    const sum = counts.canary * drop + noise(counts.canary) + odds * noise(counts.incumbent)
    const spread = deviation ** 2
    const squares = counts.canary * (spread + drop ** 2) + odds ** 2 * counts.incumbent * spread
    const most = largestLoss / Math.max(1 - usualMean + tolerance, odds * usualMean)
    for (const [i, by] of scoreDrops.grid.entries()) {
      const fraction = Math.min(by / (spread * (1 + odds)), most)
      logEs[i] = (logEs[i] ?? 0) + fraction * sum - (fraction ** 2 / 2) * squares
    }
  }

  /** Draws a Poisson number; for a large mean by its normal approximation. */
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

/** The share of requests above the usual (1 - `rate`) quantile if all take `factor` times as long. */
function beyond(rate: number, factor: number): number {
  return factor === 1 ? rate : 1 - normCdf(normInv(1 - rate) - Math.log(factor) / spread)
}

function none(): ByArm {
  return { incumbent: 0, canary: 0 }
}
