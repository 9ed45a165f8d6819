import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import type { Env } from '../api-key.ts'
import { endMarked, markVariable, noteProcess } from './left-processes.ts'
import { signalGroup } from './process-group.ts'

export interface LongProcessOptions {
  command: readonly string[]
  /** Absolute. */
  cwd: string
  env: Env
  /** Where it is noted, so that the next run ends it if this one is killed; undefined for nowhere. */
  folder: string | undefined
  /** Whether messages can be exchanged with it (default false). */
  ipc?: boolean
}

/** How a process has ended: in words, e.g. `exited with 1`. */
interface ProcessEnd {
  how: string
  cause?: unknown
}

/** A process that lives as long as a run, with all that it starts. */
export interface LongProcess {
  child: ChildProcess
  /** The value of `markVariable` in its environment, and in that of all that it starts. */
  mark: string
  /** The end of what it has written, on both streams; at most 4 KiB. */
  output(): string
  /** Undefined while it runs. */
  readonly end: ProcessEnd | undefined
  /** Resolves when it has ended. */
  ended: Promise<ProcessEnd>
  /**
   * Asks it to end, by SIGTERM or the end of its channel, waits for a moment, and kills it, all of its group, and what
   * has left the group.
   */
  close(): Promise<void>
}

/** How long a process may take to end in good order, in ms. */
const graceMs = 2000
/** How long is waited for what it wrote last, in ms: a child that has left its group may hold its streams open. */
const lastWordsMs = 200
const mostOutput = 4096

/** The groups that are still there, with their marks, which go with this process however it ends. */
const running = new Map<number, string>()
process.on('exit', () => {
  for (const [pid, mark] of running) {
    signalGroup(pid, 'SIGKILL')
    endMarked(mark)
  }
})

/** Starts a program without a shell, in a process group of its own that ends with it, and with this process. */
export function startLongProcess({ command, cwd, env, folder, ipc = false }: LongProcessOptions): LongProcess {
  const [program = '', ...args] = command
  const mark = randomUUID()
  const child = spawn(program, args, {
    cwd,
    env: { ...env, [markVariable]: mark },
    stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
    detached: true,
    ...(ipc && { serialization: 'advanced' as const }),
  })
  const forget = noteGroup(child, { folder, command, mark })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-mostOutput)
    })
  }
  let end: ProcessEnd | undefined
  const ended = whenEnded(child, cwd).then((how) => {
    end = how
    return how
  })
  child.once('exit', () => {
    // At once, since later the number may be that of another process.
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL')
    forget()
  })
  return {
    child,
    mark,
    output: () => output,
    get end() {
      return end
    },
    ended,
    async close() {
      const isThere = () => child.pid !== undefined && running.has(child.pid)
      child.ref()
      if (child.connected) child.disconnect()
      else if (child.pid !== undefined && isThere()) signalGroup(child.pid, 'SIGTERM')
      let timer: NodeJS.Timeout | undefined
      await Promise.race([ended, new Promise((resolve) => (timer = setTimeout(resolve, graceMs)))])
      clearTimeout(timer)
      if (child.pid !== undefined && isThere()) signalGroup(child.pid, 'SIGKILL')
      await ended
      endMarked(mark)
      child.stdout?.destroy()
      child.stderr?.destroy()
    },
  }
}

/** Returns how to forget the group once it is gone. */
function noteGroup(
  { pid }: ChildProcess,
  noted: { folder: string | undefined; command: readonly string[]; mark: string },
) {
  if (pid === undefined) return () => undefined
  running.set(pid, noted.mark)
  const { folder } = noted
  const forget = folder === undefined ? () => undefined : noteProcess(folder, { ...noted, pid })
  return () => {
    running.delete(pid)
    forget()
  }
}

/** Resolves with the streams read to their end, unless a child that has left the group holds them open. */
function whenEnded(child: ChildProcess, cwd: string): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    child.once('error', (cause) => resolve({ how: `cannot be started in ${cwd} (${cause.message})`, cause }))
    child.once('exit', (code, signal) => {
      const how = signal ? `was ended by ${signal}` : `exited with ${code}`
      const timer = setTimeout(resolve, lastWordsMs, { how })
      child.once('close', () => {
        clearTimeout(timer)
        resolve({ how })
      })
    })
  })
}
