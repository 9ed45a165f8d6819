import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** What the store of a project holds, read beside Sluice's own code. */
export interface StoredAnswers {
  /** SQLite's own word: `ok`, or what is broken. */
  integrity: string
  answers: number
}

export const storeFile = (root: string) => path.join(root, '.sluice/sluice.db')

export function storedAnswers(root: string): StoredAnswers {
  // Only reading: closing it must not tidy up what a killed run left.
  const database = new DatabaseSync(storeFile(root), { readOnly: true })
  try {
    return {
      integrity: String(database.prepare('PRAGMA integrity_check').get()?.integrity_check),
      answers: Number(database.prepare('SELECT count(*) AS n FROM answers').get()?.n),
    }
  } finally {
    database.close()
  }
}
