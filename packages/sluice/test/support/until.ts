import { setTimeout as wait } from 'node:timers/promises'

/** Waits until `condition` holds; fails, naming `what`, if it does not within 20 s. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited 20 s for ${what}`)
    await wait(5)
  }
}
