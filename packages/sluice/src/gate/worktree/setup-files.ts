import { lstatSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'

/**
 * Everything that lies in a worktree once it is set up, by path: of a file that git does not have its size and the time
 * of its last change, of a folder `folder`, and nothing of what git has, which it compares itself.
 */
export const setupFilesSchema = z.record(z.string(), z.string())
export type SetupFiles = z.output<typeof setupFilesSchema>

const folderStamp = 'folder'

/** Lists what lies in a worktree; `tracked` are the paths that git has. */
export function filesOfSetup(tree: string, tracked: readonly string[]): SetupFiles {
  const ofGit = new Set(tracked)
  const files: SetupFiles = {}
  walk(tree, (place, stamp) => {
    files[place] = ofGit.has(place) ? '' : stamp()
    return true
  })
  return files
}

/**
 * Removes what was added to a worktree since its setup, such as files that an application keeps answers in. Resolves to
 * false, and removes nothing, where something that the setup had made is gone or another one: that cannot be brought
 * back.
 */
export async function withoutLaterFiles(tree: string, setup: SetupFiles): Promise<boolean> {
  const known = new Map(Object.entries(setup))
  const later: string[] = []
  let isSame = true
  walk(tree, (place, stamp) => {
    const then = known.get(place)
    if (then === undefined) later.push(place)
    else if (then !== '' && then !== stamp()) isSame = false
    known.delete(place)
    return then !== undefined
  })
  // Files of git that are gone are known already: they differ from the commit, or were removed by the setup itself.
  const isGone = [...known.values()].some((stamp) => stamp !== '')
  if (!isSame || isGone) return false
  for (const place of later) await rm(path.join(tree, place), { recursive: true, force: true, maxRetries: 3 })
  return true
}

/** Visits everything below a folder, but for git's own; what lies in a folder only if its visit says so. */
function walk(tree: string, visit: (place: string, stamp: () => string) => boolean): void {
  const waiting = ['']
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const entry of readdirSync(path.join(tree, folder), { withFileTypes: true })) {
      const place = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (place === '.git') continue
      const isFolder = entry.isDirectory()
      const stamp = () => (isFolder ? folderStamp : stampOf(path.join(tree, place)))
      if (visit(place, stamp) && isFolder) waiting.push(place)
    }
  }
}

function stampOf(file: string): string {
  const entry = lstatSync(file, { throwIfNoEntry: false })
  return entry === undefined ? 'gone' : `${entry.size} ${entry.mtimeMs}`
}
