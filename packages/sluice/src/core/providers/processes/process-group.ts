import { readdirSync } from 'node:fs'
import { procFields } from './process-identity.ts'

/** Sends a signal to a process and all others of its group. That nobody is there any more is no fault. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal)
  } catch (error) {
    // EPERM is what macOS says of a group in which only zombies are left.
    if (!(error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM'))) throw error
  }
}

/** The processes of a group that still run. Empty where there is no /proc. */
export function membersOfGroup(group: number): number[] {
  return allProcesses().filter((pid) => procFields(pid)?.group === group)
}

/** The numbers of all processes of the machine. Empty where there is no /proc. */
export function allProcesses(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger)
  } catch {
    return []
  }
}
