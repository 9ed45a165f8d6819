import { type Ledger, sumLedgers } from '../../core/answers/ledger.ts'
import type { RunProof } from '../../records/report/report.ts'
import { formatAmount, formatCount, formatUsd } from '../../text/format.ts'
import { coverageOf } from '../run/coverage.ts'
import type { CaseScores } from '../run/score-table.ts'
import { costOf } from './measured-feature.ts'

/** One or two sentences that a reader can hold against each other and against the numbers of the features. */
export function proofLine(proof: RunProof): string {
  return `${scopeSentence(proof)} ${modelSentence(proof)}`
}

function scopeSentence(proof: RunProof): string {
  const { featuresKnown, featuresAffected, featuresJudged, cases, casesAsked, casesScored } = proof
  const { answers, answersScored } = proof
  const of = featuresAffected ?? featuresKnown
  const which = featuresAffected === null ? '' : 'affected '
  const known = featuresAffected === null || featuresKnown === null ? '' : ` (${formatCount(featuresKnown)} known)`
  const features =
    of === null
      ? formatAmount(featuresJudged, 'feature')
      : `${formatCount(featuresJudged)} of ${formatAmount(of, `${which}feature`)}${known}`
  if (answers === 0 && casesAsked === 0) return `Judged ${features}: no case was asked.`
  const unasked = casesAsked < cases ? `, ${formatCount(cases - casesAsked)} never asked` : ''
  return (
    `Judged ${features}: ${formatCount(casesScored)} of ${formatAmount(cases, 'case')} scored${unasked}, ` +
    `${formatCount(answersScored)} of ${formatAmount(answers, 'answer')} scored.`
  )
}

function modelSentence(proof: RunProof): string {
  const { calls, failedCalls, fromStore, fromRecordings, oldestStored } = proof
  const questions = calls + fromStore + fromRecordings
  const failed = failedCalls === 0 ? '' : `, ${formatCount(failedCalls)} failed`
  const none =
    failedCalls === 0 ? 'No model was called in this run' : `No call of a model was answered in this run${failed}`
  if (questions === 0) return `${none}.`
  const oldest = oldestStored === null || fromStore === 0 ? '' : `, the oldest of ${oldestStored.slice(0, 10)}`
  if (calls > 0) {
    const recordings = fromRecordings === 0 ? '' : `, ${formatCount(fromRecordings)} from recordings`
    const stored = `${formatCount(fromStore)} answered from the store${oldest}`
    return `${formatAmount(questions, 'question')} to models: ${formatAmount(calls, 'call')}${failed}, ${stored}${recordings}; ${tokens(proof)}, ${price(proof)}.`
  }
  const sources = [
    ...(fromStore > 0 ? [`${answered(fromStore, questions, proof)} from the store${oldest}`] : []),
    ...(fromRecordings > 0 ? [`${answered(fromRecordings, questions, proof)} from recordings`] : []),
  ]
  return `${none}: ${sources.join(', ')}.`
}

/** "All" only where nothing lacks a score: a question without any answer is in neither number. */
function answered(some: number, all: number, { answers, answersScored }: RunProof): string {
  if (some < all) return `${formatCount(some)} of ${formatAmount(all, 'question')} answered`
  if (answersScored < answers) return `${formatAmount(all, 'question was', 'questions were')} answered`
  return all === 1 ? 'its 1 question was answered' : `all ${formatAmount(all, 'question')} were answered`
}

function tokens({ inputTokens, outputTokens }: Pick<RunProof, 'inputTokens' | 'outputTokens'>): string {
  if (inputTokens === null || outputTokens === null) return 'tokens unknown'
  return `${formatCount(inputTokens)} tokens in, ${formatCount(outputTokens)} out`
}

function price({ usd, unpricedCalls }: Pick<RunProof, 'usd' | 'unpricedCalls'>): string {
  if (usd === null) return 'cost unknown'
  return unpricedCalls === 0
    ? formatUsd(usd)
    : `${formatUsd(usd)} without ${formatAmount(unpricedCalls, 'call')} of unknown price`
}

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
