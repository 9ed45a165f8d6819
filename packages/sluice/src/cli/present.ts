import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { SluiceError } from '../errors.ts'
import { wantsColor } from '../report/ansi.ts'
import { collectHighlights, type Highlights } from '../report/highlights.ts'
import { renderMarkdown } from '../report/markdown.ts'
import type { ReportSummary } from '../report/report.ts'
import { writeReportFile } from '../report/report-file.ts'
import { renderTerminal } from '../report/terminal.ts'
import { type CasesOf, writeReport } from '../report/write-report.ts'
import type { Host } from './host.ts'

export interface PresentOptions {
  /** One JSON document on stdout and nothing else. */
  json?: boolean | undefined
  /** Where report.json and report.md go. */
  reportDir?: string | undefined
}

/** Shows a report: on stdout first, so that the verdict is seen even where files cannot be written. */
export async function present(
  report: ReportSummary,
  casesOf: CasesOf,
  { json, reportDir }: PresentOptions,
  host: Host,
): Promise<void> {
  const highlights = json && reportDir === undefined ? [] : await highlightsOf(report, casesOf)
  if (json) await writeToReader(report, casesOf, host)
  else host.stdout.write(terminalText(report, highlights, host))
  if (reportDir === undefined) return
  const folder = path.resolve(host.cwd(), reportDir)
  await writeReportFile(path.join(folder, 'report.json'), report, casesOf)
  await writeText(path.join(folder, 'report.md'), renderMarkdown(report, highlights))
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

async function writeText(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text)
  } catch (cause) {
    throw new SluiceError(
      'cannot-run',
      `${file}: cannot be written: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    )
  }
}
