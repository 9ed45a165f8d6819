import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testPlane } from '../../../support/control-plane/control-plane.ts'
import { publication } from '../../../support/control-plane/described-feature.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'

const text = (page: string) => page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

const startedAt = '2026-11-24T08:00:00.000Z'
const [active, canary] = ['1.0', '1.1'].map((label) => publication({ feature: 'mail', label, text: label, startedAt }))
const stored = { store: true, judge: { percent: 0, canaryPercent: 50, budgetUsdPerDay: 2 } }

test('a judge that fails is told of as long as it is asked, be it for the canary alone', async () => {
  assert.ok(active && canary)
  await using plane = await testPlane()
  const state = { failingSince: plane.clock.now(), failures: 5, code: 'overloaded' }
  await plane.store.saveCheckpoint('judge:mail', -1, { cursor: 0, state })
  const publish = async (body: object) => {
    const { status } = await plane.ask('POST /v1/features/mail/versions', { as: 'ci', body })
    assert.ok(status === 200 || status === 201, `${status}`)
  }
  const ann = await signedIn(plane, 'viewer')
  await plane.publish('aaa', 'a')
  const shown = async () => {
    plane.clock.advance(10_000)
    const pages = await Promise.all(['/', '/judge', '/?show=attention'].map(ann.page))
    const [row = '', judges = '', attention = ''] = pages.map(text)
    const fails = /the judge has failed 5 times in a row/.test(row)
    const needed = fails || /rolled back 24 Nov/.test(row)
    assert.match(row, needed ? /✕ 1 feature of 2 needs attention/ : /✓ None of 2 features/)
    assert.equal(row.indexOf('mail ') < row.indexOf('aaa '), needed, 'what needs somebody comes first')
    assert.equal(attention.includes('mail '), needed)
    return [fails, /failed 5 times in a row \(overloaded\)/.test(judges)]
  }
  await publish(active.body)
  assert.deepEqual(await shown(), [false, false], 'nothing is served')
  const body = { version: active.id, reason: 'launch' }
  await plane.ask('PUT /v1/features/mail/active', { as: 'operator', body })
  assert.deepEqual(await shown(), [true, true])
  await publish({ ...active.body, live: { store: false } })
  assert.deepEqual(await shown(), [false, false], 'contents are not stored any more')
  assert.match(text(await ann.page('/judge')), /\? not asked/)
  await publish({ ...active.body, judge: null, rubric: [], live: stored })
  assert.deepEqual(await shown(), [false, false], 'the version has no judge')
  await publish({ ...canary.body, live: stored })
  const started = await plane.ask('POST /v1/features/mail/rollouts', { as: 'operator', body: { version: canary.id } })
  assert.equal(started.status, 201)
  assert.deepEqual(await shown(), [true, true], 'the canary has one')
  await plane.ask('POST /v1/features/mail/rollback', { as: 'operator', body: { reason: 'worse' } })
  assert.deepEqual(await shown(), [false, false], 'it has none any more')
})
