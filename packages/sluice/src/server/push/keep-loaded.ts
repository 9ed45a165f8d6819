import type { Plane } from '../plane.ts'
import { every } from './every.ts'

/** How long at most a change through another replica stays unnoticed where the store's notice of it is lost. */
const pollMs = 5000

/** Loads the snapshot whenever the store says that something was committed, and sends it on. Returns how to stop. */
export function keepLoaded({ store, clock, snapshots, hub, log }: Plane): () => void {
  const reload = () => {
    void snapshots.reload().catch((error: unknown) => log('warn', 'the store cannot be read', { error: String(error) }))
  }
  snapshots.onLoad(() => hub.broadcast())
  const stopListening = store.onChange(() => {
    reload()
    hub.sweep()
  })
  const stopPolling = every(clock, pollMs, reload)
  return () => {
    stopListening()
    stopPolling()
  }
}
