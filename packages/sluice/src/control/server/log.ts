import { visibleJson } from '../../text/untrusted.ts'

export type Level = 'debug' | 'info' | 'warn' | 'error'

/** Writes one JSON line per event. Fields never hold tokens or bodies. */
export type Log = (level: Level, message: string, fields?: Record<string, unknown>) => void

const order: Level[] = ['debug', 'info', 'warn', 'error']

/** A log of events of this level and above. `now` gives the time in ms since the epoch. */
export function createLog(write: (line: string) => void, now: () => number, level: Level = 'info'): Log {
  const least = order.indexOf(level)
  return (of, message, fields) => {
    if (order.indexOf(of) < least) return
    const line = JSON.stringify({ time: new Date(now()).toISOString(), level: of, message, ...fields })
    write(`${visibleJson(line)}\n`)
  }
}
