import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyEvent } from '../../../../src/control/store/apply-event.ts'
import { acknowledge } from '../../../support/control-plane/launched.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'
import { nothingKnown, planeThatKnows, startCanary, watchCanary } from '../../../support/rollout/watched-canary.ts'

const text = (page: string) => page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

const sectionsOf = (page: string) => [...page.matchAll(/<h2>([^<]+)<\/h2>/g)].map(([, title]) => title)

test('a rollout is shown whole: its state, what it waits for, its health, and only then the effect', async () => {
  const known = nothingKnown()
  await using plane = await planeThatKnows(known)
  const rollout = await startCanary(plane, 'mail')
  watchCanary(rollout, known, { worseBy: 0.02, looks: 10 })
  plane.clock.advance(20 * 60_000 - 3000)
  await plane.pass(2000)
  await acknowledge(plane, 'app-1')
  plane.clock.advance(1000)
  const ann = await signedIn(plane, 'viewer')
  const page = await ann.page(`/rollouts/${rollout.id}`)
  assert.deepEqual(sectionsOf(page), [
    ...['Waits for', 'Health', 'Evidence against the canary', 'Both arms', 'The worst answers'],
    ...['Who serves what', 'What was done'],
  ])
  const shown = text(page)
  assert.match(shown, /! Running, and it looks worse: 20 % of the users get the canary\./)
  assert.doesNotMatch(shown, /rolled back by itself at/, 'nobody leads who would do it')
  assert.match(shown, /still missing: watched time 20 min of 6 h,/)
  assert.match(shown, /Sample ratio . as the shares say: 200 users of the canary, 800 of the incumbent/)
  assert.match(shown, /no replica leads the canaries/)
  assert.match(shown, /as unlikely as 1 in \d+ if it were no worse; at 1 in 20 it is rolled back/)
  assert.match(shown, /canary : 200 users 200 of them judged, 200 answers/)
  assert.match(shown, /the judged score 0\.90\d \[0\.\d+, 0\.\d+\] of 200 answers/)
  assert.match(shown, /There are none to show: contents are not stored/)
  assert.match(shown, /the only one has the last change/)
  assert.match(page, /class="chart"/)
  assert.doesNotMatch(page, /Roll back …<\/a>|Who reports/, 'a viewer may neither act nor see who reports')
  for (const id of ['evidence', 'arms', 'answers', 'serving']) assert.ok(page.includes(`<section id="${id}">`), id)
  await plane.store.lead('controller')
  plane.clock.advance(1000)
  const led = text(await ann.page(`/rollouts/${rollout.id}`))
  assert.match(
    led,
    /if the evidence grows on at this rate, it is rolled back by itself at about 09:\d\d:\d\dZ; the rate may change/,
  )
})

test('operators see who reports, and lead to each act that the state allows', async () => {
  const known = nothingKnown()
  await using plane = await planeThatKnows(known)
  const rollout = await startCanary(plane, 'mail')
  watchCanary(rollout, known, { looks: 2 })
  const eve = await signedIn(plane, 'operator')
  const acts = async () =>
    [...(await eve.page(`/rollouts/${rollout.id}`)).matchAll(/href="\/rollouts\/[^"/]+\/([^"]+)"/g)].map(
      ([, act]) => act,
    )
  assert.deepEqual(await acts(), ['rollback', 'pause', 'advance', 'promote', 'abort'])
  assert.match(text(await eve.page(`/rollouts/${rollout.id}`)), /Who reports/)
  await plane.ask(`POST /v1/rollouts/${rollout.id}/pause`, { as: 'operator', body: { reason: 'look' } })
  plane.clock.advance(1000)
  assert.deepEqual(await acts(), ['rollback', 'resume', 'abort'])
  const shown = text(await eve.page(`/rollouts/${rollout.id}`))
  assert.match(shown, /Paused since 24 Nov 09:00Z: 20 % of the users keep getting the canary, and only a rollback/)
  assert.match(shown, /row \d+ ope-operator paused the canary rollout\.pause look/)
  await plane.ask(`POST /v1/rollouts/${rollout.id}/abort`, { as: 'operator', body: { reason: 'enough seen' } })
  plane.clock.advance(1000)
  assert.deepEqual(await acts(), [])
})

test('nothing is said to be well, nor 0, of a canary of which nothing is known', async () => {
  await using plane = await planeThatKnows(nothingKnown())
  const { id } = await startCanary(plane, 'mail')
  const page = await (await signedIn(plane, 'viewer')).page(`/rollouts/${id}`)
  const shown = text(page)
  assert.match(shown, /\? Running: 20 % of the users get the canary\./)
  assert.match(shown, /Not assessed yet: nothing is known of the canary/)
  assert.match(shown, /until when: not known/)
  assert.match(shown, /Sample ratio \? not known/)
  assert.match(shown, /evidence not known/)
  assert.match(shown, /Users, means and differences: not known/)
  assert.match(shown, /who serves the canary is not known/)
  assert.doesNotMatch(page, /class="tone good"|>0</)
})

test('an assessment without outcomes is not taken for one that finds nothing', async () => {
  const known = nothingKnown()
  await using plane = await planeThatKnows(known)
  const rollout = await startCanary(plane, 'mail')
  watchCanary(rollout, known, { looks: 2, users: 0 })
  const assessed = known.assessments.get(rollout.id)
  assert.ok(assessed)
  known.assessments.set(rollout.id, { ...assessed, soak: { ...assessed.soak, counting: false, heardAt: null } })
  const page = await (await signedIn(plane, 'viewer')).page(`/rollouts/${rollout.id}`)
  const shown = text(page)
  assert.match(shown, /\? Running/)
  assert.match(shown, /Evidence against the canary \? not known: no data of both arms/)
  assert.match(shown, /too few users to tell: 0 users of the canary, 0 of the incumbent/)
  assert.match(shown, /no outcomes of both arms in this stage yet/)
  assert.match(shown, /the judged score not known not known not known/)
  assert.doesNotMatch(page, /class="tone good"/)
})

test('a canary with enough evidence against it is not said to be well while nothing is done about it', async () => {
  const known = nothingKnown()
  await using plane = await planeThatKnows(known)
  const rollout = await startCanary(plane, 'mail')
  watchCanary(rollout, known, { looks: 8 })
  const assessed = known.assessments.get(rollout.id)
  assert.ok(assessed && assessed.logE > assessed.threshold)
  const said = { code: 'evidence', message: 'evidence against the canary' }
  known.assessments.set(rollout.id, { ...assessed, alerts: [said] })
  const ann = await signedIn(plane, 'viewer')
  assert.match(text(await ann.page('/')), /✕ evidence against the canary/)
  known.assessments.set(rollout.id, { ...assessed, alerts: [] })
  await plane.pass(2000)
  assert.match(text(await ann.page(`/rollouts/${rollout.id}`)), /✕ Running, and it looks worse: 20 %/)
  assert.match(text(await ann.page('/')), /1 feature of 1 needs attention.*✕ running, 20 % of the users/)
  assert.equal((await ann.page('/features/mail')).match(/class="tone bad">[^?]*?running/g)?.length, 3)
})

test('a rollout that has ended says how, why, and how high the evidence was', async () => {
  const known = nothingKnown()
  await using plane = await planeThatKnows(known)
  const rollout = await startCanary(plane, 'mail')
  watchCanary(rollout, known, { worseBy: 0.1, looks: 8 })
  plane.clock.advance(40 * 60_000)
  await plane.pass(2000)
  await acknowledge(plane, 'app-1')
  await plane.ask('POST /v1/features/mail/rollback', { as: 'operator', body: { reason: 'wrong dates' } })
  plane.clock.advance(1000)
  const shown = text(await (await signedIn(plane, 'viewer')).page(`/rollouts/${rollout.id}`))
  assert.match(shown, /✕ Rolled back, 24 Nov 09:40Z, by ope-operator: everybody got the incumbent again\./)
  assert.match(shown, /Why: wrong dates Highest evidence against it: &gt; 1e6 of 20 , 24 Nov 09:\d\dZ/)
  assert.doesNotMatch(shown, /Waits for|evidence against the canary is at|no verdict yet/)
  assert.match(shown, /Alert, over 24 Nov 09:16Z, before it ended: evidence spoke against the canary/)
  assert.match(
    shown,
    /Evidence against the canary At its end: as unlikely as 1 in .* if it were no worse; 1 in 20 rolls back/,
  )
  assert.match(shown, /Instances ✕ 1 of 1 instance lacks the last change/)
  await plane.pass(31_000)
  const later = text(await (await signedIn(plane, 'viewer')).page(`/rollouts/${rollout.id}`))
  assert.match(later, /Instances ✕ 1 of 1 instance silent, and may serve the canary still/)
})

test('each hold and each end is said for what it is', async () => {
  const known = nothingKnown()
  await using plane = await planeThatKnows(known)
  const rollout = await startCanary(plane, 'mail')
  watchCanary(rollout, known, { worseBy: 0, looks: 3 })
  const ann = await signedIn(plane, 'viewer')
  const becomes = async (event: Parameters<typeof applyEvent>[2], pattern: RegExp) => {
    await applyEvent(plane.store, 'mail', event, { at: plane.clock.now(), by: 'sluice' }, { tokenId: null })
    await plane.pass(2000)
    assert.match(text(await ann.page(`/rollouts/${rollout.id}`)), pattern)
  }
  const kept = /\. 20 % of the users keep getting the canary\./.source
  const holds = {
    insufficientData: 'too little data',
    sampleRatioMismatch: 'the arms do not get their shares',
    inconclusive: 'inconclusive',
  } as const
  for (const [why, words] of Object.entries(holds))
    await becomes(
      { type: 'hold', why: why as keyof typeof holds, reason: 'so', rolloutId: rollout.id },
      new RegExp(`✕ Holds: ${words}${kept}`),
    )
  assert.match(text(await ann.page(`/rollouts/${rollout.id}`)), /Sample ratio . as the shares say: 60 users/)
  const assessed = known.assessments.get(rollout.id)
  assert.ok(assessed)
  const alike = assessed.signals.map((one) => ({ ...one, difference: 0 }))
  known.assessments.set(rollout.id, { ...assessed, signals: alike })
  await plane.store.lead('controller')
  plane.clock.advance(1000)
  assert.match(
    text(await ann.page('/')),
    /✕ holds: inconclusive, .*✕ holds: inconclusive \? none connected/,
    'a rollout that is held is not well, though nothing alarms',
  )
  const promotion = { type: 'promote', reason: 'time is up', strength: 'weak', rolloutId: rollout.id } as const
  await becomes(promotion, /! Promoted weakly, nothing is proven, 24 Nov 09:00Z, by sluice: everybody got the canary\./)
  const settings = { stages: [{ percent: 20, soak: '6h' }] }
  const start = async (name: string) => {
    const body = { version: await plane.publish('mail', name), settings, supersede: true }
    return (await plane.ask('POST /v1/features/mail/rollouts', { as: 'operator', body })).body.id
  }
  const second = await start('second')
  await start('third')
  await plane.pass(2000)
  assert.match(
    text(await ann.page(`/rollouts/${second}`)),
    /! Superseded, .* by ope-operator: the next rollout took its place\. .* evidence not known/,
  )
})

test('the worst answers of both arms stand side by side, with what the judge quotes', async () => {
  const known = nothingKnown()
  await using plane = await planeThatKnows(known)
  const rollout = await startCanary(plane, 'mail')
  const content = (id: string, version: string, score: number) => ({
    ...{ id, feature: 'mail', version, rolloutId: rollout.id, unit: null, input: { email: 'on Thursday' } },
    ...{ output: `answer ${id}`, score, storedAt: 1, expiresAt: Number.MAX_SAFE_INTEGER },
    judgement: { items: [{ id: 'dates', verdict: 'no', evidence: 'on <Monday>', reasoning: 'it is Thursday' }] },
  })
  const odd = { ...content('o-3', rollout.canary, 0.1), judgement: 'odd' }
  await plane.store.putContent([content('o-1', rollout.canary, 0.2), content('o-2', rollout.incumbent, 0.4), odd])
  const page = await (await signedIn(plane, 'viewer')).page(`/rollouts/${rollout.id}`)
  const shown = text(page)
  assert.match(
    shown,
    /canary score 0\.100 o-3 .*answer o-3 .*score 0\.200 o-1 .*dates : no\. it is Thursday on &lt;Monday&gt;/,
  )
  assert.match(shown, /incumbent score 0\.400 o-2/)
})

test('a token for another feature finds no rollout, as where there is none', async () => {
  const known = nothingKnown()
  await using plane = await planeThatKnows(known)
  const rollout = await startCanary(plane, 'secret-feature')
  watchCanary(rollout, known, { looks: 1 })
  const token = await plane.token('limited', { scopes: ['operator'], features: ['other'] })
  const ann = await signedIn(plane, 'operator', token)
  const answers = await Promise.all(
    [rollout.id, 'r-0000000000000000'].map(async (id) => {
      const response = await ann.get(`/rollouts/${id}`)
      return [response.status, text(await response.text()).replaceAll(/[0-9a-f]{16}|\d\d:\d\d:\d\dZ/g, '')]
    }),
  )
  assert.equal(answers[0]?.[0], 404)
  assert.deepEqual(answers[0], answers[1])
})

test('what was done is all between the start and the end, though the clock was set back meanwhile', async () => {
  const known = nothingKnown()
  await using plane = await planeThatKnows(known)
  const rollout = await startCanary(plane, 'mail')
  const eve = await signedIn(plane, 'operator')
  plane.clock.stepBack(3_600_000)
  await plane.ask(`POST /v1/rollouts/${rollout.id}/pause`, { as: 'operator', body: { reason: 'look' } })
  plane.clock.advance(60_000)
  await plane.ask('POST /v1/features/mail/rollback', { as: 'operator', body: { reason: 'bad', from: rollout.canary } })
  plane.clock.advance(7_200_000)
  const page = await eve.page(`/rollouts/${rollout.id}`)
  const [, log = ''] = page.split('<h2>What was done</h2>')
  assert.deepEqual(
    [...log.matchAll(/\b(?:rollout|active|version)\.\w+/g)].map(([action]) => action),
    ['rollout.rollBack', 'rollout.pause', 'rollout.start'],
  )
})
