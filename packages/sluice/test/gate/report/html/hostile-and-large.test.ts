/// <reference lib="dom" />
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { axeFaults } from '../../../support/browser/axe.ts'
import { sharedBrowser } from '../../../support/browser/shared-browser.ts'
import { everythingHostile, hostileCase, hostileReport } from '../../../support/report/hostile.ts'
import {
  caseReport,
  incidentCases,
  incidentFeature,
  incidentReport,
  passedFeature,
} from '../../../support/report/incident.ts'
import { openReport } from './opened-report.ts'

/** Cases of every kind; axe looks at each row, and the others are like the last one. */
const everyKind = incidentCases.slice(0, 10)

const attack = `${everythingHostile}</script><script>document.title='owned'</script><!--<script>"'><img src=x onerror="document.title='owned'"><svg onload="document.title='owned'"><style>*{display:none}</style><meta http-equiv=refresh content="0;url=http://evil.example">`

describe('report.html under attack and under load', () => {
  let browser: Browser
  before(async () => {
    browser = await sharedBrowser()
  })

  test('has no accessibility violation, in light and in dark, with cases open', async () => {
    await using report = await openReport(browser, incidentReport(), everyKind)
    for (const index of [0, 1, 2]) await report.page.locator('.case-table tbody th button').nth(index).click()
    assert.deepEqual(await axeFaults(report.page), [])
    await report.page.emulateMedia({ colorScheme: 'dark' })
    assert.deepEqual(await axeFaults(report.page, 'contrast'), [])
  })

  test('has no accessibility violation with several features', async () => {
    const features = [
      passedFeature({ feature: 'calm' }),
      incidentFeature(),
      incidentFeature({ feature: 'open', verdict: 'inconclusive' }),
    ]
    await using report = await openReport(browser, incidentReport({ features }), everyKind)
    await report.page.locator('details.feature > summary').last().click()
    assert.deepEqual(await axeFaults(report.page), [])
  })

  test('shows hostile text as text: nothing runs, nothing loads, nothing is even refused', async () => {
    const report = hostileReport(incidentReport(), attack)
    const cases = incidentCases.map((row) => hostileCase(row, attack))
    await using opened = await openReport(browser, report, cases)
    const { page } = opened
    await page.locator('.case-table tbody th button').first().click()
    await page.getByRole('slider').press('ArrowRight')
    await page.getByLabel('Tag', { exact: true }).selectOption({ index: 1 })
    assert.match(await page.locator('h1').innerText(), /<script>alert\(1\)<\/script>/)
    assert.doesNotMatch(await page.title(), /^owned$/)
    assert.equal(await page.locator('img, iframe, main script, main style, main meta, main a[href^="http"]').count(), 0)
    assert.deepEqual(opened.complaints, [])
  })

  test('its policy refuses what a hole would let in', async () => {
    await using opened = await openReport(browser, incidentReport(), incidentCases)
    await opened.page
      .evaluate(() => {
        const script = document.createElement('script')
        script.append('document.title="owned"')
        document.body.append(script)
      })
      .catch(() => undefined)
    await opened.page.evaluate(() => void fetch('https://evil.example').catch(() => undefined))
    assert.notEqual(await opened.page.title(), 'owned')
    assert.match(opened.complaints.join('\n'), /connect-src/)
  })

  test('5,000 cases are there at once, and every one of them can be reached', async () => {
    const text =
      'The customer asks for a corrected invoice by Friday and thanks the team for the quick answer. '.repeat(4)
    const cases = Array.from({ length: 5000 }, (_, index) =>
      caseReport({
        id: `case-${index}`,
        score: (index % 11) / 10,
        baselineScore: (index % 7) / 6,
        tags: [`tag-${index % 20}`],
        input: text,
        output: `${text}${index}`,
        baselineOutput: `${text}${index * 2}`,
      }),
    )
    await using opened = await openReport(browser, incidentReport(), cases)
    const { page } = opened
    const workedMs = await opened.workedMs()
    assert.ok(workedMs > 0 && workedMs < 2000, `the page took ${Math.round(workedMs)} ms to show its cases`)
    assert.ok((await page.locator('.case-table tbody tr').count()) <= 300)
    await page.getByLabel('Search in ids and texts').fill('case-4321')
    await page.getByRole('button', { name: 'case-4321' }).click()
    assert.match(await page.locator('.detail').innerText(), /answer\. 4321/)
  })

  test('more text than the page may hold is left out, and the page says so', async () => {
    await using opened = await openReport(browser, incidentReport(), incidentCases, {
      limits: { mostCases: 10, mostText: 3000 },
    })
    const { page } = opened
    assert.match(await page.locator('.count').innerText(), /^10 of 10 cases; the page has the most urgent of 40$/)
    await page.locator('.case-table tbody th button').last().click()
    assert.match(await page.locator('.detail').innerText(), /left out for size/)
  })
})
