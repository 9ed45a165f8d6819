import { openProjectDatabase } from '../answers/database.ts'
import { inStore } from '../answers/store-error.ts'

/**
 * Runs `work` while no other process runs such work in the same project. The lock is the store's write lock: it ends
 * with the process that holds it, however that ends. Others wait up to 30 s.
 * @throws SluiceError `cannot-run` where the store cannot be locked.
 */
export async function oneAtATime<T>(root: string, work: () => Promise<T>): Promise<T> {
  const database = openProjectDatabase(root)
  try {
    inStore(database, () => database.exec('BEGIN IMMEDIATE'))
    return await work()
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK')
    database.close()
  }
}
