import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const made: string[] = []

process.on('exit', () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true })
})

/** A new folder below the temporary one, which goes when this process ends. */
export function temporaryFolder(subject: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), `sluice-${subject}-`))
  made.push(folder)
  return folder
}
