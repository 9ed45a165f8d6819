import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * When a process was started, as a text that no other process with the same number has: in ticks since this start of
 * the machine, or, where there is no /proc, as `ps` says it. Undefined if there is no such process, or nobody can tell.
 */
export function startOfProcess(pid: number): string | undefined {
  if (process.platform === 'linux') {
    const fields = procFields(pid)
    return fields && `${bootId()} ${fields.start}`
  }
  if (process.platform === 'win32') return undefined
  const { status, stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' })
  return status === 0 && stdout.trim() !== '' ? stdout.trim() : undefined
}

/** This process, as no other one with its number is called: a container gives the same numbers again and again. */
export function ownName(): string {
  return `${process.pid} ${startOfProcess(process.pid) ?? ''}`
}

/** Whether the process of such a name lives. */
export function isRunning(name: string): boolean {
  const [number = '', ...start] = name.split(' ')
  const pid = Number(number)
  if (!/^\d+$/.test(number) || !Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false
  }
  // Where nobody can tell when a process was started, its number has to do.
  const now = startOfProcess(pid)
  return now === undefined ? process.platform === 'win32' : start.join(' ') === now
}

/** What /proc says of a process, by the numbers of proc(5); undefined if it has ended. A zombie counts as ended. */
export function procFields(pid: number): { group: number; start: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the name, in brackets, and may itself hold brackets and spaces.
    const [state, , group, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' || state === 'X' ? undefined : { group: Number(group), start: rest[16] ?? '' }
  } catch {
    return undefined
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return ''
  }
}
