import picomatch from 'picomatch'
import type { ProjectFiles } from '../suite/files.ts'
import type { Git } from './git.ts'

/** The project's files as they are in a commit, read without touching the working tree. */
export function gitFiles(git: Git, commit: string): ProjectFiles {
  let all: Promise<string[]> | undefined
  const list = () => {
    all ??= git.list(commit)
    return all
  }
  return {
    async read(path) {
      if (!(await list()).includes(path)) {
        throw Object.assign(new Error(`${path} does not exist in ${commit}`), { code: 'ENOENT' })
      }
      return git.read(commit, path)
    },
    async list(glob) {
      const matches = picomatch(glob)
      return (await list()).filter((path) => matches(path)).sort()
    },
    describe: (path) => `${path}@${commit.slice(0, 7)}`,
  }
}
