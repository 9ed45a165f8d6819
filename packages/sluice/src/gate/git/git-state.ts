import type { Report } from '../../records/report/report.ts'
import type { Git } from './git.ts'

/** What of a repository a run has judged: the working tree, whatever of it is committed. */
export type GitState = NonNullable<Report['git']>

/** @param base what is compared with; null for nothing */
export async function gitState(git: Git, base: string | null): Promise<GitState> {
  const head = await git.head()
  if (head === undefined) return { head: null, base }
  return { head, base, uncommitted: (await git.changedSince(head)).length }
}
