import { type Clock, elapsedSince, type Moment, momentOf } from '@sluice/client'
import { type BackoffSettings, backoffMs } from '../../backoff.ts'
import { dayMs, hourMs } from '../../time-units.ts'
import type { EvidenceCheck } from './evidence-check.ts'
import type { LateCheck } from './github-progress.ts'

/**
 * The checks that GitHub did not take, and when each is tried again: of each commit and feature the newest one, since
 * they have one name there, and the last word counts. Which they are is stored.
 */
export interface RefusedChecks {
  /** Whether GitHub takes nothing at present: for this commit, or of the token for any; null: it may be asked. */
  refused(commit: string): 'commit' | 'token' | null
  /** Keeps what is to be said later, in place of what was to be said of the commit before. */
  keep(check: EvidenceCheck): void
  /** Notes a refusal. Whether it is the first one in a row, and in how many ms it is tried again. */
  refuse(check: EvidenceCheck, whose: 'commit' | 'token'): { isFirst: boolean; waitMs: number }
  /** Notes that it was said, or never can be: what is older must not be said after it. */
  accept(check: EvidenceCheck): void
  /** What may be tried again now. */
  due(): EvidenceCheck[]
  /** What is kept. */
  late(): LateCheck[]
  /** Drops what is not among these, and returns what is, but not here. */
  adopt(late: readonly LateCheck[]): LateCheck[]
}

const backoff: BackoffSettings = { firstMs: 300_000, longestMs: 6 * hourMs }
/** So many of the checks that wait are kept, the newest ones, each with a text of some kB. */
const mostKept = 100
/** What could not be said for so long is left out: its place on GitHub would be wrong. */
export const staleMs = 7 * dayMs

export function createRefusedChecks(clock: Clock): RefusedChecks {
  /** What was refused, by commit; null stands for the token. */
  const refusals = new Map<string | null, { failures: number; since: Moment; waitMs: number }>()
  const kept = new Map<string, { check: EvidenceCheck; since: Moment }>()
  const isWaiting = (commit: string | null) => {
    const last = refusals.get(commit)
    return last !== undefined && elapsedSince(clock, last.since) < last.waitMs
  }
  const keyOf = ({ commit, feature }: EvidenceCheck) => `${commit} ${feature}`

  function refused(commit: string): 'commit' | 'token' | null {
    if (isWaiting(null)) return 'token'
    return isWaiting(commit) ? 'commit' : null
  }

  function keep(check: EvidenceCheck): void {
    const key = keyOf(check)
    const before = kept.get(key)
    const isKnown = before?.check.seq === check.seq
    if (!isKnown) kept.delete(key)
    kept.set(key, { check, since: isKnown ? before.since : momentOf(clock) })
    for (const oldest of kept.keys()) {
      if (kept.size <= mostKept) break
      kept.delete(oldest)
    }
  }

  return {
    refused,
    keep,
    refuse(check, whose) {
      const key = whose === 'commit' ? check.commit : null
      const failures = refusals.get(key)?.failures ?? 0
      const waitMs = backoffMs(backoff, failures)
      refusals.set(key, { failures: failures + 1, since: momentOf(clock), waitMs })
      keep(check)
      return { isFirst: failures === 0, waitMs }
    },
    accept(check) {
      refusals.delete(check.commit)
      refusals.delete(null)
      kept.delete(keyOf(check))
    },
    due() {
      for (const [key, { since }] of kept) if (elapsedSince(clock, since) > staleMs) kept.delete(key)
      return [...kept.values()].flatMap(({ check }) => (refused(check.commit) === null ? [check] : []))
    },
    late: () => [...kept.values()].map(({ check: { feature, commit, seq } }) => ({ feature, commit, seq })),
    adopt(late) {
      for (const [key, { check }] of kept) if (!late.some((one) => isSame(one, check))) kept.delete(key)
      return late.filter((one) => ![...kept.values()].some(({ check }) => isSame(one, check)))
    },
  }
}

function isSame(a: LateCheck, b: LateCheck): boolean {
  return a.feature === b.feature && a.commit === b.commit && a.seq === b.seq
}
