import type { Arm } from '@sluice/client'
import type { RolloutSettings } from '../suite/rollout-settings.ts'
import type { Reason } from './admit.ts'
import { newJudgedRatio } from './judged-ratio.ts'
import type { FlagSums, ScoreSums } from './signal-sums.ts'

/** Flags that may decide. */
type DecidingFlag = 'errors' | 'slow' | 'safety'

/** What speaks for and against the canary. Additive. */
export interface DecidingSums {
  score: ScoreSums
  feedback: ScoreSums
  flags: Record<DecidingFlag, FlagSums>
  /** Distinct users. */
  users: Record<Arm, number>
}

/** What the outcomes of one token say. */
export interface Testimony {
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
  /** See `judged-ratio`. */
  judged: number[]
  /** Entries that could not count, by reason. */
  ignored: Partial<Record<Reason, number>>
  /** Null while no other token has said anything: then it is the whole. */
  own: DecidingSums | null
}

/** So many tokens are told apart; what those say who come later counts as one. */
const mostApart = 16

const others = 'others'

/** Of all tokens; `EvidenceSums` is such a one. */
interface WholeSums extends Omit<DecidingSums, 'users'> {
  arms: Record<Arm, { users: number }>
}

interface Told {
  sums: WholeSums
  testimony: Testimony[]
}

/** Index of what a token has said so far; added where it says something for the first time. */
export function sourceOf({ sums, testimony }: Told, tokenId: string | null, { stages }: RolloutSettings): number {
  const found = testimony.findIndex((one) => one.tokenId === tokenId)
  if (found >= 0) return found
  if (testimony.length > mostApart) return mostApart
  // As long as there was one token alone, all was its own.
  for (const one of testimony) one.own ??= structuredClone(decidingSums(sums))
  testimony.push({
    tokenId: testimony.length < mostApart ? tokenId : others,
    requests: { incumbent: 0, canary: 0 },
    errors: { incumbent: 0, canary: 0 },
    users: { incumbent: 0, canary: 0 },
    assigned: Array.from(stages, (_, stage) => Array.from({ length: stage + 1 }, (): [number, number] => [0, 0])),
    judged: newJudgedRatio(),
    ignored: {},
    own: testimony.length === 0 ? null : emptied(decidingSums(sums)),
  })
  return testimony.length - 1
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
  const { errors, slow, safety } = flags
  const users = { incumbent: arms.incumbent.users, canary: arms.canary.users }
  return { score, feedback, flags: { errors, slow, safety }, users }
}

/** Added number by number. */
export function sumOfTokens(cases: readonly DecidingSums[], none: DecidingSums): DecidingSums {
  const sum = emptied(none)
  for (const one of cases) addTree(sum, one)
  return sum
}

function emptied(one: DecidingSums): DecidingSums {
  const copy = structuredClone(one)
  zeroTree(copy)
  return copy
}

type Tree = Record<string, unknown>

function addTree(to: object, more: object): void {
  for (const key of Object.keys(to)) {
    const value = (to as Tree)[key]
    if (typeof value === 'number') (to as Tree)[key] = value + Number((more as Tree)[key])
    else addTree(value as object, (more as Tree)[key] as object)
  }
}

function zeroTree(tree: object): void {
  for (const key of Object.keys(tree)) {
    const value = (tree as Tree)[key]
    if (typeof value === 'number') (tree as Tree)[key] = 0
    else zeroTree(value as object)
  }
}
