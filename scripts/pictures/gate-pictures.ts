/// <reference lib="dom" />
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { marked } from 'marked'
import type { Browser, Page } from 'playwright-core'
import { emailSummaries, openStage } from '../../demo/stage.ts'
import { gatePictures, type Picture } from './pictures.ts'
import { takePicture, writePictures } from './take-picture.ts'

/** Pictures of the report and the comment of the demo's failing gate. */
export async function takeGatePictures(browser: Browser): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-pictures-'))
  try {
    const { page, comment } = await failingGate(folder)
    const { report, openCase, narrow } = gatePictures
    await take(browser, page, report)
    await take(browser, page, openCase, openFirstCase)
    await take(browser, page, narrow)
    await take(browser, commentPage(folder, comment), gatePictures.comment)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The demo's upgrade, judged: its report.html and report.md. */
async function failingGate(folder: string): Promise<{ page: string; comment: string }> {
  const stage = openStage(emailSummaries)
  try {
    stage.commitPrompt('1-upgrade.prompt.yml', 'Upgrade the model of the e-mail summaries')
    const { exitCode, stderr } = await stage.sluice('gate', '--report-dir', 'sluice-report')
    if (exitCode !== 1) throw new Error(`the demo's gate exits ${exitCode}, not 1: ${stderr}`)
    const page = path.join(folder, 'report.html')
    writeFileSync(page, stage.readText('sluice-report/report.html'))
    return { page, comment: stage.readText('sluice-report/report.md') }
  } finally {
    stage.close()
  }
}

/** Something like the place where GitHub shows a comment. */
function commentPage(folder: string, markdown: string): string {
  const file = path.join(folder, 'comment.html')
  const style = `body { font: 14px/1.5 system-ui, "Open Sans", sans-serif; color: #1f2328; margin: 16px; background: #fff }
    article { border: 1px solid #d1d9e0; border-radius: 6px; padding: 0 16px 8px; max-width: 800px }
    h2 { border-bottom: 1px solid #d1d9e0; padding-bottom: .3em; font-size: 1.4em }
    table { border-collapse: collapse; margin-bottom: 16px } th, td { border: 1px solid #d1d9e0; padding: 4px 12px }
    pre { background: #f6f8fa; padding: 12px; border-radius: 6px; overflow: auto } pre, code { font: 12px ui-monospace, monospace }
    :not(pre) > code { background: #eff1f3; padding: .2em .4em; border-radius: 6px } ul { padding-left: 2em }
    .minus { background: #ffebe9; display: block } .plus { background: #dafbe1; display: block }`
  const body = String(marked.parse(markdown)).replace(
    /(<code class="language-diff">)(.*?)(<\/code>)/gs,
    (_, open, diff, close) => open + colored(diff) + close,
  )
  writeFileSync(file, `<!doctype html><meta charset="utf-8"><style>${style}</style><article>${body}</article>`)
  return file
}

function colored(diff: string): string {
  return diff
    .split('\n')
    .map((line) =>
      /^[-+] /.test(line) ? `<span class="${line.startsWith('-') ? 'minus' : 'plus'}">${line}</span>` : `${line}\n`,
    )
    .join('')
}

async function take(
  browser: Browser,
  file: string,
  picture: Picture & { end: number },
  prepare?: (page: Page) => Promise<void>,
): Promise<void> {
  const { width, end: height, dark } = picture
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light' })
  await page.goto(pathToFileURL(file).href)
  await prepare?.(page)
  writePictures([await takePicture(page, picture)])
  await page.close()
}

async function openFirstCase(page: Page): Promise<void> {
  await page.locator('.case-table tbody th button').first().click()
  await page.locator('.cases').evaluate((cases) => cases.scrollIntoView())
}
