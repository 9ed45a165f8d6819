import { type Arm, position } from '@sluice/client'
import type { RequestEntry } from '../../records/outcome.ts'
import { ppmPerWhole } from '../../records/rollout/rollout-settings.ts'
import type { CanaryChange } from './scenario-answers.ts'
import type { Reporters } from './scenario-judge.ts'

/** Who reports a request. */
export type Reporter = Pick<RequestEntry, 'tokenId' | 'instance' | 'address'>

interface Process {
  /** Null if it is not known. */
  name: string | null
  isBroken: boolean
}

/** Which token reports the requests of a user. */
export function tokenOf({ tokens, liar }: Reporters, unit: string): string | null {
  if (tokens.length === 1 && liar === 0) return null
  let rest = position('token', unit) / ppmPerWhole
  const found = tokens.findIndex((share) => {
    rest -= share
    return rest < 0
  })
  return `app-${Math.max(0, found)}`
}

/** The process of the n-th request. It uses no random number, so a run differs only in its processes. */
export function processOf({ processes, broken }: Reporters, n: number): Process {
  if (processes === undefined) return { name: null, isBroken: false }
  const number = ((Math.imul(n, 2_654_435_761) >>> 0) >>> 8) % processes
  return { name: `process-${number}`, isBroken: broken && number === processes - 1 }
}

/** The name of the canary's process, which changes with each restart, or of the incumbent's. */
export function restartedProcess(
  { restartEvery }: Pick<CanaryChange['warmUp'], 'restartEvery'>,
  arm: Arm | null,
  at: number,
): string | null {
  if (restartEvery === undefined) return null
  return arm === 'canary' ? `canary-${Math.floor(at / restartEvery)}` : 'incumbent-0'
}
