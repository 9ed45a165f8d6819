import { appendFile, readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { SluiceError } from '../errors.ts'
import type { Diagnostic } from '../suite/diagnostic.ts'
import { annotateFaults, annotateReport } from './annotations.ts'
import { commentRun } from './comment-run.ts'
import { commentMarker } from './comment-text.ts'
import { failureMarkdown, faultsMarkdown, freshReport, outputsOf, type RunOutcome } from './run-outcome.ts'
import { annotationCommand, noticeCommand, outputsText, quietly } from './workflow-command.ts'
import { readWorkflowRun, type WorkflowRun } from './workflow-run.ts'

/** What a command said while it ran. */
export interface CommandResult {
  exitCode: number
  stdout: string
  stderr: string
}

export interface GithubRunOptions {
  env: NodeJS.ProcessEnv
  /** Of sluice.yaml; absolute. */
  root: string
  /** Runs a command of sluice; with `show` its output is shown as well. */
  run(args: string[], show: boolean): Promise<CommandResult>
  write(text: string): void
  /** Unguessable, new for each call. */
  nonce(): string
  connect: CommentConnection
}

/** What `sluice ci github` needs for comments. */
export type CommentConnection = Parameters<typeof commentRun>[2]

const checkSchema = z.object({ diagnostics: z.array(z.custom<Diagnostic>()) })

/**
 * A run on GitHub: check, then the gate or the nightly, then annotations, summary, outputs and the comment. Resolves to the
 * verdict's exit code, which no failure of GitHub changes.
 */
export async function runGithub(options: GithubRunOptions): Promise<number> {
  const { env, root, write } = options
  const workflow = await readWorkflowRun(env)
  refuseForeignCode(workflow)
  const folder = path.relative(workflow.workspace, root).split(path.sep).join('/')
  const prefix = folder === '' ? '' : `${folder}/`
  const reportDir = path.resolve(root, workflow.inputs.reportDir)
  const outcome = await outcomeOf(workflow, { ...options, prefix, reportDir })
  if (outcome.report) {
    const annotations = await annotateReport(outcome.report, root, prefix)
    for (const annotation of annotations) write(`${annotationCommand(annotation)}\n`)
  }
  const notes = await commentRun(workflow, { outcome, marker: commentMarker(folder) }, options.connect)
  for (const note of notes) write(`${noticeCommand('notice', note)}\n`)
  await appendTo(
    workflow.summaryFile,
    `${[outcome.markdown.trimEnd(), ...notes.map((note) => `> ${note}`)].join('\n\n')}\n`,
  )
  await appendTo(workflow.outputFile, outputsText(outputsOf(outcome, reportDir), `end-${options.nonce()}`))
  return outcome.exitCode
}

function refuseForeignCode({ event }: WorkflowRun): void {
  if (event !== 'pull_request_target') return
  throw new SluiceError(
    'invalid-input',
    'sluice does not run on pull_request_target: with the code of a fork checked out, that event would hand your secrets to ' +
      'whoever opened the pull request. Use pull_request; docs/github.md says how forks get a comment.',
  )
}

interface Run extends GithubRunOptions {
  prefix: string
  reportDir: string
}

async function outcomeOf(workflow: WorkflowRun, { run, write, nonce, prefix, reportDir }: Run): Promise<RunOutcome> {
  const startedAt = Date.now()
  if (workflow.inputs.command === 'comment') return storedOutcome(reportDir)
  const checked = await run(['check', '--json'], false)
  const diagnostics = diagnosticsOf(checked)
  for (const annotation of annotateFaults(diagnostics, prefix)) write(`${annotationCommand(annotation)}\n`)
  if (checked.exitCode !== 0) {
    const markdown =
      diagnostics.length > 0 ? faultsMarkdown(diagnostics) : failureMarkdown(checked.exitCode, checked.stderr)
    return { exitCode: checked.exitCode, report: undefined, markdown }
  }
  const args = argumentsOf(workflow)
  const { before, after } = quietly(`sluice ${args.join(' ')}`, nonce())
  write(before)
  const { exitCode, stderr } = await run(args, true).finally(() => write(after))
  const report = await freshReport(reportDir, startedAt)
  const written = report && (await readFile(path.join(reportDir, 'report.md'), 'utf8').catch(() => undefined))
  return { exitCode, report, markdown: written ?? failureMarkdown(exitCode, stderr) }
}

async function storedOutcome(reportDir: string): Promise<RunOutcome> {
  const report = await freshReport(reportDir, Number.NEGATIVE_INFINITY)
  if (!report) return { exitCode: 0, report, markdown: 'There is no report to comment with.' }
  return { exitCode: 0, report, markdown: '' }
}

/** The command line of the run; the label asks for the full suite. */
function argumentsOf({ inputs, pullRequest }: WorkflowRun): string[] {
  const { command, suite, base, args, reportDir } = inputs
  const labelled = command === 'gate' && pullRequest?.labels.includes('sluice:full') ? 'full' : undefined
  const chosen = suite ?? labelled
  return [
    command,
    '--report-dir',
    reportDir,
    ...(chosen === undefined ? [] : ['--suite', chosen]),
    ...(base === undefined ? [] : ['--base', base]),
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
