import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AcceptedOutcome } from '../../../../src/records/outcome.ts'
import { app, type StagedPlane, stagedPlane } from '../../../support/control-plane/environments.ts'

const stages = { settings: { stages: [{ percent: 50, soak: '1h' }] } }

/** Both versions are in staging, the second as a canary; production has the first alone. */
async function released(options: Parameters<typeof stagedPlane>[0] = {}): Promise<StagedPlane & { rolloutId: string }> {
  const plane = await stagedPlane(options)
  await plane.activate('summary@staging', plane.first)
  await plane.activate('summary', plane.first)
  const { status, body } = await plane.start('summary@staging', plane.next, stages)
  assert.equal(status, 201)
  return { ...plane, rolloutId: body.id }
}

const isRequest = ({ kind }: { kind: string }) => kind === 'request'

const outcome = (id: string, version: string, more: object = {}) => {
  return { id, feature: 'summary', version, observedAt: '2026-11-24T09:00:00.000Z', ...more }
}

async function report(plane: StagedPlane, as: string, ...outcomes: object[]) {
  return (await plane.ask('POST /v1/outcomes', { as, body: { outcomes } })).body
}

async function ack(plane: StagedPlane, as: string, { epoch, revision, hash }: { [name: string]: unknown }) {
  const body = { instance: `host of ${as}`, process: 'p', epoch, revision, hash }
  return (await plane.ask('POST /v1/acks', { as, body })).body
}

test('an application is served its own environment alone, under the plain names of features', async () => {
  await using plane = await released()
  const snapshotOf = async (as: string) => (await plane.ask('GET /v1/snapshot', { as })).body
  const [staging, production] = [await snapshotOf(app.staging), await snapshotOf(app.production)]
  assert.deepEqual(Object.keys(staging.features), ['summary'])
  assert.deepEqual(Object.keys(production.features), ['summary'])
  assert.equal(staging.features.summary.rollout.canary, plane.next)
  assert.deepEqual([production.features.summary.active, production.features.summary.rollout], [plane.first, undefined])
  const evaluate = async (as: string) => {
    const body = { context: { targetingKey: 'ann' } }
    const one = await plane.ask('POST /ofrep/v1/evaluate/flags/summary', { as, body })
    const all = await plane.ask('POST /ofrep/v1/evaluate/flags', { as, body })
    assert.deepEqual(all.body.flags, [one.body])
    return one.body.reason
  }
  assert.deepEqual([await evaluate(app.staging), await evaluate(app.production)], ['SPLIT', 'STATIC'])
  for (const key of ['summary@staging', 'summary@production']) {
    const body = { context: { targetingKey: 'ann' } }
    const { status } = await plane.ask(`POST /ofrep/v1/evaluate/flags/${key}`, { as: app.staging, body })
    assert.equal(status, 404, 'features have no other name for an application')
  }
  // Neither confirms the snapshot of the other one.
  assert.deepEqual(
    [(await ack(plane, app.staging, staging)).known, (await ack(plane, app.production, production)).known],
    [true, true],
  )
  assert.deepEqual(
    [(await ack(plane, app.staging, production)).known, (await ack(plane, app.production, staging)).known],
    [false, false],
  )
})

test('a stream tells of changes in its own environment alone', async () => {
  await using plane = await released()
  const open = async (as: string) => {
    const { body } = await plane.plane.fetch(plane.request('GET /v1/stream', { as }))
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
    assert.ok(reader)
    let seen = ''
    const until = async (text: string) => {
      while (!seen.includes(text)) seen += (await reader.read()).value ?? ''
      return seen
    }
    await until('event: snapshot')
    return { until, end: () => reader.cancel() }
  }
  const [staging, production] = [await open(app.staging), await open(app.production)]
  await plane.ask(`POST /v1/rollouts/${plane.rolloutId}/promote`, { as: 'operator', body: { reason: 'fine' } })
  assert.match(await staging.until(`"active":"${plane.next}"`), /"summary"/)
  await plane.activate('summary', plane.next)
  const seen = await production.until(`"active":"${plane.next}"`)
  assert.equal(seen.match(/event: snapshot/g)?.length, 2, 'the first, and its own change')
  await Promise.all([staging.end(), production.end()])
})

test('outcomes are evidence of the environment of their token, and of no other', async () => {
  const captured: string[][] = []
  const captureContents = async (accepted: readonly AcceptedOutcome[]) =>
    void captured.push(...accepted.map(({ entry, outcome: { feature } }) => [entry.id, entry.feature, feature]))
  await using plane = await released({ captureContents })
  const canary = { rolloutId: plane.rolloutId, arm: 'canary', stage: 0, unit: 'ann' }
  assert.equal((await report(plane, app.staging, outcome('one', plane.next, canary))).accepted, 1)
  const { rejected } = await report(plane, app.production, outcome('two', plane.next, canary))
  assert.equal(rejected[0].code, 'other-feature', 'production has no part in the rollouts of staging')
  assert.equal((await report(plane, app.production, outcome('one', plane.first))).accepted, 1, 'ids are apart, too')
  for (const feature of ['summary@staging', 'summary@production'])
    assert.equal((await report(plane, app.staging, outcome('x', plane.next, { feature }))).rejected.length, 1)
  const feedback = { kind: 'feedback', of: 'one', score: 1 }
  assert.equal((await report(plane, app.staging, outcome('f', plane.next, { ...feedback, ...canary }))).accepted, 1)
  const entries = await plane.store.readLog({ after: 0, limit: 10 })
  assert.deepEqual(
    entries.map(({ feature, id, rolloutId, ...more }) => [feature, id, rolloutId, 'stray' in more]),
    [
      ['summary@staging', 'one', plane.rolloutId, false],
      ['summary', 'one', null, false],
      ['summary@staging', 'f', plane.rolloutId, false],
    ],
  )
  assert.deepEqual(captured, [
    ['one', 'summary@staging', 'summary@staging'],
    ['one', 'summary', 'summary'],
    ['f', 'summary@staging', 'summary@staging'],
  ])
  for (const [key, requests] of [
    ['summary@staging', 1],
    ['summary', 1],
  ] as const)
    assert.equal((await plane.store.readLog({ after: 0, limit: 10, feature: key })).filter(isRequest).length, requests)
})

test('an instance is waited for in its own environment alone', async () => {
  await using plane = await released()
  for (const as of Object.values(app)) await ack(plane, as, (await plane.ask('GET /v1/snapshot', { as })).body)
  const asked = plane.activate('summary', plane.next, { breakGlass: { reason: 'x' }, waitMs: 1000 })
  await plane.pass(5000)
  const { body } = await asked
  assert.deepEqual([body.applied.total, body.applied.missing], [1, [`host of ${app.production}`]])
  const listed = async (as: string) =>
    (await plane.ask('GET /v1/instances', { as })).body.instances.map(({ instance }: { instance: string }) => instance)
  assert.equal((await listed('viewer')).length, 2)
  const inStaging = await plane.token('looks-at-staging', { scopes: ['viewer'], environments: ['staging'] })
  assert.deepEqual(await listed(inStaging), [`host of ${app.staging}`])
})
