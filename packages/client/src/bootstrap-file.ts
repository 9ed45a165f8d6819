import { messageOf, type Report } from './diagnostic.ts'
import type { Snapshot } from './protocol.ts'

/** The last known good snapshot on disk. */
export interface BootstrapFile {
  /** Undefined where there is none, or no file system. */
  load(): Promise<unknown>
  /** The newest one wins; never rejects. */
  save(snapshot: Snapshot): Promise<void>
}

/** A file that a reader sees either whole or not at all. Where the runtime has no file system it does nothing. */
export function createBootstrapFile(path: string, report: Report): BootstrapFile {
  let waiting: Snapshot | undefined
  let saving: Promise<void> | undefined

  async function write(): Promise<void> {
    for (let snapshot = waiting; snapshot; snapshot = waiting) {
      waiting = undefined
      try {
        const { rename, writeFile } = await import('node:fs/promises')
        const draft = `${path}.${globalThis.process?.pid ?? 0}.tmp`
        await writeFile(draft, JSON.stringify(snapshot))
        await rename(draft, path)
      } catch (error) {
        report('warn', 'bootstrap', `${path} cannot be written: ${messageOf(error)}`)
      }
    }
  }

  return {
    async load() {
      try {
        const { readFile } = await import('node:fs/promises')
        return JSON.parse(await readFile(path, 'utf8'))
      } catch (error) {
        const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
        if (!missing) report('warn', 'bootstrap', `${path} cannot be read: ${messageOf(error)}`)
        return undefined
      }
    },
    save(snapshot) {
      waiting = snapshot
      saving ??= write().finally(() => {
        saving = undefined
      })
      return saving
    },
  }
}
