import { realpathSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { configFileName } from '../../core/suite/config/load-config.ts'
import { entryAt } from '../affected/file-entry.ts'
import type { CommitTree } from '../git/commit-tree.ts'
import type { Git } from '../git/git.ts'
import { type Content, renamesBetween } from '../git/renames.ts'

/** Where the project lay in the base commit. */
export interface BaseFolder {
  /** Within the repository, `''` or ending in a slash. */
  folder: string
  /** The folder that absolute paths of then are to be seen from: the present one, if the project moved. */
  root: string
}

export interface PresentProject {
  /** Absolute. */
  root: string
  /** Where the command runs: the root, or below it. */
  cwd: string
  env: NodeJS.ProcessEnv
}

/**
 * The folder whose sluice.yaml was in force then where the command runs now. Where there was none, the project may have
 * moved: git's rename detection tells from where, or that only one is gone.
 */
export async function baseFolder(git: Git, tree: CommitTree, { root, cwd, env }: PresentProject): Promise<BaseFolder> {
  const start = path.relative(git.root, realpathSync(cwd)).replaceAll(path.sep, '/')
  for (let folder = start === '' ? '.' : start; ; folder = path.posix.dirname(folder)) {
    if (await tree.isFile(path.posix.join(folder, configFileName))) {
      const found = folder === '.' ? '' : `${folder}/`
      return { folder: found, root: found === git.prefix ? root : path.join(git.root, found) }
    }
    if (folder === '.') break
  }
  return { folder: (await movedFrom(git, tree, root, env)) ?? git.prefix, root }
}

async function movedFrom(
  git: Git,
  tree: CommitTree,
  root: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const gone = tree
    .paths()
    .filter((file) => path.posix.basename(file) === configFileName && !entryAt(path.join(git.root, file)))
  const [only] = gone.length === 1 ? gone.map(folderOf) : []
  if (!entryAt(path.join(root, configFileName))?.isFile()) {
    // A folder that is new, and leaves behind what an earlier sluice.yaml said, is still judged by what that said.
    return (await tree.children(git.prefix === '' ? '.' : git.prefix)).length === 0 ? only : undefined
  }
  const before = await Promise.all(gone.map(async (file) => contentIn(tree, file)))
  const after = await contentOnDisk(path.join(root, configFileName))
  const from = (await renamesBetween(before, [after], env)).get(after.path)
  return from === undefined ? only : folderOf(from)
}

function folderOf(configFile: string): string {
  return configFile.slice(0, configFile.length - configFileName.length)
}

async function contentIn(tree: CommitTree, file: string): Promise<Content> {
  return { path: file, bytes: (await tree.read(file)) ?? new Uint8Array() }
}

async function contentOnDisk(file: string): Promise<Content> {
  return { path: file, bytes: await readFile(file) }
}
