import { endIfStopped } from '../../core/answers/stop.ts'
import type { CaseDetail, VersionRole } from '../../records/report/case-detail.ts'
import type { DrillMutant } from '../../records/report/drill-report.ts'
import { measuredOfAnswer } from '../run/measuring-checks.ts'
import { noObservations } from '../run/observations.ts'
import { runPool } from '../run/pool.ts'
import { createScoreTable } from '../run/score-table.ts'
import { runGate } from '../run-gate.ts'
import type { GateOutcome } from '../verdict/verdict.ts'
import type { DrillBench } from './drill-bench.ts'
import { type Mutant, mutated } from './plan-mutants.ts'
import { drawOne, randomFor } from './seeded.ts'

/** A changed answer with its score, beside the one it was made from. */
export interface ChangedAnswer {
  position: number
  before: CaseDetail
  after: CaseDetail
}

export interface TriedMutant {
  mutant: Mutant
  report: DrillMutant
  changed: ChangedAnswer[]
  outcome: GateOutcome
}

/** States in which an answer is not judged, through no fault of its own. */
const unjudged = new Set<CaseDetail['state']>([
  'judgeError',
  'checkError',
  'modelError',
  'mockMissing',
  'simulatorError',
  'budgetStopped',
])

/** Plays one mutant through the gate as the candidate, with the version as it is for the baseline. */
export async function tryMutant(mutant: Mutant, bench: DrillBench): Promise<TriedMutant> {
  const { mutator, strength, tag, number } = mutant
  const changed = new Map<string, ChangedAnswer>()
  const outcome = await playGate([mutator.name, strength, number], bench, async (position, turn) => {
    if (!mutant.cases.has(position)) return undefined
    const found = await scoreChanged(mutant, position, turn, bench)
    if (found) changed.set(`${position} ${found.repeat}`, found.answer)
    return found?.answer.after
  })
  const answers = [...changed.values()]
  const { verdict, exitCode, reasons, strength: strengthOfVerdict } = outcome.final
  const isUnjudged = answers.some(({ after }) => unjudged.has(after.state))
  const report: DrillMutant = {
    mutator: mutator.name,
    strength,
    tag,
    number,
    cases: [...mutant.cases].map((position) => bench.cases[position]?.testCase.id ?? ''),
    verdict,
    strengthOfVerdict,
    reasons: [...new Set(reasons.map(({ code }) => code))],
    outcome: verdict === 'fail' ? 'killed' : isUnjudged ? 'not-judged' : exitCode === 0 ? 'survived' : 'held',
    effect: isUnjudged ? null : effectOf(answers, bench),
    noticedBy: noticedBy(answers),
    noticed: noticedShare(answers),
  }
  return { mutant, report, changed: answers, outcome }
}

/** The gate on the version against itself, each time with draws of its own: what noise alone does. */
export function playUnchanged(number: number, bench: DrillBench): Promise<GateOutcome> {
  return playGate(['unchanged', number], bench, async () => undefined)
}

/**
 * Runs the gate's own rounds on drawn answers. Both versions draw from the kept answers of a case, independently and
 * with replacement, so that noise differs between the versions as it does between two runs. `candidate` may give
 * another result for the answer of a turn.
 */
async function playGate(
  purpose: readonly (string | number)[],
  bench: DrillBench,
  candidate: (position: number, turn: number) => Promise<CaseDetail | undefined>,
): Promise<GateOutcome> {
  const { kept, cases, policy, settings, seed, concurrency, stop } = bench
  const table = createScoreTable()
  const observations = noObservations()
  for (const [position, { testCase }] of cases.entries()) table.add(position, testCase)
  const score = async (turns: number, wanted: (role: VersionRole, position: number) => boolean = () => true) => {
    const jobs = cases.flatMap((_, position) =>
      (['candidate', 'baseline'] as const).flatMap((role) => {
        if (!wanted(role, position)) return []
        const tried = table.cases[position]?.[role].length ?? 0
        return Array.from({ length: Math.max(0, turns - tried) }, (_, more) => ({
          role,
          position,
          turn: tried + more + 1,
        }))
      }),
    )
    await runPool(inOrder(jobs), concurrency, async ({ role, position, turn }) => {
      endIfStopped(stop)
      const other = role === 'candidate' ? await candidate(position, turn) : undefined
      const random = randomFor(seed, 'draw', ...purpose, role, position, turn)
      const detail = other ?? drawOne(cases[position]?.answers ?? [], random)?.detail
      if (detail?.state === 'budgetStopped') observations.budgetStops += 1
      table.record(position, role, turn, detail?.state ?? 'modelError', detail?.score, {
        measured: detail ? measuredOfAnswer(detail) : [],
      })
    })
  }
  return runGate({ ...kept, baseline: kept.candidate, table, observations, score }, policy, settings)
}

/**
 * The changed answer of a turn. The turns of a case go through its answers in one order for all mutants of a mutator,
 * so that what was judged for one serves the others.
 */
async function scoreChanged(
  { mutator, places }: Mutant,
  position: number,
  turn: number,
  { scoreChanged: score, cases, seed, judged, others }: DrillBench,
): Promise<{ repeat: number; answer: ChangedAnswer } | undefined> {
  const { testCase, answers } = cases[position] ?? {}
  if (!testCase || !answers || answers.length === 0) return undefined
  const first = Math.floor(randomFor(seed, 'first', position).uniform() * answers.length)
  const { repeat, completion, detail } = answers[(first + turn - 1) % answers.length] ?? {}
  if (repeat === undefined || !completion || detail?.score === undefined) return undefined
  const output = mutated({ mutator, places }, { output: detail.output, caseId: testCase.id, repeat, seed, others })
  if (output === undefined) return undefined
  const key = `${position} ${repeat} ${output}`
  const pending = judged.get(key) ?? score({ ...completion, output }, testCase, repeat, detail)
  judged.set(key, pending)
  return { repeat, answer: { position, before: detail, after: await pending } }
}

/** The change of the weighted mean that the changed answers make by themselves. */
function effectOf(changed: readonly ChangedAnswer[], { cases }: DrillBench): number | null {
  const total = cases.reduce((sum, { testCase }) => sum + testCase.weight, 0)
  let effect = 0
  for (const position of new Set(changed.map((answer) => answer.position))) {
    const ofCase = changed.filter((answer) => answer.position === position)
    const differences = ofCase.flatMap(({ before, after }) =>
      before.score === undefined || after.score === undefined ? [] : [after.score - before.score],
    )
    if (differences.length === 0) continue
    const mean = differences.reduce((sum, each) => sum + each, 0) / differences.length
    effect += ((cases[position]?.testCase.weight ?? 0) / total) * mean
  }
  return changed.length === 0 ? null : effect
}

/** Names of the checks and ids of the rubric items that scored a changed answer lower than the one before. */
export function noticing({ before, after }: ChangedAnswer): string[] {
  return [
    ...after.checks.flatMap(({ name, score }, index) => (score < (before.checks[index]?.score ?? score) ? [name] : [])),
    ...after.judge.flatMap(({ id, score }) => {
      const earlier = before.judge.find((item) => item.id === id)?.score
      return score !== undefined && earlier !== undefined && score < earlier ? [id] : []
    }),
  ]
}

/** Below this share of the changed answers a lower score may be a slip of the judge. */
const noticeableShare = 0.15

/** What noticed a fair share of the changed answers, the most attentive first. */
function noticedBy(changed: readonly ChangedAnswer[]): string[] {
  const counts = new Map<string, number>()
  for (const name of changed.flatMap(noticing)) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts]
    .filter(([, count]) => count >= noticeableShare * changed.length)
    .sort(([a, most], [b, more]) => more - most || (a < b ? -1 : 1))
    .map(([name]) => name)
}

/** Share of the changed answers that anything noticed; null for none. */
export function noticedShare(changed: readonly ChangedAnswer[]): number | null {
  return changed.length === 0 ? null : changed.filter((answer) => noticing(answer).length > 0).length / changed.length
}

async function* inOrder<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}
