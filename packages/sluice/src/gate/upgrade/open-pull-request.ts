import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { createGithubApi, type GithubConnection, GithubError, publicGithubApi } from '../../core/github/github-api.ts'
import { type GithubRepository, githubRepository } from '../../core/github/repository.ts'
import { SluiceError } from '../../errors.ts'
import type { UpgradeReport } from '../../records/report/upgrade-report.ts'
import { openGit } from '../git/git.ts'
import { repositoryOfRemote } from '../git/published-from.ts'
import { upgradeMarkdown } from './upgrade-text.ts'
import type { ChangedFile } from './write-models.ts'

/** The commit that a change is made on. */
export interface CommitHere {
  /** GitHub must have it. */
  head: string
  /** The folder of the project in the repository, `''` or ending in a slash. */
  prefix: string
  /** Files of the repository that differ from the commit. */
  uncommitted: ReadonlySet<string>
}

interface PullRequestOptions extends Pick<CommitHere, 'head' | 'prefix'> {
  branch: string
  title: string
  body: string
  files: readonly ChangedFile[]
}

/** Where the pull request goes, and in whose name. */
export interface GithubPlace {
  /** `owner/name` */
  repository: string
  apiUrl: string
  token: string
}

const run = promisify(execFile)

/**
 * The repository and the token: of the environment, as in a workflow, else the remote `origin` and what `gh` is logged
 * in with.
 * @throws SluiceError `invalid-input` where one of them is missing
 */
export async function githubPlace(root: string, env: NodeJS.ProcessEnv): Promise<GithubPlace> {
  const first = async (program: string, args: string[]) =>
    run(program, args, { cwd: root, env }).then(
      ({ stdout }) => stdout.trim() || undefined,
      () => undefined,
    )
  const remote = env.GITHUB_REPOSITORY ? undefined : await first('git', ['remote', 'get-url', 'origin'])
  const repository = env.GITHUB_REPOSITORY || repositoryOfRemote(remote ?? '')
  if (!repository)
    throw missing('the repository is not known: set GITHUB_REPOSITORY=owner/name, or add a remote named origin')
  const token = env.GITHUB_TOKEN || env.GH_TOKEN || (await first('gh', ['auth', 'token']))
  if (!token)
    throw missing('there is no token: set GITHUB_TOKEN (contents and pull requests: write), or run gh auth login')
  return { repository, token, apiUrl: (env.GITHUB_API_URL ?? publicGithubApi).replace(/\/$/, '') }
}

const missing = (what: string) => new SluiceError('invalid-input', `--pull-request: ${what}`)

/** @throws SluiceError `invalid-input` where there is no commit */
export async function commitHere(root: string, env: NodeJS.ProcessEnv): Promise<CommitHere> {
  const git = await openGit(root, env)
  const head = await git?.head()
  if (!git || head === undefined) throw missing(`${root} has no commit to build on; commit and push first`)
  return { head, prefix: git.prefix, uncommitted: new Set(await git.changedSince(head)) }
}

/** What was found, and the files with the proposed models in them. */
export interface ProposedUpgrade {
  /** The model that is left. */
  from: string
  report: UpgradeReport
  changed: readonly ChangedFile[]
}

/**
 * Makes the commit on GitHub itself and opens the pull request, so that neither the working tree nor a branch here is
 * touched. Resolves to its address.
 * @throws SluiceError `invalid-input` where changes that are not committed would go along, `cannot-run` with what
 *   GitHub says
 */
export async function openPullRequest(
  { head, prefix, uncommitted, ...place }: GithubPlace & CommitHere,
  { from, report, changed }: ProposedUpgrade,
  connection: GithubConnection,
): Promise<string> {
  const edited = changed.filter(({ file }) => uncommitted.has(`${prefix}${file}`)).map(({ file }) => file)
  if (edited.length > 0)
    throw missing(
      `${edited.join(', ')} differ from the commit that GitHub has, and would go along unseen; commit and push them first`,
    )
  const targets = [...new Set([...report.features.map(({ proposal }) => proposal), report.judge?.proposal])]
  const options = {
    ...{ head, prefix, files: changed },
    branch: `sluice/leave-${from.replaceAll(/[^\w.-]+/g, '-')}-${head.slice(0, 7)}`,
    title: `Leave ${from} for ${targets.filter((model) => typeof model === 'string').join(' and ')}`,
    body: upgradeMarkdown(report),
  }
  return push(place, options, connection)
}

async function push(
  { repository, apiUrl, token }: GithubPlace,
  options: PullRequestOptions,
  connection: GithubConnection,
): Promise<string> {
  const api = createGithubApi({ url: apiUrl, token, ...connection })
  try {
    return await open(githubRepository(api, repository), options)
  } catch (error) {
    if (!(error instanceof GithubError)) throw error
    const hint = error.status === 404 || error.status === 422 ? ' Is the commit pushed?' : ''
    throw new SluiceError('cannot-run', `the pull request could not be opened: ${error.message}.${hint}`, {
      cause: error,
    })
  }
}

async function open(
  repository: GithubRepository,
  { head, prefix, branch, title, body, files }: PullRequestOptions,
): Promise<string> {
  const base = await repository.defaultBranch()
  const entries = files.map(({ file, after }) => ({ path: `${prefix}${file}`, mode: '100644', content: after }))
  const commit = await repository.makeCommit({ parent: head, entries, message: `${title}\n\n${body}` })
  if (!(await repository.makeBranch(branch, commit)))
    throw new SluiceError('cannot-run', `the pull request could not be opened: the branch ${branch} is there already.`)
  return (await repository.openPull({ title, body, head: branch, base })).url
}
