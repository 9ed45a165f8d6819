import { createHash } from 'node:crypto'
import { readdirSync, readlinkSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import path from 'node:path'
import { startOfProcess } from '../processes/process-identity.ts'

/** How the folders of this process begin: with where it runs, its number, and when it was started. */
export function workspacePrefix(): string {
  return `sluice-workspace-${placeOfProcesses()}-${process.pid}-${shortHash(startOfProcess(process.pid) ?? '')}-`
}

/**
 * Removes the workspaces of runs that were killed. One of a process that is still there stays, and so does one of
 * another machine or container, whose processes are not seen from here.
 */
export function removeLeftWorkspaces(): void {
  const place = placeOfProcesses()
  for (const name of namesIn(tmpdir())) {
    const [, where, pid, start] = /^sluice-workspace-([0-9a-f]{8})-(\d+)-([0-9a-f]{8})-/.exec(name) ?? []
    if (where !== place || pid === undefined) continue
    const now = startOfProcess(Number(pid))
    if (now !== undefined && shortHash(now) === start) continue
    try {
      rmSync(path.join(tmpdir(), name), { recursive: true, force: true })
    } catch {
      // It is another user's, or its program has taken away the right to write.
    }
  }
}

/** Processes have the same numbers for all who see the same ones. */
function placeOfProcesses(): string {
  return shortHash(`${hostname()} ${namespaceOfProcesses()}`)
}

function namespaceOfProcesses(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}
