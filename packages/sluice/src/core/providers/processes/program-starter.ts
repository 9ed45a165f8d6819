import { type LongProcess, startLongProcess } from './long-process.ts'
import { type ProgramEnd, type ProgramRun, type SpawnProgram, spawnProgram } from './spawn-program.ts'
import { workerFile } from './worker-file.ts'

export type StarterTask = { kind: 'run'; id: number; run: Omit<ProgramRun, 'signal'> } | { kind: 'stop'; id: number }
export type StarterReply =
  | { kind: 'ready' }
  | { kind: 'started'; id: number; pid: number }
  | { kind: 'ended'; id: number; end: ProgramEnd }

/** Starts programs, many of them from a small process of its own. */
export interface ProgramStarter {
  spawn: SpawnProgram
  close(): Promise<void>
}

/** So many programs are started from this process first: for so few another one would cost more than it saves. */
const startedHere = 4

interface Pending {
  started(pid: number): void
  resolve(end: ProgramEnd): void
}

/**
 * The other process is started by the fifth program, is used once it is ready, and is noted in the folder. What it runs
 * ends with this process, also if that is killed.
 */
export function createProgramStarter(folder: string | undefined): ProgramStarter {
  const pending = new Map<number, Pending>()
  let count = 0
  let isReady = false
  let helper: LongProcess | undefined
  const keepAlive = () => {
    for (const handle of [helper?.child, helper?.child.channel] as (NodeJS.RefCounted | null | undefined)[]) {
      if (pending.size > 0) handle?.ref()
      else handle?.unref()
    }
  }
  const settle = (id: number, end: ProgramEnd) => {
    const call = pending.get(id)
    pending.delete(id)
    keepAlive()
    call?.resolve(end)
  }
  const start = () => {
    const command = [process.execPath, workerFile(import.meta.dirname, 'program-worker')]
    const started = startLongProcess({ command, cwd: '/', env: {}, folder, ipc: true })
    started.child.on('message', (reply: StarterReply) => {
      if (reply.kind === 'ready') isReady = true
      else if (reply.kind === 'started') pending.get(reply.id)?.started(reply.pid)
      else settle(reply.id, { ...reply.end, stdout: Buffer.from(reply.end.stdout) })
    })
    void started.ended.then(({ how }) => {
      const fault = `was lost: the process that started it ${how}`
      for (const id of pending.keys()) settle(id, { fault, stdout: Buffer.alloc(0), stderr: '' })
    })
    for (const stream of [started.child.stdout, started.child.stderr] as (NodeJS.RefCounted | null)[]) stream?.unref()
    return started
  }
  return {
    spawn(run, started) {
      count += 1
      if (count > startedHere) helper ??= start()
      // A program that had to wait for the other process would seem to be slower than it is.
      if (!helper || !isReady || helper.end) return spawnProgram(run, started)
      const { child } = helper
      const { signal, ...asked } = run
      const id = count
      return new Promise((resolve) => {
        const stop = () => child.connected && child.send({ kind: 'stop', id }, () => undefined)
        signal.addEventListener('abort', stop, { once: true })
        pending.set(id, {
          started,
          resolve(end) {
            signal.removeEventListener('abort', stop)
            resolve(end)
          },
        })
        keepAlive()
        child.send({ kind: 'run', id, run: asked }, () => undefined)
      })
    },
    close: async () => void (await helper?.close()),
  }
}
