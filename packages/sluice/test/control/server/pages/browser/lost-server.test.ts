/// <reference lib="dom" />
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { systemClock } from '@sluice/client'
import type { Browser, Page } from 'playwright-core'
import { postgresStore } from '../../../../../src/control/store/postgres/postgres-store.ts'
import {
  browsedPlane,
  openPage,
  patienceMs,
  rollBackWatched,
  signIn,
} from '../../../../support/browser/browsed-plane.ts'
import { sharedBrowser } from '../../../../support/browser/shared-browser.ts'
import { gateReport, promptVersion, testPlane } from '../../../../support/control-plane/control-plane.ts'
import { acknowledge } from '../../../../support/control-plane/launched.ts'
import { createProject, type Project } from '../../../../support/project.ts'
import { startPostgres, withoutPostgres } from '../../../../support/store/postgres.ts'
import { until } from '../../../../support/until.ts'

const token = 'an-admin-token-for-tests'
const versions = [promptVersion('a'), promptVersion('b')] as const

/** What a browser says of requests to a server that was killed, depending on how far they were. */
const ofLostServer = /net::ERR_(CONNECTION_(REFUSED|RESET|CLOSED)|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING)/

/** `sluice serve` as a process of its own, on this port. */
async function serve(project: Project, port = '0') {
  const server = project.start(['serve', '--port', port], { SLUICE_ADMIN_TOKEN: token })
  const url = () => /"url":"(http:[^"]+)"/.exec(server.said())?.[1]
  await until(() => url() !== undefined, 'sluice serve to listen')
  return { ...server, url: url() ?? '' }
}

/** Sends it to the API, and gives the body of the answer. */
async function tell(url: string, method: string, path: string, body?: object) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const answer = await fetch(`${url}/v1${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`)
  return (await answer.json()) as { id: string; rollout: { status: string } }
}

const state = (page: Page) => page.locator('#state')

/** Runs in the page: a stream says something when it is opened, or told to, and then nothing, without an end. */
function hangStreams(): void {
  class HangingStream extends EventTarget {
    static readonly CLOSED = 2
    readonly readyState = 1
    constructor() {
      super()
      const speak = () => this.dispatchEvent(new Event('changed'))
      queueMicrotask(speak)
      addEventListener('heard', speak)
    }
    close(): void {}
  }
  Object.assign(globalThis, { EventSource: HangingStream })
}

describe('pages whose server is lost, or is one of several', () => {
  let browser: Browser
  before(async () => {
    browser = await sharedBrowser()
  })

  test('a page says since when it is old while its server is killed, goes on without a reload, and forms still work', async () => {
    using project = createProject({})
    const first = await serve(project)
    const { url } = first
    const publish = (content: (typeof versions)[number]) =>
      tell(url, 'POST', '/features/f/versions', { content, report: gateReport('f', content.id) })
    for (const content of versions) await publish(content)
    await tell(url, 'PUT', '/features/f/active', { version: versions[0].id, reason: 'launch' })
    const { id } = await tell(url, 'POST', '/features/f/rollouts', { version: versions[1].id })
    const contexts = [await browser.newContext(), await browser.newContext()] as const
    for (const context of contexts) context.setDefaultTimeout(patienceMs)
    const [{ page: watching, errors }, { page: acting }] = [
      await openPage(contexts[0], url),
      await openPage(contexts[1], url),
    ]
    await signIn(watching, url, `/rollouts/${id}`, { token })
    await signIn(acting, url, `/rollouts/${id}/rollback`, { token })
    await state(watching).filter({ hasText: 'Live' }).waitFor()
    await watching.evaluate(() => Object.assign(globalThis, { isSamePage: true }))
    await acting.getByLabel('Reason').fill('lost dates')

    first.kill('SIGKILL')
    await first.done
    await watching.getByRole('alert').getByText('No answer from the control plane since').waitFor()
    assert.match(await state(watching).innerText(), /since \d\d:\d\d:\d\dZ: this page is from \d\d:\d\d:\d\dZ$/)
    assert.match(await watching.getByRole('heading', { level: 1 }).innerText(), /Running/)

    const second = await serve(project, new URL(url).port)
    await state(watching).filter({ hasText: 'Live' }).waitFor()
    assert.equal(await watching.getByRole('alert').count(), 0)
    assert.equal((await tell(url, 'GET', '/features/f')).rollout.status, 'running')
    await acting.getByRole('button', { name: 'Roll back' }).click()
    await acting.waitForURL(`${url}/features/f/applied`)
    await watching.getByRole('heading', { level: 1, name: 'Rolled back' }).waitFor()
    await watching.getByText('lost dates').first().waitFor()
    assert.equal(await watching.evaluate(() => 'isSamePage' in globalThis), true)
    const unexpected = errors.filter((error) => !ofLostServer.test(error))
    assert.deepEqual(unexpected, [])
    for (const context of contexts) await context.close()
    second.kill('SIGKILL')
    await second.done
  })

  test('a page whose stream hangs says so, whatever the clock was set to meanwhile, and though the machine slept', async () => {
    await using plane = await browsedPlane(browser)
    await signIn((await plane.open()).page, plane.url, '/', { scope: 'viewer' })
    for (const { set, passed } of [
      { set: 0, passed: 30_000 },
      { set: -3_600_000, passed: 30_000 },
      { set: -10_000, passed: 30_000 },
      // While a machine sleeps the other clock may stand still.
      { set: 3_600_000, passed: 5000 },
      { set: -60_000, passed: 5000 },
    ]) {
      const { page, errors } = await plane.open()
      await page.addInitScript(hangStreams)
      await page.clock.install()
      await page.goto(plane.url)
      await state(page).filter({ hasText: 'Live' }).waitFor()
      await page.clock.pauseAt(Date.now() + 60_000)
      await page.evaluate(() => dispatchEvent(new Event('heard')))
      await state(page).filter({ hasText: 'Live' }).waitFor()
      await page.clock.runFor(5000)
      assert.match(await state(page).innerText(), /^Live/)
      await page.clock.setSystemTime((await page.evaluate(() => Date.now())) + set)
      await page.clock.runFor(passed)
      assert.match(await state(page).innerText(), /^No answer from the control plane since/, `${set} ${passed}`)
      assert.deepEqual(errors, [])
      await page.close()
    }
  })

  test('on PostgreSQL a rollback at one replica is seen at another', { skip: withoutPostgres }, async () => {
    await using database = await startPostgres()
    const replica = async () => {
      const store = await postgresStore(database.url, {})
      return browsedPlane(browser, await testPlane({ store, clock: systemClock }))
    }
    await using here = await replica()
    await using there = await replica()
    const [active, canary] = [await here.publish('f', 'a'), await here.publish('f', 'b')]
    await here.ask('PUT /v1/features/f/active', { as: 'operator', body: { version: active, reason: 'launch' } })
    const { body } = await here.ask('POST /v1/features/f/rollouts', { as: 'operator', body: { version: canary } })
    await acknowledge(there, 'app-1')
    const [{ page: acting, errors }, { page: watching, errors: others }] = [await here.open(), await there.open()]
    await signIn(acting, here.url, `/rollouts/${body.id}/rollback`, { scope: 'operator' })
    await signIn(watching, there.url, '/features/f/applied', { scope: 'viewer' })
    await state(watching).filter({ hasText: 'Live' }).waitFor()
    await rollBackWatched(acting, watching, () => acknowledge(there, 'app-1'))
    assert.deepEqual([...errors, ...others], [])
    for (const plane of [here, there]) await plane.store.close()
  })
})
