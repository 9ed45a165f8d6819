import type { Clock } from '@sluice/client'
import { GithubError, githubTimeoutMs } from '../../core/github/github-api.ts'
import type { Store } from '../store/store.ts'
import { storeNow } from '../store/store-clock.ts'
import { StoreError } from '../store/store-error.ts'
import type { GithubProgress } from './github-progress.ts'

interface Clocks {
  store: Pick<Store, 'now'>
  clock: Pick<Clock, 'now'>
}

/**
 * What is made may be under way for so long after it was asked for, also where whoever asked is gone: the time of a
 * request, and as much for GitHub to carry it out.
 */
const underWayMs = 2 * githubTimeoutMs

/** Whether nobody knows yet what became of the last request that makes something. */
export function isUnderWay({ making }: Pick<GithubProgress, 'making'>, clocks: Clocks): boolean {
  const leftMs = (making?.until ?? 0) - storeNow(clocks)
  // More can only be left where the clock was set back, and then it tells nothing.
  return leftMs > 0 && leftMs <= underWayMs
}

/**
 * Asks GitHub to make something. It is on record before, which is refused to all but the replica that leads; the next
 * one waits until it is over, and looks up what became of it.
 * @throws StoreError where another replica leads
 */
export async function makeOnce<T>(
  request: () => Promise<T>,
  progress: GithubProgress,
  { held, ...clocks }: Clocks & { held: () => boolean },
): Promise<T> {
  if (!held()) throw new StoreError('busy', 'another replica tells GitHub by now')
  progress.making = { until: storeNow(clocks) + underWayMs }
  await progress.save()
  try {
    const made = await request()
    progress.making = null
    return made
  } catch (error) {
    // Without an answer it may still be made.
    if (error instanceof GithubError && !error.isUncertain) {
      progress.making = null
      await progress.save()
    }
    throw error
  }
}
