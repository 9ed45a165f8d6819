import type { Git } from './git.ts'

/** What of a repository a run has judged: the working tree, whatever of it is committed. */
export interface GitState {
  head: string | null
  /** What was compared with; null for nothing. */
  base: string | null
  /** Files that differ from HEAD, new ones included; absent without a commit. */
  uncommitted?: number
}

export async function gitState(git: Git, base: string | undefined): Promise<GitState> {
  const head = await git.head()
  if (head === undefined) return { head: null, base: base ?? null }
  return { head, base: base ?? null, uncommitted: (await git.changedSince(head)).length }
}
