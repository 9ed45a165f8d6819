import { utcDay } from '../../text/format.ts'
import type { DriftAnswer } from './answers.ts'

/** How production does against its own past, signal by signal, and what was alarmed about. */
export function driftText({ feature, drift, watched = true }: DriftAnswer): string {
  if (drift === null)
    return `${feature}: nothing is watched yet. The drift watch begins with the first outcome of an active version.\n`
  const lines = drift.signals.map(({ signal, words }) => `  ${signal}: ${words}`)
  const events = drift.events.map(({ at, words }) => `  ${new Date(at).toISOString().slice(0, 16)}Z  ${words}`)
  const alarms = events.length === 0 ? ['alarms: none'] : ['alarms, the latest last:', ...events, whatToDo(feature)]
  const head = `${feature}, version ${drift.version}, since ${utcDay(drift.since)}:`
  const unwatched = watched
    ? []
    : ['no replica watches for drift now, so what you see may be out of date (sluice status)']
  const past = drift.past ? [`${drift.past}, so what you see may be out of date`] : []
  return `${[head, ...unwatched, ...past, ...lines, ...alarms].join('\n')}\n`
}

function whatToDo(feature: string): string {
  return `if this was not intended: sluice rollback ${feature} returns to the previous version; sluice nightly shows whether provider, judge or suite changed`
}
