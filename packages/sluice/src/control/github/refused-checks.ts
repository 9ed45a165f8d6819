import { type Clock, elapsedSince, type Moment, momentOf } from '@sluice/client'
import { type BackoffSettings, backoffMs } from '../../backoff.ts'
import { dayMs, hourMs } from '../../time-units.ts'
import type { EvidenceCheck } from './evidence-check.ts'
import type { LateCheck } from './github-progress.ts'

/** The checks that GitHub did not take, and when each is tried again. Which they are is stored with the progress. */
export interface RefusedChecks {
  /** Of whom nothing is taken at present: of this commit, or of the token for any; null: it may be asked. */
  refused(commit: string): 'commit' | 'token' | null
  /** Keeps what is to be said later, in place of what the check said before. */
  keep(check: EvidenceCheck): void
  /** Notes a refusal. Whether it is the first one in a row, and in how many ms it is tried again. */
  refuse(check: EvidenceCheck, whose: 'commit' | 'token'): { isFirst: boolean; waitMs: number }
  accept(check: EvidenceCheck): void
  /** What may be tried again now. */
  due(): EvidenceCheck[]
  /** What is kept. */
  late(): LateCheck[]
  /** Drops what is not among these, and returns what is, but not here. */
  adopt(late: readonly LateCheck[]): LateCheck[]
}

const backoff: BackoffSettings = { firstMs: 300_000, longestMs: 6 * hourMs }
/** Of the checks that wait the newest are kept, each with a text of some kB. */
const mostKept = 100
/** What could not be said for so long is left out. */
const staleMs = 7 * dayMs

export function createRefusedChecks(clock: Clock): RefusedChecks {
  /** By commit; null: of the token. */
  const refusals = new Map<string | null, { failures: number; since: Moment; waitMs: number }>()
  const kept = new Map<string, { check: EvidenceCheck; since: Moment }>()
  const isWaiting = (commit: string | null) => {
    const last = refusals.get(commit)
    return last !== undefined && elapsedSince(clock, last.since) < last.waitMs
  }
  const keyOf = ({ commit, id }: EvidenceCheck) => `${commit} ${id}`

  function refused(commit: string): 'commit' | 'token' | null {
    if (isWaiting(null)) return 'token'
    return isWaiting(commit) ? 'commit' : null
  }

  function keep(check: EvidenceCheck): void {
    const key = keyOf(check)
    const since = kept.get(key)?.since ?? momentOf(clock)
    kept.delete(key)
    kept.set(key, { check, since })
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
    late: () => [...kept.values()].map(({ check: { feature, seq, id } }) => ({ feature, seq, id })),
    adopt(late) {
      for (const [key, { check }] of kept) if (!late.some((one) => isSame(one, check))) kept.delete(key)
      return late.filter((one) => ![...kept.values()].some(({ check }) => isSame(one, check)))
    },
  }
}

function isSame(a: LateCheck, b: LateCheck): boolean {
  return a.feature === b.feature && a.seq === b.seq && a.id === b.id
}
