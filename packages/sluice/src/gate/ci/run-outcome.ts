import path from 'node:path'
import { type Diagnostic, formatDiagnostic } from '../../core/suite/diagnostics/diagnostic.ts'
import type { Report } from '../../records/report/report.ts'
import { codeBlock, inlineText } from '../../text/markdown-escape.ts'
import { excerpt } from '../../text/untrusted.ts'
import { readReport } from '../report/report-file.ts'

/** How a run ended, for people and for the steps that follow. */
export interface RunOutcome {
  exitCode: number
  /** Undefined where the run did not come as far as a report. */
  report: Report | undefined
  /** For the job summary and the comment. */
  markdown: string
}

const verdicts: Record<number, string> = { 0: 'pass', 1: 'fail', 2: 'inconclusive', 3: 'invalid' }
const faultsShown = 50
const messageLength = 4000

/** The report that a run has just written; undefined where there is none, or an older one. */
export async function freshReport(folder: string, since: number): Promise<Report | undefined> {
  const report = await readReport(path.join(folder, 'report.json')).catch(() => undefined)
  return report && Date.parse(report.startedAt) >= since ? report : undefined
}

/** Files with faults, instead of a report. */
export function faultsMarkdown(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  const lines = errors.slice(0, faultsShown).map((fault) => excerpt(formatDiagnostic(fault), 500))
  const more =
    errors.length > faultsShown ? `\n\nAnd ${errors.length - faultsShown} more; \`sluice check\` lists them all.` : ''
  return `## Sluice: INVALID FILES\n\nNothing was run, because files have faults:\n\n${codeBlock(lines.join('\n'))}${more}`
}

/** What was said on stderr, where there is no report. */
export function failureMarkdown(exitCode: number, stderr: string): string {
  const title = exitCode === 3 ? 'INVALID INPUT' : 'COULD NOT RUN'
  return `## Sluice: ${title}\n\n${inlineText(`There is no verdict (exit ${exitCode}):`)}\n\n${codeBlock(stderr.trim().slice(-messageLength))}`
}

/** One name for each project folder of a repository, of characters that GitHub takes. */
function artifactName(folder: string): string {
  const name = folder
    .replace(/\/$/, '')
    .replace(/[^\w./-]/g, (character) => `=${Buffer.from(character).toString('hex')}`)
    .replaceAll('/', '+')
  return name === '' ? 'sluice-report' : `sluice-report-${name}`
}

/** The outputs of the Action; `subject` is the project's folder in the repository, or what is compared. */
export function outputsOf(
  { exitCode, report }: RunOutcome,
  { reportDir, subject }: { reportDir: string; subject: string },
): Record<string, string> {
  const features = report?.features ?? []
  const means = features.map(({ score }) => score.mean).filter((mean) => mean !== null)
  const costs = features.map(({ cost }) => cost.usd).filter((usd) => usd !== null)
  const paid = report === undefined ? exitCode !== 3 : features.some(({ cache }) => cache.misses > 0)
  const isNothing = report !== undefined && features.length === 0 && exitCode === 0
  return {
    verdict: isNothing ? 'none' : (verdicts[exitCode] ?? 'error'),
    score: means.length === 0 ? '' : String(Math.min(...means)),
    'cost-usd': costs.length === 0 ? '' : String(Number(costs.reduce((sum, usd) => sum + usd, 0).toPrecision(12))),
    report: report === undefined ? '' : reportDir,
    artifact: artifactName(subject),
    paid: String(paid),
  }
}
