import { dayMs } from '../../time-units.ts'
import type { DriftView } from '../drift/read-drift.ts'
import { momentText } from './moments.ts'

/** What a view of the drift watch is held against. */
interface Present {
  /** The active version. */
  active: string | null
  /** ms since the epoch */
  now: number
}

/**
 * Why a view says nothing of the present; null where it does. The watch writes it when an outcome comes, so it stays as
 * it was while none does.
 */
export function pastText({ version, signals }: DriftView, { active, now }: Present): string | null {
  if (version !== active) return `of version ${version}, not of the active one`
  const heard = signals.flatMap(({ heardAt }) => heardAt ?? [])
  if (heard.length === 0) return 'when its last outcome came is not known'
  const last = Math.max(...heard)
  return isHeard(last, now) ? null : `no outcomes since ${momentText(last, now)}`
}

/** Whether anything of a signal came within the last 24 hours. */
export function isHeard(heardAt: number | null, now: number): boolean {
  return heardAt !== null && Math.abs(now - heardAt) <= dayMs
}

/** What a view says, where its words of former days are said to be so. */
export function driftNow(view: DriftView, present: Present): DriftView & { past: string | null } {
  const past = pastText(view, present)
  const signals = view.signals.map((one) => ({ ...one, words: wordsNow(one, past, present.now) }))
  return { ...view, signals, past }
}

function wordsNow({ heardAt, words }: DriftView['signals'][number], past: string | null, now: number): string {
  if (past !== null || heardAt === null || isHeard(heardAt, now)) return words
  return `none since ${momentText(heardAt, now)}; before: ${words}`
}
