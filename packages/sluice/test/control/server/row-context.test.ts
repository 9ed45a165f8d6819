import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureOf } from '../../../src/control/incident/failure.ts'
import { rowNotification } from '../../../src/control/notify/row-notification.ts'
import type { Assessment } from '../../../src/control/rollout/assessment/assessment.ts'
import { rowContext } from '../../../src/control/server/row-context.ts'
import { linksTo } from '../../../src/control/server/serve/serve-engine.ts'
import { releaseMessage } from '../../../src/core/notify/release-notification.ts'
import { testPlane } from '../../support/control-plane/control-plane.ts'
import { signedIn } from '../../support/control-plane/visitor.ts'
import { startCanary } from '../../support/rollout/watched-canary.ts'

test('whoever is called gets the worst answer, the next command and a link to the page, and no text of a user', async () => {
  await using plane = await testPlane()
  const { id, canary } = await startCanary(plane, 'mail')
  await plane.store.putContent([
    {
      ...{ id: 'o-1', feature: 'mail', version: canary, rolloutId: id, unit: null, input: { email: 'private' } },
      ...{ output: 'private too', score: 0.2, storedAt: 1, expiresAt: Number.MAX_SAFE_INTEGER },
      judgement: { items: [{ id: 'dates', verdict: 'no', evidence: 'private', reasoning: 'private' }] },
    },
  ])
  await plane.ask('POST /v1/features/mail/rollback', { as: 'operator', body: { reason: 'wrong dates' } })
  const row = (await plane.store.audit('mail')).at(-1)
  assert.ok(row)
  const context = await rowContext(plane.store, row)
  const notification = rowNotification(row, {
    project: 'acme/mail',
    linkTo: linksTo('https://sluice.example.com'),
    context,
  })
  assert.deepEqual(notification?.details, [
    'Worst answer: o-1, score 0.200, failed dates.',
    `Next: sluice rollout report ${id}`,
  ])
  assert.equal(notification?.link, `https://sluice.example.com/rollouts/${id}`)
  assert.ok(notification?.facts.includes(`rollout ${id}`))
  assert.ok(
    notification && !/[0-9a-f]{12}/.test(releaseMessage(notification).title),
    'an id tells nobody anything in a title',
  )
  const labels = new Map([[canary, '1.4']])
  const named = rowNotification(row, { project: 'acme/mail', linkTo: () => undefined, context: { ...context, labels } })
  assert.ok(named)
  assert.equal(releaseMessage(named).title, 'mail 1.4 (acme/mail): rolled back')
  assert.ok(named.facts.includes(`canary 1.4 (${canary})`) && named.facts.includes('had 20 % of the users'))
  const drifted = { ...row, action: 'drift.alarm', after: null }
  assert.deepEqual((await rowContext(plane.store, drifted)).details, ['Next: sluice drift mail'])
  assert.doesNotMatch(JSON.stringify(notification), /private/)
  const broken = { ...plane.store, feature: () => Promise.reject(new Error('away')) }
  const nothing = { labels: new Map(), canary: null, details: [], reason: null, promotion: null }
  assert.deepEqual(await rowContext(broken, row), nothing)
})

test('that the active version was taken back while a canary ran is told of that version, and of no canary', async () => {
  await using plane = await testPlane()
  const { id, canary, incumbent } = await startCanary(plane, 'mail')
  await plane.ask(`POST /v1/rollouts/${id}/promote`, { as: 'operator', body: { reason: 'good' } })
  const next = await plane.publish('mail', 'next')
  const started = await plane.ask('POST /v1/features/mail/rollouts', { as: 'operator', body: { version: next } })
  await plane.store.putContent([
    {
      ...{ id: 'o-1', feature: 'mail', version: next, rolloutId: started.body.id, unit: null, input: {}, output: '' },
      ...{ score: 0.2, storedAt: 1, expiresAt: Number.MAX_SAFE_INTEGER, judgement: {} },
    },
  ])
  const body = { from: canary, reason: 'wrong dates' }
  await plane.ask('POST /v1/features/mail/rollback', { as: 'operator', body })
  const [last] = (await plane.store.audit('mail')).slice(-1)
  assert.ok(last)
  // Rows of earlier versions call it a rollback of the rollout.
  for (const row of [last, { ...last, action: 'rollout.rollBack' }]) {
    const context = await rowContext(plane.store, row)
    assert.deepEqual(context.details, ['Next: sluice status'])
    const labels = new Map([incumbent, canary, next].map((version, index) => [version, `1.${index + 1}`]))
    const linkTo = linksTo('https://s.example')
    const told = rowNotification(row, { project: 'acme', linkTo, context: { ...context, labels } })
    assert.ok(told)
    assert.equal(releaseMessage(told).title, 'mail 1.2 (acme): rolled back')
    assert.deepEqual([told.rolloutId, told.link], [null, 'https://s.example/features/mail'])
    assert.deepEqual(told.facts, [
      ...[`took back 1.2 (${canary})`, `ended the canary 1.3 (${next})`, `everybody gets 1.1 (${incumbent})`],
      'by ope-operator',
    ])
  }
})

test('of a version that was promoted and then taken back the evidence of its own rollout is told, and of no other', async () => {
  await using plane = await testPlane()
  const { id, incumbent } = await startCanary(plane, 'mail')
  const told = async () => {
    const row = (await plane.store.audit('mail')).at(-1)
    assert.ok(row)
    const context = await rowContext(plane.store, row)
    return rowNotification(row, { project: 'acme', linkTo: () => undefined, context })
  }
  await plane.ask(`POST /v1/rollouts/${id}/promote`, { as: 'operator', body: { reason: 'good' } })
  await plane.ask('POST /v1/features/mail/rollback', { as: 'operator', body: { reason: 'wrong dates' } })
  assert.deepEqual((await told())?.details, [`Next: sluice rollout report ${id}`])
  const third = await plane.publish('mail', 'third')
  await plane.ask('PUT /v1/features/mail/active', { as: 'operator', body: { version: third, reason: 'it passed' } })
  await plane.ask('POST /v1/features/mail/rollback', { as: 'operator', body: { reason: 'wrong names' } })
  const later = await told()
  assert.deepEqual([later?.rolloutId, later?.details], [null, ['Next: sluice status']])
  assert.deepEqual(later?.facts, [`took back ${third}`, `everybody gets ${incumbent}`, 'by ope-operator'])
})

test('a message about a promotion says first how it came about, and what was not watched', async () => {
  await using plane = await testPlane()
  const { id } = await startCanary(plane, 'mail')
  const state = await plane.store.feature('mail')
  assert.ok(state?.rollout)
  const { signals } = state.rollout.settings
  await plane.ask(`POST /v1/rollouts/${id}/promote`, { as: 'operator', body: { reason: 'good' } })
  const row = (await plane.store.audit('mail')).at(-1)
  const promoted = await plane.store.feature('mail')
  assert.ok(row && promoted?.rollout)
  const { rollout } = promoted
  const told = async (strength: string, score: number, feature?: () => Promise<never>) => {
    const settings = { ...rollout.settings, signals: { ...signals, score } }
    const store = {
      ...plane.store,
      feature: feature ?? (async () => ({ ...promoted, rollout: { ...rollout, settings } })),
    }
    const after = { active: promoted.active, rollout: { ...(row.after as { rollout: object }).rollout, strength } }
    const of = { ...row, after }
    const context = await rowContext(store, of)
    const notification = rowNotification(of, { project: 'acme', linkTo: () => undefined, context })
    assert.ok(notification)
    const { title, label } = releaseMessage(notification)
    assert.ok(title.endsWith(`: ${label.toLowerCase()}`), title)
    return label
  }
  assert.equal(await told('strong', 0.4), 'Version promoted, proven')
  assert.match(await told('strong', 0), /^Version promoted, proven but for quality, which was not watched$/)
  assert.equal(await told('weak', 0.4), 'Version promoted weakly, nothing is proven')
  assert.equal(await told('time', 0.4), 'Version promoted by time alone')
  assert.equal(await told('manual', 0.4), 'Version promoted by hand')
  const away = () => Promise.reject(new Error('away'))
  assert.equal(await told('weak', 0, away), 'Version promoted weakly, nothing is proven', 'as far as the row tells')
})

test('a token is called by its name before its id, to whoever is called and to whoever looks', async () => {
  let assessment: Assessment | null = null
  await using plane = await testPlane({ engineState: { assessment: async () => assessment, drift: async () => null } })
  const { id } = await startCanary(plane, 'mail')
  await plane.token('web-app', { scopes: ['client'] })
  const client = (await plane.store.tokens()).find(({ name }) => name === 'web-app')
  assert.ok(client)
  const said = `what some tokens report speaks against the canary: token ${client.id} (1 of 2), token t-unknown (3 of 4)`
  const named = `: token ${client.name} (${client.id}) (1 of 2), token t-unknown (3 of 4)`
  const [row] = (await plane.store.audit('mail')).slice(-1)
  assert.ok(row)
  // As the controller writes an alert: it names the rollout alone.
  const alert = { ...row, action: 'rollout.alert', reason: said, after: { rollout: { id } } }
  const context = await rowContext(plane.store, alert)
  const notification = rowNotification(alert, { project: 'p', linkTo: () => undefined, context })
  assert.ok(notification)
  assert.ok(notification.reason.includes(named))
  assert.ok(
    notification.facts.some((fact) => fact.startsWith('canary ')),
    'the version on trial, though the row does not have it',
  )
  const tokens = [{ tokenId: client.id }]
  assessment = { words: said, alerts: [{ code: 'x', message: said }], tokens } as unknown as Assessment
  const of = async (as: string) => (await plane.ask(`GET /v1/rollouts/${id}`, { as })).body.assessment
  const shown = await of('operator')
  for (const text of [shown.words, shown.alerts[0].message]) assert.ok(text.includes(named), text)
  assert.equal((await of('client')).words, said, 'names are for those who read')
})

test('the message, the page and the incident name the same failed items of a judgement of any release', async () => {
  await using plane = await testPlane()
  const { id, canary } = await startCanary(plane, 'mail')
  const items = [
    { id: 'tone', reasoning: 'an earlier release stored no verdict of it' },
    { id: 'dates', verdict: 'no', must: true, evidence: 7 },
    { verdict: 'no' },
    { id: 'names', verdict: 'no', reasoning: 'it is Ann' },
    { id: 'length', verdict: 'yes' },
  ]
  await plane.store.putContent([
    {
      ...{ id: 'o-1', feature: 'mail', version: canary, rolloutId: id, unit: null, input: {}, output: 'answer' },
      ...{ judgement: { items }, score: 0.2, storedAt: 1, expiresAt: Number.MAX_SAFE_INTEGER },
    },
  ])
  await plane.ask('POST /v1/features/mail/rollback', { as: 'operator', body: { reason: 'wrong dates' } })
  const row = (await plane.store.audit('mail')).at(-1)
  const [content] = await plane.store.worstContent({ feature: 'mail', limit: 1 })
  assert.ok(row && content)
  const [worst] = (await rowContext(plane.store, row)).details
  assert.equal(worst, 'Worst answer: o-1, score 0.200, failed dates, names.')
  const page = await (await signedIn(plane, 'viewer')).page(`/rollouts/${id}`)
  assert.deepEqual(
    [...page.matchAll(/<b>(\w+)<\/b>: no/g)].map(([, item]) => item),
    ['dates', 'names'],
  )
  const { failed, mustFailed } = failureOf(content)
  assert.deepEqual([failed, mustFailed], [['dates', 'names'], true])
})

test('links lead to pages', () => {
  assert.equal(linksTo('https://s.example')('a b', null), 'https://s.example/features/a%20b')
  assert.equal(linksTo(null)('mail', 'r1'), undefined)
})
