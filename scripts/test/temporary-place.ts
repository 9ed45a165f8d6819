import { accessSync, constants, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const gigabyte = 2 ** 30
const inMemory = '/dev/shm'

/**
 * Where the temporary folder of a run lies. The tests make and remove some 100,000 files, which costs a disk's file system
 * more than the tests themselves, so a file system in memory is taken where it has room and lets programs run. A TMPDIR that
 * is set stays.
 */
export function temporaryPlace(env: NodeJS.ProcessEnv): string {
  const isWanted = env.TMPDIR === undefined && process.availableMemory() > 6 * gigabyte
  return isWanted && isFit(inMemory) ? inMemory : tmpdir()
}

function isFit(place: string): boolean {
  let folder: string | undefined
  try {
    const { bavail, bsize } = statfsSync(place)
    if (bavail * bsize < 3 * gigabyte) return false
    folder = mkdtempSync(path.join(place, 'sluice-fit-'))
    const program = path.join(folder, 'program')
    writeFileSync(program, '', { mode: 0o755 })
    accessSync(program, constants.X_OK)
    return true
  } catch {
    return false
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  }
}
