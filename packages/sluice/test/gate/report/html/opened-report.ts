/// <reference lib="dom" />
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { finished } from 'node:stream/promises'
import { pathToFileURL } from 'node:url'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { type HtmlLimits, writeHtml } from '../../../../src/gate/report/html/write-html.ts'
import type { CaseReport } from '../../../../src/records/report/case-report.ts'
import type { ReportSummary } from '../../../../src/records/report/report.ts'
import { complaintsOf } from '../../../support/browser/browser.ts'

export interface OpenedReport extends AsyncDisposable {
  page: Page
  /** What the page was refused, threw or asked of the network. */
  complaints: string[]
  /** How long its main thread has worked, in ms: other processes do not count. */
  workedMs(): Promise<number>
}

export interface Viewer {
  width?: number
  colorScheme?: 'light' | 'dark'
  limits?: HtmlLimits
}

/** Writes report.html and opens it from disk, as a double-click does. */
export async function openReport(
  browser: Browser,
  report: ReportSummary,
  cases: readonly CaseReport[],
  { width = 1200, colorScheme = 'light', limits = {} }: Viewer = {},
): Promise<OpenedReport> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-page-'))
  const file = path.join(folder, 'report.html')
  const sink = createWriteStream(file)
  await writeHtml(report, () => cases, sink, limits)
  sink.end()
  await finished(sink)
  const { page, session } = await pageOf(browser)
  await page.setViewportSize({ width, height: 900 })
  await page.emulateMedia({ media: null, colorScheme })
  const complaints = complaintsOf(page)
  const workedMs = async () => metricOf(await session.send('Performance.getMetrics'), 'TaskDuration') * 1000
  const before = await workedMs()
  await page.goto(pathToFileURL(file).href)
  if (report.features.length > 0) await page.locator('.case-table tbody tr').first().waitFor()
  return {
    page,
    complaints,
    workedMs: async () => (await workedMs()) - before,
    async [Symbol.asyncDispose]() {
      page.removeAllListeners()
      await page.evaluate(() => localStorage.clear())
      await page.goto('about:blank')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const pages = new WeakMap<Browser, { page: Page; session: CDPSession }>()

/** One for all reports of a browser, since another one costs more than most tests. Each report is removed from it with all it kept. */
async function pageOf(browser: Browser): Promise<{ page: Page; session: CDPSession }> {
  const known = pages.get(browser)
  if (known) return known
  const page = await browser.newPage()
  page.setDefaultTimeout(60_000)
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => console.error(`refused ${event.violatedDirective}`))
  })
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  pages.set(browser, { page, session })
  return { page, session }
}

function metricOf({ metrics }: { metrics: { name: string; value: number }[] }, name: string): number {
  const found = metrics.find((metric) => metric.name === name)
  if (!found) throw new Error(`the browser measures no ${name}`)
  return found.value
}
