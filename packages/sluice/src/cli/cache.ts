import { createAnswerStore } from '../core/answers/answer-store.ts'
import { openProjectDatabase } from '../core/answers/project-database.ts'
import { findRoot } from '../core/suite/project/project.ts'
import { readFlags, wholeNumber } from './flags.ts'
import type { Host } from './host.ts'

const dayMs = 24 * 60 * 60 * 1000

/** `sluice cache prune`: deletes stored answers older than the given number of days and gives the space back. */
export async function pruneCache(given: Record<string, unknown>, host: Host): Promise<number> {
  const { olderThan } = readFlags('cache prune', { olderThan: wholeNumber }, given)
  const database = openProjectDatabase(await findRoot(host.cwd()))
  const count = createAnswerStore(database).prune(Date.now() - olderThan * dayMs)
  database.exec('VACUUM')
  database.close()
  host.stdout.write(`${count} stored answer${count === 1 ? '' : 's'} older than ${olderThan} days deleted.\n`)
  return 0
}
