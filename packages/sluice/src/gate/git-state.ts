import type { Git } from './git.ts'

/** What of a repository a run has judged: the working tree, whatever of it is committed. */
export interface GitState {
  head: string | null
  /** What was compared with; null for nothing. */
  base: string | null
  /** Files that differ from HEAD, new ones included; null without a commit. */
  uncommitted: number | null
}

export async function gitState(git: Git, base: string | undefined): Promise<GitState> {
  const head = await git.head()
  const uncommitted = head === undefined ? null : (await git.changedSince(head)).length
  return { head: head ?? null, base: base ?? null, uncommitted }
}
