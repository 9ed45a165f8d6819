/// <reference lib="dom" />
import { systemClock } from '@sluice/client'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { listen } from '../../../src/control/server/http/listen.ts'
import { type TestPlane, testPlane, tokenOf } from '../control-plane/control-plane.ts'
import { describedEngine } from '../control-plane/described-feature.ts'
import { axeFaults } from './axe.ts'

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
  const plane = given ?? (await testPlane({ clock: systemClock, engineState: describedEngine }))
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

/** Rolls back by the form that one page shows: another sees it, and when the one instance has followed. */
export async function rollBackWatched(acting: Page, watching: Page, follow: () => Promise<unknown>): Promise<void> {
  const both = [acting, watching].map((page) => page.locator('main'))
  await acting.getByLabel('Reason').fill('answers in French')
  await acting.getByRole('button', { name: 'Roll back' }).click()
  for (const main of both) await main.getByText('1 may still serve the canary').waitFor()
  await watching.getByText('answers in French').waitFor()
  await follow()
  for (const main of both) await main.getByText('The one instance has it').waitFor()
}

/**
 * Where the page runs over its window, cuts text off, or writes one text over another. Pictures have tests of their own,
 * what scrolls by itself shows all, and a text for those who hear the page takes no room.
 */
export function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.documentElement
    const faults = root.scrollWidth > root.clientWidth ? [`the page is ${root.scrollWidth} px wide`] : []
    const isApart = (element: Element) => element.closest('svg, .unseen, .skip, details:not([open]) > :not(summary)')
    const isCut = (element: Element) => getComputedStyle(element).clipPath !== 'none'
    const places: { text: string; rect: DOMRect; of: Element }[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement
      if (!element || node.textContent?.trim() === '' || isApart(element) || isCut(element.closest('thead') ?? element))
        continue
      const range = document.createRange()
      range.selectNodeContents(node)
      for (const rect of range.getClientRects())
        if (rect.width > 0) places.push({ text: `${node.textContent?.trim().slice(0, 40)}`, rect, of: element })
    }
    for (const { text, rect, of } of places) {
      const scrolls = of.closest('.scroll, pre')
      if (!scrolls && (rect.left < 0 || rect.right > root.clientWidth + 1)) faults.push(`"${text}" leaves the page`)
      for (let box: Element | null = of; box && box !== document.body; box = box.parentElement) {
        const { overflowX } = getComputedStyle(box)
        const edge = box.getBoundingClientRect()
        if ((overflowX === 'hidden' || overflowX === 'clip') && rect.right > edge.right + 1)
          faults.push(`"${text}" is cut off`)
      }
    }
    const sorted = places.filter(({ of }) => !of.closest('.scroll, pre')).sort((a, b) => a.rect.top - b.rect.top)
    for (const [index, { text, rect }] of sorted.entries())
      for (const other of sorted.slice(index + 1)) {
        if (other.rect.top >= rect.bottom - 2) break
        const across = Math.min(rect.right, other.rect.right) - Math.max(rect.left, other.rect.left)
        const down = Math.min(rect.bottom, other.rect.bottom) - other.rect.top
        // Lines of text that follow each other share the room for what hangs below a letter.
        if (across > 2 && down > Math.min(rect.height, other.rect.height) / 2)
          faults.push(`"${text}" and "${other.text}" lie on each other`)
      }
    return faults.slice(0, 10)
  })
}

const screens = [
  [360, 'screen'],
  [1280, 'screen'],
  [3840, 'screen'],
  [794, 'print'],
] as const

/**
 * What is wrong with a page in the light on a telephone, and what cannot be read in the dark; where it runs over or is cut
 * off from there to a wall, and on paper, with all that can be unfolded.
 */
export async function faultsOnScreens(page: Page): Promise<string[]> {
  await page.emulateMedia({ media: 'screen', colorScheme: 'light' })
  await page.setViewportSize({ width: 360, height: 800 })
  const faults = await axeFaults(page)
  await page.emulateMedia({ colorScheme: 'dark' })
  faults.push(...(await axeFaults(page, 'contrast')).map((fault) => `dark: ${fault}`))
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true
  })
  for (const [width, media] of screens) {
    await page.emulateMedia({ media })
    // Little of it is drawn: only widths are judged.
    await page.setViewportSize({ width, height: 200 })
    faults.push(...(await layoutFaults(page)).map((fault) => `${media} ${width}: ${fault}`))
  }
  return faults
}
