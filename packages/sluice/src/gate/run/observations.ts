import type { Stage } from '../../core/answers/answer-store.ts'
import type { AnswerSource } from '../../core/answers/ledger.ts'
import { providerName } from '../../core/suite/models/model.ts'
import type { CaseDetail, VersionRole } from '../../records/report/case-detail.ts'
import type { JudgedClaims } from '../../records/report/judged-claims.ts'
import { formatAmount } from '../../text/format.ts'
import type { ResultRow } from './results.ts'

/** What is counted while cases are scored, beside the scores. */
export interface Observations {
  /** Latencies of the candidate's answers in ms, as measured when they were first given. */
  latencies: number[]
  /** Answers of the judge that quote the output, and how many of those quotes do not occur in it. */
  quotes: number
  quotesNotFound: number
  /** What became of the claims that the judge listed, of both versions. */
  claims: ClaimCounts
  /** Single repeats without a score, whatever became of their case. */
  unscoredRepeats: number
  /** Repeats without a score because the budget was spent. */
  budgetStops: number
  /** Answers that were asked for, by role. */
  answers: Record<VersionRole, number>
  /** Answers that never came, by role and cause. */
  lost: Map<string, LostAnswers>
  /** The number of answers from which reasoning was removed. */
  reasoned: number
  /** The number of answers that were judged without the images and PDFs that they are about. */
  judgedUnseen: number
  origins: AnswerOrigins
}

/** The claims of all answers, by version and together. */
export interface ClaimCounts {
  answers: Record<VersionRole, number>
  listed: Record<VersionRole, number>
  /** Quotes of sources, and those of them that do not stand there. */
  quotes: number
  quotesNotFound: number
  /** Claims that are not in the output. */
  dropped: number
  /** Answers that make more claims than are listed. */
  cut: number
}

/** All answers of one version that were lost in the same way. */
export interface LostAnswers {
  role: VersionRole
  cause: string
  wayOut: string
  count: number
}

/** How many answers of one provider, for one purpose, come from recordings. */
interface AnswerOrigin {
  stage: Stage
  provider: string
  answers: number
  recorded: number
}

/** Counts where answers come from. */
interface AnswerOrigins {
  add(model: string, stage: Stage, source: AnswerSource): void
  all(): AnswerOrigin[]
}

export function noObservations(): Observations {
  return {
    latencies: [],
    quotes: 0,
    quotesNotFound: 0,
    claims: { answers: none(), listed: none(), quotes: 0, quotesNotFound: 0, dropped: 0, cut: 0 },
    unscoredRepeats: 0,
    budgetStops: 0,
    answers: none(),
    lost: new Map(),
    reasoned: 0,
    judgedUnseen: 0,
    origins: createAnswerOrigins(),
  }
}

const none = (): Record<VersionRole, number> => ({ candidate: 0, baseline: 0 })

function createAnswerOrigins(): AnswerOrigins {
  const origins = new Map<string, AnswerOrigin>()
  return {
    add(model, stage, source) {
      const provider = providerName(model)
      const key = `${stage} ${provider}`
      const origin = origins.get(key) ?? { stage, provider, answers: 0, recorded: 0 }
      origin.answers += 1
      if (source === 'recording') origin.recorded += 1
      origins.set(key, origin)
    },
    all: () => [...origins.values()],
  }
}

export function observeDetail(observations: Observations, role: VersionRole, detail: CaseDetail): void {
  if (role === 'candidate' && detail.latencyMs !== undefined) observations.latencies.push(detail.latencyMs)
  if (detail.score === undefined) observations.unscoredRepeats += 1
  if (detail.state === 'budgetStopped') observations.budgetStops += 1
  observations.answers[role] += 1
  if (detail.reasoning !== undefined) observations.reasoned += 1
  if (detail.files !== undefined && detail.judge.length > 0) observations.judgedUnseen += 1
  if (detail.lost) {
    const key = `${role} ${detail.lost.cause}`
    const count = (observations.lost.get(key)?.count ?? 0) + 1
    observations.lost.set(key, { role, ...detail.lost, count })
  }
  for (const { evidence, evidenceFound, claims } of detail.judge) {
    if (claims) observeClaims(observations.claims, role, claims)
    if (evidence === '') continue
    observations.quotes += 1
    if (!evidenceFound) observations.quotesNotFound += 1
  }
}

function observeClaims(counts: ClaimCounts, role: VersionRole, { list, dropped, cut }: JudgedClaims): void {
  counts.answers[role] += 1
  counts.listed[role] += list.length
  counts.quotes += list.filter(({ quote }) => quote !== '').length
  counts.quotesNotFound += list.filter(({ said }) => said !== undefined).length
  counts.dropped += dropped
  counts.cut += Number(cut)
}

/** How complete the lists of claims are, and what became of those that are not what the judge says. */
export function claimNotes({ answers, listed, quotes, quotesNotFound, dropped, cut }: ClaimCounts): string[] {
  const each = (['candidate', 'baseline'] as const)
    .filter((role) => answers[role] > 0)
    .map((role) => `${(listed[role] / answers[role]).toFixed(1)} claims for each answer of the ${role}`)
  if (each.length === 0) return []
  return [
    `The judge listed ${each.join(' and ')}; what it does not list is not held against the sources.`,
    ...(quotesNotFound > 0
      ? [`${quotesNotFound} of ${quotes} quotes of sources do not occur there; those claims count as unsupported.`]
      : []),
    ...(dropped > 0 ? [`${formatAmount(dropped, 'claim')} of the judge not in the output, and left out.`] : []),
    ...(cut > 0 ? [`The claims of ${formatAmount(cut, 'answer')} are too many to list them all.`] : []),
  ]
}

/** How often the judge contradicts itself. */
interface Flips {
  /** The share of the answers asked again that differ from the one before; null where none was. */
  flipRate: number | null
  /** Rubric answers of a text that another repeat of the case gave too. */
  askedAgain: number
}

export function flipsOf(rows: Iterable<ResultRow>): Flips {
  let askedAgain = 0
  let flipped = 0
  let seen = new Map<string, CaseDetail['judge']>()
  let current = ''
  for (const { position, role, detail } of rows) {
    if (`${position} ${role}` !== current) {
      current = `${position} ${role}`
      seen = new Map()
    }
    if (detail.output === undefined || detail.judge.length === 0) continue
    const before = seen.get(detail.output)
    seen.set(detail.output, detail.judge)
    for (const [index, item] of detail.judge.entries()) {
      const other = before?.[index]
      if (!other) continue
      askedAgain += 1
      if (other.verdict !== item.verdict) flipped += 1
    }
  }
  return { flipRate: askedAgain === 0 ? null : flipped / askedAgain, askedAgain }
}
