import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { errorMessage, SluiceError } from '../../errors.ts'
import { type Git, NoBaseError } from '../git/git.ts'

/**
 * The commit to compare with: where this branch left `reference`; else what CI says the change is made against, else
 * the default branch.
 * @throws SluiceError `invalid-input` with the way out
 */
export async function baseCommit(git: Git, reference: string | undefined, env: NodeJS.ProcessEnv): Promise<string> {
  if (reference !== undefined) return git.mergeBase(reference)
  const gitlab = env.CI_MERGE_REQUEST_DIFF_BASE_SHA
  if (gitlab) return git.mergeBase(gitlab)
  if (targetOf(env)) return git.mergeBase(await defaultBranch(git, env))
  const event = await eventOf(env)
  if (event?.mergeGroup !== undefined) return git.mergeBase(event.mergeGroup)
  const before = event?.before ?? commitBefore(env.CI_COMMIT_BEFORE_SHA)
  return before === undefined ? git.mergeBase(await defaultBranch(git, env)) : pushBase(git, before, env)
}

/** Whether CI says what the change is made against: a base that is missing then is one that was lost. */
export async function isBaseNamed(env: NodeJS.ProcessEnv): Promise<boolean> {
  if (env.CI_MERGE_REQUEST_DIFF_BASE_SHA || targetOf(env)) return true
  return (await eventOf(env))?.mergeGroup !== undefined
}

/**
 * What CI runs for where it names no change: `firstPush`, before which nothing was there, or something else in words.
 */
export type UnnamedChange = 'firstPush' | { event: string }

/** Undefined where CI names a change, and where there is no CI. */
export async function unnamedChange(env: NodeJS.ProcessEnv): Promise<UnnamedChange | undefined> {
  if (await isBaseNamed(env)) return undefined
  const event = env.GITHUB_EVENT_NAME || env.CI_PIPELINE_SOURCE
  if (!event) return unnamedRun(env)
  if (event !== 'push') return { event: `the event ${event}` }
  if (env.GITHUB_REF_TYPE === 'tag' || env.CI_COMMIT_TAG) return { event: 'the push of a tag' }
  const github = await eventOf(env)
  const branch = env.GITHUB_REF_NAME || env.CI_COMMIT_BRANCH
  const isDefault = branch !== undefined && branch === (github?.defaultBranch ?? env.CI_DEFAULT_BRANCH)
  const before = github?.before ?? commitBefore(env.CI_COMMIT_BEFORE_SHA)
  return isDefault && before === undefined ? 'firstPush' : undefined
}

function targetOf(env: NodeJS.ProcessEnv): string | undefined {
  const { target = '' } = systemOf(env) ?? {}
  const named = env.GITHUB_BASE_REF || env.CI_MERGE_REQUEST_TARGET_BRANCH_NAME || env[target]
  return named?.replace(/^refs\/heads\//, '') || undefined
}

/**
 * Systems that tell of no event: the variable that they are known by, and the one with the target of a pull request.
 */
const systems: { name: string; variable: string; target?: string }[] = [
  { name: 'Jenkins', variable: 'JENKINS_URL', target: 'CHANGE_TARGET' },
  { name: 'CircleCI', variable: 'CIRCLECI' },
  { name: 'Buildkite', variable: 'BUILDKITE', target: 'BUILDKITE_PULL_REQUEST_BASE_BRANCH' },
  { name: 'Azure Pipelines', variable: 'TF_BUILD', target: 'SYSTEM_PULLREQUEST_TARGETBRANCH' },
]

function systemOf(env: NodeJS.ProcessEnv) {
  return systems.find(({ variable }) => env[variable])
}

/** Whether CI runs this: a system that says so by a variable of its own, or any other by `CI`. */
export function runsInCi(env: NodeJS.ProcessEnv): boolean {
  const isMarked = [env.CI, env.GITHUB_ACTIONS].some((value) => value !== undefined && !/^(?:|0|false)$/i.test(value))
  return isMarked || systemOf(env) !== undefined
}

/** Nearly all other systems say that they are one by `CI`. */
function unnamedRun(env: NodeJS.ProcessEnv): UnnamedChange | undefined {
  const system = systemOf(env)
  if (system) return { event: `a run of ${system.name}` }
  return env.CI && !/^(false|0)$/i.test(env.CI) ? { event: 'this run' } : undefined
}

/**
 * On the default branch a push is compared with what was there before it. On another one it is compared with where the
 * branch began, so that a later push does not make a regression of an earlier one its baseline.
 * @throws SluiceError `invalid-input` where what was there before is not here and would leave only HEAD to compare with
 */
async function pushBase(git: Git, before: string, env: NodeJS.ProcessEnv): Promise<string> {
  const known = (await git.find(before)) ? await git.commonCommit(before) : undefined
  const other = await defaultBranch(git, env).catch(() => undefined)
  const left = other === undefined ? undefined : await git.commonCommit(other)
  if (known === undefined) return left === undefined || left === (await git.head()) ? git.mergeBase(before) : left
  return left !== undefined && (await git.commonCommit(left, known)) === left ? left : known
}

/** What CI says was there before a push; a new branch has nothing before it. */
function commitBefore(before: string | undefined): string | undefined {
  return before === undefined || /^0*$/.test(before) ? undefined : before
}

const sha = z.string().regex(/^[0-9a-f]{40,64}$/)
const eventSchema = z.object({
  merge_group: z.object({ base_sha: sha }).exactOptional(),
  pull_request: z.unknown().optional(),
  before: sha.exactOptional(),
  repository: z.object({ default_branch: z.string().optional() }).optional(),
})

interface GithubEvent {
  mergeGroup?: string
  before?: string
  defaultBranch?: string | undefined
}

/** What GitHub's description of the event says about the commit before. */
async function eventOf(env: NodeJS.ProcessEnv): Promise<GithubEvent | undefined> {
  const { GITHUB_EVENT_PATH: file, GITHUB_EVENT_NAME: name } = env
  if (!file || (name && name !== 'merge_group' && name !== 'push')) return undefined
  try {
    const {
      merge_group: group,
      pull_request: pull,
      before,
      repository,
    } = eventSchema.parse(JSON.parse(await readFile(file, 'utf8')))
    if (group) return { mergeGroup: group.base_sha }
    const then = pull === undefined ? commitBefore(before) : undefined
    return { defaultBranch: repository?.default_branch, ...(then !== undefined && { before: then }) }
  } catch (cause) {
    const reason = errorMessage(cause)
    throw new SluiceError(
      'invalid-input',
      `${file} (GITHUB_EVENT_PATH) cannot be read, so the commit to compare with is unknown: ${reason}. Name it with --base.`,
      { cause },
    )
  }
}

/** Whether what is checked out is the last commit of the default branch, as it is. */
export async function isDefaultBranch(git: Git, env: NodeJS.ProcessEnv): Promise<boolean> {
  const head = await git.head()
  const branch = await defaultBranch(git, env).catch(() => undefined)
  if (head === undefined || branch === undefined || (await git.find(branch)) !== head) return false
  return (await git.changedSince(head)).length === 0
}

/** The branch that pull requests go to: what CI says, what the remote says, else the usual names. */
async function defaultBranch(git: Git, env: NodeJS.ProcessEnv): Promise<string> {
  const target = targetOf(env)
  const candidates = target
    ? [`origin/${target}`, target]
    : ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master']
  const found = await git.firstBranch(candidates)
  if (found !== undefined) return found
  if ((await git.head()) === undefined)
    throw new NoBaseError(
      'no branch to compare with, since there is no commit yet: git add --all && git commit -m baseline, ' +
        'or run sluice gate --all to judge against the threshold alone.',
    )
  throw new NoBaseError(
    `no branch to compare with: none of ${candidates.join(', ')} exists here. Name one with --base, fetch it first ` +
      '(actions/checkout: fetch-depth: 0), or run sluice gate --all to judge against the threshold alone.',
  )
}
