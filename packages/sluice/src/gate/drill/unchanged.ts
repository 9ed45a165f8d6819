import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { casesOf, chooseSuite } from '../../core/suite/prompt/suites.ts'
import type { CaseDetail } from '../../records/report/case-detail.ts'
import type { UnchangedCause, UnchangedRate, UnchangedReport } from '../../records/report/unchanged-report.ts'
import { clopperPearson, type Random } from '../../stats/index.ts'
import { doubtAboutPass, withJudge } from '../calibration/judge-reason.ts'
import { keepUnchanged, measureId } from '../last-unchanged.ts'
import { costOf } from '../report/measured-feature.ts'
import { reproduction } from '../report/reproduction.ts'
import { measuredOfAnswer } from '../run/measuring-checks.ts'
import { noObservations } from '../run/observations.ts'
import { createScoreTable } from '../run/score-table.ts'
import type { RunContext } from '../run/session.ts'
import { runGate } from '../run-gate.ts'
import type { FinalVerdict } from '../verdict/verdict.ts'
import { type DrillBench, openBench } from './drill-bench.ts'
import { randomFor } from './seeded.ts'

export interface UnchangedOptions {
  suite?: string | undefined
  seed: number
  /** How many runs of the gate. */
  runs: number
  /** Answers of each case to draw from. */
  repeats?: number | undefined
  /** ms since the epoch. */
  now: number
}

/** Three answers for each version: most runs of an unchanged version are decided by then, and draw no answer twice. */
const usualAnswers = 6

/**
 * Runs a version against itself through the gate, and counts the runs that would have stopped it: its rate of false
 * alarms. Each run deals the answers of a case anew to the two versions, none to both while there are enough. Answers
 * to one request are exchangeable, so each run by itself is distributed as one that had asked anew.
 */
export async function drillUnchanged(
  prompt: Prompt,
  options: UnchangedOptions,
  context: RunContext,
): Promise<UnchangedReport> {
  const { runs, seed } = options
  const { project, session, progress } = context
  const suite = chooseSuite(prompt, options.suite)
  progress.label(prompt.feature)
  const bench = await openBench(prompt, { suite, repeats: options.repeats ?? usualAnswers, seed }, context)
  const { ledger, judge } = bench.kept
  const judgeDoubt = doubtAboutPass(bench.restsOn, bench.settings.judge)
  const details = bench.cases.map(({ answers }) => answers.map(({ detail }) => detail))
  const fault = faultOf(details)
  const played = fault ? [] : await playAll(runs, details, bench)
  const cases = casesOf(project.files, prompt, suite, { root: project.config.root })
  const isJudged = ledger.judgeCalls > 0 && judge !== undefined
  const report: UnchangedReport = {
    schema: 'sluice.unchanged/1',
    at: new Date(options.now).toISOString(),
    ...{ feature: prompt.feature, suite, version: prompt.id, judge: isJudged ? judge.id : null },
    measure: await measureId(prompt, cases, bench.settings),
    seed,
    state: fault?.state ?? 'measured',
    message: fault?.message ?? null,
    ...{ runs: played.length, cases: details.length },
    answersPerCase: Math.max(0, ...details.map((answers) => answers.length)),
    drawnAgain: played.length === 0 ? null : sumOf(played, ({ again }) => again) / sumOf(played, ({ draws }) => draws),
    blocked: rateOf(played, ({ final }) => isBlocked(final)),
    failed: rateOf(played, ({ final }) => final.verdict === 'fail'),
    weakPasses: rateOf(played, ({ final }) => final.verdict === 'pass' && final.strength === 'weak'),
    causes: causesOf(played, judgeDoubt?.blocks === true),
    judgeDoubt,
    byJudge: isJudged ? rateOf(played, ({ isByJudge }) => isByJudge) : null,
    ...{ calls: ledger.misses, fromStore: ledger.hits, fromRecordings: ledger.recorded, usd: costOf(ledger).usd },
    reproduce: reproduction(['drill', prompt.feature], {
      '--unchanged': runs,
      '--suite': options.suite,
      '--seed': seed,
      '--repeats': options.repeats,
    }),
    exitCode: fault ? (fault.state === 'incomplete' ? 4 : 2) : 0,
  }
  if (!fault) keepUnchanged(session.database, report)
  return report
}

/** Why no rate can be measured with these answers. */
function faultOf(cases: readonly CaseDetail[][]): Pick<UnchangedReport, 'state' | 'message'> | undefined {
  if (cases.some((answers) => answers.some(({ state }) => state === 'budgetStopped'))) {
    const message =
      'The budget ended before every answer was there. What was answered is kept: the same command with a larger --budget-usd goes on.'
    return { state: 'incomplete', message }
  }
  if (cases.every((answers) => answers.every(({ score }) => score === undefined))) {
    return { state: 'incomplete', message: 'No answer has a score: sluice eval shows why.' }
  }
  if (cases.some((answers) => new Set(answers.map(({ score }) => score)).size > 1)) return undefined
  const most = Math.max(0, ...cases.map((answers) => answers.length))
  const message =
    most < 2
      ? 'Each case has a single answer, as a recording has: answers that cannot vary say nothing of false alarms. Record more, or ask a live model.'
      : `In no case do the ${most} answers differ in score, so every run would be the same and false alarms cannot be measured. Recorded answers and temperature 0 cause this.`
  return { state: 'cannot-vary', message }
}

interface PlayedRun {
  /** The verdict that the gate gives. */
  final: FinalVerdict
  /** What the scores alone come to, whether or not the judge may gate. */
  byScores: FinalVerdict
  /** Answers that were dealt, and those of them that the run had dealt before. */
  draws: number
  again: number
  isByJudge: boolean
}

async function playAll(runs: number, details: readonly CaseDetail[][], bench: DrillBench): Promise<PlayedRun[]> {
  const scores = details.map((answers) => answers.map(({ score }) => score))
  const steady = details.map(withAverageJudge)
  const played: PlayedRun[] = []
  for (let run = 1; run <= runs; run += 1) {
    const one = await playOnce(run, { details, scores }, bench)
    const { byScores } = one
    const isByJudge =
      isBlocked(byScores) && !isBlocked((await playOnce(run, { details, scores: steady }, bench)).byScores)
    played.push({ ...one, final: withJudge(byScores, bench.restsOn, bench.settings.judge), isByJudge })
  }
  return played
}

/** One run of the gate, with the answers of each case dealt to both versions in an order of its own. */
async function playOnce(
  run: number,
  { details, scores }: { details: readonly CaseDetail[][]; scores: readonly (number | undefined)[][] },
  { kept, cases, policy, settings, seed }: DrillBench,
): Promise<Pick<PlayedRun, 'byScores' | 'draws' | 'again'>> {
  const table = createScoreTable()
  for (const [position, { testCase }] of cases.entries()) table.add(position, testCase)
  const dealers = details.map((answers, position) =>
    dealer(answers.length, randomFor(seed, 'unchanged', run, position)),
  )
  let [draws, again] = [0, 0]
  const score = async (
    turns: number,
    wanted: (role: 'candidate' | 'baseline', position: number) => boolean = () => true,
  ) => {
    for (const [position, answerAt] of dealers.entries()) {
      for (const [seat, role] of (['candidate', 'baseline'] as const).entries()) {
        if (!wanted(role, position)) continue
        for (let turn = (table.cases[position]?.[role].length ?? 0) + 1; turn <= turns; turn += 1) {
          const place = 2 * (turn - 1) + seat
          const answers = details[position] ?? []
          const answer = answerAt(place)
          const detail = answers[answer]
          draws += 1
          if (place >= answers.length) again += 1
          table.record(position, role, turn, detail?.state ?? 'modelError', scores[position]?.[answer], {
            measured: detail ? measuredOfAnswer(detail) : [],
          })
        }
      }
    }
  }
  const rerun = { ...kept, baseline: kept.candidate, table, observations: noObservations(), score }
  const { final } = await runGate(rerun, policy, settings)
  return { byScores: final, draws, again }
}

/**
 * Says which of `count` answers lies at a place: all of them in some order, then all again in another. In one order
 * again, each version would keep the same half of them, and further repeats would say nothing new.
 */
export function dealer(count: number, random: Random): (place: number) => number {
  const order: number[] = []
  return (place) => {
    while (order.length <= place) {
      const left = Array.from({ length: Math.max(1, count) }, (_, index) => index)
      while (left.length > 0) order.push(...left.splice(Math.floor(random.uniform() * left.length), 1))
    }
    return order[place] ?? 0
  }
}

/** The scores of a case, had each question to the judge its average answer. A failed `must` check keeps its 0. */
function withAverageJudge(answers: readonly CaseDetail[]): (number | undefined)[] {
  const sums = new Map<string, { sum: number; count: number }>()
  for (const { id, score } of answers.flatMap(({ judge }) => judge)) {
    if (score === undefined) continue
    const { sum, count } = sums.get(id) ?? { sum: 0, count: 0 }
    sums.set(id, { sum: sum + score, count: count + 1 })
  }
  return answers.map(({ state, score, checks, judge }) => {
    if (state !== 'scored' || score === undefined) return score
    const judged = judge.filter((item) => item.score !== undefined)
    const total = [...checks, ...judged].reduce((sum, { weight }) => sum + weight, 0)
    const moved = judged.reduce((sum, { id, weight, score: own = 0 }) => {
      const { sum: all = own, count = 1 } = sums.get(id) ?? {}
      return sum + weight * (all / count - own)
    }, 0)
    return total === 0 ? score : Math.min(1, Math.max(0, score + moved / total))
  })
}

function isBlocked({ exitCode }: FinalVerdict): boolean {
  return exitCode !== 0
}

const causeOf: Record<string, UnchangedCause> = {
  regression: 'difference',
  'below-threshold': 'threshold',
  'tag-regression': 'tags',
  'critical-case': 'critical',
  coverage: 'coverage',
}

/** @param judgeBlocks whether the state of the judge alone stops every run */
function causesOf(played: readonly PlayedRun[], judgeBlocks: boolean): UnchangedReport['causes'] {
  const found = played.map(({ byScores }) => {
    const codes = isBlocked(byScores) ? byScores.reasons.map(({ code }) => causeOf[code] ?? 'undecided') : []
    return new Set<UnchangedCause>([...codes, ...(judgeBlocks ? (['judge'] as const) : [])])
  })
  return (['difference', 'threshold', 'tags', 'critical', 'coverage', 'undecided', 'judge'] as const)
    .map((cause) => ({ cause, ...shareOf(found.filter((causes) => causes.has(cause)).length, played.length) }))
    .filter(({ runs }) => runs > 0)
}

function rateOf(played: readonly PlayedRun[], happened: (run: PlayedRun) => boolean): UnchangedRate {
  return shareOf(played.filter(happened).length, played.length)
}

/** With the exact interval of the runs as they are dealt (Clopper & Pearson 1934). */
function shareOf(runs: number, of: number): UnchangedRate {
  return of === 0 ? { runs, rate: null, low: null, high: null } : { runs, rate: runs / of, ...clopperPearson(runs, of) }
}

function sumOf<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0)
}
