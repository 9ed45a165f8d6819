import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import sparticuz from '@sparticuz/chromium'
import { type Browser, chromium, type Page } from 'playwright-core'
import workspace from '../../../../../package.json' with { type: 'json' }

/**
 * Without these: contexts need processes of their own, which take a fifth of the time where they are forked from one that
 * has started (the zygote), and pages are drawn without a graphics processor, whose emulation costs more than all else.
 */
const unwanted = /^--(?:single-process|no-zygote|disable-web-security|.*(?:gpu|gl=|angle|swiftshader).*)$/

/** Chromium as npm carries it; it needs no system package. Its sandbox does not work for root, in a container. */
export async function openBrowser(): Promise<Browser> {
  const args = sparticuz.args.filter((arg) => !unwanted.test(arg))
  return chromium.launch({ executablePath: await unpacked(), args: [...args, '--disable-gpu', '--no-sandbox'] })
}

/** Stays there from one run of the tests to the next. */
const cache = path.join(import.meta.dirname, '../../../../../node_modules/.cache')

/** Unpacked beside and then moved, since tests start at the same time and a half of it must not be run. */
async function unpacked(): Promise<string> {
  const folder = path.join(cache, `chromium-${workspace.devDependencies['@sparticuz/chromium']}`)
  const binary = path.join(folder, 'chromium')
  if (existsSync(binary)) return binary
  mkdirSync(cache, { recursive: true })
  const draft = mkdtempSync(path.join(cache, 'chromium-'))
  const before = process.env.TMPDIR
  process.env.TMPDIR = draft
  try {
    await sparticuz.executablePath()
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
  try {
    renameSync(draft, folder)
  } catch (error) {
    rmSync(draft, { recursive: true })
    if (!existsSync(binary)) throw error
  }
  return binary
}

/** Everything that a page complains about: refused by its policy, thrown, logged as an error, or asked of the network. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    if (!/^(file|data):/.test(request.url())) complaints.push(`asked for ${request.url()}`)
  })
  return complaints
}
