import type { Plane } from '../plane.ts'
import { every } from './every.ts'

/** How often the store is asked whether there is anything new: what is said to be present is not older than this. */
const checkMs = 2000
/** How often all is read, in case a number did not tell of a change. */
const readMs = 5000

/** Loads the snapshot whenever the store says that something was committed, and sends it on. Returns how to stop. */
export function keepLoaded({ store, clock, snapshots, hub, log }: Plane): () => void {
  let failing = false
  const watch = (look: Promise<void>) => {
    look.then(
      () => {
        failing = false
      },
      (error: unknown) => {
        if (!failing) log('warn', 'the store cannot be read', { error: String(error) })
        failing = true
      },
    )
  }
  snapshots.onLoad(() => hub.broadcast())
  const stops = [
    store.onChange(() => {
      watch(snapshots.reload())
      hub.sweep()
    }),
    every(clock, checkMs, () => watch(snapshots.check())),
    every(clock, readMs, () => watch(snapshots.reload())),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}
