/// <reference lib="dom" />
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Page } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const contrast = 'color-contrast'
/** Contrast costs as much as all else, and what is around the content is the same everywhere: pages of one kind need both once. */
const axeRuns: Record<'all' | 'contrast' | 'content', { within: string; options: RunOptions }> = {
  all: { within: 'html', options: {} },
  contrast: { within: 'html', options: { runOnly: [contrast] } },
  content: { within: 'main', options: { rules: { [contrast]: { enabled: false }, region: { enabled: false } } } },
}

/** Pages of which axe has found nothing wrong in this process, by what it looks at. */
const faultless = new Set<string>()

/** What axe finds wrong, by rule, with the elements. A page that differs by its words alone is not looked at again. */
export async function axeFaults(page: Page, run: keyof typeof axeRuns = 'all'): Promise<string[]> {
  const { within, options } = axeRuns[run]
  const seen = `${run} ${await page.evaluate(structureOf, within)}`
  if (faultless.has(seen)) return []
  await load(page)
  const asked: [string, RunOptions] = [
    within,
    { ...options, resultTypes: ['violations'], iframes: false, preload: false },
  ]
  const { violations } = await page.evaluate(
    (asked) => (globalThis as unknown as { axe: { run(...asked: unknown[]): Promise<AxeResults> } }).axe.run(...asked),
    asked,
  )
  if (violations.length === 0) faultless.add(seen)
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(', ')}`)
}

/** By the protocol of the browser, which then compiles axe only once; each page compiled what `evaluate` is given. */
async function load(page: Page): Promise<void> {
  if (await page.evaluate(() => 'axe' in globalThis)) return
  const session = await page.context().newCDPSession(page)
  await session.send('Runtime.evaluate', { expression: axe })
  await session.detach()
}

/**
 * All that axe judges: elements with their attributes, whether there is text, which id leads where, what scrolls, and how the
 * page is shown. Rows that are alike count once. Runs in the page.
 */
function structureOf(within: string): string {
  const ids = new Map<string, number>()
  const numberOf = (id: string) => ids.get(id) ?? ids.set(id, ids.size).size - 1
  const written = ({ name, value }: Attr) => {
    if (/^(id|for|aria-(labelledby|describedby|controls|owns))$/.test(name))
      return `${name}=${value.split(' ').map(numberOf)}`
    return /^(href|value|datetime|title|alt|aria-label|d|points|x\d?|y\d?|cx|cy|width|height)$/.test(name)
      ? `${name}=${value.trim() !== ''}`
      : `${name}=${value}`
  }
  const told = (node: Node): string => {
    if (node instanceof Text) return node.data.trim() === '' ? '' : 'text'
    if (!(node instanceof Element)) return ''
    const parts = [...node.childNodes].map(told).filter((part, index, all) => part !== '' && part !== all[index - 1])
    const isLarger = node.scrollWidth > node.clientWidth || node.scrollHeight > node.clientHeight
    return `<${node.localName} ${isLarger ? 'scrolls ' : ''}${[...node.attributes].map(written).join(' ')}>${parts.join('')}</>`
  }
  const shown = [innerWidth, ...['print', '(prefers-color-scheme: dark)'].map((query) => matchMedia(query).matches)]
  return `${shown} ${told(document.querySelector(within) ?? document)}`
}
