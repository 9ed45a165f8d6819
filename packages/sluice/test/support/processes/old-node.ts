import { execFileSync } from 'node:child_process'
import path from 'node:path'

/** A command that runs a script by a Node too old for Sluice: one in PATH, or else this one under a false name. */
export function oldNode(): string[] {
  const folders = (process.env.PATH ?? '').split(path.delimiter)
  const found = folders.map((folder) => path.join(folder, 'node')).find(isOld)
  return found ? [found] : [process.execPath, '--require', path.join(import.meta.dirname, 'old-version.cjs')]
}

function isOld(node: string): boolean {
  try {
    const version = execFileSync(node, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    return /^v(1\d|20|21)\./.test(version)
  } catch {
    return false
  }
}
