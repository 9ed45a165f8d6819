/// <reference lib="dom" />
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { withPalette } from './palette-png.ts'
import type { Picture } from './pictures.ts'

const images = path.join(import.meta.dirname, '../../docs/images')
const belowEnd = 6

/** A picture that was taken and not yet written: that takes seconds, and a page goes on meanwhile. */
export interface Taken {
  name: string
  png: Buffer
}

/** Takes a picture of a page that is open: of what its window shows, or from its top to what the picture ends below. */
export async function takePicture(page: Page, { name, width, end, dark }: Picture): Promise<Taken> {
  await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' })
  const isWindow = typeof end === 'number'
  const clip = isWindow ? undefined : { x: 0, y: 0, width, height: await bottomOf(page, end) }
  return { name, png: await page.screenshot(clip && { clip, fullPage: true }) }
}

/** Writes pictures to docs/images, and says so. */
export function writePictures(taken: readonly Taken[]): void {
  for (const { name, png } of taken) writePicture(name, withPalette(png))
}

function writePicture(name: string, picture: Buffer): void {
  writeFileSync(path.join(images, `${name}.png`), picture)
  console.log(`docs/images/${name}.png ${Math.round(picture.length / 1024)} kB`)
}

/** Found and measured at once, since a page that follows changes replaces what it shows. */
async function bottomOf(page: Page, selector: string): Promise<number> {
  const bottom = await page.evaluate((wanted) => {
    const found = document.querySelector(wanted)
    return found === null ? 0 : found.getBoundingClientRect().bottom + scrollY
  }, selector)
  if (bottom === 0) throw new Error(`${page.url()} shows no ${selector}`)
  return Math.ceil(bottom) + belowEnd
}
