import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { publicGithubApi } from '../../core/github/github-api.ts'
import { errorMessage, SluiceError } from '../../errors.ts'

const commands = ['gate', 'nightly', 'comment'] as const

/** An input that a workflow leaves empty is not given. */
const given = z
  .string()
  .optional()
  .transform((text) => (text?.trim() ? text.trim() : undefined))

const environmentSchema = z.object({
  GITHUB_REPOSITORY: z.string().regex(/^[^/\s]+\/[^/\s]+$/),
  GITHUB_EVENT_NAME: z.string().min(1),
  GITHUB_EVENT_PATH: z.string().min(1),
  GITHUB_API_URL: z.url().default(publicGithubApi),
  GITHUB_SERVER_URL: z.url().default('https://github.com'),
  GITHUB_RUN_ID: given,
  GITHUB_OUTPUT: given,
  GITHUB_STEP_SUMMARY: given,
  INPUT_COMMAND: given.pipe(z.enum(commands).default('gate')),
  INPUT_SUITE: given,
  INPUT_BASE: given,
  INPUT_ARGS: given,
  INPUT_COMPARE: given.transform((text, context): ComparedFiles | undefined => {
    if (text === undefined) return undefined
    const [candidate, baseline, ...more] = partsOf(text, text.includes('\n') ? '\n' : /\s+/)
    if (candidate !== undefined && baseline !== undefined && more.length === 0) return { candidate, baseline }
    const message = 'expected two results files, the candidate first; names with spaces each on a line of its own'
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  }),
  INPUT_ALLOW_ENDPOINT: given,
  INPUT_MEASURE_APPROVERS: given,
  INPUT_REPORT_DIR: given.pipe(z.string().default('sluice-report')),
  INPUT_COMMENT: given.pipe(z.enum(['true', 'false']).default('true')),
  INPUT_TOKEN: given,
})

/** Results files of other tools, to be compared instead of running anything. */
interface ComparedFiles {
  candidate: string
  baseline: string
}

const eventSchema = z.object({
  action: z.string().exactOptional(),
  /** The label that an event about one is about. */
  label: z.object({ name: z.string() }).exactOptional(),
  sender: z.object({ login: z.string() }).exactOptional(),
  pull_request: z
    .object({
      number: z.int(),
      /** Null when the fork was deleted. */
      head: z.object({ sha: z.string().default(''), repo: z.object({ full_name: z.string() }).nullish() }),
      labels: z.array(z.object({ name: z.string() })).default([]),
    })
    .exactOptional(),
  workflow_run: z
    .object({
      head_sha: z.string(),
      head_branch: z.string().nullish(),
      event: z.string().default(''),
      head_repository: z.object({ full_name: z.string().optional(), owner: z.object({ login: z.string() }) }).nullish(),
    })
    .exactOptional(),
})

/** What GitHub says about the run that this process is part of. */
export interface WorkflowRun {
  /** `owner/name` */
  repository: string
  event: string
  pullRequest: PullRequest | undefined
  /** The run that has ended, in an event `workflow_run`. */
  endedRun: EndedRun | undefined
  apiUrl: string
  /** The page of this run; undefined where it has none. */
  url: string | undefined
  outputFile: string | undefined
  summaryFile: string | undefined
  inputs: Inputs
}

interface PullRequest {
  number: number
  /** Its newest commit; empty where the event does not say. */
  commit: string
  isFork: boolean
  labels: string[]
  /** The label whose setting started this run, and who set it. */
  labelled: { label: string; by: string } | undefined
}

export interface EndedRun {
  commit: string
  /** `owner:branch` */
  head: string | undefined
  /** Whose repository the workflow of the run came from; undefined where it is gone. */
  owner: string | undefined
  /** Whether this repository ran it, on an event whose workflow is this repository's own. */
  isOwn: boolean
}

interface Inputs {
  command: (typeof commands)[number]
  suite: string | undefined
  base: string | undefined
  args: string[]
  compare: ComparedFiles | undefined
  allowEndpoint: string[]
  /** Logins. */
  measureApprovers: string[]
  reportDir: string
  comment: boolean
  token: string | undefined
}

/** @throws SluiceError `invalid-input` outside of GitHub Actions, or where an input is wrong. */
export async function readWorkflowRun(env: NodeJS.ProcessEnv): Promise<WorkflowRun> {
  const parsed = environmentSchema.safeParse(env)
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path: [name], message }) => `  ${String(name)}: ${message}`)
    throw new SluiceError(
      'invalid-input',
      `sluice ci github is for GitHub Actions, whose variables are missing or wrong here:\n${faults.join('\n')}\nElsewhere run sluice gate; its exit code is the verdict.`,
    )
  }
  const { data } = parsed
  if (data.INPUT_COMPARE && (data.INPUT_COMMAND === 'nightly' || data.INPUT_SUITE || data.INPUT_BASE))
    throw new SluiceError(
      'invalid-input',
      'compare judges two results files and runs nothing: leave out suite, base and command: nightly',
    )
  const event = await readEvent(data.GITHUB_EVENT_PATH)
  const { GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id } = data
  return {
    repository,
    event: data.GITHUB_EVENT_NAME,
    pullRequest: event.pull_request && pullRequestOf(event.pull_request, event, repository),
    endedRun: event.workflow_run && endedRunOf(event.workflow_run, repository),
    apiUrl: data.GITHUB_API_URL.replace(/\/$/, ''),
    url: id && `${data.GITHUB_SERVER_URL}/${repository}/actions/runs/${id}`,
    outputFile: data.GITHUB_OUTPUT,
    summaryFile: data.GITHUB_STEP_SUMMARY,
    inputs: {
      command: data.INPUT_COMMAND,
      suite: data.INPUT_SUITE,
      base: data.INPUT_BASE,
      args: partsOf(data.INPUT_ARGS, '\n'),
      compare: data.INPUT_COMPARE,
      allowEndpoint: partsOf(data.INPUT_ALLOW_ENDPOINT, /\s+/),
      measureApprovers: partsOf(data.INPUT_MEASURE_APPROVERS, /[\s,]+/).map((login) => login.replace(/^@/, '')),
      reportDir: data.INPUT_REPORT_DIR,
      comment: data.INPUT_COMMENT === 'true',
      token: data.INPUT_TOKEN,
    },
  }
}

function partsOf(text: string | undefined, separator: string | RegExp): string[] {
  const parts = (text ?? '').split(separator).map((part) => part.trim())
  return parts.filter((part) => part !== '')
}

async function readEvent(file: string): Promise<z.output<typeof eventSchema>> {
  try {
    return eventSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (cause) {
    const reason = errorMessage(cause)
    throw new SluiceError('invalid-input', `${file}: GitHub's description of the event cannot be read: ${reason}`, {
      cause,
    })
  }
}

function pullRequestOf(
  { number, head, labels }: NonNullable<z.output<typeof eventSchema>['pull_request']>,
  { action, label, sender }: z.output<typeof eventSchema>,
  repository: string,
): PullRequest {
  return {
    number,
    isFork: head.repo?.full_name !== repository,
    labels: labels.map(({ name }) => name),
    commit: head.sha,
    labelled: action === 'labeled' && label && sender ? { label: label.name, by: sender.login } : undefined,
  }
}

/**
 * Events whose run nobody from outside of the repository writes, as long as the commit is of the repository itself: the
 * code that is judged, and the workflow that judges it, come from those who may write there.
 */
export const ownEvents: ReadonlySet<string> = new Set([
  'pull_request',
  'push',
  'merge_group',
  'schedule',
  'workflow_dispatch',
])

function endedRunOf(run: NonNullable<z.output<typeof eventSchema>['workflow_run']>, repository: string): EndedRun {
  const owner = run.head_repository?.owner.login
  return {
    commit: run.head_sha,
    head: owner && run.head_branch ? `${owner}:${run.head_branch}` : undefined,
    owner,
    isOwn: run.head_repository?.full_name === repository && ownEvents.has(run.event),
  }
}
