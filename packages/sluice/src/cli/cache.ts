import { createAnswerStore } from '../core/answers/answer-store.ts'
import { openProjectDatabase } from '../core/answers/project-database.ts'
import { findRoot } from '../core/suite/project/project.ts'
import { SluiceError } from '../errors.ts'
import { formatAmount } from '../text/format.ts'
import { dayMs } from '../time-units.ts'
import { readFlags, set, wholeNumber } from './flags.ts'
import type { Host } from './host.ts'

const pruneFlags = { olderThan: wholeNumber.optional(), all: set.optional() }
const usualDays = 30

/**
 * `sluice cache prune`: deletes stored answers older than the given number of days, or all, and gives the space back.
 */
export async function pruneCache(given: Record<string, unknown>, host: Host): Promise<number> {
  const { olderThan, all = false } = readFlags('cache prune', pruneFlags, given)
  if (all && olderThan !== undefined)
    throw new SluiceError('invalid-input', 'sluice cache prune: give --all or --older-than, not both')
  const days = olderThan ?? usualDays
  const database = openProjectDatabase(await findRoot(host.cwd()))
  try {
    const count = createAnswerStore(database).prune(all ? Number.POSITIVE_INFINITY : Date.now() - days * dayMs)
    database.exec('VACUUM')
    const which = all ? '' : ` older than ${formatAmount(days, 'day')}`
    host.stdout.write(`${formatAmount(count, 'stored answer')}${which} deleted.\n`)
    return 0
  } finally {
    database.close()
  }
}
