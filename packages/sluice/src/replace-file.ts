import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { SluiceError } from './errors.ts'

/**
 * Writes `file`, whose folder is made if needed; with `isPrivate` both are their owner's alone. Readers see the old
 * file or the new one, never half of it.
 * @throws SluiceError `cannot-run` where it cannot be written.
 */
export async function replaceFile(
  file: string,
  write: (sink: Writable) => Promise<unknown> | undefined,
  { isPrivate = false } = {},
): Promise<void> {
  const draft = `${file}.${randomUUID()}.tmp`
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: isPrivate ? 0o700 : 0o777 })
    const sink = createWriteStream(draft, { mode: isPrivate ? 0o600 : 0o666 })
    await write(sink)
    sink.end()
    await finished(sink)
    await rename(draft, file)
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => undefined)
    if (!isSystemError(cause)) throw cause
    throw new SluiceError('cannot-run', `${file}: the report cannot be written: ${cause.message}`, { cause })
  }
}

const isSystemError = (cause: unknown): cause is NodeJS.ErrnoException =>
  cause instanceof Error && 'syscall' in cause && 'code' in cause
