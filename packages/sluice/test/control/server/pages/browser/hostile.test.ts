/// <reference lib="dom" />
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { verifyChain } from '../../../../../src/control/release/audit-chain.ts'
import type { EngineState } from '../../../../../src/control/server/engine-state.ts'
import { browsedPlane, layoutFaults, signIn } from '../../../../support/browser/browsed-plane.ts'
import { sharedBrowser } from '../../../../support/browser/shared-browser.ts'
import { promptVersion, type TestPlane, testPlane } from '../../../../support/control-plane/control-plane.ts'
import { describedEngine, reportOf } from '../../../../support/control-plane/described-feature.ts'
import { acknowledge } from '../../../../support/control-plane/launched.ts'

const markup = `"'></textarea></title></script><script>pwned=1</script><img src=x onerror=pwned=1><svg onload=pwned=1>`
/** By which one sees that a page has shown one of the texts. */
const sign = 'pwned=1'
const hidden = 'a\u202Egnp\u2066\u200B\uFEFFz'
const hostile = [
  markup,
  `javascript:pwned=1 [x](javascript:pwned=1) {{pwned=1}} \${pwned=1} ${hidden}`,
  `=cmd|' /C calc'!A0\n+1\t@SUM(1)\r-2 ${hidden}`,
  `\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 ${markup}`,
  'W'.repeat(190),
]
/** What a model may answer: 100 kB without a space, and all of the above. */
const output = `${hostile.join(' ')}\0${'x'.repeat(100_000)}`

/** Names of models come from clients, too; alarms quote them. */
const engineState: EngineState = {
  ...describedEngine,
  assessment: async () => null,
  drift: async (feature) => {
    const known = await describedEngine.drift(feature)
    const events = hostile.map((words, seq) => ({ code: 'served-model' as const, at: 0, seq, words }))
    return known && { ...known, judgeId: markup, servedModels: hostile, fingerprints: hostile, events }
  },
}

let turn = 0
/** Another one each time, so that each field has several of them. */
const text = () => hostile[turn++ % hostile.length] ?? ''

async function took(plane: TestPlane, route: string, as: string, body: object): Promise<{ id: string }> {
  const told = await plane.ask(route, { as, body })
  assert.ok(told.status < 300, `${route}: ${JSON.stringify(told.body)}`)
  return told.body
}

/** Publishes, as a pipeline can that has been taken over. */
async function publish(plane: TestPlane, name: string): Promise<string> {
  const content = { ...promptVersion(`${output} ${name}`), label: text() }
  const told = { feature: 'mail', id: content.id, label: text(), verdict: 'pass', mean: 0.9 }
  const feature = {
    ...reportOf(told),
    reasons: hostile.map((message) => ({ code: 'regression', message, tag: message, case: message })),
    notes: hostile,
    advice: text(),
  }
  const report = {
    ...{ schema: 'sluice.report/1', runId: text().slice(0, 100), startedAt: '2026-11-24T08:00:00.000Z' },
    ...{ sluiceVersion: '0.1.0', verdict: 'pass', exitCode: 0, features: [feature] },
  }
  await took(plane, 'POST /v1/features/mail/versions', 'ci', {
    ...{ content, report, source: text(), rubric: [{ id: 'facts', ask: text() }] },
    judge: { model: 'anthropic:claude-sonnet-4-5', parameters: {} },
    live: { store: true, judge: { percent: 10, budgetUsdPerDay: 2 } },
  })
  return content.id
}

/** A plane of which everybody has written what they may, as badly as they can; returns the addresses of its pages. */
async function attacked(plane: TestPlane, rules: Record<string, object>): Promise<string[]> {
  const operator = (route: string, body: object) => took(plane, route, 'operator', body)
  const [first, next, third] = [await publish(plane, 'a'), await publish(plane, 'b'), await publish(plane, 'c')]
  await operator('PUT /v1/features/mail/active', { version: first, reason: text() })
  await operator('POST /v1/features/mail/rollouts', { version: next })
  await operator('POST /v1/features/mail/rollback', { reason: text() })
  const { id } = await operator('POST /v1/features/mail/rollouts', { version: third, override: { reason: text() } })
  for (const act of ['pause', 'resume']) await operator(`POST /v1/rollouts/${id}/${act}`, { reason: text() })
  for (const name of hostile) {
    await took(plane, 'POST /v1/tokens', 'admin', { name: name.slice(0, 60).trim(), scopes: ['client'] })
    const told = await acknowledge(plane, name, { client: name })
    assert.equal(told.status, 200, JSON.stringify(told.body))
  }
  const judgement = {
    items: hostile.map((quote) => ({ id: quote, verdict: 'no', evidence: quote, reasoning: output })),
  }
  await plane.store.putContent(
    [third, first].map((version, index) => ({
      ...{ id: `${index}${text()}`, feature: 'mail', version, rolloutId: id, unit: null, judgement, output },
      ...{ input: { [text()]: output }, score: 0.1, storedAt: plane.clock.now(), expiresAt: Number.MAX_SAFE_INTEGER },
    })),
  )
  rules['*'] = { approvals: 1, approvers: { role: 'approver' }, expires: 86_400_000 }
  const proposed = { act: 'promote', rollout: id, reason: text() }
  const { id: rejected } = await operator('POST /v1/features/mail/proposals', proposed)
  await took(plane, `POST /v1/proposals/${rejected}/reject`, 'approver', { reason: text() })
  const { id: open } = await operator('POST /v1/features/mail/proposals', { ...proposed, reason: text() })
  return [
    ...['/', '/features/mail', `/rollouts/${id}`, '/features/mail/applied', `/rollouts/${id}/rollback`],
    ...[`/features/mail/compare?from=${first}&to=${third}`, `/runs/mail/${third}`, `/proposals/${open}`],
    ...[`/proposals/${rejected}`, `/features/mail/start`, '/audit/mail', '/audit/_system', '/judge', '/costs'],
    ...[
      '/instances',
      '/settings',
      `/?search=${encodeURIComponent(markup)}`,
      `/sign-in?next=${encodeURIComponent(markup)}`,
    ],
    ...[`/audit/mail?act=${encodeURIComponent(markup)}`, `/nothing/${encodeURIComponent(markup)}`],
  ]
}

/** What of the page is not its own. */
function foreignParts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const odd = [
      ...document.querySelectorAll('script, img, iframe, object, embed, base, style, form, a, svg *'),
    ].flatMap((element) => {
      const address = ['src', 'href', 'action'].flatMap((name) => element.getAttribute(name) ?? [])
      const isOwn = address.every((one) => /^(\/(?!\/)|#)/.test(one))
      const isKnown = element.localName !== 'script' || element.getAttribute('src')?.startsWith('/assets/')
      return isOwn && isKnown && !/^(img|iframe|object|embed|base|style)$/.test(element.localName)
        ? []
        : [element.outerHTML.slice(0, 200)]
    })
    const handlers = [...document.querySelectorAll('*')].filter((element) =>
      element.getAttributeNames().some((name) => name.startsWith('on') || name === 'style'),
    )
    const turned = /[\0\u200b\u202a-\u202e\u2066-\u2069\ufeff]/.test(document.documentElement.outerHTML)
    return [
      ...odd,
      ...handlers.map((element) => element.outerHTML.slice(0, 200)),
      ...('pwned' in globalThis ? ['a script of a text has run'] : []),
      ...(turned ? ['a character that hides or turns others'] : []),
    ]
  })
}

describe('texts that others wrote, in Chromium', () => {
  let browser: Browser
  before(async () => {
    browser = await sharedBrowser()
  })

  test('nothing of any text acts, leaves its place or hides, and the export is what was written', async () => {
    const rules = {}
    await using plane = await browsedPlane(browser, await testPlane({ engineState, approvals: rules }))
    const pages = await attacked(plane, rules)
    const { page, errors } = await plane.open()
    const dialogs: string[] = []
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message())
      void dialog.dismiss()
    })
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        console.error(`refused by the policy: ${violatedDirective} ${blockedURI}`),
      )
    })
    await signIn(page, plane.url, '/settings', { scope: 'admin' })
    for (const path of pages) {
      const before = errors.length
      await page.goto(plane.url + path)
      await page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true
      })
      assert.deepEqual(await foreignParts(page), [], path)
      if (!/^.(costs|nothing|audit.mail\?)/.test(path))
        assert.ok((await page.locator('main').innerText()).includes(sign), `${path} shows what was written`)
      for (const width of [360, 1280]) {
        await page.setViewportSize({ width, height: 200 })
        assert.deepEqual(await layoutFaults(page), [], `${path} at ${width}`)
      }
      const isMissing = path.startsWith('/nothing')
      assert.deepEqual(
        errors.slice(before).filter((error) => !isMissing || !error.includes('404')),
        [],
        path,
      )
    }
    assert.deepEqual(dialogs, [])
    const exported = await page.context().request.get(`${plane.url}/audit/mail/export`)
    const lines = await exported.text()
    assert.doesNotMatch(lines, /[\u202a-\u202e\u2066\u200b\ufeff]/)
    assert.match(exported.headers()['content-disposition'] ?? '', /^attachment; filename="sluice-audit-mail\.jsonl"$/)
    assert.equal(exported.headers()['x-content-type-options'], 'nosniff')
    const rows = lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.deepEqual(rows.slice(0, -1), await plane.store.audit('mail'))
    assert.equal(verifyChain(rows.slice(0, -1), rows.at(-1).head).ok, true)
    assert.ok(
      rows.some(({ reason }) => reason === hostile[2]?.trim()),
      'a formula is kept as it was written',
    )
  })
})
