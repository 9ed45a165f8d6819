import type { Arm } from '@sluice/client'
import type { Random } from '../stats/random.ts'
import type { LogDraft, RequestEntry, ScoreEntry } from '../store/outcome-log.ts'
import { type Answer, changed, shifted } from './answer.ts'
import type { Scenario } from './scenario.ts'
import type { Visit } from './visits.ts'

/** By what a request was answered. */
export interface Exposure {
  feature: string
  version: string
  rolloutId: string
  arm: Arm
  stage: number
  position: number
}

/** What the control plane is told, and when, in ms since the start. */
export interface Arrival {
  at: number
  entry: LogDraft
}

export interface Situation {
  scenario: Scenario
  random: Random
  /** When the scenario starts, ms since the epoch. */
  start: number
  /** The incumbent's at the start, in (0,1). */
  meanScore: number
}

const dayMs = 86_400_000
const judgeId = 'simulated'

/** All that the control plane hears of a request: its outcome, and its score if it is judged; late, twice or never. */
export function arrivalsOf(world: Situation, visit: Visit, exposure: Exposure, id: string): Arrival[] {
  const { scenario, random, start } = world
  const { faults } = scenario
  if (random.uniform() < faults.lost) return []
  const late = random.uniform() < faults.late.share ? -Math.log(random.uniform()) * faults.late.by : 0
  const at = visit.at + Math.round(late)
  const answer = answerOf(world, visit, exposure)
  const fields = { ...exposure, unit: visit.unit, observedAt: start + visit.at, receivedAt: start + at }
  const sampling = samplingOf(scenario, exposure.arm)
  const drawn = random.uniform()
  const captured = drawn < Math.max(sampling.sampled, sampling.sampledOther)
  const request = { at, entry: { ...requestEntry(fields, id, answer), captured } }
  const again = random.uniform() < faults.duplicates ? [request] : []
  if (answer.failed || answer.score === null || drawn >= sampling.sampled) return [request, ...again]
  const known = judgedAt(at, scenario)
  const judged = scoreEntry({ ...fields, receivedAt: start + known }, id, answer.score, sampling)
  return [request, ...again, { at: known, entry: judged }]
}

/** A score that is due while the judge is away comes when it is back. */
function judgedAt(requestAt: number, { judge, faults }: Scenario): number {
  const due = requestAt + judge.delay
  return faults.judgeOutages.reduce((at, { from, to }) => (at >= from && at < to ? to : at), due)
}

/** What becomes of a request, given what the incumbent would have made of it at the start. */
function answerOf({ scenario, random, meanScore }: Situation, { at, answer }: Visit, { arm }: Exposure): Answer {
  const { canary, scorePerDay } = scenario
  const differs = arm === 'canary' && at >= canary.from
  const by = (scorePerDay * at) / dayMs + (differs ? canary.score : 0)
  const score = answer.score === null ? null : shifted(answer.score, meanScore, by)
  return differs ? changed({ ...answer, score }, canary, random.uniform) : { ...answer, score }
}

type Fields = Omit<ScoreEntry, 'kind' | 'id' | 'of' | 'score' | 'judgeId' | 'judgeUsd' | keyof Sampling>
type Sampling = Pick<ScoreEntry, 'sampled' | 'sampledOther'>

function samplingOf({ judge }: Scenario, arm: Arm): Sampling {
  const incumbent = judge.percent / 100
  const canary = (judge.canaryPercent ?? judge.percent) / 100
  return arm === 'canary' ? { sampled: canary, sampledOther: incumbent } : { sampled: incumbent, sampledOther: canary }
}

function requestEntry(fields: Fields, id: string, { failed, score: _, ...rest }: Answer): RequestEntry {
  return {
    ...{ kind: 'request', id, ...fields, ...rest },
    error: failed ? 'failed' : null,
    ...{ inputTokens: null, outputTokens: null, outputChars: null, servedModel: null, fingerprint: null },
  }
}

function scoreEntry(fields: Fields, of: string, score: number, sampling: Sampling): ScoreEntry {
  return { ...{ kind: 'score', id: `${of}:score`, ...fields }, of, score, ...sampling, judgeId, judgeUsd: null }
}
