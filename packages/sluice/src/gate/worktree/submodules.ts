import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { GitError, gitIn, type RunGit } from '../git/git-process.ts'
import { objectsOf, type TreeEntry } from '../git/objects.ts'

interface SubmodulePlace {
  /** The root of the user's repository, whose submodules have the commits. */
  repository: string
  tree: string
  env: NodeJS.ProcessEnv
}

/**
 * Puts the submodules among the entries of a commit into a worktree, from where they are checked out in the user's
 * repository. Resolves to what is missing there, with the command that fetches it; undefined where nothing is.
 */
export async function addSubmodules(
  entries: readonly TreeEntry[],
  { repository, tree, env }: SubmodulePlace,
): Promise<string | undefined> {
  for (const { kind, path: at, oid } of entries) {
    if (kind !== 'submodule') continue
    const source = path.join(repository, at)
    const inner = gitIn(source, env, ['-c', 'core.hooksPath=/dev/null'])
    const isHere = existsSync(path.join(source, '.git')) && (await has(inner, oid))
    if (!isHere) {
      const short = oid.slice(0, 12)
      return `it has the submodule ${at} at ${short}, which is not here: git submodule update --init ${at}, then git -C ${at} fetch origin ${oid}`
    }
    const target = path.join(tree, at)
    await rm(target, { recursive: true, force: true })
    await inner.bytes('worktree', 'prune')
    await inner.bytes('worktree', 'add', '--detach', '--force', target, oid)
    const below = await objectsOf(inner).tree(oid)
    const missing = await addSubmodules(below, { repository: source, tree: target, env })
    if (missing !== undefined) return missing
  }
  return undefined
}

async function has(git: RunGit, commit: string): Promise<boolean> {
  try {
    await git.bytes('cat-file', '-e', `${commit}^{commit}`)
    return true
  } catch (error) {
    if (error instanceof GitError) return false
    throw error
  }
}
