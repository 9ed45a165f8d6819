import { setTimeout as wait } from 'node:timers/promises'

/** Far more than anything takes, also beside other processes that keep every core busy. */
const patienceMs = 180_000
/** To ask whether the condition holds takes time from what is waited for. The longer it takes, the less often is asked. */
const shareOfWait = 0.05
const [shortestMs, longestMs] = [5, 250]

/** Waits until `condition` holds; fails, naming `what`, if it does not within three minutes. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const start = performance.now()
  while (!(await condition())) {
    const waited = performance.now() - start
    if (waited > patienceMs) throw new Error(`waited three minutes for ${what}`)
    await wait(Math.min(longestMs, Math.max(shortestMs, waited * shareOfWait)))
  }
}
