import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultLiveSettings } from '../../../src/records/rollout/rollout-settings.ts'
import { promptVersion, type TestPlane, testPlane } from '../../support/control-plane/control-plane.ts'
import { content, task } from '../../support/store/store-samples.ts'

const feature = 'email-summary'
const rubric = [{ id: 'good', ask: 'Is it good?' }]
const judge = { model: 'local:judge' }
const storing = { store: true, retention: '10d', judge: { percent: 100 } }
const dayMs = 86_400_000

interface Published {
  text?: string
  as?: string
  label?: string
  strict?: boolean
  [setting: string]: unknown
}

async function publish(
  plane: TestPlane,
  { text = 'one {{x}}', as = 'ci', label, strict = true, ...more }: Published = {},
) {
  const version = { ...promptVersion(text), strict, ...(label !== undefined && { label }) }
  const body = { content: version, rubric, judge, live: storing, ...more }
  const { status, body: answer } = await plane.ask(`POST /v1/features/${feature}/versions`, { as, body })
  return { status, answer, id: version.id }
}

/** A feature that stores texts of its active version, three of which wait to be judged and one is judged. */
async function storingPlane() {
  const plane = await testPlane()
  const { id } = await publish(plane)
  await activate(plane, id)
  const storedAt = plane.clock.now()
  const texts = ['a', 'b', 'c', 'd'].map((name) =>
    content(name, { feature, version: id, storedAt, expiresAt: storedAt + 10 * dayMs }),
  )
  await plane.store.putContent(texts)
  await plane.store.setJudgement({ feature, id: 'd' }, {}, 0.5)
  await plane.store.enqueue(
    ['a', 'b', 'c'].map((name) => task(name, { feature })),
    99,
  )
  return plane
}

const activate = (plane: TestPlane, version: string) =>
  plane.ask(`PUT /v1/features/${feature}/active`, {
    as: 'operator',
    body: { version, reason: 'x', override: { reason: 'x' } },
  })
const live = async (plane: TestPlane) => (await plane.store.feature(feature))?.live
const texts = async (plane: TestPlane) =>
  (await Promise.all(['a', 'b', 'c', 'd'].map((id) => plane.store.content({ feature, id })))).flatMap((one) =>
    one ? [one.id] : [],
  )
const lastRow = async (plane: TestPlane) => (await plane.store.audit(feature)).at(-1)

test('storing that is turned off by publishing a known prompt is off at once, everywhere, and told', async () => {
  await using plane = await storingPlane()
  const { status, answer } = await publish(plane, { live: { ...storing, store: false } })
  assert.deepEqual([status, answer.settings], [200, 2])
  assert.deepEqual(answer.changes, [{ setting: 'live.store', before: true, after: false, effect: 'now' }])
  assert.deepEqual(answer.notes, ['Storing is off: 4 stored texts of email-summary deleted.'])
  assert.deepEqual([await texts(plane), await plane.store.queued()], [[], 0])
  assert.equal((await live(plane))?.store, false)
  const { body } = await plane.ask('GET /v1/snapshot', { as: 'client' })
  assert.equal(body.features[feature].capture, undefined)
  const row = await lastRow(plane)
  assert.partialDeepStrictEqual(row, { action: 'version.settings', actor: '-of-scope-ci', reason: 'live.store (now)' })
  assert.partialDeepStrictEqual(row?.before, { 'live.store': true, settings: 1 })
  assert.partialDeepStrictEqual(row?.after, { 'live.store': false, settings: 2 })
})

test('it is off for all versions: neither a release of another nor a rollback brings it back, but a publication does', async () => {
  await using plane = await storingPlane()
  const off = { ...storing, store: false }
  const second = await publish(plane, { text: 'two {{x}}', live: off })
  assert.deepEqual(second.answer.notes, ['Storing is off: 4 stored texts of email-summary deleted.'])
  await activate(plane, second.id)
  const rollback = { as: 'operator', body: { reason: 'INC' } }
  assert.equal((await plane.ask(`POST /v1/features/${feature}/rollback`, rollback)).status, 200)
  assert.equal((await live(plane))?.store, false)
  const again = await publish(plane)
  assert.deepEqual(again.answer.changes, [{ setting: 'live.store', before: false, after: true, effect: 'now' }])
  assert.match(again.answer.notes[0], /^Storing is on: texts of email-summary are kept for 10 days/)
  assert.equal((await live(plane))?.store, true)
})

test('a version that is not released may take away, not give', async () => {
  await using plane = await testPlane()
  const first = await publish(plane, { live: { ...storing, store: false } })
  await activate(plane, first.id)
  const second = await publish(plane, { text: 'two {{x}}' })
  assert.deepEqual([second.answer.changes, (await live(plane))?.store], [[], false])
  await activate(plane, second.id)
  assert.equal((await live(plane))?.store, true)
})

test('a shorter time and another redactor hold at once for what is stored', async () => {
  await using plane = await storingPlane()
  const { answer } = await publish(plane, { live: { ...storing, retention: '2d', redact: 'redact.mjs' } })
  assert.deepEqual(
    answer.changes.map(({ setting, effect }: { setting: string; effect: string }) => [setting, effect]),
    [
      ['live.retention', 'now'],
      ['live.redact', 'now'],
    ],
  )
  assert.match(answer.notes[0], /redaction has changed: 3 texts of email-summary that waited for the judge deleted/)
  assert.match(answer.notes[1], /^1 stored text of email-summary kept for at most 2 days/)
  assert.deepEqual(await texts(plane), ['d'])
  assert.equal(await plane.store.expireContent(plane.clock.now() + 2 * dayMs), 1)
})

test('settings of rollouts hold from the next one on, whoever published first; a running one keeps its own', async () => {
  await using plane = await storingPlane()
  const canary = await publish(plane, { text: 'two {{x}}', rollout: { minUsers: 1 } })
  const start = { as: 'operator', body: { version: canary.id, override: { reason: 'x' } } }
  const { body: rollout } = await plane.ask(`POST /v1/features/${feature}/rollouts`, start)
  const { status, answer } = await publish(plane, { text: 'two {{x}}', rollout: { minUsers: 500 } })
  assert.equal(status, 200)
  assert.deepEqual(answer.changes, [{ setting: 'rollout.minUsers', before: 1, after: 500, effect: 'nextRollout' }])
  assert.equal((await plane.ask(`GET /v1/rollouts/${rollout.id}`, { as: 'ci' })).body.settings.minUsers, 1)
  await plane.ask(`POST /v1/rollouts/${rollout.id}/abort`, { as: 'operator', body: { reason: 'x' } })
  const { body: next } = await plane.ask(`POST /v1/features/${feature}/rollouts`, start)
  assert.equal(next.settings.minUsers, 500)
})

test('what the judge is asked cannot change under a running rollout: refused by name, while storing is off all the same', async () => {
  await using plane = await storingPlane()
  const canary = await publish(plane, { text: 'two {{x}}' })
  const start = { as: 'operator', body: { version: canary.id, override: { reason: 'x' } } }
  const { body: rollout } = await plane.ask(`POST /v1/features/${feature}/rollouts`, start)
  const other = { text: 'two {{x}}', rubric: [{ id: 'bad', ask: 'Is it bad?' }], live: { ...storing, store: false } }
  const refused = await publish(plane, other)
  assert.deepEqual([refused.status, refused.answer.code], [409, 'settings-locked'])
  assert.match(
    refused.answer.detail,
    new RegExp(`Rollout ${rollout.id} is running.*rubric cannot change.*Storing is off`),
  )
  assert.match(refused.answer.errors[0].message, /Is it good\?.*Is it bad\?/)
  assert.deepEqual([(await live(plane))?.store, await texts(plane)], [false, []])
  assert.equal((await plane.store.version(feature, canary.id))?.rubric[0]?.id, 'good')
  await plane.ask(`POST /v1/rollouts/${rollout.id}/abort`, { as: 'operator', body: { reason: 'x' } })
  const taken = await publish(plane, other)
  assert.equal(taken.status, 200)
  assert.equal((await plane.store.version(feature, canary.id))?.rubric[0]?.id, 'bad')
})

test('the same again changes nothing; another label is told to stay, another rendering refused', async () => {
  await using plane = await storingPlane()
  const rows = (await plane.store.audit(feature)).length
  const same = await publish(plane)
  assert.deepEqual([same.status, same.answer.changes, same.answer.notes], [200, [], []])
  const relabelled = await publish(plane, { label: '3.2' })
  assert.deepEqual(relabelled.answer.changes, [{ setting: 'label', before: null, after: '3.2', effect: 'kept' }])
  const rendered = await publish(plane, { strict: false })
  assert.deepEqual([rendered.status, rendered.answer.code], [409, 'version-differs'])
  assert.equal((await plane.store.audit(feature)).length, rows)
})

test('a state of before, which does not know what was published last, goes by its newest version', async () => {
  await using plane = await testPlane()
  const first = await publish(plane)
  plane.clock.advance(1000)
  const second = await publish(plane, { text: 'two {{x}}', live: { store: false } })
  const { publishedLive: _, ...old } = (await plane.store.feature(feature)) ?? assert.fail()
  const audit = { chain: feature, at: 0, actor: 'x', tokenId: null, action: 'x', reason: null }
  await plane.store.commit({ feature: old, audit: { ...audit, before: null, after: null, evidence: null } })
  await activate(plane, second.id)
  await activate(plane, first.id)
  assert.deepEqual(await live(plane), {
    ...defaultLiveSettings,
    store: false,
    retention: 10 * dayMs,
    judge: { percent: 100, budgetUsdPerDay: 5 },
  })
})

test('a publication between a look and a command does not refuse the command', async () => {
  await using plane = await storingPlane()
  const second = await publish(plane, { text: 'two {{x}}' })
  await activate(plane, second.id)
  const { revision: expectedRevision } = (await plane.ask(`GET /v1/features/${feature}`, { as: 'operator' })).body
  await publish(plane, { text: 'three {{x}}', live: { ...storing, store: false } })
  assert.ok(((await plane.store.feature(feature))?.revision ?? 0) > expectedRevision)
  const rollback = { as: 'operator', body: { reason: 'INC', expectedRevision } }
  assert.equal((await plane.ask(`POST /v1/features/${feature}/rollback`, rollback)).status, 200)
})

test('a panel and a cascade are published as the gate has them, under the words that name their models', async () => {
  await using plane = await testPlane()
  const member = (model: string) => ({ model, parameters: { temperature: 0 } })
  const [one, two, three] = ['local:one', 'local:two', 'other:three'].map(member)
  const panel = { model: 'panel of somebody else', parameters: {}, panel: [one, two, three] }
  const { status, id } = await publish(plane, { judge: panel })
  assert.equal(status, 201)
  const words = 'panel of local:one, local:two, other:three'
  assert.deepEqual((await plane.store.version(feature, id))?.judge, { ...panel, model: words })
  const when = ['near-flip', 'must-no']
  const cascade = { model: 'x', parameters: {}, cascade: { first: one, second: two, when, audit: 0.1 } }
  const other = await publish(plane, { judge: cascade, text: 'another {{x}}' })
  assert.equal((await plane.store.version(feature, other.id))?.judge?.model, 'cascade of local:one, then local:two')

  const faultOf = async (wrong: unknown) => (await publish(plane, { judge: wrong })).answer.errors
  assert.deepEqual(await faultOf({ ...panel, panel: [one, two] }), [
    {
      path: '/judge/panel',
      message: 'a panel has 3 members or more, and an odd number of them, not 2: two halves would decide nothing',
    },
  ])
  assert.match((await faultOf({ ...panel, panel: [one, two, one] }))[0].message, /is a member already: it has one vote/)
  assert.match((await faultOf({ ...panel, ...cascade }))[0].message, /give only one of panel and cascade/)
  assert.match((await faultOf({ model: 'panel of local:one' }))[0].message, /^names no provider/)
})

test('a version keeps its commit, and that another commit has it too is no news by itself', async () => {
  await using plane = await testPlane()
  const from = (digit: string) => ({
    commit: digit.repeat(40),
    repository: 'acme/mail',
    project: '',
    file: 'a.prompt.yml',
  })
  const { id } = await publish(plane)
  const stored = async () => (await plane.store.version(feature, id))?.origin?.commit[0]
  const rows = async () => (await plane.store.audit(feature)).length
  assert.deepEqual([await stored(), await rows()], [undefined, 1])
  await publish(plane, { origin: from('a') })
  assert.deepEqual([await stored(), await rows()], ['a', 2])
  await publish(plane, { origin: from('b') })
  assert.deepEqual([await stored(), await rows()], ['a', 2])
  await publish(plane, { origin: from('b'), live: { ...storing, store: false } })
  await publish(plane)
  assert.deepEqual([await stored(), await rows()], ['b', 4])
  assert.partialDeepStrictEqual((await plane.store.audit(feature))[2]?.after, { origin: from('b') })
  const { status } = await publish(plane, { origin: { ...from('c'), commit: 'main' } })
  assert.equal(status, 400)
})
