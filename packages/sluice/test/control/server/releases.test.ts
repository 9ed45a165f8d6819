import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gateReport, promptVersion, type TestPlane, testPlane } from '../../support/control-plane/control-plane.ts'

const feature = 'email-summary'

/** Two published versions, the first of them active. */
async function twoVersions(plane: TestPlane): Promise<[string, string]> {
  const first = await plane.publish(feature, 'Summarise: {{email}}')
  const second = await plane.publish(feature, 'Summarise in ten words: {{email}}')
  const body = { version: first, reason: 'launch' }
  assert.equal((await plane.ask(`PUT /v1/features/${feature}/active`, { as: 'operator', body })).status, 200)
  return [first, second]
}

test('a version is published once; its report may come later', async () => {
  await using plane = await testPlane()
  const content = promptVersion('Summarise: {{email}}')
  const publish = (body: unknown) => plane.ask(`POST /v1/features/${feature}/versions`, { as: 'ci', body })
  const first = await publish({ content })
  assert.deepEqual([first.status, first.body.report], [201, null])
  assert.equal((await publish({ content })).status, 200)
  const again = await publish({ content, report: gateReport(feature, content.id) })
  assert.deepEqual([again.status, again.body.report.verdict], [200, 'pass'])
  const { body } = await plane.ask(`GET /v1/features/${feature}`, { as: 'client' })
  const { changes, notes, ...version } = again.body
  assert.deepEqual([body.versions, changes, notes], [[version], [], []])
  const audit = await plane.ask(`GET /v1/features/${feature}/audit`, { as: 'operator' })
  assert.deepEqual(
    audit.body.rows.map((row: { action: string }) => row.action),
    ['version.publish', 'version.report'],
  )
  assert.equal(audit.body.rows[1].evidence.summary.cases, undefined)
})

test('a version whose id is not that of its content, or whose report is about another, is refused', async () => {
  await using plane = await testPlane()
  const content = promptVersion('a')
  const publish = (body: unknown) => plane.ask(`POST /v1/features/${feature}/versions`, { as: 'ci', body })
  const wrong = await publish({ content: { ...content, id: '0123456789ab' } })
  assert.deepEqual([wrong.status, wrong.body.code], [400, 'wrong-version-id'])
  const other = await publish({ content, report: gateReport('other', content.id) })
  assert.deepEqual([other.status, other.body.code], [400, 'report-mismatch'])
  assert.equal((await plane.ask(`GET /v1/features/${feature}`, { as: 'client' })).status, 404)
})

test('settings are taken as a prompt file has them', async () => {
  await using plane = await testPlane()
  const content = promptVersion('a')
  const publish = (rollout: unknown) =>
    plane.ask(`POST /v1/features/${feature}/versions`, { as: 'ci', body: { content, rollout } })
  const wrong = await publish({ stages: [{ percent: 5, soak: 'soon' }] })
  assert.deepEqual([wrong.status, wrong.body.errors[0].path], [400, '/rollout/stages/0/soak'])
  assert.equal((await publish({ stages: [{ percent: 5, soak: '1h' }] })).status, 201)
  const stored = await plane.store.version(feature, content.id)
  assert.deepEqual(stored?.rollout.stages, [{ ppm: 50_000, soakMs: 3_600_000 }])
})

test('a version without a passing report needs an override, which the log keeps', async () => {
  await using plane = await testPlane()
  const failed = await plane.publish(feature, 'a', { verdict: 'fail' })
  const activate = (more: object) =>
    plane.ask(`PUT /v1/features/${feature}/active`, {
      as: 'operator',
      body: { version: failed, reason: 'hot fix', ...more },
    })
  const refused = await activate({})
  assert.deepEqual([refused.status, refused.body.code], [409, 'not-passed'])
  assert.match(refused.body.detail, /or give a reason to release it anyway \(override\.reason, --override\)\.$/)
  const { status, body } = await activate({ override: { reason: 'the judge was down' } })
  assert.deepEqual([status, body.feature.active, body.applied], [200, failed, null])
  const { rows } = (await plane.ask(`GET /v1/features/${feature}/audit`, { as: 'operator' })).body
  assert.deepEqual(rows.at(-1).evidence, {
    gate: { verdict: 'fail', strength: 'strong', runId: `run-of-${failed}` },
    override: 'the judge was down',
  })
  const unknown = { version: '0123456789ab', reason: 'x' }
  assert.equal((await plane.ask(`PUT /v1/features/${feature}/active`, { as: 'operator', body: unknown })).status, 404)
})

test('a rollout starts, advances, pauses, and ends for good', async () => {
  await using plane = await testPlane()
  const [first, second] = await twoVersions(plane)
  const started = await plane.ask(`POST /v1/features/${feature}/rollouts`, {
    as: 'operator',
    body: { version: second },
  })
  assert.deepEqual([started.status, started.body.state, started.body.ppm], [201, 'running', 10_000])
  const { id, salt } = started.body
  assert.match(salt, /^[0-9a-f]{32}$/)
  const act = (what: string) =>
    plane.ask(`POST /v1/rollouts/${id}/${what}`, { as: 'operator', body: { reason: `to ${what}` } })
  assert.equal((await act('advance')).body.ppm, 50_000)
  assert.equal((await act('pause')).body.state, 'paused')
  assert.deepEqual([(await act('pause')).status, (await act('promote')).status], [409, 409])
  assert.equal((await act('resume')).body.state, 'running')
  assert.equal((await act('promote')).body.state, 'promoted')
  assert.equal((await act('abort')).status, 409)
  const shown = await plane.ask(`GET /v1/rollouts/${id}`, { as: 'client' })
  assert.deepEqual([shown.body.ending.reason, shown.body.assessment], ['to promote', null])
  const back = await plane.ask(`POST /v1/features/${feature}/rollback`, { as: 'operator', body: { reason: 'bad' } })
  assert.equal(back.body.feature.active, first)
  const { rows } = (await plane.ask(`GET /v1/features/${feature}/audit`, { as: 'operator' })).body
  const byHand = rows.filter(({ evidence }: { evidence: { manual?: boolean } | null }) => evidence?.manual)
  assert.deepEqual(
    byHand.map(({ action, evidence }: { action: string; evidence: object }) => [action, 'known' in evidence]),
    [
      ['rollout.advance', true],
      ['rollout.pause', false],
      ['rollout.resume', false],
      ['rollout.promote', true],
      ['active.rollBack', false],
    ],
  )
  assert.equal((await plane.ask('GET /v1/rollouts/r-unknown', { as: 'client' })).status, 404)
})

test('of two operators who start rollouts at the same time one is refused', async () => {
  await using plane = await testPlane()
  const [, second] = await twoVersions(plane)
  const third = await plane.publish(feature, 'c')
  const start = (version: string) =>
    plane.ask(`POST /v1/features/${feature}/rollouts`, { as: 'operator', body: { version } })
  const results = await Promise.all([start(second), start(third)])
  assert.deepEqual(results.map(({ status }) => status).sort(), [201, 409])
  assert.equal(results.find(({ status }) => status === 409)?.body.code, 'rollout-running')
})

test('of a promotion and a rollback at the same time one wins, and the log tells which', async () => {
  await using plane = await testPlane()
  const [first, second] = await twoVersions(plane)
  const { body } = await plane.ask(`POST /v1/features/${feature}/rollouts`, {
    as: 'operator',
    body: { version: second },
  })
  const operations = [`/v1/rollouts/${body.id}/promote`, `/v1/rollouts/${body.id}/abort`]
  const results = await Promise.all(
    operations.map((path) => plane.ask(`POST ${path}`, { as: 'operator', body: { reason: 'now' } })),
  )
  assert.deepEqual(results.map(({ status }) => status).sort(), [200, 409])
  const { rows } = (await plane.ask(`GET /v1/features/${feature}/audit`, { as: 'operator' })).body
  const ends = rows.filter(({ action }: { action: string }) => /promote|abort/.test(action))
  assert.equal(ends.length, 1)
  const active = (await plane.ask(`GET /v1/features/${feature}`, { as: 'operator' })).body.active
  assert.equal(active, ends[0].action === 'rollout.promote' ? second : first)
})

test('a rollback in the middle of a rollout ends it, whatever else is under way', async () => {
  await using plane = await testPlane()
  const [first, second] = await twoVersions(plane)
  const { body } = await plane.ask(`POST /v1/features/${feature}/rollouts`, {
    as: 'operator',
    body: { version: second },
  })
  const [promoted, back] = await Promise.all([
    plane.ask(`POST /v1/rollouts/${body.id}/promote`, { as: 'operator', body: { reason: 'good' } }),
    plane.ask(`POST /v1/features/${feature}/rollback`, { as: 'operator', body: { reason: 'bad' } }),
  ])
  assert.equal(back.status, 200)
  const { rows } = (await plane.ask(`GET /v1/features/${feature}/audit`, { as: 'operator' })).body
  const last = rows.slice(promoted.status === 200 ? -2 : -1).map(({ action }: { action: string }) => action)
  assert.deepEqual(last, promoted.status === 200 ? ['rollout.promote', 'active.rollBack'] : ['rollout.rollBack'])
  assert.equal((await plane.ask(`GET /v1/features/${feature}`, { as: 'client' })).body.active, first)
})

test('a repeated write changes nothing more; its key is no good for another', async () => {
  await using plane = await testPlane()
  const [, second] = await twoVersions(plane)
  const ask = (body: unknown) =>
    plane.ask(`POST /v1/features/${feature}/rollouts`, {
      as: 'operator',
      body,
      headers: { 'idempotency-key': 'key-1' },
    })
  const first = await ask({ version: second })
  const again = await ask({ version: second })
  assert.deepEqual([again.status, again.body.id], [201, first.body.id])
  assert.equal(again.headers.get('idempotency-replayed'), 'true')
  const other = await ask({ version: second, supersede: true })
  assert.deepEqual([other.status, other.body.code], [422, 'idempotency-key-reused'])
  assert.equal((await plane.ask(`GET /v1/features/${feature}/audit`, { as: 'operator' })).body.head.seq, 4)
})

test('a rollout that was superseded is still known, as ended', async () => {
  await using plane = await testPlane()
  const [, second] = await twoVersions(plane)
  const start = (more: object) =>
    plane.ask(`POST /v1/features/${feature}/rollouts`, { as: 'operator', body: { version: second, ...more } })
  const [first, next] = [await start({}), await start({ supersede: true })]
  const { body } = await plane.ask(`GET /v1/rollouts/${first.body.id}`, { as: 'client' })
  assert.deepEqual([body.state, body.ending.reason], ['superseded', `superseded by ${next.body.id}`])
  const late = await plane.ask(`POST /v1/rollouts/${first.body.id}/promote`, { as: 'operator', body: { reason: 'x' } })
  assert.deepEqual([late.status, late.body.code], [409, 'other-rollout'])
})

test('of two rollbacks of one canary the second changes nothing, whatever it says', async () => {
  await using plane = await testPlane()
  const [first, second] = await twoVersions(plane)
  const third = await plane.publish(feature, 'Summarise in a word: {{email}}')
  const canary = async () => {
    const { body } = await plane.ask(`POST /v1/features/${feature}/rollouts`, {
      as: 'operator',
      body: { version: third },
    })
    return body.id as string
  }
  const activate = { as: 'operator', body: { version: second, reason: 'better' } }
  await plane.ask(`PUT /v1/features/${feature}/active`, activate)
  const now = async () => (await plane.ask(`GET /v1/features/${feature}`, { as: 'operator' })).body
  for (const kind of ['bare', 'version', 'rollout', 'revision']) {
    const id = await canary()
    const what = {
      bare: {},
      version: { from: third },
      rollout: { from: id },
      revision: { expectedRevision: (await now()).revision },
    }[kind]
    const rollBack = () =>
      plane.ask(`POST /v1/features/${feature}/rollback`, { as: 'operator', body: { reason: 'bad', ...what } })
    const answers = await Promise.all([rollBack(), rollBack()])
    const late = await rollBack()
    assert.deepEqual([...answers, late].map(({ status }) => status).sort(), [200, 409, 409], kind)
    assert.match(late.body.detail, /operator|took back|rolled back/)
    assert.equal((await now()).active, second, kind)
  }
  const body = { reason: 'that one as well', from: second }
  const answer = await plane.ask(`POST /v1/features/${feature}/rollback`, { as: 'operator', body })
  assert.deepEqual([answer.status, answer.body.feature.active], [200, first])
})

test('of two changes that were decided on one revision the second is refused, and told by whom it was changed', async () => {
  await using plane = await testPlane()
  const [, second] = await twoVersions(plane)
  const third = await plane.publish(feature, 'Summarise in a word: {{email}}')
  const { revision: expectedRevision } = (await plane.ask(`GET /v1/features/${feature}`, { as: 'operator' })).body
  const activate = (version: string) =>
    plane.ask(`PUT /v1/features/${feature}/active`, {
      as: 'operator',
      body: { version, reason: 'x', expectedRevision },
    })
  assert.equal((await activate(second)).status, 200)
  const { status, body } = await activate(third)
  assert.deepEqual([status, body.code], [409, 'changed-meanwhile'])
  assert.match(body.detail, new RegExp(`pe-operator activated ${second} at`))
  const start = { as: 'operator', body: { version: third, expectedRevision } }
  assert.equal((await plane.ask(`POST /v1/features/${feature}/rollouts`, start)).status, 409)
})

test('more stages than anybody could mean are refused at publishing, and at the start of what was published before', async () => {
  await using plane = await testPlane()
  const [active, canary] = [await plane.publish('f', 'a'), await plane.publish('f', 'b')]
  await plane.ask('PUT /v1/features/f/active', { as: 'operator', body: { version: active, reason: 'launch' } })
  const stages = Array.from({ length: 51 }, (_, at) => ({ percent: (at + 1) / 100, soak: '1s' }))
  const body = { content: promptVersion('c'), rollout: { stages } }
  const published = await plane.ask('POST /v1/features/f/versions', { as: 'ci', body })
  assert.deepEqual([published.status, published.body.errors[0].path], [400, '/rollout/stages'])
  assert.match(published.body.detail, /at most 50 stages/)
  const version = await plane.store.version('f', canary)
  assert.ok(version)
  const rollout = { ...version.rollout, stages: stages.map((_, at) => ({ ppm: at + 1, soakMs: 1000 })) }
  const audit = { chain: 'f', at: 0, actor: 'x', tokenId: null, action: 'x', reason: null, before: null, after: null }
  await plane.store.commit({ version: { ...version, rollout }, audit: { ...audit, evidence: null } })
  const started = await plane.ask('POST /v1/features/f/rollouts', { as: 'operator', body: { version: canary } })
  assert.deepEqual([started.status, started.body.code], [409, 'too-many-stages'])
})
