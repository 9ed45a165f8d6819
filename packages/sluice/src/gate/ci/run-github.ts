import { appendFile, readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { GithubConnection } from '../../core/github/github-api.ts'
import { type Diagnostic, diagnosticSchema } from '../../core/suite/diagnostics/diagnostic.ts'
import { SluiceError } from '../../errors.ts'
import { exitCodes } from '../../exit-codes.ts'
import type { Mask } from '../../masking/mask.ts'
import { excerpt } from '../../text/untrusted.ts'
import { openGit } from '../git/git.ts'
import { findingTexts } from '../report/run-finding.ts'
import { githubAnnotations } from './annotations.ts'
import { commentRun } from './comment-run.ts'
import { commentMarker } from './comment-text.ts'
import { measureApproval } from './measure-approval.ts'
import { reportFindings, shownOf } from './report-findings.ts'
import { failureMarkdown, faultsMarkdown, freshReport, outputsOf, type RunOutcome } from './run-outcome.ts'
import { storedOutcome } from './stored-outcome.ts'
import { ownEvents, readWorkflowRun, type WorkflowRun } from './workflow-run.ts'

/** What a command said while it ran. */
export interface CommandResult {
  exitCode: number
  stdout: string
  stderr: string
}

export interface GithubRunOptions {
  env: NodeJS.ProcessEnv
  /** What is handed to GitHub passes it. */
  mask: Mask
  /** The folder of sluice.yaml; absolute. */
  root: string
  /** Runs a command of sluice; with `show` its output is shown as well. */
  run(args: string[], show: boolean): Promise<CommandResult>
  write(text: string): void
  /** Unguessable, new for each call. */
  nonce(): string
  connection: GithubConnection
}

const checkSchema = z.object({ diagnostics: z.array(diagnosticSchema) })

/**
 * A run on GitHub: check, then the gate or the nightly, then annotations, summary, outputs and the comment. Resolves to
 * the verdict's exit code, which no failure of GitHub changes.
 */
export async function runGithub(options: GithubRunOptions): Promise<number> {
  const { env, root, mask, write } = options
  const workflow = await readWorkflowRun(env)
  refuseUnsafeEvent(workflow)
  const prefix = (await openGit(root, env))?.prefix ?? ''
  const reportDir = path.resolve(root, workflow.inputs.reportDir)
  const { outcome, diagnostics } = mask.data(await outcomeOf(workflow, { ...options, reportDir }))
  const { compare } = workflow.inputs
  const isOfProject = outcome.report && !workflow.endedRun && !compare
  const findings = isOfProject && outcome.report ? mask.data(await reportFindings(outcome.report, root)) : []
  write(githubAnnotations(shownOf([...findings, ...diagnostics]), { prefix }))
  write(findingWarnings(outcome.report))
  const { note } = measureApproval(workflow)
  // Beside the gate's comment each comparison has its own.
  const subject = compare ? `${prefix}compare/${compare.candidate}/${compare.baseline}` : prefix
  const commented = await commentRun(workflow, { outcome, marker: commentMarker(subject) }, options.connection)
  const notes = note === undefined ? commented : [note, ...commented]
  for (const note of notes) write(`${noticeCommand('notice', note)}\n`)
  const summary = [outcome.markdown.trimEnd(), ...notes.map((note) => `> ${note}`)].filter((text) => text !== '')
  await appendTo(workflow.summaryFile, `${summary.join('\n\n')}\n`)
  await appendTo(workflow.outputFile, outputsText(outputsOf(outcome, { reportDir, subject }), `end-${options.nonce()}`))
  return outcome.exitCode
}

/** What is said of the run as a whole, as warnings of the job; GitHub shows ten of a step. */
function findingWarnings(report: RunOutcome['report']): string {
  const grave = (report?.findings ?? []).filter(({ severity }) => severity !== 'note')
  const left = grave.length - warningsShown
  const texts = [
    ...findingTexts(grave.slice(0, warningsShown)),
    ...(left > 0 ? [`and ${left} more; the summary has them`] : []),
  ]
  return texts.map((text) => `${noticeCommand('warning', excerpt(text, warningLength))}\n`).join('')
}

const warningsShown = 4
const warningLength = 500

interface Run extends GithubRunOptions {
  reportDir: string
}

/** A run that has ended, and what is to be said about files. */
interface Ended {
  outcome: RunOutcome
  diagnostics: Diagnostic[]
}

async function outcomeOf(workflow: WorkflowRun, { run, write, nonce, reportDir }: Run): Promise<Ended> {
  const startedAt = Date.now()
  if (workflow.inputs.command === 'comment')
    return { outcome: await storedOutcome(reportDir, workflow.endedRun), diagnostics: [] }
  // A comparison needs no project, and what it reads it checks itself.
  const isCompared = workflow.inputs.compare !== undefined
  const checked = isCompared ? { exitCode: 0, stdout: '', stderr: '' } : await run(['check', '--json'], false)
  const diagnostics = diagnosticsOf(checked)
  const ended = (outcome: RunOutcome) => ({ outcome, diagnostics })
  if (checked.exitCode !== 0) {
    const failure =
      diagnostics.length > 0 ? faultsMarkdown(diagnostics) : failureMarkdown(checked.exitCode, checked.stderr)
    return ended({ exitCode: checked.exitCode, report: undefined, markdown: failure })
  }
  const args = argumentsOf(workflow)
  const { before, after } = quietly(`sluice ${args.join(' ')}`, nonce())
  write(before)
  const { exitCode, stderr } = await run(args, true).finally(() => write(after))
  const report = await freshReport(reportDir, startedAt)
  const written = report && (await readFile(path.join(reportDir, 'report.md'), 'utf8').catch(() => undefined))
  // A command that says "pass" and leaves no report has judged nothing that can be shown.
  const code = exitCode === 0 && report === undefined ? exitCodes['could not run'] : exitCode
  return ended({ exitCode: code, report, markdown: written ?? failureMarkdown(code, stderr) })
}

/** The command line of the run; the label asks for the full suite. */
function argumentsOf({ inputs, pullRequest }: WorkflowRun): string[] {
  const { command, suite, base, args, allowEndpoint, reportDir, compare } = inputs
  if (compare) {
    const { candidate, baseline } = compare
    return ['compare', `--candidate=${candidate}`, `--baseline=${baseline}`, '--report-dir', reportDir, ...args]
  }
  const labelled = command === 'gate' && pullRequest?.labels.includes('sluice:full') ? 'full' : undefined
  const chosen = suite ?? labelled
  return [
    command,
    '--report-dir',
    reportDir,
    ...(chosen === undefined ? [] : ['--suite', chosen]),
    ...(base === undefined ? [] : ['--base', base]),
    ...measureApproval({ inputs, pullRequest }).args,
    ...allowEndpoint.flatMap((name) => ['--allow-endpoint', name]),
    ...args,
  ]
}

function diagnosticsOf({ stdout }: CommandResult): Diagnostic[] {
  try {
    return checkSchema.parse(JSON.parse(stdout)).diagnostics
  } catch {
    return []
  }
}

async function appendTo(file: string | undefined, text: string): Promise<void> {
  if (file !== undefined) await appendFile(file, text)
}

const reasons: Record<string, string> = {
  pull_request_target:
    'with the code of a fork checked out, that event would hand your secrets to whoever opened the pull request. Use pull_request',
  workflow_run:
    'it has your secrets and follows a run that a fork may have started. There only the comment is safe: set command: comment',
  issue_comment: 'anybody may comment, and the run has your secrets. Use pull_request',
}

/** @throws SluiceError `invalid-input` where judging would put secrets beside code of people who may not have them. */
function refuseUnsafeEvent({ event, inputs: { command } }: Pick<WorkflowRun, 'event' | 'inputs'>): void {
  if (command === 'comment' ? event === 'workflow_run' : ownEvents.has(event)) return
  const why =
    command === 'comment'
      ? 'command: comment posts what another run left, so it belongs on workflow_run'
      : (reasons[event] ?? `whose code it runs beside your secrets is not known. Use ${[...ownEvents].join(', ')}`)
  throw new SluiceError(
    'invalid-input',
    `sluice does not run ${command} on ${event}: ${why}; docs/github.md says how forks get a comment.`,
  )
}

/** One line of the log; its text cannot be taken for a command. */
function noticeCommand(level: 'notice' | 'warning', message: string): string {
  return `::${level} title=Sluice::${escapeData(message)}`
}

/**
 * Wraps what a command prints: folded in the log, and with commands switched off, because an answer of a model could
 * hold one. `token` must be unguessable.
 */
function quietly(title: string, token: string): { before: string; after: string } {
  return { before: `::group::${escapeData(title)}\n::stop-commands::${token}\n`, after: `::${token}::\n::endgroup::\n` }
}

/** The text for GITHUB_OUTPUT. `delimiter` must not occur in a value. */
function outputsText(outputs: Record<string, string>, delimiter: string): string {
  return Object.entries(outputs)
    .map(([name, value]) => `${name}<<${delimiter}\n${value}\n${delimiter}\n`)
    .join('')
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
