import assert from 'node:assert/strict'
import { test } from 'node:test'
import { announceBudget } from '../../../../src/control/live/budget-notice.ts'
import { rolloutAnswer } from '../../../../src/control/remote/answers.ts'
import { rolloutText } from '../../../../src/control/remote/rollout-text.ts'
import { judgingLine } from '../../../../src/control/words/figures-text.ts'
import { publication } from '../../../support/control-plane/described-feature.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'
import { nothingKnown, planeThatKnows, watchCanary } from '../../../support/rollout/watched-canary.ts'

const text = (page: string) =>
  page
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&#39;', "'")
const startedAt = '2026-11-24T08:00:00.000Z'

test('a budget that is used up is told by page, terminal and API until it is raised, whatever else is published', async () => {
  const known = nothingKnown()
  await using plane = await planeThatKnows(known)
  const publish = async (label: string, budgetUsdPerDay = 2) => {
    const { id, body } = publication({ feature: 'mail', label, text: label, startedAt })
    const live = { store: true, judge: { percent: 0, canaryPercent: 50, budgetUsdPerDay } }
    const { status } = await plane.ask('POST /v1/features/mail/versions', { as: 'ci', body: { ...body, live } })
    assert.ok(status === 200 || status === 201, `${status}`)
    return id
  }
  const [active, canary] = [await publish('1.0'), await publish('1.1')]
  await plane.ask('PUT /v1/features/mail/active', { as: 'operator', body: { version: active, reason: 'launch' } })
  await plane.ask('POST /v1/features/mail/rollouts', { as: 'operator', body: { version: canary } })
  const rollout = (await plane.store.feature('mail'))?.rollout
  assert.ok(rollout)
  watchCanary(rollout, known, { worseBy: 0, looks: 4 })
  for (const work of ['controller', 'judge']) await plane.store.lead(work)
  const ann = await signedIn(plane, 'viewer')
  const shown = async () => {
    plane.clock.advance(10_000)
    const page = text(await ann.page(`/rollouts/${rollout.id}`))
    const { body } = await plane.ask(`GET /v1/rollouts/${rollout.id}`, { as: 'viewer' })
    const terminal = rolloutText(rolloutAnswer.parse(body), [], plane.clock.now())
      .replaceAll(/\s+/g, ' ')
      .replaceAll('&#39;', "'")
    const said = /the day's budget is used up since 24 Nov 09:00Z, so quality is not watched until tomorrow \(UTC\)/
    return [
      /Judge ✕ the day's budget/.test(page) && said.test(page),
      said.test(terminal),
      body.judging.stoppedAt !== null,
    ]
  }
  const [told, not] = [
    [true, true, true],
    [false, false, false],
  ]
  assert.deepEqual(await shown(), not)
  const pages = await Promise.all(['/', '/judge', '/costs'].map(async (path) => text(await ann.page(path))))
  assert.match(pages[0] ?? '', /0 USD of 2\.00 USD/, 'the canary is judged')
  assert.match(
    pages[1] ?? '',
    /Live answers of 1 of 1 feature are judged.*50 % of the answers of a canary, 0 % of the others/,
  )
  assert.match(pages[2] ?? '', /only while a canary runs 50 % of the answers of a canary, 0 % of the others/)
  await announceBudget(plane.store, 'mail', plane.clock.now())
  assert.deepEqual(await shown(), told)
  await publish('1.2')
  assert.deepEqual(await shown(), told, 'the budget is as it was')
  for (const label of ['1.0', '1.1', '1.2']) await publish(label, 3)
  assert.deepEqual(await shown(), not, 'it was raised')
  await announceBudget(plane.store, 'mail', plane.clock.now())
  assert.deepEqual(await shown(), told, 'what it was raised to is used up, too')
  await publish('1.0', 2)
  assert.deepEqual(await shown(), told, 'it was lowered again')
})

test('what judging has cost today is told by every page though nothing is judged any more', async () => {
  const known = nothingKnown()
  await using plane = await planeThatKnows(known)
  const publish = async (feature: string, store: boolean) => {
    const { id, body } = publication({ feature, label: '1.0', text: 'one', startedAt })
    const live = { store, judge: { percent: 10, budgetUsdPerDay: 5 } }
    await plane.ask(`POST /v1/features/${feature}/versions`, { as: 'ci', body: { ...body, live } })
    return id
  }
  for (const feature of ['chat', 'mail']) {
    const version = await publish(feature, true)
    await plane.ask(`PUT /v1/features/${feature}/active`, { as: 'operator', body: { version, reason: 'launch' } })
    await plane.store.addJudgeSpending('2026-11-24', feature, 3)
  }
  const ann = await signedIn(plane, 'viewer')
  const pages = async () => {
    plane.clock.advance(10_000)
    return Promise.all(['/', '/judge', '/costs'].map(async (path) => text(await ann.page(path))))
  }
  const off = '3\\.00 USD not judged any more'
  await publish('mail', false)
  const [overview = '', judge = '', costs = ''] = await pages()
  assert.match(overview, new RegExp(off))
  assert.match(
    judge,
    new RegExp(`Live answers of 1 of 2 features are judged 6\\.00 USD today .*3\\.00 USD of 5.*${off}`),
  )
  assert.match(costs, new RegExp(`Live judging today: 6\\.00 USD .*3\\.00 USD of 5.*${off}`))
  assert.match(
    judgingLine({ spentTodayUsd: 3, budgetUsdPerDay: 5, judges: false }),
    /quality is not watched; judging before has cost 3\.00 USD today$/,
    'in the terminal, too',
  )
  await publish('chat', false)
  const [, none = ''] = await pages()
  assert.match(none, new RegExp(`No live answers are judged 6\\.00 USD today .*${off}.*${off}`))
})
