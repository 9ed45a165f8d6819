import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { highlightsOf } from '../../../src/gate/report/highlights.ts'
import { writeHtml } from '../../../src/gate/report/html/write-html.ts'
import { writeJunit } from '../../../src/gate/report/junit.ts'
import { renderMarkdown } from '../../../src/gate/report/markdown/markdown.ts'
import { renderTerminal } from '../../../src/gate/report/terminal/terminal.ts'
import type { ReportSummary } from '../../../src/records/report/report.ts'
import { incidentCases } from '../../support/report/incident.ts'

/** Every format of a report, on one line and without escapes, so that sentences can be looked for. */
export async function formats(report: ReportSummary): Promise<Record<string, string>> {
  const write = async (writer: typeof writeHtml | typeof writeJunit) => {
    const sink = new PassThrough()
    const whole = text(sink)
    await writer(report, () => incidentCases, sink)
    sink.end()
    return whole
  }
  const highlights = report.features.map(() => highlightsOf(incidentCases))
  const all = {
    terminal: renderTerminal(report, highlights, { color: false }),
    markdown: renderMarkdown(report, highlights),
    html: (await write(writeHtml)).replace(/<style>.*?<\/style>|<script\b.*?<\/script>/gs, ''),
    junit: await write(writeJunit),
  }
  return Object.fromEntries(
    Object.entries(all).map(([name, shown]) => [name, shown.replace(/\\/g, '').replace(/\s+/g, ' ')]),
  )
}
