import type { Arm } from '@sluice/client'
import type { LogEntry, RequestEntry } from '../../records/outcome.ts'
import type { Rollout } from '../../records/rollout/rollout.ts'
import { defaultLiveSettings, type LiveSettings, ppmPerWhole } from '../../records/rollout/rollout-settings.ts'
import type { Random } from '../../stats/random.ts'
import { dayMs } from '../../time-units.ts'
import { type Sampling, samplingOf } from '../live/sampling.ts'
import { captureOf } from '../release/capture.ts'
import { armAt, sharePpm } from '../release/rollout-state.ts'
import { Coldness } from './coldness.ts'
import { scoreAt } from './cycles.ts'
import type { IncumbentAnswers } from './incumbent-answers.ts'
import { processOf, type Reporter, restartedProcess, tokenOf } from './reporters.ts'
import type { Scenario } from './scenario.ts'
import { type Answer, changed, shifted } from './simulated-answer.ts'
import { SimulatedJudge } from './simulated-judge.ts'
import type { Visit } from './visits.ts'

/** What answered a request. The last four fields are null if no rollout decided. */
export interface Exposure {
  feature: string
  version: string
  rolloutId: string | null
  arm: Arm | null
  stage: number | null
  position: number | null
}

/** A report to the control plane, and its time in ms since the start. */
export interface Arrival {
  at: number
  entry: LogEntry
  /** This entry was sent before, so the log does not take it again. */
  again: boolean
}

export interface Situation {
  scenario: Scenario
  random: Random
  /** When the scenario starts, ms since the epoch. */
  start: number
  /** Mean score of the incumbent at the start, in (0,1). */
  meanScore: number
  /** Undefined if the answers are recorded. */
  answers: IncumbentAnswers | undefined
}

const judgeId = 'simulated'
/** A placeholder: the log assigns the sequence number. */
const seq = 0

type Fields = Exposure & Reporter & Pick<RequestEntry, 'unit' | 'observedAt' | 'receivedAt'>

/** Makes all reports about requests: outcomes, feedback and scores. They may arrive late, twice or never. */
export class Arrivals {
  readonly #world: Situation
  readonly #coldness: Coldness
  readonly #judging: SimulatedJudge
  readonly #live: LiveSettings
  /** Share of the requests that send their content. */
  readonly #captured: number
  #made = 0

  constructor(world: Situation) {
    const { scenario, random, start } = world
    this.#world = world
    this.#coldness = new Coldness(scenario)
    this.#judging = new SimulatedJudge(scenario, random, start)
    const { percent, canaryPercent } = scenario.judge
    const judge = { ...defaultLiveSettings.judge, percent, ...(canaryPercent !== undefined && { canaryPercent }) }
    this.#live = { ...defaultLiveSettings, store: true, judge }
    this.#captured = (captureOf(this.#live)?.incumbent ?? 0) / ppmPerWhole
  }

  /** The answer to a request, and the reports about it. */
  of(visit: Visit, exposure: Exposure, rollout: Rollout): { answer: Answer; arrivals: Arrival[] } {
    const { faults, reporters, canary } = this.#world.scenario
    this.#made += 1
    const { isBroken, name } = processOf(reporters, this.#made)
    const place = name ?? restartedProcess(canary.warmUp, exposure.arm, visit.at)
    const answer = this.#answer(visit, exposure.arm, rollout)
    if (isBroken && exposure.arm === 'canary') answer.failed = true
    const arrivals = this.#reports(visit, exposure, { answer, rollout, id: `request-${this.#made}`, place })
    if (this.#happens(faults.twice)) {
      const id = `request-${this.#made}-twice`
      arrivals.push(...this.#reports(visit, exposure, { answer, rollout, id, place }))
    }
    if (this.#happens(reporters.liar)) arrivals.push(this.#forged(visit.at, rollout))
    return { answer, arrivals }
  }

  /** Draws no random number if the share is 0, so that a fault that is off changes nothing. */
  #happens(share: number): boolean {
    return share > 0 && this.#world.random.uniform() < share
  }

  #reports(
    { at: answeredAt, user, named }: Visit,
    exposure: Exposure,
    { answer, rollout, id, place }: { answer: Answer; rollout: Rollout; id: string; place: string | null },
  ): Arrival[] {
    const { scenario, random, start } = this.#world
    const { faults, reporters } = scenario
    if (this.#happens(faults.lost)) return []
    const late = this.#happens(faults.late.share) ? -Math.log(random.uniform()) * faults.late.by : 0
    const at = answeredAt + Math.round(late)
    const fields: Fields = {
      ...exposure,
      unit: named ? user.name : null,
      observedAt: start + answeredAt,
      receivedAt: start + at,
      tokenId: tokenOf(reporters, user.name),
      instance: place,
      address: place,
    }
    const captured = random.uniform() < this.#captured
    const entry = requestEntry(fields, id, answer, captured)
    const arrivals: Arrival[] = [{ at, entry, again: false }]
    if (this.#happens(faults.duplicates)) arrivals.push({ at, entry, again: true })
    if (captured) arrivals.push(...this.#score(fields, id, answer, { at, rollout }))
    const feedback = this.#feedback(fields, id, answer)
    if (feedback) arrivals.push({ at, entry: feedback, again: false })
    return arrivals
  }

  #score(
    fields: Fields,
    of: string,
    { failed, score }: Answer,
    { at, rollout }: { at: number; rollout: Rollout },
  ): Arrival[] {
    if (failed || score === null) return []
    const { arm, stage } = fields
    const sampling = samplingOf({ captured: this.#captured, arm, stage }, this.#live.judge, rollout)
    if (sampling.kept < 1 && this.#world.random.uniform() >= sampling.kept) return []
    const judged = this.#judging.judged(at, arm, score)
    if (!judged) return []
    const receivedAt = Math.round(this.#world.start + judged.at)
    return [{ at: judged.at, entry: scoreEntry({ ...fields, receivedAt }, of, judged.score, sampling), again: false }]
  }

  #feedback(fields: Fields, of: string, { failed, score }: Answer): LogEntry | undefined {
    const { percent, bad } = this.#world.scenario.feedback
    if (percent === 0 || failed || score === null) return undefined
    const rating = score < 0.5 ? 0 : 1
    if (!this.#happens((percent / 100) * (rating === 0 ? bad : 1))) return undefined
    return { seq, kind: 'feedback', id: `${of}:feedback`, ...fields, of, score: rating, comment: null }
  }

  /** The answer to a request, made from the incumbent's answer at the start. */
  #answer(visit: Visit, arm: Arm | null, rollout: Rollout): Answer {
    const { scenario, random, start, answers } = this.#world
    const { canary, scorePerDay, cycles } = scenario
    const { at, user, answer } = visit
    const differs = arm === 'canary' && isDifferent(scenario, visit)
    const by = (scorePerDay * at) / dayMs + scoreAt(cycles, start + at) + (differs ? canary.score : 0)
    const score = by === 0 ? answer.score : this.#scored(visit, by)
    const failed =
      differs && canary.errorUsers !== undefined && answers
        ? answers.fails(user.traits, canary.errorUsers, start + at)
        : answer.failed
    const given = { ...answer, score, failed }
    const { latencyMs, ...others } = differs ? changed(given, canary, random.uniform) : given
    const stageAt = (rollout.enteredAt.at(-1) ?? start) - start
    const cold = this.#coldness.factor(visit, arm ?? 'incumbent', stageAt)
    return { ...others, latencyMs: latencyMs === null ? null : latencyMs * cold }
  }

  /** The score if the mean is moved by `by`: drawn anew, or, if it is recorded, moved towards 0 or 1. */
  #scored({ answer, quality }: Visit, by: number): number | null {
    const { answers, meanScore } = this.#world
    if (answers && quality) return answers.score(quality, by)
    return answer.score === null ? null : shifted(answer.score, meanScore, by)
  }

  /** A forged report about a user who does not exist: a success of the incumbent, or a failure of the canary. */
  #forged(at: number, rollout: Rollout): Arrival {
    const { random, start } = this.#world
    const { feature, id: rolloutId, stage } = rollout
    const place = Math.floor(random.uniform() * ppmPerWhole)
    const arm = armAt(place, sharePpm(rollout))
    const time = { observedAt: start + at, receivedAt: start + at }
    const exposure = { feature, rolloutId, stage, arm, version: rollout[arm] } as const
    const fields = { ...exposure, ...time, position: place, unit: `forged-${this.#made}`, tokenId: 'liar' }
    const answer: Answer = {
      ...{ score: null, failed: arm === 'canary', refusal: false, invalid: false },
      ...{ latencyMs: null, costUsd: null, inputTokens: null },
    }
    return { at, entry: requestEntry(fields, `forged-${this.#made}`, answer, false), again: false }
  }
}

/** Whether the canary's answer to this request differs from the incumbent's. */
function isDifferent({ canary }: Pick<Scenario, 'canary'>, { at, user }: Visit): boolean {
  const { from, fromRequest, newUsersOnly } = canary
  return at >= from && user.canaryRequests + 1 >= fromRequest && (!newUsersOnly || user.firstAt >= from)
}

function requestEntry(fields: Fields, id: string, answer: Answer, captured: boolean): LogEntry {
  const { failed, refusal, invalid, latencyMs, costUsd, inputTokens } = answer
  return {
    seq,
    kind: 'request',
    id,
    ...fields,
    ...{ refusal, invalid, latencyMs, costUsd, inputTokens, captured },
    error: failed ? 'failed' : null,
    outputTokens: null,
    outputChars: null,
    servedModel: null,
    fingerprint: null,
  }
}

function scoreEntry(fields: Fields, of: string, score: number, { sampled, sampledOther }: Sampling): LogEntry {
  return { seq, kind: 'score', id: `${of}:score`, ...fields, of, score, sampled, sampledOther, judgeId, judgeUsd: null }
}
