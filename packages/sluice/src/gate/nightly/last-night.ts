import { existsSync } from 'node:fs'
import path from 'node:path'
import { openProjectDatabase } from '../../core/answers/project-database.ts'
import type { Verdict } from '../../records/verdict.ts'
import { createHistory } from './history.ts'

/** The result of a feature's last nightly. */
interface LastNight {
  /** When it started, ms since the epoch. */
  at: number
  /** Codes of its reasons, e.g. `provider-drift`. */
  codes: string[]
  verdict: Verdict
}

/** A date that sorts after every night. */
const afterAll = '9999-12-31'

/**
 * Opens the history of the project in a folder. `nightOf` reads the result of a feature's last nightly, if there is
 * one.
 */
export function openNights(root: string): { nightOf(feature: string): LastNight | undefined; close(): void } {
  if (!existsSync(path.join(root, '.sluice/sluice.db'))) return { nightOf: () => undefined, close: () => undefined }
  const database = openProjectDatabase(root)
  const history = createHistory(database)
  return {
    nightOf(feature) {
      const night = history.before(feature, afterAll, 1)[0]
      if (!night) return undefined
      const { startedAt, reasons, verdict } = night
      return { at: Date.parse(startedAt), codes: reasons.map(({ code }) => code), verdict }
    },
    close: () => database.close(),
  }
}
