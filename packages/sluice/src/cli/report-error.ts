import { SluiceError } from '../errors.ts'
import { visibleText } from '../text/untrusted.ts'
import type { Host } from './host.ts'

/** Prints an error as its reader needs it and returns the exit code. Only a fault of Sluice itself shows a stack. */
export function reportError(error: unknown, host: Host): number {
  if (error instanceof SluiceError) {
    host.stderr.write(`${visibleText(error.message)}\n`)
    return error.exitCode
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  host.stderr.write(`sluice failed in a way it should not; please report this:\n${visibleText(detail)}\n`)
  return 4
}
