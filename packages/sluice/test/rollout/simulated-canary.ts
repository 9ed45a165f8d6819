import type { Rollout } from '../../src/release/rollout.ts'
import { assess } from '../../src/rollout/assess.ts'
import { type Evidence, newEvidence, type Priors } from '../../src/rollout/evidence.ts'
import { observe } from '../../src/rollout/observe.ts'
import type { UnitMemory } from '../../src/rollout/unit-memory.ts'
import type { Random } from '../../src/stats/index.ts'
import type { LogEntry } from '../../src/store/outcome-log.ts'
import { rolloutSettingsSchema } from '../../src/suite/rollout-settings.ts'
import { entryOf, rolloutOf, watched } from './entries.ts'
import { populationOf, type User } from './population.ts'

/** One canary on simulated traffic of a known truth, through `observe` and `assess` as the controller calls them. */
export interface CanaryScenario {
  settings?: Record<string, unknown>
  priors?: Priors
  /** How many requests there are at most. */
  requests: number
  /** Distinct users; every request of its own user where it is left out. */
  users?: number
  /** A few users send most requests. */
  heavyTailed?: boolean
  /** Share of the variance between users, of scores and of error rates. */
  icc?: number
  mean?: number
  deviation?: number
  /** By how much the canary scores less, from this stage on. */
  drop?: number
  dropFromStage?: number
  errorRate?: number
  canaryErrorRate?: number
  /** The canary's cost as a multiple of the incumbent's. */
  costRatio?: number
  /** Both arms lose this much on the way. */
  decline?: number
  /** Share of the requests that is judged (default 1). */
  judged?: number
  /** No score arrives in this part of the run. */
  outage?: [from: number, to: number]
  /** Scores arrive up to so many requests later. */
  late?: number
  /** Share of the requests that is reported a second time, under another id. */
  doubled?: number
  /** Shares of the users whose requests each token reports; one token where it is left out. */
  tokens?: readonly number[]
  /**
   * Processes, each at its address, that share the requests evenly; each is replaced by another after so many requests. Unknown where it
   * is left out. `broken`: the canary fails in one of them, always.
   */
  instances?: { count: number; life?: number; broken?: boolean }
  /** Beside each true request, with this probability, a forged one of a token of its own: the canary fails, always. */
  liar?: number
  /** Only scores are sent: what one signal is worth. */
  scoresOnly?: boolean
  /** The stages follow each other in equal parts of the run; otherwise as the engine says. */
  forced?: boolean
}

export interface SimulatedCanary {
  end: 'rolledBack' | 'promoted' | 'none'
  /** Canary requests, or scores where there is nothing else, until then. */
  canaryRequests: number
  requests: number
  costAlert: boolean
  words: string
}

const secondMs = 1000
const assessEvery = 200

export function simulateCanary(scenario: CanaryScenario, random: Random): SimulatedCanary {
  return new CanaryRun(scenario, random).play()
}

class CanaryRun {
  readonly scenario: CanaryScenario
  readonly random: Random
  readonly rollout: Rollout
  readonly evidence: Evidence
  readonly memory = new Map<string, UnitMemory>()
  readonly waiting: { due: number; entry: LogEntry }[] = []
  readonly nextUser: () => User
  seq = 0
  seen = 0

  constructor(scenario: CanaryScenario, random: Random) {
    this.scenario = scenario
    this.random = random
    this.rollout = rolloutOf(rolloutSettingsSchema.parse(scenario.settings ?? {}))
    this.evidence = newEvidence(this.rollout, scenario.priors)
    this.nextUser = populationOf(scenario, random)
  }

  play(): SimulatedCanary {
    const { requests, forced } = this.scenario
    const stages = this.rollout.settings.stages.length
    const threshold = -Math.log(this.rollout.settings.alpha)
    for (let n = 0; n < requests; n += 1) {
      if (forced) this.enter(Math.min(stages - 1, Math.floor((n * stages) / requests)), n)
      this.request(n)
      if (this.evidence.peak < threshold && n % assessEvery !== assessEvery - 1) continue
      const end = this.decide(n, requests)
      if (end) return end
    }
    return this.result('none', requests)
  }

  decide(n: number, requests: number): SimulatedCanary | undefined {
    const { decision } = assess(this.evidence, this.rollout, n * secondMs, watched(this.rollout, n * secondMs))
    if (decision.do === 'rollBack') return this.result('rolledBack', n + 1)
    if (decision.do === 'promote' && !this.scenario.forced) return this.result('promoted', n + 1)
    if (decision.do === 'advance' && !this.scenario.forced) this.enter(this.rollout.stage + 1, n)
    return n + 1 === requests ? this.result('none', requests) : undefined
  }

  enter(stage: number, n: number): void {
    if (stage === this.rollout.stage) return
    this.rollout.stage = stage
    this.rollout.enteredAt.push(n * secondMs)
  }

  request(n: number): void {
    const { scenario, random } = this
    const user = this.nextUser()
    const ppm = this.rollout.settings.stages[this.rollout.stage]?.ppm ?? 0
    const canary = user.position < ppm
    if (canary) this.seen += 1
    const place = { user, canary, stage: this.rollout.stage, at: n * secondMs }
    const tokenId = this.tokenOf(user)
    const { place: from, broken } = this.placeOf(n)
    if (scenario.liar !== undefined && random.uniform() < scenario.liar) this.lie(n)
    if (!scenario.scoresOnly) {
      const request = entryOf(place, { kind: 'request', tokenId, ...from, ...this.measured(user, canary) })
      if (broken && canary && request.kind === 'request') request.error = 'broken'
      this.send(request)
      if (random.uniform() < (scenario.doubled ?? 0)) this.send(request)
    }
    if (scenario.judged === undefined || random.uniform() < scenario.judged) this.judge(n, { ...place, from }, user)
    while ((this.waiting[0]?.due ?? Infinity) <= n) this.send(this.waiting.shift()?.entry)
  }

  tokenOf({ id }: User): string {
    const { tokens = [1] } = this.scenario
    let rest = ((Number(id) * 37) % 100) / 100
    const found = tokens.findIndex((share) => {
      rest -= share
      return rest < 0
    })
    return `app-${Math.max(0, found)}`
  }

  lie(n: number): void {
    const position = Math.floor(this.random.uniform() * 1e6)
    const { stage, settings } = this.rollout
    const canary = position < (settings.stages[stage]?.ppm ?? 0)
    const place = { user: { id: `forged-${n}`, position }, canary, stage, at: n * secondMs }
    this.send(entryOf(place, { kind: 'request', tokenId: 'liar', error: canary ? 'forged' : null }))
  }

  placeOf(n: number): { place: { instance?: string; address?: string }; broken: boolean } {
    const { instances } = this.scenario
    if (!instances) return { place: {}, broken: false }
    const { count, life, broken = false } = instances
    // Spread without the run's chance, so that each run is the same but for its places.
    const number = ((Math.imul(n + 1, 2_654_435_761) >>> 0) >>> 8) % count
    const id = `i${number}-${life === undefined ? 0 : Math.floor(n / life)}`
    return { place: { instance: id, address: id }, broken: broken && number === count - 1 }
  }

  judge(n: number, place: Parameters<typeof entryOf>[0] & { from: object }, user: User): void {
    const { outage, late = 0, requests, judged: sampled = 1, drop = 0, dropFromStage = 0 } = this.scenario
    if (outage && n >= outage[0] * requests && n < outage[1] * requests) return
    const lost = ((this.scenario.decline ?? 0) * n) / requests
    const worse = place.canary && place.stage >= dropFromStage ? drop : 0
    const score = user.score(lost + worse)
    const entry = entryOf(place, {
      ...{ kind: 'score' as const, score, sampled, sampledOther: sampled },
      tokenId: this.tokenOf(user),
      ...place.from,
    })
    if (late === 0) {
      this.send(entry)
      return
    }
    const due = n + Math.floor(this.random.uniform() * late)
    const index = this.waiting.findIndex((other) => other.due > due)
    this.waiting.splice(index < 0 ? this.waiting.length : index, 0, { due, entry })
  }

  measured(user: User, canary: boolean): { error: string | null; costUsd: number; latencyMs: number } {
    const { errorRate = 0.01, canaryErrorRate = errorRate, costRatio = 1 } = this.scenario
    const rate = (canary ? canaryErrorRate : errorRate) * user.clumsiness
    return {
      error: this.random.uniform() < rate ? 'failed' : null,
      costUsd: 0.002 * Math.exp(this.random.normal()) * (canary ? costRatio : 1),
      latencyMs: 800 * Math.exp(0.5 * this.random.normal()),
    }
  }

  send(entry: LogEntry | undefined): void {
    if (!entry?.unit) return
    this.seq += 1
    const before = this.memory.get(entry.unit) ?? {}
    const after = observe(this.evidence, this.rollout, { ...entry, seq: this.seq }, before)
    if (after !== before) this.memory.set(entry.unit, after)
  }

  result(end: SimulatedCanary['end'], requests: number): SimulatedCanary {
    const { alerts, words } = assess(this.evidence, this.rollout, requests * secondMs)
    const costAlert = alerts.some(({ code }) => code === 'cost')
    return { end, canaryRequests: this.seen, requests, costAlert, words }
  }
}
