import { isDeepStrictEqual } from 'node:util'
import { releaseRow } from '../release/release-row.ts'
import type { Store } from '../store/store.ts'
import type { EvidenceCheck } from './evidence-check.ts'
import type { GithubProgress, LateCheck } from './github-progress.ts'
import { type GithubTarget, rowSteps, type StepEnd, sendCheck } from './row-steps.ts'

const rowsAtATime = 100

/**
 * Brings what this process keeps of refused checks in line with what is stored: after a restart it knows none, and
 * while another replica led that one may have said a check since, or kept a newer one. What is missing is made anew
 * from the record, to be sent with the others.
 *
 * @param isMeant whether GitHub is told of the feature
 * @param staleMs rows that are older are passed over
 */
export async function adoptLateChecks(
  store: Store,
  progress: GithubProgress,
  { target, isMeant, staleMs }: { target: GithubTarget; isMeant: (feature: string) => boolean; staleMs: number },
): Promise<void> {
  const { refused } = target
  const missing = refused.adopt(progress.late.filter(({ feature }) => isMeant(feature)))
  for (const one of missing) {
    const check = await newestCheck(one)
    if (check) refused.keep(check)
  }
  const late = refused.late()
  if (isDeepStrictEqual(late, progress.late)) return
  progress.late = late
  await progress.save()

  /** A replica of an older release may have led since, and told a newer row without knowing of this one. */
  async function newestCheck({ feature, commit, seq }: LateCheck): Promise<EvidenceCheck | undefined> {
    const last = Math.max(seq, progress.seen.get(feature) ?? 0)
    let newest: EvidenceCheck | undefined
    for (let after = seq - 1; after < last; ) {
      const rows = await store.audit(feature, { after, limit: rowsAtATime })
      for (const row of rows) {
        const release = row.seq <= last && target.now() - row.at <= staleMs ? releaseRow(row) : undefined
        const { checkOf } = release ? await rowSteps(store, release, target) : {}
        newest = (await checkOf?.(commit)) ?? newest
      }
      after = rows.at(-1)?.seq ?? last
    }
    return newest
  }
}

/**
 * Tries the checks again that GitHub did not take.
 * @param passOver says why GitHub will never take one, or throws what concerns everything
 * @throws GithubError where GitHub takes nothing now
 */
export async function sendLateChecks(
  progress: GithubProgress,
  {
    target,
    held,
    passOver,
    onEnd,
  }: {
    target: GithubTarget
    held: () => boolean
    passOver: (feature: string, error: unknown) => 'refused'
    onEnd: (check: EvidenceCheck, end: StepEnd | 'refused') => void
  },
): Promise<void> {
  const { refused } = target
  for (const check of refused.due()) {
    // A refusal of one may be one of all.
    if (!held() || refused.refused(check.commit) !== null) continue
    const end = await sendCheck(check, target).catch((error: unknown) => passOver(check.feature, error))
    progress.late = refused.late()
    onEnd(check, end)
    if (end === 'done' || end === 'refused') await progress.save()
  }
}
