import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { isRunning, ownName } from '../../core/providers/processes/process-identity.ts'
import { SluiceError } from '../../errors.ts'

interface LockOptions {
  signal: AbortSignal
  onWait?: (() => void) | undefined
}

const everyMs = 100
/** A lock without a readable owner is being written, for no longer than this. */
const writingMs = 5_000

/**
 * Runs `work` while no other process holds the lock, a file that names its owner. A lock whose owner has ended counts
 * for nothing.
 * @throws SluiceError `interrupted` where the run is stopped while it waits
 */
export async function withLock<T>(file: string, { signal, onWait }: LockOptions, work: () => Promise<T>): Promise<T> {
  for (let isWaiting = false; !(await take(file)); isWaiting = true) {
    if (!isWaiting) onWait?.()
    if (signal.aborted) throw new SluiceError('interrupted', `${file}: stopped while another run prepares the worktree`)
    await sleep(everyMs)
  }
  try {
    return await work()
  } finally {
    await rm(file, { force: true })
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, ownName(), { flag: 'wx' })
    return true
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  const owner = await readFile(file, 'utf8').catch(() => '')
  if (owner === '' ? await isRecent(file) : isRunning(owner)) return false
  await rm(file, { force: true })
  return false
}

async function isRecent(file: string): Promise<boolean> {
  const written = await stat(file).catch(() => undefined)
  return written !== undefined && Date.now() - written.mtimeMs < writingMs
}
