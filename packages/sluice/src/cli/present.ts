import { existsSync } from 'node:fs'
import path from 'node:path'
import { SluiceError } from '../errors.ts'
import type { Mask } from '../masking/mask.ts'
import { collectHighlights, type Highlights } from '../report/highlights.ts'
import { recordedFindings } from '../report/recorded-answers.ts'
import type { ReportSummary } from '../report/report.ts'
import { writeReportDir } from '../report/report-dir.ts'
import { storeRun } from '../report/stored-runs.ts'
import { wantsColor } from '../report/terminal/ansi.ts'
import { renderTerminal } from '../report/terminal/terminal.ts'
import { type CasesOf, writeReport } from '../report/write-report.ts'
import { findRoot } from '../suite/project.ts'
import type { Host } from './host.ts'

export interface PresentOptions {
  /** One JSON document on stdout and nothing else. */
  json?: boolean | undefined
  /** Where report.json, report.md, report.html and junit.xml go. */
  reportDir?: string | undefined
}

/**
 * Shows a report: on stdout first, so that the verdict is seen even where files cannot be written.
 * @throws SluiceError `cannot-run` for a green report of a run that judged nothing although something was affected.
 */
export async function present(
  summary: ReportSummary,
  rowsOf: CasesOf,
  { json, reportDir }: PresentOptions,
  host: Host,
): Promise<void> {
  const findings = [...summary.findings, ...recordedFindings(summary.features)]
  const report = host.mask.data({ ...summary, findings })
  const casesOf = maskedCases(summary, rowsOf, host.mask)
  refuseEmptyPass(report)
  const highlights = json && reportDir === undefined ? [] : await highlightsOf(report, casesOf)
  if (json) await writeToReader(report, casesOf, host)
  else host.stdout.write(terminalText(report, highlights, host))
  await keep(report, casesOf, host)
  if (reportDir !== undefined) await writeReportDir(path.resolve(host.cwd(), reportDir), report, casesOf, highlights)
}

/** However a verdict came about, one that rests on nothing is never green. */
function refuseEmptyPass({ exitCode, run }: ReportSummary): void {
  if (exitCode !== 0 || run === null || run.featuresJudged > 0 || !run.featuresAffected) return
  throw new SluiceError(
    'cannot-run',
    `nothing was judged although ${run.featuresAffected === 1 ? '1 feature is' : `${run.featuresAffected} features are`} affected; this is no pass`,
  )
}

/** For `sluice report`, where there is a store. A report that cannot be kept changes no verdict. */
async function keep(report: ReportSummary, casesOf: CasesOf, host: Host): Promise<void> {
  const root = await findRoot(host.cwd())
  if (!existsSync(path.join(root, '.sluice'))) return
  await storeRun(root, report, casesOf).catch((error: Error) => {
    host.stderr.write(`The report of this run is not kept for sluice report: ${error.message}\n`)
  })
}

/** What a case said was masked when it was stored; its name and tags come from the suite. */
function maskedCases({ features }: ReportSummary, casesOf: CasesOf, mask: Mask): CasesOf {
  return async function* (feature, index) {
    for await (const row of casesOf(features[index] ?? feature, index)) {
      yield { ...row, id: mask.text(row.id), tags: mask.data(row.tags) }
    }
  }
}

async function writeToReader(report: ReportSummary, casesOf: CasesOf, host: Host): Promise<void> {
  try {
    await writeReport(report, casesOf, host.stdout)
  } catch (error) {
    // The reader has gone, with as much as it wanted; the exit code still tells the verdict.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error
  }
}

function terminalText(report: ReportSummary, highlights: Highlights[], { env, stdout }: Host): string {
  const { columns, isTTY = false } = stdout
  return renderTerminal(report, highlights, { color: wantsColor(env, isTTY), ...(columns && { width: columns }) })
}

async function highlightsOf(report: ReportSummary, casesOf: CasesOf): Promise<Highlights[]> {
  const all: Highlights[] = []
  for (const [index, feature] of report.features.entries()) {
    const collector = collectHighlights()
    for await (const row of casesOf(feature, index)) collector.add(row)
    all.push(collector.highlights())
  }
  return all
}
