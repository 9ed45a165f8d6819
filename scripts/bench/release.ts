import { parseArgs } from 'node:util'
import { benchClient } from './client.ts'
import { benchServer } from './server.ts'
import { benchStore } from './store.ts'

/** What releases cost, side by side in one run. `--flags DIR`: beside the bench of other flag clients, installed there. */
export async function benchRelease(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { flags: { type: 'string' } } })
  await benchClient(values)
  await benchStore()
  await benchServer()
}
