import { after } from 'node:test'
import type { Browser } from 'playwright-core'
import { openBrowser } from './browser.ts'

let shared: Promise<Browser> | undefined

/** One browser for all tests of a process, as starting it costs more than most of them. It ends after the last of them. */
export function sharedBrowser(): Promise<Browser> {
  shared ??= openBrowser()
  return shared
}
after(async () => (await shared)?.close())
