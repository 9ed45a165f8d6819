import { mostMeasured, type ScoreEntry } from '../../../records/outcome.ts'
import {
  addClusterScore,
  addCovariate,
  addIncumbent,
  expectedExcess,
  expectGiven,
  expectIncumbent,
  newClusterSums,
  newCovariateSums,
  newIncumbentSums,
} from '../../../stats/index.ts'
import type { IgnoredReason } from '../evidence/admit.ts'
import { type Evidence, openPrior } from '../evidence/evidence.ts'
import { addJudged } from '../evidence/judged-ratio.ts'
import { judgedShare, stageShare } from '../evidence/randomisation.ts'
import { betOnDrop, countScore, forgetScores } from '../evidence/signal-sums.ts'
import { recentOf, stagedOf, type UnitMemory } from '../evidence/unit-memory.ts'
import { candidateShare } from './candidate.ts'
import { accountsOf, type ObservedEntry } from './observed-entry.ts'

/** Adds a judged score: to the display always, as evidence once per randomisation of the user. */
export function observeScore(
  observed: ObservedEntry,
  entry: ScoreEntry,
  memory: UnitMemory,
): UnitMemory | IgnoredReason {
  if (!isShare(entry.score)) return 'invalidScore'
  if (!isRate(entry.sampled) || !isRate(entry.sampledOther)) return 'invalidSampling'
  if (observed.evidence.judge.retired.includes(entry.judgeId)) return 'retiredJudge'
  followJudge(observed.evidence, entry.judgeId)
  observed.evidence.lastScoreAt = entry.receivedAt
  observed.evidence.unjudged = 0
  const scored = { entry, length: lengthOf(entry, memory) }
  return addContribution(observed, scored, addToDisplay(observed, scored, memory))
}

/** In [0,1], and a number. */
export function isShare(value: number): boolean {
  return value >= 0 && value <= 1
}

/** Smaller than any share that settings can make: of such the ratio of two would be no number. */
const leastRate = 1e-12

function isRate(value: number): boolean {
  return value >= leastRate && value <= 1
}

/**
 * A new judge measures on a scale of its own: what is known of the incumbent, the proof that the canary is no worse and
 * the display begin anew. The evidence against the canary is still valid, and stays.
 */
function followJudge({ judge, sums, testimony: byToken, places }: Evidence, id: string): void {
  if (judge.id === id) return
  if (judge.id !== null) {
    judge.epoch += 1
    judge.retired = [...judge.retired, judge.id].slice(-8)
    sums.histories.score = newIncumbentSums()
    sums.histories.recent = newIncumbentSums()
    sums.histories.inputs = newCovariateSums()
    const sources = [...byToken, ...Object.values(places).flat()]
    for (const score of [sums.score, ...sources.flatMap(({ own }) => own?.score ?? [])]) forgetScores(score)
    sums.arms.incumbent.scores = newClusterSums()
    sums.arms.canary.scores = newClusterSums()
  }
  judge.id = id
}

/** A score, and the length of its input where that may explain a part of it. */
interface Scored {
  entry: ScoreEntry
  length: number | null
}

function addToDisplay(observed: ObservedEntry, { entry, length }: Scored, memory: UnitMemory): UnitMemory {
  const { evidence, arm, stage } = observed
  const { judge, window, sums } = evidence
  const isKnown = memory.scores?.arm === arm && memory.scores.judgeEpoch === judge.epoch
  const before = isKnown && memory.scores ? memory.scores : { sum: 0, count: 0 }
  addClusterScore(sums.arms[arm].scores, before, entry.score)
  const scores = { arm, judgeEpoch: judge.epoch, sum: before.sum + entry.score, count: before.count + 1 }
  if (stage !== window.stage) return { ...memory, scores }
  if (arm === 'canary') window.canary.scores += 1
  const staged = stagedOf(memory, { stage, arm, judgeEpoch: judge.epoch })
  const answered = Math.max(entry.sampled, entry.sampledOther) / entry.sampled
  const x = entry.score - expectedExcess(sums.histories.inputs, length)
  for (const score of accountsOf(observed, sums.score, ({ score }) => score))
    countScore(score, arm, { before: staged, x, answered })
  return { ...memory, scores, staged: { ...staged, sum: staged.sum + x, count: staged.count + 1 } }
}

function addContribution(observed: ObservedEntry, scored: Scored, memory: UnitMemory): UnitMemory | IgnoredReason {
  const { evidence, arm, stage, settings } = observed
  const { histories } = evidence.sums
  const { entry, length } = scored
  const stagePi = judgedPi(observed, entry, stageShare(settings.stages, stage))
  if (stagePi === 'invalidSampling') return stagePi
  const contributed = addFirst(observed, scored, memory)
  if (typeof contributed === 'string') return contributed
  const next = stagePi === undefined ? contributed : addRecent(observed, { ...scored, pi: stagePi }, contributed)
  if (arm !== 'incumbent') return next
  addIncumbent(histories.recent, entry.score)
  if (length !== null) addCovariate(histories.inputs, length, entry.score)
  return next
}

/**
 * The length of the input, on a scale on which long ones differ as short ones do; known only for the first request of
 * a user in the rollout. Later ones of a conversation contain what the arm has answered: how long they are may be the
 * version's doing.
 */
function lengthOf({ inputChars, of }: ScoreEntry, { candidates = [] }: UnitMemory): number | null {
  if (!candidates.some((one) => one.of === of && one.first)) return null
  return typeof inputChars === 'number' && inputChars >= 0 ? Math.log1p(Math.min(inputChars, mostMeasured)) : null
}

/** The canary's share among judged requests; undefined where chance has no say. */
function judgedPi({ arm }: ObservedEntry, entry: ScoreEntry, share: number): number | undefined | 'invalidSampling' {
  if (!(share > 0 && share < 1)) return undefined
  const { sampled, sampledOther } = entry
  const pi = arm === 'canary' ? judgedShare(share, sampled, sampledOther) : judgedShare(share, sampledOther, sampled)
  // Rates so small that arithmetic does not survive them weigh nothing.
  return pi > 0 && pi < 1 ? pi : 'invalidSampling'
}

/** Once per randomisation. */
function addFirst(observed: ObservedEntry, { entry, length }: Scored, memory: UnitMemory): UnitMemory | IgnoredReason {
  const { evidence, settings, arm, stage, tokenEvidence } = observed
  const { histories, score } = evidence.sums
  const found = candidateShare(observed, entry.of, memory)
  if (!found) return memory
  const pi = judgedPi(observed, entry, found.share)
  if (pi === 'invalidSampling') return pi
  if (pi === undefined) return memory
  const accounts = accountsOf(observed, score, ({ score }) => score)
  const contribution = { arm, pi, x: entry.score }
  if (histories.score.n >= openPrior.warmUp) {
    const drops = accounts.map(({ drop }) => drop[stage])
    const expected = expectGiven(expectIncumbent(histories.score, openPrior), histories.inputs, length)
    betOnDrop(drops, contribution, expected, settings.tolerance)
  }
  for (const { users } of accounts) users[arm] += 1
  if (arm === 'incumbent') addIncumbent(histories.score, entry.score)
  addJudged(tokenEvidence, { arm, stage, pi, isCandidate: memory.marked !== undefined, ...ratesOf(observed, entry) })
  return found.memory
}

function ratesOf(
  { arm }: ObservedEntry,
  { sampled, sampledOther }: ScoreEntry,
): { canaryRate: number; incumbentRate: number } {
  return arm === 'canary'
    ? { canaryRate: sampled, incumbentRate: sampledOther }
    : { canaryRate: sampledOther, incumbentRate: sampled }
}

/**
 * The first score of a user in the present window, and the second: harm that begins late, or with later turns, shows in
 * them.
 */
function addRecent(
  observed: ObservedEntry,
  { entry, length, pi }: Scored & { pi: number },
  memory: UnitMemory,
): UnitMemory {
  const { evidence, settings, arm } = observed
  const { sums, window } = evidence
  const { histories } = sums
  const known = recentOf(memory, window.index)
  if (known.scores >= 2) return memory
  if (histories.score.n >= openPrior.warmUp) {
    const usual = expectIncumbent(histories.score, openPrior)
    const lately = expectIncumbent(histories.recent, { ...usual, weight: usualWeight })
    const expected = expectGiven(lately, histories.inputs, length)
    const part = known.scores === 0 ? 'first' : 'later'
    const accounts = accountsOf(observed, sums.score, ({ score }) => score).map(({ recent }) => recent[part])
    betOnDrop(accounts, { arm, pi, x: entry.score }, expected, settings.tolerance)
  }
  return { ...memory, recent: { ...known, scores: known.scores + 1 } }
}

/** How many scores of a window the incumbent's usual mean is worth. */
const usualWeight = 20
