import { visibleJson } from '../../text/untrusted.ts'

/** The least important first. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type Level = (typeof logLevels)[number]

/** Writes one JSON line per event. Fields never hold tokens or bodies. */
export type Log = (level: Level, message: string, fields?: Record<string, unknown>) => void

/** A log of events of this level and above. `now` gives the time in ms since the epoch. */
export function createLog(write: (line: string) => void, now: () => number, level: Level = 'info'): Log {
  const least = logLevels.indexOf(level)
  return (of, message, fields) => {
    if (logLevels.indexOf(of) < least) return
    const line = JSON.stringify({ time: new Date(now()).toISOString(), level: of, message, ...fields })
    write(`${visibleJson(line)}\n`)
  }
}
