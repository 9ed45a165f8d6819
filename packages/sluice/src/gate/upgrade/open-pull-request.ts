import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { z } from 'zod'
import { SluiceError } from '../../errors.ts'
import type { Connection } from '../ci/comment-run.ts'
import { createGithubApi, type GithubApi, GithubError } from '../ci/github-api.ts'
import type { ChangedFile } from './write-models.ts'

export interface PullRequestOptions {
  /** The commit that the change is made on; GitHub must have it. */
  head: string
  /** The folder of the project in the repository, `''` or ending in a slash. */
  prefix: string
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
 * The repository and the token: of the environment, as in a workflow, else the remote `origin` and what `gh` is logged in
 * with.
 * @throws SluiceError `invalid-input` where one of them is missing
 */
export async function githubPlace(root: string, env: NodeJS.ProcessEnv): Promise<GithubPlace> {
  const first = async (program: string, args: string[]) =>
    run(program, args, { cwd: root, env }).then(
      ({ stdout }) => stdout.trim() || undefined,
      () => undefined,
    )
  const remote = env.GITHUB_REPOSITORY ? undefined : await first('git', ['remote', 'get-url', 'origin'])
  const repository = env.GITHUB_REPOSITORY || /[:/]([^/:]+\/[^/]+?)(?:\.git)?\/?$/.exec(remote ?? '')?.[1]
  if (!repository)
    throw missing('the repository is not known: set GITHUB_REPOSITORY=owner/name, or add a remote named origin')
  const token = env.GITHUB_TOKEN || env.GH_TOKEN || (await first('gh', ['auth', 'token']))
  if (!token)
    throw missing('there is no token: set GITHUB_TOKEN (contents and pull requests: write), or run gh auth login')
  return { repository, token, apiUrl: (env.GITHUB_API_URL ?? 'https://api.github.com').replace(/\/$/, '') }
}

const missing = (what: string) => new SluiceError('invalid-input', `--pull-request: ${what}`)

const withSha = z.object({ sha: z.string() })
const repositorySchema = z.object({ default_branch: z.string() })
const pullSchema = z.object({ html_url: z.string() })

/**
 * Makes the commit on GitHub itself and opens the pull request, so that neither the working tree nor a branch here is
 * touched. Resolves to its address.
 * @throws SluiceError `cannot-run` with what GitHub says
 */
export async function openPullRequest(
  { repository, apiUrl, token }: GithubPlace,
  options: PullRequestOptions,
  connection: Connection,
): Promise<string> {
  const api = createGithubApi({ url: apiUrl, token, ...connection })
  try {
    return await open(api, `/repos/${repository}`, options)
  } catch (error) {
    if (!(error instanceof GithubError)) throw error
    const hint = error.status === 404 || error.status === 422 ? ' Is the commit pushed, and the branch new?' : ''
    throw new SluiceError('cannot-run', `the pull request could not be opened: ${error.message}.${hint}`, {
      cause: error,
    })
  }
}

async function open(
  api: GithubApi,
  base: string,
  { head, prefix, branch, title, body, files }: PullRequestOptions,
): Promise<string> {
  const post = async <T>(place: string, schema: z.ZodType<T>, data: object) =>
    schema.parse((await api.request('POST', `${base}${place}`, data)).data)
  const { default_branch: target } = repositorySchema.parse((await api.request('GET', base)).data)
  const entries = files.map(({ file, after }) => ({
    path: `${prefix}${file}`,
    mode: '100644',
    type: 'blob',
    content: after,
  }))
  const parent = z.object({ tree: withSha }).parse((await api.request('GET', `${base}/git/commits/${head}`)).data)
  const tree = await post('/git/trees', withSha, { base_tree: parent.tree.sha, tree: entries })
  const commit = await post('/git/commits', withSha, {
    message: `${title}\n\n${body}`,
    tree: tree.sha,
    parents: [head],
  })
  await post('/git/refs', z.unknown(), { ref: `refs/heads/${branch}`, sha: commit.sha })
  const { html_url: address } = await post('/pulls', pullSchema, { title, body, head: branch, base: target })
  return address
}
