import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DriftView } from '../../../../src/control/drift/read-drift.ts'
import type { Assessment } from '../../../../src/control/rollout/assessment/assessment.ts'
import type { EngineState, RecordedEvidence } from '../../../../src/control/server/engine-state.ts'
import type { PastNight } from '../../../../src/records/past-night.ts'
import { type TestPlane, testPlane } from '../../../support/control-plane/control-plane.ts'
import { acknowledge } from '../../../support/control-plane/launched.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'
import { nothingKnown, planeThatKnows, startCanary, watchCanary } from '../../../support/rollout/watched-canary.ts'

const hidden = 'secret-feature'

const text = (page: string) => page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

async function activate(plane: TestPlane, feature: string): Promise<string> {
  const version = await plane.publish(feature, `text-of-${feature}`)
  await plane.ask(`PUT /v1/features/${feature}/active`, { as: 'operator', body: { version, reason: 'launch' } })
  return version
}

async function rollOut(plane: TestPlane, feature: string): Promise<string> {
  const version = await plane.publish(feature, `next-of-${feature}`)
  const started = await plane.ask(`POST /v1/features/${feature}/rollouts`, { as: 'operator', body: { version } })
  return started.body.id
}

/** The row of a feature, without markup. */
function rowOf(page: string, feature: string): string {
  const row = page.split('<tr>').find((one) => one.includes(`href="/features/${feature}"`))
  assert.ok(row, `${feature} is listed`)
  return text(row)
}

const alarmed = {
  words: 'so',
  signals: [],
  soak: { stage: 0, soakedMs: 0, counting: true, heardAt: 0 },
  alerts: [{ code: 'evidence', message: 'evidence against the canary is at 7.3 of the 20 that roll it back' }],
  places: { instance: [], address: [] },
} as unknown as Assessment

const nightOfMail: PastNight = {
  ...{ at: 0, codes: [], verdict: 'fail', version: 'v-1' },
  ...{ score: { mean: null, ciLow: null, ciHigh: null }, costUsd: null, unpricedCalls: 0 },
}

test('the overview says of each feature what everybody gets, what runs and what is wrong', async () => {
  const actives = new Map<string, string>()
  const engine: EngineState = {
    assessment: async () => ({ ...alarmed, logE: Math.log(7.3), threshold: Math.log(20) }),
    drift: async () => null,
    nights: (feature) => (feature === 'mail' ? [{ ...nightOfMail, version: actives.get(feature) ?? '' }] : []),
    faults: () => [{ loop: 'judging', feature: 'title', code: 'damaged', since: 0, failures: 3 }],
  }
  await using plane = await testPlane({ engineState: engine })
  const ann = await signedIn(plane, 'viewer')
  assert.match(text(await ann.page('/')), /No features yet.*sluice publish FEATURE/)
  for (const feature of ['aaa', 'mail', 'title']) actives.set(feature, await activate(plane, feature))
  const id = await rollOut(plane, 'mail')
  await acknowledge(plane, 'app-1')
  await acknowledge(plane, 'app-2', { revision: 1 })
  plane.clock.advance(1000)
  const page = await ann.page('/')
  assert.match(
    text(page),
    /2 features of 3 need attention ✕ 1 below with a failed night 1 rollout running . of 2 instances 1 behind/,
  )
  assert.match(text(page), /No replica leads the canaries/)
  const mail = rowOf(page, 'mail')
  assert.match(mail, /gate: pass 24 Nov 08:00Z/)
  assert.match(mail, /running, 1 % of the users/)
  assert.match(mail, /! evidence against the canary is at 7.3 of the 20 that roll it back/)
  assert.match(mail, /1 of 2 behind/)
  assert.match(mail, /✕ fail 1 Jan 1970 00:00Z/)
  assert.match(rowOf(page, 'title'), /judging fails \(damaged\)/)
  assert.match(rowOf(page, 'aaa'), /never had one . no background work fails/)
  assert.ok(page.indexOf('/features/title') < page.indexOf('/features/aaa'), 'what needs somebody comes first')
  await plane.ask('POST /v1/features/mail/rollback', { as: 'operator', body: { reason: 'worse' } })
  plane.clock.advance(1000)
  assert.match(rowOf(await ann.page('/'), 'mail'), /none runs last: . rolled back 24 Nov 09:00Z by ope-operator: worse/)
  assert.ok(page.includes(`href="/rollouts/${id}"`))
})

test('a night of former days, or of another version, is not said to be well, and the year is told', async () => {
  const dayMs = 86_400_000
  let night: PastNight = { ...nightOfMail, verdict: 'pass' }
  await using plane = await testPlane({
    engineState: { assessment: async () => null, drift: async () => null, nights: () => [night] },
  })
  const version = await activate(plane, 'mail')
  const ann = await signedIn(plane, 'viewer')
  const shown = async (days: number, more: Partial<PastNight> = {}) => {
    night = { ...nightOfMail, version, verdict: 'pass', at: plane.clock.now() - days * dayMs, ...more }
    plane.clock.advance(70_000)
    const page = await ann.page('/')
    const [, cell] =
      /([✓✕!?] (?:pass|fail|inconclusive).*?Z)/.exec(rowOf(page, 'mail').replaceAll(/gate: .*?Z/g, '')) ?? []
    return [cell, /with a failed night/.test(text(page))]
  }
  assert.deepEqual(await shown(1), ['✓ pass 23 Nov 09:00Z', false])
  assert.deepEqual(await shown(65), ['? pass, and none since 20 Sep 09:01Z', false])
  assert.deepEqual(await shown(366), ['? pass, and none since 23 Nov 2025 09:02Z', false])
  assert.deepEqual(await shown(3, { verdict: 'inconclusive' }), ['? inconclusive, and none since 21 Nov 09:03Z', false])
  assert.deepEqual(await shown(1, { version: 'ffffffffffff' }), ['? pass, of another version 23 Nov 09:04Z', false])
  assert.deepEqual(await shown(3, { verdict: 'fail' }), ['✕ fail 21 Nov 09:05Z', true], 'nobody has seen it pass since')
  const old = await shown(3, { verdict: 'fail', version: 'ffffffffffff' })
  assert.deepEqual(old, ['? fail, of another version 21 Nov 09:07Z', false])
})

test('a canary that was not assessed yet is not said to be well', async () => {
  await using plane = await testPlane()
  await activate(plane, 'mail')
  await rollOut(plane, 'mail')
  const row = rowOf(await (await signedIn(plane, 'viewer')).page('/'), 'mail')
  assert.match(row, /\? running, 1 % of the users/)
  assert.match(row, /\? not assessed yet/)
  assert.doesNotMatch(row, /no evidence against it/)
})

test('what runs now comes before what was rolled back today', async () => {
  await using plane = await testPlane()
  for (const feature of ['aaa', 'mail']) {
    await activate(plane, feature)
    await rollOut(plane, feature)
  }
  await plane.ask('POST /v1/features/aaa/rollback', { as: 'operator', body: { reason: 'worse' } })
  plane.clock.advance(1000)
  const page = await (await signedIn(plane, 'viewer')).page('/')
  assert.match(text(page), /1 feature of 2 needs attention/)
  assert.ok(page.indexOf('/features/mail"') < page.indexOf('/features/aaa"'))
})

test('a canary of which no outcomes have come is not said to be well, though nothing speaks against it', async () => {
  const silent = { ...alarmed, alerts: [], soak: { ...alarmed.soak, heardAt: null } }
  await using plane = await testPlane({ engineState: { assessment: async () => silent, drift: async () => null } })
  await activate(plane, 'mail')
  await rollOut(plane, 'mail')
  const row = rowOf(await (await signedIn(plane, 'viewer')).page('/'), 'mail')
  assert.match(row, /\? running, 1 % of the users/)
  assert.match(row, /\? no outcomes of both arms in this stage yet/)
  assert.match(row, /evidence not known/)
  assert.doesNotMatch(row, /no evidence against it/)
})

test('the evidence of earlier stages is told in one that nobody has reported of yet', async () => {
  const known = nothingKnown()
  await using plane = await planeThatKnows(known)
  const rollout = await startCanary(plane, 'mail')
  watchCanary(rollout, known, { worseBy: 0.1, looks: 16 })
  const assessment = known.assessments.get(rollout.id) ?? assert.fail()
  plane.clock.advance(32 * 60_000)
  const body = { reason: 'go on' }
  await plane.ask(`POST /v1/rollouts/${rollout.id}/advance`, { as: 'operator', body })
  known.assessments.set(rollout.id, { ...assessment, soak: { stage: 1, soakedMs: 0, counting: false, heardAt: null } })
  const ann = await signedIn(plane, 'viewer')
  const said = /as unlikely as 1 in \S+ if it were no worse; at 1 in 20 it is rolled back/
  const [row, page] = await Promise.all(['/', `/rollouts/${rollout.id}`].map((path) => ann.page(path)))
  const [told = ''] = said.exec(row ?? '') ?? []
  assert.match(row ?? '', /stage 2 of 2/)
  assert.match(told, said)
  assert.ok(page?.includes(told))
})

test('what was looked at long ago, or is not watched any more, is not said to be well', async () => {
  const calm = {
    ...alarmed,
    alerts: [],
    signals: [],
    canary: { judged: 9 },
    incumbent: { judged: 9 },
  } as unknown as Assessment
  const score = { signal: 'score', phase: 'watching', lately: null, words: 'as usual', heardAt: 0 }
  const watched = { version: '', events: [], signals: [score] }
  let at = 0
  await using plane = await testPlane({
    engineState: {
      assessment: async () => calm,
      recorded: async () => ({ at, series: { since: 0, points: [] } as unknown as RecordedEvidence['series'] }),
      drift: async () => watched as unknown as DriftView,
    },
  })
  at = plane.clock.now()
  score.heardAt = at
  const leases = await Promise.all(['controller', 'drift'].map((name) => plane.store.lead(name)))
  watched.version = await activate(plane, 'mail')
  await rollOut(plane, 'mail')
  const ann = await signedIn(plane, 'viewer')
  const [row, judge] = [rowOf(await ann.page('/'), 'mail'), text(await ann.page('/judge'))]
  assert.match(row, /○ running, 1 % of the users.*○ no evidence against it yet .*✓ none in 7 days, 1 of 1 signals/)
  assert.match(judge, /✓ as usual/)
  plane.clock.advance(151_000)
  const old = rowOf(await ann.page('/'), 'mail')
  assert.match(old, /\? running, 1 % of the users.*✕ last assessed 24 Nov 09:00Z: what you see is that old/)
  assert.doesNotMatch(old, /no evidence against it/)
  const watches = async () => (await plane.ask('GET /v1/features/mail/drift', { as: 'viewer' })).body.watched
  assert.equal(await watches(), true)
  await leases[1]?.release()
  assert.equal(await watches(), false)
  plane.clock.advance(1000)
  assert.match(rowOf(await ann.page('/'), 'mail'), /\? no replica watches for drift now/)
  assert.match(text(await ann.page('/judge')), /\? no replica watches for drift now; before: as usual/)
})

test('many features are listed page by page, and found by name and by what they need', async () => {
  const faults = [{ loop: 'judging', feature: 'f-057', code: 'damaged', since: 0, failures: 3 }]
  await using plane = await testPlane({
    engineState: { assessment: async () => null, drift: async () => null, faults: () => faults },
  })
  for (let index = 0; index < 60; index += 1) await plane.publish(`f-${String(index).padStart(3, '0')}`, 'x')
  const version = await plane.publish('f-010', 'x')
  await plane.ask('PUT /v1/features/f-010/active', { as: 'operator', body: { version, reason: 'launch' } })
  const ann = await signedIn(plane, 'viewer')
  const listed = async (query: string) =>
    [...(await ann.page(`/${query}`)).matchAll(/href="\/features\/([^"]+)"/g)].map(([, feature]) => feature)
  const first = await listed('')
  assert.deepEqual([first.length, first[0]], [25, 'f-057'])
  assert.deepEqual((await listed('?page=3')).length, 10)
  assert.deepEqual(await listed('?page=9'), await listed('?page=3'))
  assert.deepEqual(
    await listed('?search=F-01&page=x&show=y'),
    [...Array(10).keys()].map((index) => `f-01${index}`),
  )
  assert.deepEqual(await listed('?show=attention'), ['f-057'])
  assert.deepEqual(await listed('?show=rollouts'), [])
  assert.match(text(await ann.page('/?search=zzz')), /No feature with &quot;zzz&quot; in its name\. Show all/)
})

test('a token for one feature sees no trace of another one, on no page', async () => {
  const faults = ['alpha', hidden].map((feature) => ({ loop: 'judging', feature, code: 'x', since: 0, failures: 1 }))
  await using plane = await testPlane({
    engineState: { assessment: async () => null, drift: async () => null, faults: () => faults },
  })
  for (const feature of ['alpha', hidden]) await activate(plane, feature)
  const id = await rollOut(plane, hidden)
  await plane.token('a-client-of-the-secret', { name: 'app of secret', features: [hidden] })
  await acknowledge(plane, 'secret-app-1', {}, 'a-client-of-the-secret')
  const [own, other] = await Promise.all(['alpha', hidden].map((feature) => plane.store.versions(feature)))
  const [id0, id1] = [own?.[0]?.id ?? '', other?.[0]?.id ?? '']
  await plane.store.addJudgeSpending('2026-11-24', hidden, 1.23)
  const more = ['/judge', '/costs', '/audit/alpha', '/audit/alpha/verification', `/runs/alpha/${id0}`]
  for (const scope of ['viewer', 'operator', 'approver', 'admin'] as const) {
    const token = await plane.token(`limited-to-alpha-${scope}`, { scopes: [scope], features: ['alpha'] })
    const ann = await signedIn(plane, scope, token)
    for (const path of [
      '/',
      '/?search=secret&show=rollouts',
      '/?show=attention',
      '/features/alpha',
      ...more,
      '/instances',
      '/settings',
    ]) {
      const page = (await ann.page(path)).replaceAll(
        /search=secret|value="secret"|with "secret"|with &quot;secret&quot;/g,
        '',
      )
      assert.doesNotMatch(page, /secret|1\.23/, `${path} as ${scope}`)
    }
    assert.match(
      text(await ann.page('/')),
      /1 feature of 1 needs attention 0 rollouts running . no instance is connected/,
    )
    const told = async (path: string) => {
      const response = await ann.get(path)
      return [response.status, text(await response.text()).replaceAll(/[0-9a-f]{16}|\d\d:\d\d:\d\dZ/g, '')]
    }
    const query = `compare?from=${id1}&to=${id1}`
    for (const [there, nowhere] of [
      [`/features/${hidden}`, '/features/no-such'],
      [`/features/${hidden}/${query}`, `/features/no-such/${query}`],
      [`/runs/${hidden}/${id1}`, `/runs/no-such/${id1}`],
      [`/audit/${hidden}`, '/audit/no-such'],
      ['/audit/_system', '/audit/no-such'],
      [`/audit/${hidden}/verification`, '/audit/no-such/verification'],
      [`/audit/${hidden}/export`, '/audit/no-such/export'],
      [`/rollouts/${id}`, '/rollouts/r-0000000000000000'],
    ] as const) {
      const [found, missing] = [await told(there), await told(nowhere)]
      assert.deepEqual([found[0], found], [404, missing], there)
    }
    assert.equal((await ann.get(`/features/alpha/${query}`)).status, 404)
    assert.equal((await ann.get(`/runs/alpha/${id1}`)).status, 404)
  }
})
