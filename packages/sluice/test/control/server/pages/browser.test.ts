/// <reference lib="dom" />
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { systemClock } from '@sluice/client'
import type { Browser, Page } from 'playwright-core'
import { axeFaults } from '../../../support/browser/axe.ts'
import { browsedPlane, faultsOnScreens, rollBackWatched, signIn } from '../../../support/browser/browsed-plane.ts'
import { sharedBrowser } from '../../../support/browser/shared-browser.ts'
import type { TestPlane } from '../../../support/control-plane/control-plane.ts'
import { describedFeature } from '../../../support/control-plane/described-feature.ts'
import { acknowledge } from '../../../support/control-plane/launched.ts'
import { startIdentityProvider } from '../../../support/oidc/identity-provider.ts'
import { planeAt } from '../../../support/oidc/oidc-visitor.ts'
import { nothingKnown, planeThatKnows, startCanary, watchCanary } from '../../../support/rollout/watched-canary.ts'

describe('the pages of the control plane in Chromium', () => {
  let browser: Browser
  before(async () => {
    browser = await sharedBrowser()
  })

  const served = (given?: TestPlane) => browsedPlane(browser, given)

  test('signing in leads to the page; it follows changes, keeps what is written, and says when it is old', async () => {
    await using plane = await served()
    const { page, errors } = await plane.open()
    await signIn(page, plane.url, '/', { scope: 'operator' })
    await page.getByText('No features yet').waitFor()
    const version = await plane.publish('email-summary', 'a')
    await plane.ask('PUT /v1/features/email-summary/active', { as: 'operator', body: { version, reason: 'launch' } })
    await page.getByRole('link', { name: 'email-summary' }).waitFor()
    const search = page.getByLabel('Name of a feature')
    await search.fill('trans')
    const other = await plane.publish('translate', 'a')
    await plane.ask('PUT /v1/features/translate/active', { as: 'operator', body: { version: other, reason: 'launch' } })
    await page.getByRole('link', { name: 'translate' }).waitFor()
    assert.equal(await search.inputValue(), 'trans')
    assert.equal(await search.evaluate((element) => element === document.activeElement), true)
    assert.match(await page.locator('#state').innerText(), /^Live, as of \d\d:\d\d:\d\dZ$/)
    assert.deepEqual(errors, [])
    await plane.stop()
    await page.getByText(/^No answer from the control plane since/).waitFor()
  })

  test('every page is without faults of accessibility, from 360 px to 4k, on paper, in the light and the dark', async () => {
    await using plane = await served()
    const { page } = await plane.open()
    for (const feature of ['email-summary', 'a-name-of-a-feature-that-is-as-long-as-any-name-that-there-may-be-00']) {
      const version = await plane.publish(feature, 'a')
      await plane.ask(`PUT /v1/features/${feature}/active`, { as: 'operator', body: { version, reason: 'launch' } })
    }
    const version = await plane.publish('email-summary', 'b')
    await plane.ask('POST /v1/features/email-summary/rollouts', { as: 'operator', body: { version } })
    const [first, , , , last] = await describedFeature(plane, { feature: 'told' })
    await plane.store.addJudgeSpending(new Date().toISOString().slice(0, 10), 'told', 1)
    await acknowledge(plane, 'app-1')
    await page.goto(plane.url)
    assert.deepEqual(await faultsOnScreens(page), [], 'the sign-in')
    await signIn(page, plane.url, '/', { scope: 'admin' })
    for (const path of [
      '/',
      '/features/told',
      `/features/told/compare?from=${first}&to=${last}`,
      `/runs/told/${last}`,
      '/audit/told',
      '/audit/told/verification',
      '/judge',
      '/costs',
      '/instances',
      '/settings',
      '/help',
      '/features/told/rollback',
      `/features/email-summary/start?version=${version}`,
      '/features/none-of-this-name',
    ]) {
      await page.goto(plane.url + path)
      assert.deepEqual(await faultsOnScreens(page), [], path)
    }
  })

  test('a page that differs from a faultless one by more than its words is looked at again', async () => {
    const page = await browser.newPage()
    const faults = async (row: string) => {
      await page.setContent(`<!doctype html><html lang="en"><title>t</title><main><h1>h</h1>${row}</main></html>`)
      return (await axeFaults(page)).map((fault) => fault.split(':')[0])
    }
    const row = (id: string, name: string) => `<p><input id="${id}" aria-label="${name}"></p>`
    assert.deepEqual(await faults(row('a', 'Name')), [])
    assert.deepEqual(await faults(row('b', 'Reason')), [])
    assert.deepEqual(await faults(row('a', '')), ['label'])
    const [first, second] = ['<label for="a">A</label>', '<label for="b">B</label>']
    const field = (id: string) => `<input id="${id}">`
    assert.deepEqual(await faults(first + field('a') + second + field('b')), [])
    assert.deepEqual(await faults(first + field('a') + first + field('b')), ['label'])
    const scrolling = (text: string) => `<style>.s{width:9em;overflow:auto}</style><p class="s"><b>${text}</b></p>`
    assert.deepEqual(await faults(scrolling('short')), [])
    assert.deepEqual(await faults(scrolling('w'.repeat(99))), ['scrollable-region-focusable'])
    await page.close()
  })

  test('the page of a rollout is without faults, too, with its numbers unfolded', async () => {
    const known = nothingKnown()
    await using plane = await served(await planeThatKnows(known))
    const rollout = await startCanary(plane, 'email-summary')
    watchCanary(rollout, known, { looks: 8 })
    await acknowledge(plane, 'app-1')
    const { page } = await plane.open()
    await signIn(page, plane.url, `/rollouts/${rollout.id}`, { scope: 'operator' })
    await page.getByText('The numbers').click()
    await page.getByRole('region', { name: 'Evidence over time', exact: true }).waitFor()
    assert.deepEqual(await faultsOnScreens(page), [])
  })

  test('a rollback in one browser is seen in another, with every instance that follows', async () => {
    await using plane = await served()
    const active = await plane.publish('f', 'a')
    await plane.ask('PUT /v1/features/f/active', { as: 'operator', body: { version: active, reason: 'launch' } })
    const version = await plane.publish('f', 'b')
    const { body } = await plane.ask('POST /v1/features/f/rollouts', { as: 'operator', body: { version } })
    await acknowledge(plane, 'app-1')
    const [{ page: acting }, { page: watching }] = [await plane.open(), await plane.open()]
    await signIn(acting, plane.url, `/rollouts/${body.id}/rollback`, { scope: 'operator' })
    await watching.goto(`${plane.url}/features/f/applied`)
    await watching.locator('main').getByText('started the canary').waitFor()
    await rollBackWatched(acting, watching, () => acknowledge(plane, 'app-1'))
  })

  test('everything is readable and can be done without a script, and with the keyboard', async () => {
    await using plane = await served()
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await signIn(page, plane.url, '/settings', { scope: 'viewer' })
    await page.getByText('Only a token of the scope admin sees the others').waitFor()
    await page.keyboard.press('Tab')
    assert.equal(await page.locator(':focus').innerText(), 'To the content')
    await page.getByRole('button', { name: 'Sign out everywhere' }).press('Enter')
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await context.close()
  })

  test('signing in at the identity provider, which is another site, leads to the page, without a script too', async () => {
    await using provider = await startIdentityProvider({ callbacks: ['http://localhost/sign-in/oidc/callback'] })
    provider.people.set('ann', { name: 'Ann Lee', groups: ['on-call'] })
    provider.people.set('ned', { name: 'Ned', groups: ['sales'] })
    await using plane = await served(await planeAt(provider, { clock: systemClock }))
    const address = plane.url.replace('127.0.0.1', 'localhost')
    const signInAs = async (page: Page, login: string) => {
      page.setDefaultTimeout(60_000)
      await page.goto(`${address}/settings`)
      await page.getByRole('link', { name: 'Sign in at 127.0.0.1' }).click()
      await page.getByLabel('Who are you?').fill(login)
      await page.getByRole('button', { name: 'Sign in' }).click()
    }
    const context = await browser.newContext({ viewport: { width: 360, height: 800 } })
    const page = await context.newPage()
    await signInAs(page, 'ned')
    await page.getByText('None of your groups has a role here').waitFor()
    assert.deepEqual(await axeFaults(page), [])
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360)
    await context.close()
    const scriptless = await browser.newContext({ javaScriptEnabled: false })
    const other = await scriptless.newPage()
    await signInAs(other, 'ann')
    await other.waitForURL(`${address}/settings`)
    await other.getByText('You have signed in at 127.0.0.1').waitFor()
    await scriptless.close()
  })
})
