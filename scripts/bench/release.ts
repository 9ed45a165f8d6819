import { benchServer } from './server.ts'
import { benchStore } from './store.ts'

/** What releases cost, side by side in one run. */
export async function benchRelease(): Promise<void> {
  await benchStore()
  await benchServer()
}
