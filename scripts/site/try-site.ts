/// <reference lib="dom" />
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AxeResults } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { openBrowser } from '../../packages/sluice/test/support/browser/browser.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** Where the site lies on the server: nothing in it may count on the top. */
const folder = '/some/where/'

/**
 * Reads the site as a reader does, from its files and from a server, and fails with what does not work: a page that
 * nothing leads to, a search that does not find, a request to anybody else, a page that is wider than a telephone.
 */
export async function trySite(site: string, pictures: string | undefined): Promise<void> {
  const server = createServer(({ url = '' }, response) => answer(site, url, response)).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const browser = await openBrowser()
  try {
    for (const base of [`http://127.0.0.1:${port}${folder}`, `${pathToFileURL(site).href}/`]) {
      await trySearch(browser, base)
      console.log(`the search works from ${base.slice(0, 8)}…`)
    }
    const count = await readAll(browser, `${pathToFileURL(site).href}/`)
    console.log(`${count} pages can be reached and read, on 360 px too`)
    if (pictures !== undefined) await takePictures(browser, `${pathToFileURL(site).href}/`, pictures)
  } finally {
    await browser.close()
    server.close()
  }
}

const types: Record<string, string> = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript' }

function answer(site: string, url: string, response: import('node:http').ServerResponse): void {
  const file = path.join(site, decodeURIComponent(url.split('?')[0] ?? '').slice(folder.length))
  try {
    if (!url.startsWith(folder) || !file.startsWith(site)) throw new Error('outside')
    const body = readFileSync(file)
    response.writeHead(200, { 'content-type': types[path.extname(file)] ?? 'application/octet-stream' }).end(body)
  } catch {
    response.writeHead(404).end()
  }
}

/** Opens a page and gathers what it complains about: thrown, logged, not found, asked of anybody else. */
async function open(browser: Browser, base: string, width: number, colorScheme: 'light' | 'dark' = 'light') {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme })
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('requestfailed', (request) => complaints.push(`could not load ${request.url()}`))
  page.on('request', (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith('data:')) complaints.push(`asked ${request.url()}`)
  })
  return { page, complaints }
}

async function search(page: Page, text: string): Promise<string[]> {
  await page.keyboard.press('/')
  await page.keyboard.type(text)
  await page.locator('#found a, #found .none').first().waitFor()
  return page.locator('#found a').allInnerTexts()
}

async function trySearch(browser: Browser, base: string): Promise<void> {
  const { page, complaints } = await open(browser, base, 1280)
  await page.goto(`${base}install.html`)
  const found = await search(page, 'repeats')
  assert.ok(found.length > 0, 'searching "repeats" finds nothing')
  assert.match(found[0]?.split('\n')[0] ?? '', /repeats/i)
  const target = await page.locator('#found a').first().getAttribute('href')
  await page.keyboard.press('Enter')
  await page.waitForURL(target ?? '')
  assert.match(await page.locator('main').innerText(), /repeats/i)
  await search(page, 'qqzzxx')
  assert.match(await page.locator('#found').innerText(), /Nothing says/)
  await page.keyboard.press('Escape')
  assert.ok(await page.locator('#found').isHidden())
  assert.deepEqual(complaints, [])
  await page.close()
}

/** Goes from the first page to all that can be reached by links, and looks at each on a narrow screen. */
async function readAll(browser: Browser, base: string): Promise<number> {
  const { page, complaints } = await open(browser, base, 360)
  const seen = new Set(['index.html'])
  for (const address of seen) {
    await page.goto(base + address)
    assert.ok((await page.locator('main h1').count()) > 0, `${address} has no title`)
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    assert.ok(width <= 360, `${address} is ${width} px wide on a screen of 360`)
    const links = await page
      .locator('a[href]')
      .evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href))
    for (const link of links.filter((one) => one.startsWith(base)))
      seen.add(link.slice(base.length).split('#')[0] ?? '')
  }
  assert.deepEqual(complaints, [])
  await page.close()
  for (const scheme of ['light', 'dark'] as const) await tryAccess(browser, base, scheme)
  return seen.size
}

/** What axe finds wrong on pages of each kind: with lists, with tables and code, with the result of a search. */
async function tryAccess(browser: Browser, base: string, scheme: 'light' | 'dark'): Promise<void> {
  const { page } = await open(browser, base, 1280, scheme)
  for (const address of ['index.html', 'checks.html', 'reports.html']) {
    await page.goto(base + address)
    if (address === 'checks.html') await search(page, 'repeats')
    await page.evaluate(axe)
    const results = await page.evaluate(() =>
      (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
    )
    const violations = results.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`,
    )
    assert.deepEqual(violations, [], `${address}, ${scheme}`)
  }
  await page.close()
}

async function takePictures(browser: Browser, base: string, pictures: string): Promise<void> {
  mkdirSync(pictures, { recursive: true })
  for (const [name, width, scheme] of [
    ['narrow', 360, 'light'],
    ['wide', 1280, 'light'],
    ['dark', 1280, 'dark'],
  ] as const)
    for (const address of ['index', 'checks']) {
      const { page } = await open(browser, base, width, scheme)
      await page.goto(`${base}${address}.html`)
      await page.screenshot({ path: path.join(pictures, `${address}-${name}.png`) })
      await search(page, 'repeats')
      await page.screenshot({ path: path.join(pictures, `${address}-${name}-search.png`) })
      await page.close()
    }
}
