import type { Clock } from '../clock.ts'
import type { DiagnosticReporter } from '../diagnostic.ts'
import type { Snapshot } from '../protocol.ts'

/** The last known good snapshot on disk. */
export interface BootstrapFile {
  /** Resolves to undefined if there is no file, if it cannot be read, or without a file system. */
  load(): Promise<unknown>
  /** Writes at once, but at most once a second; the newest snapshot wins. */
  save(snapshot: Snapshot): void
  /** Writes a snapshot that still waits; never rejects. */
  flush(): Promise<void>
}

const pauseMs = 1000

/**
 * A file that is replaced atomically, so that many threads, processes and containers may write it. Only its owner may
 * read it, since it holds prompts. This module is loaded if the options name a file. It imports nothing, so that a
 * bundler moves no other code into it.
 */
export function createBootstrapFile(
  path: string,
  { clock, report }: { clock: Clock; report: DiagnosticReporter },
): BootstrapFile {
  let waiting: Snapshot | undefined
  let writing = Promise.resolve()
  let pausing = false

  async function write(): Promise<void> {
    const snapshot = waiting
    if (!snapshot) return
    waiting = undefined
    try {
      const { rename, rm, writeFile } = fileSystem()
      // A random name: process ids repeat among containers that share a folder.
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

/** Not imported, since a bundler for browsers or edge runtimes could not resolve the import. */
function fileSystem(): typeof import('node:fs/promises') {
  const found = globalThis.process?.getBuiltinModule?.('node:fs/promises')
  if (!found) throw new Error('this runtime has no file system; Node from 20.16 on is needed')
  return found
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
