/// <reference lib="dom" />
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { systemClock } from '@sluice/client'
import type { AxeResults } from 'axe-core'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { listen } from '../../src/control/server/http/listen.ts'
import { type TestPlane, testPlane, tokenOf } from './control-plane.ts'
import { toldEngine } from './told-feature.ts'

/** Pages wait so long for what they are told to wait for: the machine may be busy with other tests. */
export const patienceMs = 60_000

/** A control plane that listens, and a browser context for its pages. */
export interface BrowsedPlane extends TestPlane {
  url: string
  context: BrowserContext
  /** Ends the server; pages stay open. */
  stop(): Promise<void>
  open(): Promise<OpenPage>
}

export interface OpenPage {
  page: Page
  /** Whatever the page complained about: errors, what its policy refused, requests that went elsewhere. */
  errors: string[]
}

/** By the clock of the machine, since browsers have that one. */
export async function browsedPlane(
  browser: Browser,
  given?: TestPlane,
  options: BrowserContextOptions = {},
): Promise<BrowsedPlane> {
  const plane = given ?? (await testPlane({ clock: systemClock, engineState: toldEngine }))
  const { fetch, drain, close } = plane.plane
  const listening = await listen({ fetch, drain, close }, { host: '127.0.0.1', port: 0 })
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  context.setDefaultTimeout(patienceMs)
  return {
    ...plane,
    context,
    url: listening.url,
    stop: listening.close,
    open: () => openPage(context, listening.url),
    async [Symbol.asyncDispose]() {
      await context.close()
      await listening.close()
    },
  }
}

/** A new tab, whose complaints are noted. */
export async function openPage(context: BrowserContext, url: string): Promise<OpenPage> {
  const page = await context.newPage()
  const errors: string[] = []
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('request', (request) => {
    if (!/^data:/.test(request.url()) && new URL(request.url()).origin !== url)
      errors.push(`asked for ${request.url()}`)
  })
  return { page, errors }
}

/** Signs in by the form with the token of a scope, or another token, on the way to a page. */
export async function signIn(
  page: Page,
  url: string,
  path: string,
  { scope = '', token = tokenOf(scope) },
): Promise<void> {
  await page.goto(url + path)
  await enterToken(page, token)
  await page.waitForURL(url + path)
}

/** On the page for signing in. */
export async function enterToken(page: Page, token: string): Promise<void> {
  await page.getByLabel('Token').fill(token)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds wrong, by rule, with the elements. */
export async function axeFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  )
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(', ')}`)
}
