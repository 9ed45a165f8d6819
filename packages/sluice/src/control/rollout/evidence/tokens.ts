import type { Arm } from '@sluice/client'
import type { RolloutSettings } from '../../../records/rollout-settings.ts'
import type { IgnoredReason } from './admit.ts'
import { type LimitSketches, type Limits, newLimits, newSketches } from './flag-limits.ts'
import { newJudgedRatio } from './judged-ratio.ts'
import type { FlagSums, ScoreSums } from './signal-sums.ts'
import type { Flag } from './unit-memory.ts'

/** Flags that may decide. */
type DecidingFlag = Exclude<Flag, 'overCost'>

/** What speaks for and against the canary. Additive. */
export interface DecidingSums {
  score: ScoreSums
  feedback: ScoreSums
  flags: Record<DecidingFlag, FlagSums>
  /** Distinct users. */
  users: Record<Arm, number>
}

/** What the outcomes of one token say. */
export interface TokenEvidence {
  /** Null: of outcomes that do not say whose they are. `others`: of all tokens that came after the first ones. */
  tokenId: string | null
  /** Requests that count, by arm. */
  requests: Record<Arm, number>
  /** Failed ones of them. */
  errors: Record<Arm, number>
  /** Distinct users. */
  users: Record<Arm, number>
  /** Users by stage, and by the stage in which this token saw them as incumbents before (first: in none): incumbent, canary. */
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
  /** Null while no other token has said anything: then it is the whole. */
  own: DecidingSums | null
  /** What is usual for this token's incumbents: what another one reports of its own makes no canary seem fast. Null like `own`. */
  usual: Usual | null
  /** When it reported the first and the last request that counts, ms since the epoch. */
  firstAt: number | null
  lastAt: number | null
}

interface Usual {
  limits: Limits
  sketches: LimitSketches
}

/** So many tokens are told apart; what those say who come later counts as one. */
const mostApart = 16

const others = 'others'

/** Of all tokens; `EvidenceSums` is such a one. */
interface WholeSums extends Omit<DecidingSums, 'users'> {
  arms: Record<Arm, { users: number }>
}

interface Told {
  sums: WholeSums & Pick<Usual, 'sketches'>
  limits: Limits
  testimony: TokenEvidence[]
}

/** Index of what a token has said so far; added where it says something for the first time. */
export function tokenIndexOf(
  { sums, limits, testimony }: Told,
  tokenId: string | null,
  settings: RolloutSettings,
): number {
  const found = testimony.findIndex((one) => one.tokenId === tokenId)
  if (found >= 0) return found
  if (testimony.length > mostApart) return mostApart
  // As long as there was one token alone, all was its own.
  for (const one of testimony) {
    one.own ??= structuredClone(decidingSums(sums))
    one.usual ??= structuredClone({ limits, sketches: sums.sketches })
  }
  const isFirst = testimony.length === 0
  testimony.push({
    tokenId: testimony.length < mostApart ? tokenId : others,
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
  return testimony.length - 1
}

function newAtRisk(): TokenEvidence['atRisk'] {
  const none = () => ({ stage: { incumbent: 0, canary: 0 }, window: { incumbent: 0, canary: 0 } })
  return { errors: none(), slow: none(), stalled: none(), slowAny: none(), safety: none(), overCost: none() }
}

/** A token falls silent when this long, and this many times as long as it usually takes, nothing has come of it. */
const fallsSilent = { ms: 120_000, gaps: 20 }

/** Whether nothing comes of a token any more while others report: it was replaced, or its application has ended. */
export function isSilent({ firstAt, lastAt, requests }: TokenEvidence, lastRequestAt: number | null): boolean {
  if (firstAt === null || lastAt === null || lastRequestAt === null) return false
  const gap = (lastAt - firstAt) / Math.max(1, requests.incumbent + requests.canary - 1)
  return lastRequestAt - lastAt > Math.max(fallsSilent.ms, fallsSilent.gaps * gap)
}

/** In the first seconds anybody may be the only one: whoever has said less waits until others have had this long to speak, in ms. */
const silentMs = 10_000
const saidEnough = 100

/** Whether it is too early to go by `count` users or requests: others may not have had the time to report. */
export function isEarly({ firstAt }: { firstAt: number | null }, count: number, now: number): boolean {
  return count < saidEnough && (firstAt === null || now - firstAt < silentMs)
}

/** What all outcomes together say; shares the sums. */
export function decidingSums({ score, feedback, flags, arms }: WholeSums): DecidingSums {
  const { errors, slow, stalled, slowAny, safety } = flags
  const users = { incumbent: arms.incumbent.users, canary: arms.canary.users }
  return { score, feedback, flags: { errors, slow, stalled, slowAny, safety }, users }
}

/** Added number by number. */
export function sumOfTokens(cases: readonly DecidingSums[], none: DecidingSums): DecidingSums {
  return cases.reduce((sum, one) => combined(sum, one, 1), emptied(none))
}

/** Number by number. */
export function difference(a: DecidingSums, b: DecidingSums): DecidingSums {
  return combined(a, b, -1)
}

/** As many of each, and all of them zero. */
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
