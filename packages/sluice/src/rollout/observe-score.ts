import { addClusterScore, newClusterSums, newIncumbentSums } from '../stats/index.ts'
import type { ScoreEntry } from '../store/outcome-log.ts'
import type { Reason } from './admit.ts'
import { candidateShare } from './candidate.ts'
import { type Evidence, scorePrior } from './evidence.ts'
import { addJudged } from './judged-ratio.ts'
import { marginsOf } from './non-inferiority.ts'
import { judgedShare } from './randomisation.ts'
import { accountsOf, type Sight } from './sight.ts'
import { addScore } from './signal-sums.ts'
import type { UnitMemory } from './unit-memory.ts'

/** Adds a judged score: to the display always, as evidence once per randomisation of the user. */
export function observeScore(sight: Sight, entry: ScoreEntry, memory: UnitMemory): UnitMemory | Reason {
  if (!isShare(entry.score)) return 'invalidScore'
  if (!isRate(entry.sampled) || !isRate(entry.sampledOther)) return 'invalidSampling'
  if (sight.evidence.judge.retired.includes(entry.judgeId)) return 'retiredJudge'
  followJudge(sight.evidence, entry.judgeId)
  sight.evidence.lastScoreAt = entry.receivedAt
  sight.evidence.unjudged = 0
  return addContribution(sight, entry, addToDisplay(sight, entry.score, memory))
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
 * the display begin anew. What was won against the canary was won fairly and stays.
 */
function followJudge({ judge, sums, testimony, places }: Evidence, id: string): void {
  if (judge.id === id) return
  if (judge.id !== null) {
    judge.epoch += 1
    judge.retired = [...judge.retired, judge.id].slice(-8)
    const sources = [...testimony, ...Object.values(places).flat()]
    for (const score of [sums.score, ...sources.flatMap(({ own }) => own?.score ?? [])]) {
      score.history = newIncumbentSums()
      for (const wealth of score.nonInferior) wealth.fill(0)
    }
    sums.arms.incumbent.scores = newClusterSums()
    sums.arms.canary.scores = newClusterSums()
  }
  judge.id = id
}

function addToDisplay({ evidence, arm }: Sight, score: number, memory: UnitMemory): UnitMemory {
  const { epoch } = evidence.judge
  const known = memory.scores?.arm === arm && memory.scores.judgeEpoch === epoch ? memory.scores : undefined
  const before = known ?? { sum: 0, count: 0 }
  addClusterScore(evidence.sums.arms[arm].scores, before, score)
  return { ...memory, scores: { arm, judgeEpoch: epoch, sum: before.sum + score, count: before.count + 1 } }
}

function addContribution(sight: Sight, entry: ScoreEntry, memory: UnitMemory): UnitMemory | Reason {
  const { evidence, known, settings, arm, stage, testimony } = sight
  const share = candidateShare(sight, entry.of, memory)
  if (share === undefined) return memory
  const canary = arm === 'canary'
  const [canaryRate, incumbentRate] = canary ? [entry.sampled, entry.sampledOther] : [entry.sampledOther, entry.sampled]
  const pi = judgedShare(share, canaryRate, incumbentRate)
  // Rates so small that arithmetic does not survive them weigh nothing.
  if (!(pi > 0 && pi < 1)) return 'invalidSampling'
  const prior = scorePrior(evidence.priors)
  addScore(
    accountsOf(sight, evidence.sums.score, ({ score }) => score),
    { arm, stage, pi, x: entry.score },
    {
      history: known.sums.score.history,
      prior,
      warmUp: prior.warmUp,
      margins: marginsOf('score', settings),
      tolerance: settings.tolerance,
    },
  )
  addJudged(testimony.judged, canary, pi)
  return { ...memory, scored: { stage, arm } }
}
