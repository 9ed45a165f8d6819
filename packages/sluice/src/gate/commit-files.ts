import path from 'node:path'
import picomatch from 'picomatch'
import type { ProjectFiles } from '../suite/files.ts'
import { type CommitTree, openTree } from './commit-tree.ts'
import type { Git } from './git.ts'

const skipped = new Set(['node_modules', '.git', '.sluice'])

/**
 * The files of the project in `folder` as they are in a commit, read without touching the working tree: below the folder,
 * elsewhere in the repository (`../../shared/cases.yaml`), through symbolic links and inside submodules. `root` is the
 * folder's absolute path, so that absolute paths are understood as well.
 */
export function commitFiles(
  git: Git,
  commit: string,
  { root, folder }: { root: string; folder: string },
): ProjectFiles {
  let opened: Promise<CommitTree> | undefined
  const tree = () => {
    opened ??= openTree(git, commit)
    return opened
  }
  const inRepository = (file: string) => path.posix.join(folder, posix(path.relative(root, path.resolve(root, file))))
  return {
    async read(file) {
      const content = await (await tree()).read(inRepository(file))
      if (content !== undefined) return content
      throw Object.assign(new Error(`${file} does not exist in ${commit}`), { code: 'ENOENT' })
    },
    async list(glob) {
      const { base, isGlob } = picomatch.scan(glob)
      const commitTree = await tree()
      if (!isGlob) return (await commitTree.isFile(inRepository(glob))) ? [path.posix.normalize(glob)] : []
      const matches = picomatch(glob)
      const found = await filesBelow(commitTree, inRepository(base))
      return found
        .map((file) => path.posix.join(base, file))
        .filter((file) => matches(file))
        .sort()
    },
    describe: (file) => `${file}@${commit.slice(0, 7)}`,
  }
}

function posix(file: string): string {
  return file.replaceAll(path.sep, '/')
}

/** Names relative to `folder`; as on disk, a link to a file is one, and a link to a folder is not entered. */
async function filesBelow(tree: CommitTree, folder: string): Promise<string[]> {
  const found = (await tree.children(folder)).map(async ({ name, kind }) => {
    const file = path.posix.join(folder, name)
    if (kind === 'folder') {
      if (skipped.has(name)) return []
      return (await filesBelow(tree, file)).map((below) => `${name}/${below}`)
    }
    return kind === 'file' || (await tree.isFile(file)) ? [name] : []
  })
  return (await Promise.all(found)).flat()
}
