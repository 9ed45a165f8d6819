import assert from 'node:assert/strict'
import { test } from 'node:test'
import { announceBudget } from '../../../../src/control/live/budget-notice.ts'
import { rolloutAnswer } from '../../../../src/control/remote/answers.ts'
import { rolloutText } from '../../../../src/control/remote/rollout-text.ts'
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
