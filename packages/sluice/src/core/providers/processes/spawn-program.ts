import { spawn } from 'node:child_process'
import type { Env } from '../api-key.ts'
import { signalGroup } from './process-group.ts'

/** A program to be run once, without a shell. */
export interface ProgramRun {
  command: readonly string[]
  /** Absolute. */
  cwd: string
  env: Env
  input: string
  /** Ends the program and all that it has started. */
  signal: AbortSignal
  mostBytes: number
  /** Whether what the program has started ends with it, once it exits by itself. */
  endsChildren?: boolean
}

/** How a program ended. */
export interface ProgramEnd {
  /** Why it has not ended as it should; undefined where it has. */
  fault?: string
  cause?: unknown
  stdout: Buffer
  /** The last 4 KiB. */
  stderr: string
}

/**
 * Runs a program with a text on its standard input, and collects what it writes. Ends even if what it started lives on.
 * @param started called with the number of its process, once it has one
 */
export type SpawnProgram = (run: ProgramRun, started: (pid: number) => void) => Promise<ProgramEnd>

/** From this process, whose size decides what it costs: a fork copies the page tables of all its memory. */
export const spawnProgram: SpawnProgram = (run, started) => {
  const { cwd, env, input, signal, mostBytes, endsChildren = false } = run
  const [program = '', ...args] = run.command
  return new Promise((resolve) => {
    // A process group of its own, so that what the program has started ends with it.
    const child = spawn(program, args, { cwd, env, stdio: 'pipe', detached: true })
    if (child.pid !== undefined) started(child.pid)
    const stdout: Buffer[] = []
    let bytes = 0
    let stderr = ''
    const end = (fault?: string, cause?: unknown) => {
      signal.removeEventListener('abort', stop)
      resolve({ stdout: Buffer.concat(stdout), stderr, ...(fault !== undefined && { fault, cause }) })
    }
    const killGroup = () => child.pid !== undefined && signalGroup(child.pid, 'SIGKILL')
    const stop = () => {
      killGroup()
      // A child that has left the group may hold the pipes open for as long as it likes.
      child.stdout.destroy()
      child.stderr.destroy()
    }
    signal.addEventListener('abort', stop, { once: true })
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > mostBytes) stop()
      else stdout.push(chunk)
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-4096)
    })
    child.stdin.on('error', () => {
      // A program that does not read its input is none the worse for it; its exit code decides.
    })
    child.stdin.end(input)
    child.on('error', (error) => end(`cannot be started in ${cwd} (${error.message})`, error))
    child.on('exit', () => {
      if (endsChildren) killGroup()
    })
    child.on('close', (code, killedBy) => {
      if (bytes > mostBytes) end(`wrote more than ${mostBytes / 1024 ** 2} MiB`)
      else if (code === 0) end()
      else end(killedBy ? `was ended by ${killedBy}` : `exited with ${code}`)
    })
  })
}
