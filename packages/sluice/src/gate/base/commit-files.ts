import path from 'node:path'
import picomatch from 'picomatch'
import { globMatcher, type ProjectFiles, posix, skippedFolders } from '../../core/suite/project-files.ts'
import type { CommitTree } from '../git/commit-tree.ts'

/**
 * The files of the project in `folder` as they are in a commit, read without touching the working tree: below the
 * folder, elsewhere in the repository (`../../shared/cases.yaml`), through symbolic links and inside submodules. `root`
 * is the folder's absolute path, so that absolute paths are understood as well.
 */
export function commitFiles(tree: CommitTree, { root, folder }: { root: string; folder: string }): ProjectFiles {
  const inRepository = (file: string) => path.posix.join(folder, posix(path.relative(root, path.resolve(root, file))))
  return {
    async read(file) {
      const content = await tree.read(inRepository(file))
      if (content !== undefined) return content
      throw Object.assign(new Error(`${file} does not exist in ${tree.commit}`), { code: 'ENOENT' })
    },
    async list(glob) {
      const { base, isGlob } = picomatch.scan(glob)
      if (!isGlob) return (await tree.isFile(inRepository(glob))) ? [path.posix.normalize(glob)] : []
      const matches = globMatcher(glob)
      const found = await filesBelow(tree, inRepository(base))
      return found
        .map((file) => path.posix.join(base, file))
        .filter((file) => matches(file))
        .sort()
    },
    describe: (file) => `${file}@${tree.commit.slice(0, 7)}`,
  }
}

/** Names relative to `folder`; as on disk, a link to a file is one, and a link to a folder is not entered. */
async function filesBelow(tree: CommitTree, folder: string): Promise<string[]> {
  const found = (await tree.children(folder)).map(async ({ name, kind }) => {
    const file = path.posix.join(folder, name)
    if (kind === 'folder') {
      if (skippedFolders.has(name)) return []
      return (await filesBelow(tree, file)).map((below) => `${name}/${below}`)
    }
    return kind === 'file' || (await tree.isFile(file)) ? [name] : []
  })
  return (await Promise.all(found)).flat()
}
