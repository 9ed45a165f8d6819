/// <reference lib="dom" />
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { axeFaults } from '../../../../support/browser/axe.ts'
import { browsedPlane, layoutFaults, openPage, signIn } from '../../../../support/browser/browsed-plane.ts'
import { sharedBrowser } from '../../../../support/browser/shared-browser.ts'
import { acknowledge } from '../../../../support/control-plane/launched.ts'
import { type RuledPlane, ruled } from '../../../../support/control-plane/ruled.ts'

/** What has the focus: what it is called, whether one sees it, and where it stands in the page. */
function focused(page: Page): Promise<{ name: string; isSeen: boolean; place: number }> {
  return page.evaluate(() => {
    const element = document.activeElement ?? document.body
    const { outlineStyle, outlineWidth } = getComputedStyle(element)
    const { width, height, top, left } = element.getBoundingClientRect()
    const isSeen = outlineStyle !== 'none' && outlineWidth !== '0px' && width > 0 && height > 0 && top >= 0 && left >= 0
    const field = element instanceof HTMLTextAreaElement || element instanceof HTMLInputElement
    const text = (field ? element.labels?.[0] : element)?.textContent?.replaceAll(/\s+/g, ' ').trim() ?? ''
    const name = element.getAttribute('aria-label') ?? text
    return { name, isSeen, place: [...document.querySelectorAll('*')].indexOf(element) }
  })
}

/** Goes on by the tabulator until what is called so has the focus: each stop is seen, and follows in the page. */
async function reach(page: Page, name: RegExp): Promise<void> {
  let last = -1
  for (let stops = 0; stops < 60; stops += 1) {
    await page.keyboard.press('Tab')
    const stop = await focused(page)
    assert.ok(stop.isSeen, `the focus on "${stop.name}" is seen`)
    assert.ok(stop.place > last, `"${stop.name}" comes after what had the focus before`)
    last = stop.place
    if (name.test(stop.name)) return
  }
  assert.fail(`nothing that is called ${name} gets the focus`)
}

interface Deed {
  /** Where it begins. */
  on: string
  /** What is pressed there, one after the other. */
  press: RegExp[]
  /** The button of the form. */
  button: RegExp
  /** What the page says then. */
  says: RegExp
  /** Of its kind: the colours of the others are the same. */
  isFirst?: boolean | undefined
}

/** Past the navigation, by the first stop of each page. */
async function skip(page: Page): Promise<void> {
  await reach(page, /^To the content$/)
  await page.keyboard.press('Enter')
}

/** Does it as somebody without a mouse. */
async function does(page: Page, url: string, { on, press, button, says, isFirst = false }: Deed): Promise<void> {
  await page.goto(url + on)
  for (const link of press) {
    await skip(page)
    await reach(page, link)
    const before = page.url()
    await page.keyboard.press('Enter')
    await page.waitForURL((address) => String(address) !== before)
  }
  const rules = isFirst ? 'all' : 'content'
  assert.deepEqual(await axeFaults(page, rules), [], `the form ${button}`)
  assert.deepEqual(await layoutFaults(page), [], `the form ${button}`)
  await skip(page)
  await reach(page, /^Reason$/)
  await page.keyboard.type('typed')
  await reach(page, button)
  const form = page.url()
  await page.keyboard.press('Enter')
  await page.waitForURL((address) => String(address) !== form)
  await page.locator('main').getByText(says).first().waitFor()
  assert.deepEqual(await axeFaults(page, rules), [], `after ${button}`)
  assert.deepEqual(await layoutFaults(page), [], `after ${button}`)
}

describe('acts by the keyboard alone', () => {
  let browser: Browser
  before(async () => {
    browser = await sharedBrowser()
  })

  /** Two people in browsers of their own, one with each role. */
  async function people(plane: RuledPlane) {
    const browsed = await browsedPlane(browser, plane, { viewport: { width: 360, height: 800 } })
    const context = await browser.newContext()
    const [{ page: ann, errors }, { page: bob }] = [await browsed.open(), await openPage(context, browsed.url)]
    await signIn(ann, browsed.url, '/features/f', { scope: 'operator' })
    await signIn(bob, browsed.url, '/features/f', { scope: 'approver' })
    const stop = async () => {
      await context.close()
      await browsed[Symbol.asyncDispose]()
    }
    return { url: browsed.url, ann, bob, errors, [Symbol.asyncDispose]: stop }
  }

  test('each act of a rollout and of a feature is done and confirmed, and who has another page open hears of it', async () => {
    await using plane = await ruled()
    delete plane.rules['*']
    await acknowledge(plane, 'app-1')
    await using served = await people(plane)
    const { ann, bob, url, errors } = served
    const act = (press: RegExp[], button: RegExp, says: RegExp, isFirst?: boolean) =>
      does(ann, url, { on: '/features/f', press, button, says, isFirst })
    const begin = async (text: string) => {
      const version = await plane.publish('f', text)
      await plane.ask('POST /v1/features/f/rollouts', { as: 'operator', body: { version } })
    }
    await act([/^Activate a version/, new RegExp(plane.next)], /^Activate/, /activated/, true)
    await act([/^Roll back/], /^Roll back/, /rolled back/, true)
    const third = await plane.publish('f', 'third')
    await act([/^Start a rollout/, new RegExp(third)], /^Start/, /started the canary/)
    await bob.goto(`${url}/features/f/applied`)
    await bob.locator('#state', { hasText: 'Live' }).waitFor()
    const notification = bob.locator('#news')
    assert.deepEqual([await notification.getAttribute('role'), await notification.textContent()], ['status', ''])
    await act([/^Pause/], /^Pause/, /paused the canary/)
    await notification.filter({ hasText: /paused/ }).waitFor({ state: 'attached' })
    await act([/^Resume/], /^Resume/, /resumed the canary/)
    await act([/^Advance/], /^Advance/, /advanced the canary/)
    await act([/^Roll back/], /^Roll back/, /rolled back the canary/)
    assert.deepEqual(await plane.actions(1), ['rollout.rollBack'])
    await begin('fourth')
    await act([/^Abort/], /^Abort/, /aborted the canary/)
    await begin('fifth')
    await act([/^Promote/], /^Promote/, /promoted the canary/)
    assert.deepEqual(errors, [])
  })

  test('a release is proposed, approved, rejected, withdrawn, made in an emergency and reviewed', async () => {
    await using plane = await ruled()
    await acknowledge(plane, 'app-1')
    await using served = await people(plane)
    const { ann, bob, url, errors } = served
    const propose = (first: RegExp, more: RegExp[] = []) =>
      does(ann, url, { on: '/features/f', press: [first, ...more], button: /^Propose/, says: /needs 1 more approval/ })
    /** On the page of the proposal, to which the one who made it has come. */
    const decide = (button: RegExp, says: RegExp, who = bob) =>
      does(who, url, { on: new URL(ann.url()).pathname, press: [button], button, says })
    await propose(/^Start a rollout/, [new RegExp(plane.next)])
    await bob.goto(url)
    await bob.getByRole('link', { name: /^f: / }).waitFor()
    const press = [/^f: /, /^Approve/]
    await does(bob, url, { on: '/', press, button: /^Approve/, says: /approved and made/, isFirst: true })
    await propose(/^Promote/)
    await decide(/^Reject/, /rejected/)
    await propose(/^Promote/)
    await decide(/^Withdraw/, /withdrawn/, ann)
    const hurry = [/^Promote/, /^Without approval/]
    await does(ann, url, {
      on: '/features/f',
      press: hurry,
      button: /^Release without/,
      says: /made a release without approval/,
    })
    const reviewing = /^Say that it was/
    await does(bob, url, { on: '/', press: [/^f: /, reviewing], button: reviewing, says: /reviewed/ })
    assert.deepEqual(errors, [])
  })

  test('every stop of a page is seen, the first leads past the navigation, the last is at its end', async () => {
    await using plane = await ruled()
    await using served = await people(plane)
    const { ann, url } = served
    await reach(ann, /^Overview$/)
    await reach(ann, /^the audit log of f$/)
    await ann.goto(`${url}/features/f`)
    await skip(ann)
    await ann.keyboard.press('Tab')
    assert.equal(await ann.evaluate(() => document.activeElement?.closest('main')?.id), 'main')
  })
})
