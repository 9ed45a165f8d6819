import type { VersionOrigin } from '../../records/version.ts'
import { openGit } from './git.ts'
import { gitIn } from './git-process.ts'

/** Where a file comes from that is published. */
interface PublishedFrom {
  /** The commit that is checked out, marked where the file has changed since; null without a repository or commit. */
  source: string | null
  /** Undefined where no commit has the file as it is. */
  origin: VersionOrigin | undefined
}

/** @param file relative to `root`, which is the folder of the project */
export async function publishedFrom(file: string, root: string, env: NodeJS.ProcessEnv): Promise<PublishedFrom> {
  const git = await openGit(root, env)
  const commit = await git?.head()
  if (!git || !commit) return { source: null, origin: undefined }
  if ((await git.changedSince(commit)).includes(git.prefix + file))
    return { source: `${commit} with changes`, origin: undefined }
  const remote = await gitIn(root, env).tryText('config', '--get', 'remote.origin.url')
  const repository = env.GITHUB_REPOSITORY || env.CI_PROJECT_PATH || repositoryOfRemote(remote ?? '') || null
  return { source: commit, origin: { commit, repository, project: git.prefix, file } }
}

/** `owner/name` of the address of a remote; undefined where it has none. */
export function repositoryOfRemote(address: string): string | undefined {
  return /[:/]([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(address)?.[1]
}
