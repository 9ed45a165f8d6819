import type { Clock } from './clock.ts'
import type { Report } from './diagnostic.ts'
import type { Snapshot } from './protocol.ts'

/** The last known good snapshot on disk. */
export interface BootstrapFile {
  /** Undefined where there is none, or no file system. */
  load(): Promise<unknown>
  /** Written at once, but not more than once a second; the newest one wins. */
  save(snapshot: Snapshot): void
  /** Writes what waits; never rejects. */
  flush(): Promise<void>
}

const pauseMs = 1000

/**
 * A file that a reader sees either whole or not at all, however many threads, processes and containers write it. It is its
 * owner's alone, since it holds prompts. Loaded where a file is named: it imports nothing, so that a bundler moves nothing else there.
 */
export function createBootstrapFile(path: string, { clock, report }: { clock: Clock; report: Report }): BootstrapFile {
  let waiting: Snapshot | undefined
  let writing = Promise.resolve()
  let pausing = false

  async function write(): Promise<void> {
    const snapshot = waiting
    if (!snapshot) return
    waiting = undefined
    try {
      const { rename, rm, writeFile } = fileSystem()
      // Process ids and threads' numbers repeat among containers that share a folder.
      const draft = `${path}.${globalThis.crypto.randomUUID()}.tmp`
      try {
        await writeFile(draft, JSON.stringify(snapshot), { mode: 0o600 })
        await rename(draft, path)
      } catch (error) {
        await rm(draft, { force: true })
        throw error
      }
    } catch (error) {
      report('warn', 'bootstrap', `${path} cannot be written: ${messageOf(error)}`)
    }
  }

  function flush(): Promise<void> {
    writing = writing.then(write)
    return writing
  }

  return {
    async load() {
      try {
        return JSON.parse(await fileSystem().readFile(path, 'utf8'))
      } catch (error) {
        const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
        if (!missing) report('warn', 'bootstrap', `${path} cannot be read: ${messageOf(error)}`)
        return undefined
      }
    },
    save(snapshot) {
      waiting = snapshot
      if (pausing) return
      pausing = true
      void flush()
      clock.setTimer(() => {
        pausing = false
        if (waiting) this.save(waiting)
      }, pauseMs)
    },
    flush,
  }
}

/** Asked of the runtime and not imported, so that a bundler for browsers or edge runtimes finds nothing that is not there. */
function fileSystem(): typeof import('node:fs/promises') {
  const found = globalThis.process?.getBuiltinModule?.('node:fs/promises')
  if (!found) throw new Error('this runtime gives no file system (Node does from 20.16 on)')
  return found
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
