import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { axeFaults } from '../../../../support/browser/axe.ts'
import { type BrowsedPlane, browsedPlane, enterToken, signIn } from '../../../../support/browser/browsed-plane.ts'
import { sharedBrowser } from '../../../../support/browser/shared-browser.ts'
import { testPlane } from '../../../../support/control-plane/control-plane.ts'
import { signedIn } from '../../../../support/control-plane/visitor.ts'

/** A plane with a canary of `f`, and the path of the form that rolls it back. */
async function withCanary(browser: Browser): Promise<BrowsedPlane & { form: string; id: string }> {
  const plane = await browsedPlane(browser, await testPlane())
  const version = await plane.publish('f', 'a')
  await plane.ask('PUT /v1/features/f/active', { as: 'operator', body: { version, reason: 'launch' } })
  const next = await plane.publish('f', 'b')
  const { body } = await plane.ask('POST /v1/features/f/rollouts', { as: 'operator', body: { version: next } })
  return { ...plane, id: body.id, form: `/rollouts/${body.id}/rollback` }
}

const statusOf = async (plane: BrowsedPlane) =>
  (await plane.ask('GET /v1/features/f', { as: 'operator' })).body.rollout.status

const rollbacks = async (plane: BrowsedPlane): Promise<string[]> =>
  (await plane.ask('GET /v1/features/f/audit', { as: 'operator' })).body.rows.flatMap(
    ({ action, reason }: { action: string; reason: string }) => (action === 'rollout.rollBack' ? [reason] : []),
  )

async function tokenFor(plane: BrowsedPlane): Promise<{ id: string; token: string }> {
  const { body } = await plane.ask('POST /v1/tokens', { as: 'admin', body: { name: 'ann', scopes: ['operator'] } })
  return { id: body.record.id, token: body.token }
}

/** A refusal for want of a session is what these tests bring about. */
const isUnexpected = (error: string) => !error.includes('401 (Unauthorized)')

/** The page has gone to the form for signing in, which says why; whoever signs in comes back to the same address. */
async function ends(page: Page, plane: BrowsedPlane, path: string, by: () => Promise<unknown>): Promise<void> {
  await page.locator('#state', { hasText: 'Live' }).waitFor()
  // Only the store knows it yet: requests are let in by what is kept for two seconds, and no clock goes on.
  await by()
  await page.getByRole('status').getByText('Your session has ended').waitFor()
  assert.equal(await page.getByText('Live').count(), 0)
  assert.equal(await page.getByRole('link', { name: 'email-summary' }).count(), 0, 'nothing is left of the page')
  const { token } = await tokenFor(plane)
  await enterToken(page, token)
  await page.waitForURL(plane.url + path)
  await page.locator('#state', { hasText: 'Live' }).waitFor()
}

describe('what becomes of open pages when their session ends', () => {
  let browser: Browser
  before(async () => {
    browser = await sharedBrowser()
  })

  test('a page whose token is revoked, has expired or signs out elsewhere says so, and comes back after signing in', async () => {
    await using plane = await withCanary(browser)
    const { page, errors } = await plane.open()
    const path = '/features/f?page=1'
    const revoked = await tokenFor(plane)
    await signIn(page, plane.url, path, revoked)
    await ends(page, plane, path, () => plane.ask(`DELETE /v1/tokens/${revoked.id}`, { as: 'admin' }))
    await plane.context.clearCookies()
    await signIn(page, plane.url, path, await tokenFor(plane))
    await ends(page, plane, path, async () => {
      // The cookie goes with its time, so the server cannot tell that there was one.
      await plane.context.clearCookies()
      await plane.pass(2000)
      plane.clock.jump(12 * 3_600_000)
    })
    await plane.context.clearCookies()
    const { token } = await tokenFor(plane)
    await signIn(page, plane.url, path, { token })
    const elsewhere = await signedIn(plane, 'operator', token)
    await ends(page, plane, path, () => elsewhere.send('/sign-out', { everywhere: 'yes' }))
    assert.deepEqual(errors.filter(isUnexpected), [])
  })

  test('what was written into a form whose session has ended is shown, kept, and sent once by whoever signs in', async () => {
    await using plane = await withCanary(browser)
    const { page, errors } = await plane.open()
    const { token, id } = await tokenFor(plane)
    await signIn(page, plane.url, plane.form, { token })
    await page.getByLabel('Reason').fill('lost <b>dates</b>\nINC-9')
    await plane.ask(`DELETE /v1/tokens/${id}`, { as: 'admin' })
    await plane.pass(2000)
    await page.getByRole('button', { name: 'Roll back' }).click()
    await page.getByRole('alert').getByText('Nothing was done').waitFor()
    assert.equal(await page.getByRole('textbox').inputValue(), 'lost <b>dates</b>\nINC-9')
    assert.deepEqual(await axeFaults(page), [])
    assert.equal(await statusOf(plane), 'running')
    await page.getByRole('link', { name: 'Sign in' }).click()
    assert.deepEqual(await axeFaults(page), [])
    await enterToken(page, 'a wrong one')
    await page.getByRole('alert').waitFor()
    await enterToken(page, (await tokenFor(plane)).token)
    await page.waitForURL(plane.url + plane.form)
    assert.equal(await page.getByLabel('Reason').inputValue(), 'lost <b>dates</b>\nINC-9')
    await page.getByRole('button', { name: 'Roll back' }).click()
    await page.waitForURL(`${plane.url}/features/f/applied`)
    assert.deepEqual(await rollbacks(plane), ['lost <b>dates</b>\nINC-9'])
    assert.deepEqual(errors.filter(isUnexpected), [])
  })

  test('what another version has kept in another form does no harm', async () => {
    await using plane = await withCanary(browser)
    const { page, errors } = await plane.open()
    await signIn(page, plane.url, plane.form, { token: (await tokenFor(plane)).token })
    for (const written of [null, { reason: 7 }]) {
      const kept = JSON.stringify({ form: plane.form, written })
      await page.evaluate((text) => sessionStorage.setItem('sluice-unsent', text), kept)
      await page.reload()
      assert.equal(await page.getByLabel('Reason').inputValue(), '')
    }
    assert.deepEqual(errors, [])
  })

  test('a form of the session before, in another tab, does nothing, and keeps what was written', async () => {
    await using plane = await withCanary(browser)
    const [{ page: old }, { page: anew }] = [await plane.open(), await plane.open()]
    await signIn(old, plane.url, plane.form, { scope: 'operator' })
    await old.getByLabel('Reason').fill('worse')
    await anew.goto(`${plane.url}/settings`)
    await anew.getByRole('button', { name: 'Sign out', exact: true }).click()
    await enterToken(anew, (await tokenFor(plane)).token)
    await anew.waitForURL(`${plane.url}/`)
    await old.getByRole('button', { name: 'Roll back' }).click()
    await old.getByRole('alert').getByText('Nothing was done').waitFor()
    assert.equal(await statusOf(plane), 'running')
    await old.getByRole('link', { name: 'To the form' }).click()
    assert.equal(await old.getByLabel('Reason').inputValue(), 'worse')
    await old.getByRole('button', { name: 'Roll back' }).click()
    await old.waitForURL(`${plane.url}/features/f/applied`)
    assert.deepEqual(await rollbacks(plane), ['worse'])
  })
})
