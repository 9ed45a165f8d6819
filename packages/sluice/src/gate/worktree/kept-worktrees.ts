import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { isRunning, ownName } from '../../core/providers/processes/process-identity.ts'
import type { RunGit } from '../git/git-process.ts'

/** One worktree of the store. */
export interface Entry {
  store: string
  name: string
  /** Absolute; holds `tree`, and what is known of it. */
  folder: string
}

/** So many worktrees stay for later runs. */
const mostKept = 4

/** Says that this process uses a worktree, so that no other one removes it. */
export async function useWorktree({ folder }: Entry): Promise<void> {
  const users = path.join(folder, 'users')
  await mkdir(users, { recursive: true })
  await writeFile(path.join(users, String(process.pid)), ownName())
  const now = new Date()
  await utimes(folder, now, now)
}

/** Removes the worktrees that were used longest ago, beyond the ones that stay; none that a living process uses. */
export async function pruneWorktrees(git: RunGit, store: string): Promise<void> {
  const names = await readdir(store, { withFileTypes: true })
  const folders = names.filter((entry) => entry.isDirectory()).map(({ name }) => path.join(store, name))
  const used = await Promise.all(folders.map(async (folder) => ({ folder, at: (await stat(folder)).mtimeMs })))
  const old = used.sort((a, b) => b.at - a.at).slice(mostKept)
  for (const { folder } of old) {
    if (await isUsed(folder)) continue
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    await rm(`${folder}.lock`, { force: true })
  }
  if (old.length > 0) await git.bytes('worktree', 'prune').catch(() => undefined)
}

/** Whether a run under way uses a worktree; this one counts too. */
export async function isUsed(folder: string): Promise<boolean> {
  const users = path.join(folder, 'users')
  const names = await readdir(users).catch(() => [])
  const texts = await Promise.all(names.map((name) => readFile(path.join(users, name), 'utf8').catch(() => '')))
  return texts.some(isRunning)
}
