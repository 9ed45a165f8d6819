import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { RunGit } from '../git/git-process.ts'

/** One worktree of the store. */
export interface Entry {
  store: string
  name: string
  /** Absolute; holds `tree`, and what is known of it. */
  folder: string
}

/** As many worktrees stay for later runs. */
const mostKept = 4

/** Says that this process uses a worktree, so that no other one removes it. */
export async function useWorktree({ folder }: Entry): Promise<void> {
  const users = path.join(folder, 'users')
  await mkdir(users, { recursive: true })
  await writeFile(path.join(users, String(process.pid)), '')
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

async function isUsed(folder: string): Promise<boolean> {
  const users = await readdir(path.join(folder, 'users')).catch(() => [])
  return users.some((name) => isRunning(Number(name)))
}

/** Whether a process of this machine lives; a number that is none never does. */
export function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** The process that a lock names; undefined where nothing can be read of it. */
export async function ownerOf(lock: string): Promise<number | undefined> {
  const text = await readFile(lock, 'utf8').catch(() => '')
  const pid = Number.parseInt(text, 10)
  return Number.isNaN(pid) ? undefined : pid
}
