import { existsSync } from 'node:fs'
import path from 'node:path'
import { openProjectDatabase } from '../answers/database.ts'
import type { NightWord } from '../drift/suspect.ts'
import { createHistory, type NightHistory } from '../nightly/history.ts'

/** Later than any night. */
const afterAll = '9999-12-31'

/** Reads what the last nightly of a feature said from the project's own history, where it has one. */
export function openNights(root: string): { nightOf(feature: string): NightWord | undefined; close(): void } {
  if (!existsSync(path.join(root, '.sluice/sluice.db'))) return { nightOf: () => undefined, close: () => undefined }
  const database = openProjectDatabase(root)
  const history = createHistory(database)
  return { nightOf: (feature) => lastNight(history, feature), close: () => database.close() }
}

function lastNight(history: NightHistory, feature: string): NightWord | undefined {
  const night = history.before(feature, afterAll, 1)[0]
  if (!night) return undefined
  const { startedAt, reasons, verdict } = night
  return { at: Date.parse(startedAt), codes: reasons.map(({ code }) => code), verdict }
}
