/// <reference lib="dom" />
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { sharedBrowser } from '../../support/browser/shared-browser.ts'
import { question, type ServedQuestions, serveQuestions } from '../../support/labels/served-questions.ts'

const hostile = `<script>document.title = 'owned'</script><img src="https://example.com/x" onerror="document.title = 'owned'">
</pre></section>\u202Egnp.exe\n\n${'x'.repeat(400)}`

describe('the page for labels in Chromium', () => {
  let browser: Browser
  before(async () => {
    browser = await sharedBrowser()
  })

  async function open({ server }: ServedQuestions): Promise<{ page: Page; asked: string[]; errors: string[] }> {
    const page = await browser.newPage()
    const asked: string[] = []
    const errors: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).origin))
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
    page.on('pageerror', (error) => errors.push(String(error)))
    await page.goto(server.url)
    return { page, asked, errors }
  }

  /** Presses a key and waits for what the page shows next. */
  async function press(page: Page, key: string): Promise<void> {
    const before = await page.locator('main').elementHandle()
    await page.keyboard.press(key)
    await before?.waitForElementState('hidden', { timeout: 10_000 })
  }

  // SLUICE_LABEL_KEYS=50 plays what a person does in one sitting.
  const presses = Number(process.env.SLUICE_LABEL_KEYS ?? 12)

  test(`${presses} keys are ${presses} labels, each as it was pressed`, async () => {
    const questions = Array.from({ length: presses }, (_, index) => question(index))
    await using project = await serveQuestions(questions)
    const { page, asked, errors } = await open(project)
    const verdicts = { y: 'yes', n: 'no', u: 'unclear' }
    const keys = questions.map((_, index) => (['y', 'n', 'y', 'u', 'n'] as const)[(index * 7) % 5] ?? 'y')
    for (const [index, key] of keys.entries()) {
      assert.equal(await page.locator('h1').innerText(), `Does output ${index} state every action item?`)
      await press(page, key)
      assert.equal(project.labels().length, index + 1, 'it is on the disk before the next question is shown')
    }
    assert.deepEqual(
      project.labels().map((label) => [label.case, label.verdict, label.labeller, label.kind, label.probability]),
      keys.map((key, index) => [`case-${index}`, verdicts[key], 'ann', 'human', 0.5]),
    )
    assert.deepEqual(
      project.outputs().map(({ text }) => text),
      questions.map(({ answer }) => answer.text),
    )
    assert.match(
      await page.locator('main').innerText(),
      /Every question has an answer[\s\S]*sluice judge calibrate summary/,
    )
    assert.deepEqual([[...new Set(asked)], errors], [[new URL(project.server.url).origin], []])
    await page.close()
  })

  test('skip, undo and the arrows go where they should, and a key that is held down answers one question', async () => {
    await using project = await serveQuestions(Array.from({ length: 4 }, (_, index) => question(index)))
    const { page } = await open(project)
    const position = async () => Number(/output (\d)/.exec(await page.locator('h1').innerText())?.[1])
    await press(page, 's')
    await press(page, 'y')
    assert.equal(await position(), 2)
    await press(page, 'z')
    assert.equal(await position(), 1)
    assert.deepEqual(
      project.labels().map(({ verdict }) => verdict),
      ['yes', null],
    )
    await press(page, 'n')
    await press(page, 'ArrowLeft')
    assert.equal(await position(), 1)
    assert.match(await page.locator('.asked').innerText(), /you said: no/)
    assert.equal(await page.locator('button.no').getAttribute('aria-pressed'), 'true')
    await press(page, 'ArrowRight')
    const before = await page.locator('main').elementHandle()
    await page.keyboard.down('y')
    await page.keyboard.down('y')
    await before?.waitForElementState('hidden', { timeout: 10_000 })
    await page.keyboard.down('y')
    await page.keyboard.up('y')
    assert.deepEqual(
      project.labels().map((label) => label.case),
      ['case-1', 'case-1', 'case-1', 'case-2'],
    )
    await page.close()
  })

  test('a key after the command has ended is said to be lost', async () => {
    await using project = await serveQuestions([question(0)])
    const { page } = await open(project)
    await project.server.close()
    await page.keyboard.press('y')
    assert.match(await page.locator('.fault').innerText(), /^Nothing was kept, since the command has ended/)
    assert.equal(await page.locator('h1').innerText(), 'Does output 0 state every action item?')
    await page.close()
  })

  test('hostile texts are text, all of it can be read, and nothing tells version or judge', async () => {
    const questions = [question(0, { ask: hostile, expected: hostile, input: { [hostile]: hostile } }, hostile)]
    await using project = await serveQuestions(questions)
    for (const width of [360, 1280]) {
      const { page, asked, errors } = await open(project)
      await page.setViewportSize({ width, height: 800 })
      assert.equal(await page.title(), '1 of 1 · summary · Sluice')
      assert.equal(await page.locator('img, main script').count(), 0)
      assert.match(await page.locator('.output pre').innerText(), /^<script>[\s\S]*\[U\+202E\]gnp\.exe/)
      assert.ok(!/aaaaaaaaaaaa|candidate|baseline/.test(await page.content()))
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      assert.equal(sideways, 0, `at ${width} px nothing stands out at the side`)
      const bar = await page.locator('.keys').boundingBox()
      assert.ok(bar && bar.y + bar.height <= 801, 'the keys are in view')
      assert.deepEqual([[...new Set(asked)], errors], [[new URL(project.server.url).origin], []])
      await page.close()
    }
  })
})
