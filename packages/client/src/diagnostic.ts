/** Something that an operator may want to know. Nothing here ever reaches a request. */
export interface Diagnostic {
  level: 'info' | 'warn'
  /**
   * `connected`, `disconnected`, `polling`, `applied`, `outdated`, `invalid-snapshot`, `unproven`, `stale`, `bootstrap`, `unauthorized`,
   * `outcomes-dropped`, `outcomes-rejected`, `outcomes-delayed`, `outcomes-unsent`, `unknown-feature`, `invalid-unit`, `no-unit`,
   * `invalid-field`, `invalid-feedback`, `invalid-reference`, `invalid-work`, `stream`, `late-record`, `listener`.
   */
  code: string
  message: string
}

export type Report = (level: Diagnostic['level'], code: string, message: string) => void

/** Calls `listener` so that its own faults stay with it. Without one, the first warning of each code is printed. */
export function createReport(listener: (diagnostic: Diagnostic) => void = printer()): Report {
  return (level, code, message) => {
    const call = async () => listener({ level, code, message })
    // A listener that throws, now or later, must not end the client's work.
    call().catch(() => undefined)
  }
}

function printer(): (diagnostic: Diagnostic) => void {
  const printed = new Set<string>()
  return ({ level, code, message }) => {
    if (level !== 'warn' || printed.has(code)) return
    printed.add(code)
    const shown = message.slice(0, 1000).replace(/\p{Cc}/gu, ' ')
    console.warn(`sluice: ${code}: ${shown} (printed once; onDiagnostic hears of all)`)
  }
}

/** The message of whatever was thrown. Never throws. */
export function messageOf(error: unknown): string {
  try {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : ''
    return error instanceof Error ? error.message + cause : String(error)
  } catch {
    return 'unknown error'
  }
}
