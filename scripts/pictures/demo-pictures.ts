import { spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Browser, Page } from 'playwright-core'
import { z } from 'zod'
import { until } from '../../packages/sluice/test/support/until.ts'
import { demoPictures, demoScale, type Picture } from './pictures.ts'
import { type Taken, takePicture, writePictures } from './take-picture.ts'

const cli = path.join(import.meta.dirname, '../../packages/sluice/bin/sluice.cjs')
const feature = 'email-summary'

/** Pictures of the pages while the canary of `sluice serve --demo` goes bad, and after it was rolled back. */
export async function takeDemoPictures(browser: Browser): Promise<void> {
  await using demo = await startDemo()
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, deviceScaleFactor: demoScale })
  await signIn(page, demo)
  const rollout = await untilSuspected(demo)
  const taken: Taken[] = []
  const show = async (address: string, { width }: Picture) => {
    await page.setViewportSize({ width, height: 900 })
    await page.goto(demo.url + address)
  }
  const take = async (address: string, picture: Picture) => {
    await show(address, picture)
    await page.getByText(/^Live, as of/).waitFor()
    taken.push(await takePicture(page, picture))
  }
  const { overview, darkRollout, applied } = demoPictures
  await take(`/rollouts/${rollout}`, demoPictures.rollout)
  taken.push(await takePicture(page, darkRollout))
  await page.emulateMedia({ colorScheme: 'light' })
  await take('/', overview)
  await show(`/rollouts/${rollout}/rollback`, applied)
  await page.getByLabel('Reason').fill('action items are missing')
  await page.getByRole('button', { name: 'Roll back' }).click()
  await page
    .locator('main')
    .getByText(/[1-9]\d* of \d+ instances have it/)
    .waitFor()
  taken.push(await takePicture(page, applied))
  await take(`/features/${feature}`, demoPictures.feature)
  writePictures(taken)
}

interface Demo extends AsyncDisposable {
  url: string
  token: string
}

/** The command as a user has it: built, in a process of its own. */
async function startDemo(): Promise<Demo> {
  const child = spawn(process.execPath, [cli, 'serve', '--demo', '--port', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const told = new Map<string, string>()
  createInterface({ input: child.stderr }).on('line', (line) => {
    const [, name = '', value = ''] = /^(Again|Token)\s+(\S+)/.exec(line) ?? []
    told.set(name, value)
  })
  await until(() => told.has('Token') || child.exitCode !== null, 'the demo to start')
  const [url, token] = [told.get('Again'), told.get('Token')]
  if (!url || !token) throw new Error(`the demo has ended with ${child.exitCode}`)
  return {
    ...{ url, token },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function signIn(page: Page, { url, token }: Demo): Promise<void> {
  await page.goto(url)
  await page.getByLabel('Token').fill(token)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
}

const evidenceSchema = z.object({ figures: z.object({ against: z.object({ eValue: z.number() }) }).optional() })
const rolloutSchema = z.object({ id: z.string(), status: z.string(), assessment: evidenceSchema.nullish() })
/** Evidence from which on it is worth a picture; at 20 the canary is rolled back. */
const suspicious = 10

/** Waits until there is some evidence against the canary, and returns the id of its rollout. */
async function untilSuspected({ url, token }: Demo): Promise<string> {
  const headers = { authorization: `Bearer ${token}` }
  const ask = async (address: string) => (await fetch(url + address, { headers })).json()
  const { rollout } = z.object({ rollout: rolloutSchema }).parse(await ask(`/v1/features/${feature}`))
  for (;;) {
    const { status, assessment } = rolloutSchema.parse(await ask(`/v1/rollouts/${rollout.id}`))
    if (status !== 'running') throw new Error(`the canary is ${status} before there was a picture of it; try again`)
    if ((assessment?.figures?.against.eValue ?? 0) >= suspicious) return rollout.id
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}
