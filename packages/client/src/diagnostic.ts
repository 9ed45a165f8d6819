/** A message for operators. It never affects a request. */
export interface ClientDiagnostic {
  level: 'info' | 'warn'
  /**
   * `connected`, `disconnected`, `polling`, `applied`, `outdated`, `invalid-snapshot`, `unproven`, `stale`,
   * `bootstrap`, `unauthorized`, `outcomes-dropped`, `outcomes-rejected`, `outcomes-delayed`, `outcomes-unsent`,
   * `unknown-feature`, `invalid-unit`, `no-unit`, `invalid-field`, `invalid-feedback`, `invalid-reference`,
   * `invalid-work`, `stream`, `late-record`, `listener`.
   */
  code: string
  message: string
}

export type DiagnosticReporter = (level: ClientDiagnostic['level'], code: string, message: string) => void

/**
 * Calls `listener` and ignores its errors. Without a listener, the first warning of each code goes to `console.warn`.
 */
export function createDiagnosticReporter(listener?: (diagnostic: ClientDiagnostic) => void): DiagnosticReporter {
  const printed = new Set<string>()
  const tell = async (diagnostic: ClientDiagnostic) => {
    if (listener) return listener(diagnostic)
    const { level, code, message } = diagnostic
    if (level !== 'warn' || printed.has(code)) return
    printed.add(code)
    console.warn(`sluice: ${code}: ${message.slice(0, 1000).replace(/\p{Cc}/gu, ' ')} (said once)`)
  }
  // A listener that throws, also asynchronously, must not stop the client.
  return (level, code, message) => void tell({ level, code, message }).catch(() => undefined)
}

/** The message of anything that was thrown. Never throws. */
export function messageOf(error: unknown): string {
  try {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : ''
    return error instanceof Error ? error.message + cause : String(error)
  } catch {
    return 'unknown error'
  }
}
