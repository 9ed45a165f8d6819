import { type Ledger, sumLedgers } from '../answers/ledger.ts'
import type { RunProof } from '../report/run-proof.ts'
import { costOf } from '../report/summarize.ts'
import { coverageOf } from '../run/coverage.ts'
import type { CaseScores } from '../run/score-table.ts'

/** What a feature's run leaves behind that counts. */
interface ProvenRun {
  table: { cases: readonly CaseScores[] }
  ledger: Ledger
  /** Undefined where nobody counted them before. */
  suiteCases: number | undefined
}

/** Sums up what was looked at and asked. `known` and `affected` are null where the command does not ask. */
export function proveRun(
  runs: readonly ProvenRun[],
  { known = null, affected = null }: { known?: number | null; affected?: number | null } = {},
): RunProof {
  const parts = runs.map(({ table: { cases }, suiteCases = cases.length }) => {
    const coverage = coverageOf(cases, 'candidate')
    const baseline = coverageOf(cases, 'baseline')
    return {
      cases: Math.max(suiteCases, cases.length),
      casesAsked: cases.filter(({ candidate }) => candidate.length > 0).length,
      casesScored: coverage.scored + coverage.checkFailed,
      answers: coverage.answers + baseline.answers,
      answersScored: coverage.answersScored + baseline.answersScored,
    }
  })
  const total = (key: keyof (typeof parts)[number]) => parts.reduce((sum, part) => sum + part[key], 0)
  const ledger = sumLedgers(runs.map((run) => run.ledger))
  const { usd, unpricedCalls, inputTokens, outputTokens } = costOf(ledger)
  return {
    featuresKnown: known,
    featuresAffected: affected,
    featuresJudged: parts.filter(({ casesScored }) => casesScored > 0).length,
    cases: total('cases'),
    casesAsked: total('casesAsked'),
    casesScored: total('casesScored'),
    answers: total('answers'),
    answersScored: total('answersScored'),
    calls: ledger.misses,
    failedCalls: ledger.failed,
    fromStore: ledger.hits,
    fromRecordings: ledger.recorded,
    oldestStored: ledger.oldestStored === undefined ? null : new Date(ledger.oldestStored).toISOString(),
    inputTokens,
    outputTokens,
    usd,
    unpricedCalls,
  }
}
