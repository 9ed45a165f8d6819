import { z } from 'zod'
import { createGithubApi, type GithubApi, type GithubConnection, GithubError } from '../../core/github/github-api.ts'
import { errorMessage } from '../../errors.ts'
import { runWord } from '../report/run-verdict.ts'
import { commentText } from './comment-text.ts'
import { judgedLine, lastJudged, nothingJudged } from './last-judged.ts'
import type { RunOutcome } from './run-outcome.ts'
import { stickComment } from './sticky-comment.ts'
import type { EndedRun, WorkflowRun } from './workflow-run.ts'

export interface Commented {
  outcome: RunOutcome
  marker: string
}

/**
 * Brings the comment of the pull request up to date, as far as GitHub lets it. Never rejects: the notes say what a
 * reader would miss, and why.
 */
export async function commentRun(
  workflow: WorkflowRun,
  content: Commented,
  connection: GithubConnection,
): Promise<string[]> {
  const { inputs, pullRequest, endedRun, apiUrl } = workflow
  if (!inputs.comment || (!pullRequest && !endedRun)) return []
  if (pullRequest?.isFork) return [forkNote(content.outcome)]
  if (inputs.token === undefined) return ['No comment: no token was given.']
  const api = createGithubApi({ url: apiUrl, token: inputs.token, ...connection })
  try {
    const number = pullRequest?.number ?? (endedRun && (await pullRequestOf(endedRun, workflow.repository, api)))
    if (number === undefined)
      return ['No comment: the run belongs to no open pull request, or to an older commit of it.']
    return await comment(number, workflow, content, api)
  } catch (error) {
    return [failureNote(error)]
  }
}

async function comment(number: number, workflow: WorkflowRun, { outcome, marker }: Commented, api: GithubApi) {
  const { report, markdown } = outcome
  const { endedRun, pullRequest, repository, url } = workflow
  if (endedRun && !report) return ['No comment: the run left no report.']
  const commit = endedRun?.commit ?? pullRequest?.commit ?? ''
  const hasJudged = report !== undefined && report.features.length > 0
  const hasNewResult = !report || hasJudged || report.exitCode !== 0
  const body = (before: string | undefined) => {
    const now = hasJudged ? { word: runWord(report), commit, isVerified: endedRun?.isOwn ?? true } : undefined
    const judged = now ?? (before === undefined ? undefined : lastJudged(before))
    const line = judged ? `${judgedLine(judged)}\n` : ''
    const shown = hasNewResult || before === undefined ? markdown : nothingJudged(markdown, commit, before)
    return line + commentText(shown, { url, notes: [] }, marker.length + 1 + line.length)
  }
  await stickComment(api, { repository, number, marker, body, create: hasNewResult })
  return []
}

const pullsSchema = z.array(z.object({ number: z.int(), head: z.object({ sha: z.string() }) }))

/** The pull request whose newest commit was run. What the run itself says about that is not asked. */
async function pullRequestOf(
  { commit, head }: EndedRun,
  repository: string,
  api: GithubApi,
): Promise<number | undefined> {
  if (head === undefined) return undefined
  const { data } = await api.request('GET', `/repos/${repository}/pulls?state=open&head=${encodeURIComponent(head)}`)
  return pullsSchema.parse(data).find((pull) => pull.head.sha === commit)?.number
}

function forkNote({ exitCode }: RunOutcome): string {
  const secrets = exitCode === 4 ? ' For the same reason no key reached the run, so no live model could be asked.' : ''
  return (
    'No comment: this pull request comes from a fork, and GitHub gives such runs a token that can only read, and no secrets.' +
    `${secrets} A second workflow, on workflow_run, can comment safely; docs/github.md has it. Never use pull_request_target for that.`
  )
}

function failureNote(error: unknown): string {
  if (!(error instanceof GithubError)) return `No comment: ${errorMessage(error)}`
  const cure =
    error.status === 403 || error.status === 404
      ? ' The token may not comment: give the job "permissions: {contents: read, pull-requests: write}". (Dependabot never gets that.)'
      : ' The verdict is still valid.'
  return `No comment: ${error.message}.${cure}`
}
