import type { Store } from '../store/store.ts'
import type { EvidenceCheck } from './evidence-check.ts'
import type { GithubProgress, LateCheck } from './github-progress.ts'
import { releaseRow } from './release-row.ts'
import { type GithubTarget, rowRefusal, rowSteps, type StepEnd, sendCheck } from './row-steps.ts'

/**
 * Brings what this process keeps of refused checks in line with what is stored: after a restart it knows none, and
 * while another replica led that one may have said a check since, or kept a newer one. What is missing is made anew
 * from its row, and tried at once.
 *
 * @param staleMs rows that are older are passed over
 * @throws GithubError where GitHub takes nothing now
 */
export async function adoptLateChecks(
  store: Store,
  progress: GithubProgress,
  { target, staleMs }: { target: GithubTarget; staleMs: number },
): Promise<void> {
  const missing = target.refused.adopt(progress.late)
  for (const one of missing) await tryAgain(one)
  progress.late = target.refused.late()
  if (missing.length > 0) await progress.save()

  async function tryAgain({ feature, seq, id }: LateCheck): Promise<void> {
    const [row] = await store.audit(feature, { after: seq - 1, limit: 1 })
    const release = row?.seq === seq && target.now() - row.at <= staleMs ? releaseRow(row) : undefined
    if (!release) return
    const { steps, run } = await rowSteps(store, release, target)
    const step = steps.find((each) => each.do === 'check' && each.id === id)
    if (step) await run(step).catch(rowRefusal)
  }
}

/**
 * Tries the checks again that GitHub did not take.
 * @throws GithubError where GitHub takes nothing now
 */
export async function sendLateChecks(
  progress: GithubProgress,
  {
    target,
    held,
    onEnd,
  }: { target: GithubTarget; held: () => boolean; onEnd: (check: EvidenceCheck, end: StepEnd | 'refused') => void },
): Promise<void> {
  const { refused } = target
  for (const check of refused.due()) {
    // A refusal of one may be one of all.
    if (!held() || refused.refused(check.commit) !== null) continue
    const end = await sendCheck(check, target).catch((error: unknown) => {
      rowRefusal(error)
      refused.accept(check)
      return 'refused' as const
    })
    progress.late = refused.late()
    onEnd(check, end)
    if (end === 'done' || end === 'refused') await progress.save()
  }
}
