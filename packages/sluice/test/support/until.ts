import { setTimeout as wait } from 'node:timers/promises'

/** Far more than anything takes, also beside other processes that keep every core busy. */
const patienceMs = 180_000

/** Waits until `condition` holds; fails, naming `what`, if it does not within three minutes. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + patienceMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited three minutes for ${what}`)
    await wait(5)
  }
}
