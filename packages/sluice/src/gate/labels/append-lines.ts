import { constants } from 'node:fs'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import path from 'node:path'
import { diskFiles } from '../../core/suite/project-files.ts'
import { SluiceError } from '../../errors.ts'

/** A link in the place of the file is not followed; systems without links have no such flag. */
const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0)

/**
 * Appends records to a file of JSON Lines, one a line, and returns when they are on the disk. The folder and the file
 * are made where they are missing. A last line without an end gets one first, so that a record is a line of its own.
 * @param options.cutTorn takes away such a last line where it is no JSON, as a kill in the middle of a write leaves it;
 *   for files whose lines can be made again
 * @throws SluiceError `invalid-input` where a link leads out of the project, `cannot-run` where it cannot be written
 */
export async function appendLines(
  root: string,
  file: string,
  records: readonly object[],
  { cutTorn = false }: { cutTorn?: boolean } = {},
): Promise<void> {
  if (records.length === 0) return
  await appendText(root, file, records.map((record) => `${JSON.stringify(record)}\n`).join(''), cutTorn)
}

async function appendText(root: string, file: string, text: string, cutTorn = false): Promise<void> {
  const folder = path.posix.dirname(file)
  if (await diskFiles(root).leadsOut?.(folder)) {
    throw new SluiceError('invalid-input', `${folder}: the link leads out of the project; put a folder in its place`)
  }
  const place = path.join(root, file)
  try {
    await mkdir(path.dirname(place), { recursive: true })
    const handle = await open(place, flags, 0o644)
    try {
      if (cutTorn) await cutTornLine(handle)
      const { size } = await handle.stat()
      const last = size === 0 ? '\n' : (await handle.read(Buffer.alloc(1), 0, 1, size - 1)).buffer.toString()
      await handle.appendFile(`${last === '\n' ? '' : '\n'}${text}`)
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause
    throw new SluiceError('cannot-run', `${file}: cannot be written: ${cause.message}`, { cause })
  }
}

const largestLine = 1 << 20

/** Takes away a last line that has no end and is no JSON; one that is longer than any that is written here stays. */
async function cutTornLine(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat()
  const start = Math.max(0, size - largestLine)
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start)
  const tail = buffer.subarray(0, bytesRead)
  const lineStart = tail.lastIndexOf(0x0a) + 1
  if (lineStart === tail.length || (lineStart === 0 && start > 0)) return
  try {
    JSON.parse(tail.subarray(lineStart).toString())
  } catch {
    await handle.truncate(start + lineStart)
  }
}

/** Tells git, once, to keep the lines of both sides where two people have added labels. */
export async function mergeByLine(root: string): Promise<void> {
  const file = 'labels/.gitattributes'
  if ((await diskFiles(root).list(file)).length > 0) return
  await appendText(root, file, '*.jsonl merge=union\n')
}
