/// <reference lib="dom" />
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { sharedBrowser } from '../../../support/browser/shared-browser.ts'
import {
  caseReport,
  incidentCases,
  incidentFeature,
  incidentReport,
  passedFeature,
} from '../../../support/report/incident.ts'
import { openReport } from './opened-report.ts'

describe('report.html in Chromium', () => {
  let browser: Browser
  before(async () => {
    browser = await sharedBrowser()
  })
  const open = (options = {}) => openReport(browser, incidentReport(), incidentCases, options)

  test('says the verdict, its reason and the numbers before anything else', async () => {
    await using report = await open()
    assert.equal(await report.page.locator('h1').innerText(), 'FAIL email-summary')
    const text = await report.page.locator('main').innerText()
    const order = ['FAIL', 'The mean dropped by 0.121', '0.856', 'Change of the mean', 'Tags', 'Cases']
    assert.deepEqual(
      order.map((part) => text.indexOf(part)).toSorted((a, b) => a - b),
      order.map((part) => text.indexOf(part)),
    )
    assert.deepEqual(report.complaints, [])
  })

  test('lists the most urgent cases first, and filters them by tag, item, kind and text', async () => {
    await using report = await open()
    const { page } = report
    assert.deepEqual((await ids(page)).slice(0, 2), ['attachment-02', 'late-order-03'])
    await page.getByLabel('Which cases').selectOption('improved')
    assert.deepEqual(await ids(page), ['long-11'])
    await page.getByLabel('Which cases').selectOption('all')
    await page.getByLabel('Tag', { exact: true }).selectOption('edge')
    assert.deepEqual(await ids(page), ['attachment-02', 'empty-01'])
    await page.getByLabel('Tag', { exact: true }).selectOption('')
    await page.getByLabel('Not met').selectOption('actions')
    assert.equal((await ids(page)).length, 6)
    await page.getByLabel('Search in ids and texts').fill('HOTEL in Lyon')
    await page.waitForFunction(() => document.querySelector('.count')?.textContent === '1 of 40 cases')
    assert.deepEqual(await ids(page), ['travel-04'])
  })

  test('a case in quarantine and one that is held out are marked', async () => {
    const marks = [{ quarantine: { until: '2026-12-01', reason: 'x' } }, { holdout: true }]
    const cases = incidentCases.map((row, index) => ({ ...row, ...marks[index] }))
    await using report = await openReport(browser, incidentReport(), cases)
    const [first, second] = cases
    const badges = (id = '') =>
      report.page.locator('.case-table tbody th').filter({ hasText: id }).locator('.badge').allInnerTexts()
    assert.ok((await badges(first?.id)).includes('in quarantine'))
    assert.ok((await badges(second?.id)).includes('held out'))
    assert.equal(await report.page.getByText('in quarantine', { exact: true }).count(), 1)
  })

  test('a case shows the steps of both versions, with the first difference', async () => {
    const call = { id: null, name: '<b>refund</b>', arguments: { a: 1 }, result: 'ok', error: null, durationMs: 12 }
    const traceOf = (...names: string[]) => ({
      trajectory: {
        messages: names.map((name) => ({ role: 'assistant' as const, text: null, calls: [{ ...call, name }] })),
      },
    })
    const [first, ...others] = incidentCases
    const trace = traceOf('<b>refund</b>', 'lookUp')
    const row = { ...(first ?? caseReport()), trace, baselineTrace: traceOf('lookUp', '<b>refund</b>') }
    await using report = await openReport(browser, incidentReport(), [row, ...others])
    await report.page.locator('.case-table tbody th button', { hasText: row.id }).first().click()
    const panes = await report.page.locator('.steps').allInnerTexts()
    const lines = panes.map((pane) => pane.split('\n'))
    assert.deepEqual(lines, [
      ['1lookUp({"a":1}) -> ok12 msfirst difference', '2<b>refund</b>({"a":1}) -> ok12 ms'],
      ['1<b>refund</b>({"a":1}) -> ok12 msfirst difference', '2lookUp({"a":1}) -> ok12 ms'],
    ])
  })

  test('the reason leads to the case behind the verdict, which stands first, also behind a filter', async () => {
    const feature = incidentFeature({ decidingCase: 'travel-04' })
    await using report = await openReport(browser, incidentReport({ features: [feature] }), incidentCases)
    const { page } = report
    assert.deepEqual((await ids(page)).slice(0, 2), ['travel-04', 'attachment-02'])
    await page.getByLabel('Which cases').selectOption('improved')
    await page.getByRole('link', { name: 'travel-04' }).click()
    await page.locator('.detail').waitFor()
    assert.match(await page.locator('.detail').innerText(), /cancel the hotel in Lyon/)
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'travel-04')
    assert.equal(new URL(page.url()).hash, '#case-0-5')
    await page.reload()
    await page.locator('.detail').waitFor()
    assert.deepEqual(report.complaints, [])
  })

  test('of a suite too large for the page the case behind the verdict is in it all the same', async () => {
    const feature = incidentFeature({ decidingCase: 'plain-31' })
    const opened = { limits: { mostCases: 3 } }
    await using report = await openReport(browser, incidentReport({ features: [feature] }), incidentCases, opened)
    await report.page.getByRole('link', { name: 'plain-31' }).click()
    await report.page.locator('.detail').waitFor()
    assert.equal((await ids(report.page))[0], 'plain-31')
  })

  test('sorts by a column, both ways, and says so', async () => {
    await using report = await open()
    const head = report.page.locator('.case-table thead th').first()
    await head.getByRole('button').click()
    assert.equal((await ids(report.page))[0], 'attachment-02')
    assert.equal(await head.getAttribute('aria-sort'), 'ascending')
    await head.getByRole('button').click()
    assert.equal((await ids(report.page))[0], 'travel-04')
    assert.equal(await head.getAttribute('aria-sort'), 'descending')
  })

  test('opens a case with what changed in its output, and points at the evidence of the judge', async () => {
    await using report = await open()
    const { page } = report
    assert.equal(await page.locator('.detail').count(), 0)
    await page.getByRole('button', { name: 'contract-07' }).click()
    const detail = page.locator('.detail')
    assert.match(await detail.locator('del').first().innerText(), /return the signed contract before 3 May/)
    assert.match(await detail.locator('ins').first().innerText(), /She is looking forward to the/)
    const item = detail.locator('li', { hasText: 'faithful' })
    await item.focus()
    assert.equal(await detail.locator('mark.pointed').innerText(), 'yesterday2')
    await item.blur()
    assert.equal(await detail.locator('mark.pointed').count(), 0)
    await page.getByRole('button', { name: 'contract-07' }).click()
    assert.equal(await page.locator('.detail').count(), 0)
  })

  test('an open case has the question to the judge, the expected answer and all repeats', async () => {
    const question = 'Is every <b>action item</b> there?'
    const scorer = { kind: 'item' as const, name: 'actions', ask: question, must: true, cases: 39, mean: 0.8 }
    const numbers = { baselineMean: 1, meanDifference: -0.2, ciLow: -0.3, ciHigh: -0.1, worse: 6, better: 0 }
    const answer = { version: 'candidate' as const, state: 'scored' as const, error: null }
    const cases = incidentCases.map((row) => ({
      ...row,
      expected: 'send <i>invoice</i> 1182',
      answers: [
        { ...answer, repeat: 1, score: 1, output: 'First', notMet: [] },
        {
          ...answer,
          repeat: 2,
          score: 0,
          output: '<img src=x>',
          notMet: [{ name: 'actions', outcome: 'no', reason: 'r' }],
        },
      ],
    }))
    const feature = incidentFeature({ scorers: [{ ...scorer, ...numbers }] })
    await using report = await openReport(browser, incidentReport({ features: [feature] }), cases)
    await report.page.getByRole('button', { name: 'contract-07' }).click()
    const detail = report.page.locator('.detail')
    assert.equal(await detail.locator('.question').first().innerText(), question)
    assert.match(await detail.innerText(), /Expected\s+send <i>invoice<\/i> 1182/i)
    await detail.getByText('candidate, repeat 2: 0.000').click()
    assert.match(await detail.innerText(), /actions no\. r\s+<img src=x>/)
    assert.deepEqual(report.complaints, [])
  })

  test('can be walked by keyboard: from the picture to the case behind a bar', async () => {
    await using report = await open()
    const { page } = report
    await page.getByRole('slider', { name: 'Case by change' }).focus()
    await page.keyboard.press('ArrowRight')
    assert.match((await page.getByRole('slider').getAttribute('aria-valuetext')) ?? '', /^contract-07 -1\.000$/)
    await page.keyboard.press('Enter')
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'contract-07')
    assert.equal(await page.locator('.detail').count(), 1)
    await page.keyboard.press('Enter')
    assert.equal(await page.locator('.detail').count(), 0)
  })

  test('a click on a bar opens its case, although a filter hides it', async () => {
    await using report = await open()
    const { page } = report
    await page.getByLabel('Which cases').selectOption('improved')
    await page.getByRole('slider').click({ position: { x: 3, y: 20 } })
    assert.match(await page.locator('.detail').innerText(), /late-order|send invoice 1182/)
  })

  test('goes from light to dark with the system, and by its button', async () => {
    await using report = await open({ colorScheme: 'dark' })
    const { page } = report
    const paper = () =>
      page.evaluate(() => getComputedStyle(document.body.parentElement ?? document.body).backgroundColor)
    const dark = await paper()
    await page.getByRole('button', { name: 'Theme: auto' }).click()
    assert.notEqual(await paper(), dark)
    await page.getByRole('button', { name: 'Theme: light' }).click()
    assert.equal(await paper(), dark)
  })

  test('needs no sideways scrolling at 360 px, with a case open and the longest of names', async () => {
    const long = 'a_name_without_any_place_to_break_it_'.repeat(5)
    const report = incidentReport({ features: [incidentFeature({ feature: long })] })
    const cases = incidentCases.map((row) => ({ ...row, id: `${row.id}_${long}`, tags: [long] }))
    await using opened = await openReport(browser, report, cases, { width: 360 })
    await opened.page.locator('.case-table tbody th button').nth(1).click()
    assert.equal(await opened.page.evaluate(() => document.documentElement.scrollWidth), 360)
  })

  test('prints without controls, and in light', async () => {
    await using report = await open({ colorScheme: 'dark' })
    await report.page.emulateMedia({ media: 'print' })
    assert.equal(await report.page.locator('.filters').isVisible(), false)
    assert.equal(await report.page.locator('.case-table').isVisible(), true)
    const ink = await report.page.evaluate(() => getComputedStyle(document.documentElement).color)
    assert.equal(ink, 'rgb(28, 33, 38)')
  })

  test('of several features those that passed are folded, and built when they are opened', async () => {
    const features = [passedFeature({ feature: 'calm' }), incidentFeature()]
    await using report = await openReport(browser, incidentReport({ features }), incidentCases)
    const { page } = report
    assert.deepEqual(await page.locator('details.feature h2').allInnerTexts(), ['FAIL email-summary', 'PASS calm'])
    assert.equal(await page.locator('.case-table').count(), 1)
    await page.getByRole('link', { name: 'calm' }).click()
    await page.locator('.case-table').nth(1).waitFor()
    assert.equal(await page.locator('.case-table').count(), 2)
    assert.deepEqual(report.complaints, [])
  })

  test('without a feature says that nothing was judged', async () => {
    await using report = await openReport(browser, incidentReport({ features: [], verdict: 'pass' }), [])
    assert.equal(await report.page.locator('h1').innerText(), 'NOTHING JUDGED')
    assert.deepEqual(report.complaints, [])
  })
})

const ids = (page: Page) => page.locator('.case-table tbody th button').allInnerTexts()
