import path from 'node:path'
import type { Highlights } from './highlights.ts'
import { writeJunit } from './junit.ts'
import { renderMarkdown } from './markdown/markdown.ts'
import { replaceFile } from './replace-file.ts'
import type { ReportSummary } from './report.ts'
import { type CasesOf, writeReport } from './write-report.ts'

/**
 * Writes report.json, report.md, report.html and junit.xml. `highlights` has one entry per feature.
 * @throws SluiceError `cannot-run` where one of them cannot be written.
 */
export async function writeReportDir(
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
