import path from 'node:path'
import picomatch from 'picomatch'
import { globMatcher, type ProjectFiles } from '../suite/project-files.ts'
import { GithubError } from './github-api.ts'
import type { GithubEntry, GithubRepository } from './repository.ts'

/** The files of a project as they are in a commit on GitHub. Links are not followed: there is no file where one is. */
export interface GithubFiles extends ProjectFiles {
  /** A file with its mode and the hash of its bytes; undefined where there is none. @throws GithubError */
  entry(file: string): Promise<Omit<GithubEntry, 'path'> | undefined>
  /** The path of a file in the repository. */
  inRepository(file: string): string
  /**
   * What reads a project takes a file that cannot be read for a faulty one. @throws GithubError if GitHub was to blame
   */
  throwFault(): void
}

/** The folder that stands for the project's, where absolute paths are made. */
export const githubRoot = '/repository'

const folderMode = '040000'
const isFile = ({ mode }: Pick<GithubEntry, 'mode'>) => mode.startsWith('100')

/** @param folder of the project in the repository, empty or ending in a slash */
export function githubFiles(
  repository: Pick<GithubRepository, 'tree' | 'blob'>,
  { commit, folder }: { commit: string; folder: string },
): GithubFiles {
  const trees = new Map<string, Promise<GithubEntry[]>>()
  const blobs = new Map<string, Promise<Uint8Array>>()
  let fault: GithubError | undefined
  const noting = async <T>(request: Promise<T>): Promise<T> =>
    request.catch((error: unknown) => {
      if (error instanceof GithubError) fault ??= error
      throw error
    })
  const treeOf = (sha: string) => {
    const known = trees.get(sha) ?? noting(repository.tree(sha).then(({ entries }) => entries))
    trees.set(sha, known)
    return known
  }
  const blobOf = (sha: string) => {
    const known = blobs.get(sha) ?? noting(repository.blob(sha))
    blobs.set(sha, known)
    return known
  }
  const inRepository = (file: string) =>
    path.posix.join(folder, path.posix.relative(githubRoot, path.posix.resolve(githubRoot, file)))

  async function find(place: string): Promise<Omit<GithubEntry, 'path'> | undefined> {
    let found: Omit<GithubEntry, 'path'> = { mode: folderMode, sha: commit }
    for (const part of place.split('/').filter((one) => one !== '.' && one !== '')) {
      if (found.mode !== folderMode) return undefined
      const next = (await treeOf(found.sha)).find((entry) => entry.path === part)
      if (!next) return undefined
      found = next
    }
    return found
  }
  const entry = async (file: string) => {
    const found = await find(inRepository(file))
    return found && isFile(found) ? { mode: found.mode, sha: found.sha } : undefined
  }

  return {
    entry,
    inRepository,
    throwFault() {
      if (fault) throw fault
    },
    async read(file) {
      const found = await entry(file)
      if (found) return blobOf(found.sha)
      throw Object.assign(new Error(`${file} does not exist in ${commit}`), { code: 'ENOENT' })
    },
    async list(glob) {
      const { base, isGlob } = picomatch.scan(glob)
      if (!isGlob) return (await entry(glob)) ? [path.posix.normalize(glob)] : []
      const start = await find(inRepository(base))
      if (start?.mode !== folderMode) return []
      const { entries } = await noting(repository.tree(start.sha, { deep: true }))
      const matches = globMatcher(glob)
      return entries
        .filter(isFile)
        .map((one) => path.posix.join(base, one.path))
        .filter(matches)
        .sort()
    },
    describe: (file) => `${file}@${commit.slice(0, 7)}`,
  }
}
