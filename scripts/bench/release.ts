import { benchServer } from './server.ts'

/** What releases cost, side by side in one run. */
export async function benchRelease(): Promise<void> {
  await benchServer()
}
