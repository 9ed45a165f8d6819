import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Writable } from 'node:stream'
import { findRoot } from '../../core/suite/project/project.ts'
import { SluiceError } from '../../errors.ts'
import type { Mask } from '../../masking/mask.ts'
import type { FeatureSummary } from '../../records/report/feature-report.ts'
import { type ReportSummary, type RunFinding, runFinding } from '../../records/report/report.ts'
import { replaceFile } from '../../replace-file.ts'
import { collectHighlights, type Highlights } from './highlights.ts'
import { type CasesOf, writeReport } from './json-report.ts'
import { writeJunit } from './junit.ts'
import { renderMarkdown } from './markdown/markdown.ts'
import { storeRun } from './stored-runs.ts'
import { wantsColor } from './terminal/ansi.ts'
import { renderTerminal } from './terminal/terminal.ts'

export interface PresentOptions {
  /** One JSON document on stdout and nothing else. */
  json?: boolean | undefined
  /** Where report.json, report.md, report.html and junit.xml go. */
  reportDir?: string | undefined
}

/** Where a report is shown, and the folder and the environment that it is shown in. */
export interface Reader {
  stdout: Writable & { isTTY?: boolean; columns?: number }
  stderr: { write(text: string): unknown }
  env: NodeJS.ProcessEnv
  /** Knows the secrets of this process; the whole report passes it. */
  mask: Mask
  cwd(): string
}

/**
 * Shows a report: on stdout first, so that the verdict is seen even where files cannot be written.
 * @throws SluiceError `cannot-run` for a green report of a run that judged nothing although something was affected.
 */
export async function present(
  summary: ReportSummary,
  rowsOf: CasesOf,
  { json, reportDir }: PresentOptions,
  reader: Reader,
): Promise<void> {
  const findings = [...summary.findings, ...recordedFindings(summary.features)]
  const report = reader.mask.data({ ...summary, findings })
  const casesOf = maskedCases(summary, rowsOf, reader.mask)
  refuseEmptyPass(report)
  const highlights = json && reportDir === undefined ? [] : await highlightsOf(report, casesOf)
  if (json) await writeToReader(report, casesOf, reader)
  else reader.stdout.write(terminalText(report, highlights, reader))
  await keep(report, casesOf, reader)
  if (reportDir !== undefined) await writeReportDir(path.resolve(reader.cwd(), reportDir), report, casesOf, highlights)
}

/** However a verdict came about, one that rests on nothing is never green. */
function refuseEmptyPass({ exitCode, run }: ReportSummary): void {
  if (exitCode !== 0 || run === null || run.featuresJudged > 0 || !run.featuresAffected) return
  throw new SluiceError(
    'cannot-run',
    `nothing was judged although ${run.featuresAffected === 1 ? '1 feature is' : `${run.featuresAffected} features are`} affected; this is not a pass`,
  )
}

/** For `sluice report`, where there is a store. A report that cannot be kept changes no verdict. */
async function keep(report: ReportSummary, casesOf: CasesOf, reader: Reader): Promise<void> {
  const root = await findRoot(reader.cwd())
  if (!existsSync(path.join(root, '.sluice'))) return
  await storeRun(root, report, casesOf).catch((error: Error) => {
    reader.stderr.write(`The report of this run is not kept for sluice report: ${error.message}\n`)
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

async function writeToReader(report: ReportSummary, casesOf: CasesOf, reader: Reader): Promise<void> {
  try {
    await writeReport(report, casesOf, reader.stdout)
  } catch (error) {
    // The reader has gone, with as much as it wanted; the exit code still tells the verdict.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error
  }
}

function terminalText(report: ReportSummary, highlights: Highlights[], { env, stdout }: Reader): string {
  const { columns, isTTY = false } = stdout
  return renderTerminal(report, highlights, { color: wantsColor(env, isTTY), ...(columns && { width: columns }) })
}

async function highlightsOf(report: ReportSummary, casesOf: CasesOf): Promise<Highlights[]> {
  const all: Highlights[] = []
  for (const [index, feature] of report.features.entries()) {
    const collector = collectHighlights(feature)
    for await (const row of casesOf(feature, index)) collector.add(row)
    all.push(collector.highlights())
  }
  return all
}

const words = { generation: 'answers', judge: 'judgements', embedding: 'embeddings' } as const

/**
 * Says what no model was asked for, and whose recordings answered; how much that was stands in the proof of the run.
 */
function recordedFindings(features: readonly FeatureSummary[]): RunFinding[] {
  const origins = features.flatMap(({ origins = [] }) => origins)
  const recorded = origins.filter((origin) => origin.recorded > 0)
  if (recorded.length === 0) return []
  const parts = (Object.keys(words) as (keyof typeof words)[])
    .filter((stage) => recorded.some((origin) => origin.stage === stage))
    .map((stage) => {
      const isAll = origins.every((origin) => origin.stage !== stage || origin.recorded === origin.answers)
      return `${isAll ? 'all' : 'some'} ${words[stage]}`
    })
  const providers = [...new Set(recorded.map(({ provider }) => provider))].join(', ')
  const what = parts.join(' and ')
  const message = `${what[0]?.toUpperCase()}${what.slice(1)} come from recordings (${providers}): no model was asked for them.`
  return [runFinding('recorded-answers', 'note', message)]
}

/**
 * Writes report.json, report.md, report.html and junit.xml. `highlights` has one entry per feature.
 * @throws SluiceError `cannot-run` where one of them cannot be written.
 */
async function writeReportDir(
  folder: string,
  report: ReportSummary,
  casesOf: CasesOf,
  highlights: readonly Highlights[],
): Promise<void> {
  const { writeHtml } = await import('./html/write-html.ts')
  const write = (name: string, content: Parameters<typeof replaceFile>[1]) =>
    replaceFile(path.join(folder, name), content)
  await write('report.json', (sink) => writeReport(report, casesOf, sink))
  await write('report.md', async (sink) => sink.write(renderMarkdown(report, highlights)))
  await write('junit.xml', (sink) => writeJunit(report, casesOf, sink))
  await write('report.html', (sink) => writeHtml(report, casesOf, sink))
}
