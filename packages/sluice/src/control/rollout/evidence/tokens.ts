import type { Arm } from '@sluice/client'
import type { RolloutSettings } from '../../../records/rollout/rollout-settings.ts'
import type { IgnoredReason } from './admit.ts'
import { type LimitSketches, type Limits, newLimits, newSketches } from './flag-limits.ts'
import { newJudgedRatio } from './judged-ratio.ts'
import type { FlagSums, ScoreSums } from './signal-sums.ts'
import type { Flag } from './unit-memory.ts'

/** The flags that may roll a canary back. */
type DecidingFlag = Exclude<Flag, 'overCost'>

/** The sums from which the decision is computed. Additive. */
export interface DecidingSums {
  score: ScoreSums
  feedback: ScoreSums
  flags: Record<DecidingFlag, FlagSums>
  /** Distinct users. */
  users: Record<Arm, number>
}

/** The evidence in the outcomes of one token. */
export interface TokenEvidence {
  /** Null: of outcomes that do not say whose they are. `others`: of all tokens that came after the first ones. */
  tokenId: string | null
  /** Requests that count, by arm. */
  requests: Record<Arm, number>
  /** Failed ones of them. */
  errors: Record<Arm, number>
  /** Distinct users. */
  users: Record<Arm, number>
  /**
   * Users by stage, and by the stage in which this token saw them as incumbents before (first: in none): incumbent,
   * canary.
   */
  assigned: [number, number][][]
  /** Requests of users who had not raised the flag before: in the present stage, and in the present window. */
  atRisk: Record<Flag, { stage: Record<Arm, number>; window: Record<Arm, number> }>
  /** Candidates by stage: who could be judged. */
  candidates: Record<Arm, number>[]
  /** See `judged-ratio`: of all, and of the present window. */
  judged: number[]
  judgedLately: number[]
  /** Entries that could not count, by reason. */
  ignored: Partial<Record<IgnoredReason, number>>
  /** Null while there is no other token: then all sums are its own. */
  own: DecidingSums | null
  /**
   * What is usual for the incumbents of this token, so that reports of another token cannot make a canary seem fast.
   * Null like `own`.
   */
  usual: Usual | null
  /** When it reported the first and the last request that counts, ms since the epoch. */
  firstAt: number | null
  lastAt: number | null
}

interface Usual {
  limits: Limits
  sketches: LimitSketches
}

/** This many tokens have evidence of their own. Those that come later share one more. */
const mostApart = 16

const others = 'others'

/** The sums over all tokens, as in `EvidenceSums`. */
interface WholeSums extends Omit<DecidingSums, 'users'> {
  arms: Record<Arm, { users: number }>
}

interface Reported {
  sums: WholeSums & Pick<Usual, 'sketches'>
  limits: Limits
  testimony: TokenEvidence[]
}

/** The index of the evidence of a token, which is added at its first outcome. */
export function tokenIndexOf(
  { sums, limits, testimony: byToken }: Reported,
  tokenId: string | null,
  settings: RolloutSettings,
): number {
  const found = byToken.findIndex((one) => one.tokenId === tokenId)
  if (found >= 0) return found
  if (byToken.length > mostApart) return mostApart
  // Until now there was one token only: all evidence is its own.
  for (const one of byToken) {
    one.own ??= structuredClone(decidingSums(sums))
    one.usual ??= structuredClone({ limits, sketches: sums.sketches })
  }
  const isFirst = byToken.length === 0
  byToken.push({
    tokenId: byToken.length < mostApart ? tokenId : others,
    requests: { incumbent: 0, canary: 0 },
    errors: { incumbent: 0, canary: 0 },
    users: { incumbent: 0, canary: 0 },
    assigned: Array.from(settings.stages, (_, stage) =>
      Array.from({ length: stage + 1 }, (): [number, number] => [0, 0]),
    ),
    atRisk: newAtRisk(),
    candidates: settings.stages.map(() => ({ incumbent: 0, canary: 0 })),
    judged: newJudgedRatio(),
    judgedLately: newJudgedRatio(),
    ignored: {},
    own: isFirst ? null : emptied(decidingSums(sums)),
    usual: isFirst ? null : { limits: newLimits(settings), sketches: newSketches() },
    firstAt: null,
    lastAt: null,
  })
  return byToken.length - 1
}

function newAtRisk(): TokenEvidence['atRisk'] {
  const none = () => ({ stage: { incumbent: 0, canary: 0 }, window: { incumbent: 0, canary: 0 } })
  return { errors: none(), slow: none(), stalled: none(), slowAny: none(), safety: none(), overCost: none() }
}

/** A token is silent when nothing has come for this long, and for this many of its usual gaps. */
const fallsSilent = { ms: 120_000, gaps: 20 }

/** Whether a token has stopped reporting while others go on: it was replaced, or its application has ended. */
export function isSilent({ firstAt, lastAt, requests }: TokenEvidence, lastRequestAt: number | null): boolean {
  if (firstAt === null || lastAt === null || lastRequestAt === null) return false
  const gap = (lastAt - firstAt) / Math.max(1, requests.incumbent + requests.canary - 1)
  return lastRequestAt - lastAt > Math.max(fallsSilent.ms, fallsSilent.gaps * gap)
}

/** A token with fewer reports than `saidEnough` waits this long, in ms, so that other tokens can report as well. */
const silentMs = 10_000
const enoughEntries = 100

/** Whether it is too early to decide by `count` users or requests: other tokens may not have had time to report. */
export function isEarly({ firstAt }: { firstAt: number | null }, count: number, now: number): boolean {
  return count < enoughEntries && (firstAt === null || now - firstAt < silentMs)
}

/** The sums of all outcomes together. They are shared, not copied. */
export function decidingSums({ score, feedback, flags, arms }: WholeSums): DecidingSums {
  const { errors, slow, stalled, slowAny, safety } = flags
  const users = { incumbent: arms.incumbent.users, canary: arms.canary.users }
  return { score, feedback, flags: { errors, slow, stalled, slowAny, safety }, users }
}

/** The sum of all cases, number by number. */
export function sumOfTokens(cases: readonly DecidingSums[], none: DecidingSums): DecidingSums {
  return cases.reduce((sum, one) => combined(sum, one, 1), emptied(none))
}

/** a - b, number by number. */
export function difference(a: DecidingSums, b: DecidingSums): DecidingSums {
  return combined(a, b, -1)
}

/** Sums of the same shape, all zero. */
export function emptied(one: DecidingSums): DecidingSums {
  return combined(one, one, -1)
}

/** The tree of a + times b. */
function combined<T>(a: T, b: T, times: number): T {
  if (typeof a === 'number') return (a + times * Number(b)) as T
  if (Array.isArray(a)) return a.map((value, i) => combined(value, (b as unknown[])[i], times)) as T
  const tree: Record<string, unknown> = {}
  for (const key in a) tree[key] = combined(a[key], b[key], times)
  return tree as T
}
