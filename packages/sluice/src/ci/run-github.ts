import { appendFile, readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { openGit } from '../gate/git/git.ts'
import type { Mask } from '../masking/mask.ts'
import { githubAnnotations } from '../report/annotations.ts'
import { findingTexts } from '../report/run-finding.ts'
import { excerpt } from '../report/untrusted.ts'
import { type Diagnostic, diagnosticSchema } from '../suite/diagnostic.ts'
import { type Connection, commentRun } from './comment-run.ts'
import { commentMarker } from './comment-text.ts'
import { measureApproval } from './measure-approval.ts'
import { findingsOf, shownOf } from './report-findings.ts'
import { failureMarkdown, faultsMarkdown, freshReport, outputsOf, type RunOutcome } from './run-outcome.ts'
import { refuseUnsafeEvent } from './safe-events.ts'
import { storedOutcome } from './stored-outcome.ts'
import { noticeCommand, outputsText, quietly } from './workflow-command.ts'
import { readWorkflowRun, type WorkflowRun } from './workflow-run.ts'

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
  /** Of sluice.yaml; absolute. */
  root: string
  /** Runs a command of sluice; with `show` its output is shown as well. */
  run(args: string[], show: boolean): Promise<CommandResult>
  write(text: string): void
  /** Unguessable, new for each call. */
  nonce(): string
  connection: Connection
}

const checkSchema = z.object({ diagnostics: z.array(diagnosticSchema) })

/**
 * A run on GitHub: check, then the gate or the nightly, then annotations, summary, outputs and the comment. Resolves to the
 * verdict's exit code, which no failure of GitHub changes.
 */
export async function runGithub(options: GithubRunOptions): Promise<number> {
  const { env, root, mask, write } = options
  const workflow = await readWorkflowRun(env)
  refuseUnsafeEvent(workflow)
  const prefix = (await openGit(root, env))?.prefix ?? ''
  const reportDir = path.resolve(root, workflow.inputs.reportDir)
  const { outcome, diagnostics } = mask.data(await outcomeOf(workflow, { ...options, reportDir }))
  const findings = outcome.report && !workflow.endedRun ? mask.data(await findingsOf(outcome.report, root)) : []
  write(githubAnnotations(shownOf([...findings, ...diagnostics]), { prefix }))
  write(findingWarnings(outcome.report))
  const { note } = measureApproval(workflow)
  const commented = await commentRun(workflow, { outcome, marker: commentMarker(prefix) }, options.connection)
  const notes = note === undefined ? commented : [note, ...commented]
  for (const note of notes) write(`${noticeCommand('notice', note)}\n`)
  const summary = [outcome.markdown.trimEnd(), ...notes.map((note) => `> ${note}`)].filter((text) => text !== '')
  await appendTo(workflow.summaryFile, `${summary.join('\n\n')}\n`)
  await appendTo(workflow.outputFile, outputsText(outputsOf(outcome, { reportDir, prefix }), `end-${options.nonce()}`))
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
  const checked = await run(['check', '--json'], false)
  const diagnostics = diagnosticsOf(checked)
  const ended = (outcome: RunOutcome) => ({ outcome, diagnostics })
  if (checked.exitCode !== 0) {
    const said =
      diagnostics.length > 0 ? faultsMarkdown(diagnostics) : failureMarkdown(checked.exitCode, checked.stderr)
    return ended({ exitCode: checked.exitCode, report: undefined, markdown: said })
  }
  const args = argumentsOf(workflow)
  const { before, after } = quietly(`sluice ${args.join(' ')}`, nonce())
  write(before)
  const { exitCode, stderr } = await run(args, true).finally(() => write(after))
  const report = await freshReport(reportDir, startedAt)
  const written = report && (await readFile(path.join(reportDir, 'report.md'), 'utf8').catch(() => undefined))
  return ended({ exitCode, report, markdown: written ?? failureMarkdown(exitCode, stderr) })
}

/** The command line of the run; the label asks for the full suite. */
function argumentsOf({ inputs, pullRequest }: WorkflowRun): string[] {
  const { command, suite, base, args, allowEndpoint, reportDir } = inputs
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
