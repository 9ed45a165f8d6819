import { z } from 'zod'
import type { ScoreLine } from './compare-files.ts'
import { correlation, mean } from './moments.ts'
import { readRecorded } from './recorded.ts'

/** One model's recorded answers to the questions, as the judge scored them. */
export interface ArenaRun {
  name: string
  model: string
  answers: Map<string, ArenaAnswer>
  /** Answers without a score are left out. */
  mean: number
}

interface ArenaAnswer {
  /** In [0,1]; undefined where the judge's text held no score. */
  score: number | undefined
  output: string
}

const row = z.object({
  group: z.string(),
  runs: z.array(
    z.object({
      model: z.string(),
      run: z.string(),
      output: z.string(),
      score_raw: z.number().min(1).max(10).nullable(),
    }),
  ),
})

/** Every recorded run, the best first. */
export function readArena(): ArenaRun[] {
  const runs = new Map<string, Omit<ArenaRun, 'mean'>>()
  for (const { group, runs: answers } of readRecorded('b2_arena_bench_replay', row)) {
    for (const { model, run, output, score_raw: raw } of answers) {
      const name = `${model.replace(/^.*\//, '')} (${run})`
      const known = runs.get(name) ?? { name, model, answers: new Map() }
      known.answers.set(group, { score: raw === null ? undefined : (raw - 1) / 9, output })
      runs.set(name, known)
    }
  }
  return [...runs.values()]
    .map((run) => ({ ...run, mean: mean([...run.answers.values()].flatMap(({ score }) => score ?? [])) }))
    .sort((a, b) => b.mean - a.mean)
}

/** Runs of nearly all questions. The few others hold at most a third of them, joined to the wrong ones. */
export function isWhole({ answers }: ArenaRun): boolean {
  return answers.size >= 100
}

/** The scores of a question that both runs have. */
export interface ArenaPair {
  id: string
  candidate: number
  baseline: number
  sameOutput: boolean
}

export function pairsOf(candidate: ArenaRun, baseline: ArenaRun): ArenaPair[] {
  return [...candidate.answers].flatMap(([id, ours]) => {
    const theirs = baseline.answers.get(id)
    if (ours.score === undefined || theirs?.score === undefined) return []
    return [{ id, candidate: ours.score, baseline: theirs.score, sameOutput: ours.output === theirs.output }]
  })
}

/** Of the scores of questions that both runs have; undefined with fewer than ten. */
export function correlationOf(a: ArenaRun, b: ArenaRun): number | undefined {
  const pairs = pairsOf(a, b)
  if (pairs.length < 10) return undefined
  return correlation(
    pairs.map(({ candidate }) => candidate),
    pairs.map(({ baseline }) => baseline),
  )
}

/** Two files of the questions that both runs have a score for. */
export function commonLines(candidate: ArenaRun, baseline: ArenaRun): [ScoreLine[], ScoreLine[]] {
  const pairs = pairsOf(candidate, baseline)
  return [
    pairs.map(({ id, candidate: score }) => ({ id, score, cluster: id })),
    pairs.map(({ id, baseline: score }) => ({ id, score, cluster: id })),
  ]
}

/** The file of a run as it was recorded, gaps included. */
export function linesOf({ answers }: ArenaRun): ScoreLine[] {
  return [...answers].map(([id, { score }]) =>
    score === undefined ? { id, cluster: id, error: 'no score in the judge’s text' } : { id, cluster: id, score },
  )
}
