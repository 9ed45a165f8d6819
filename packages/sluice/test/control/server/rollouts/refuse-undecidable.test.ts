import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Assessment } from '../../../../src/control/rollout/assessment/assessment.ts'
import { memoryStore } from '../../../../src/control/store/memory/memory-store.ts'
import { unknownEnd } from '../../../../src/control/words/end-forecast-text.ts'
import { rolloutOutlook } from '../../../../src/control/words/rollout-outlook.ts'
import { rolloutSettingsSchema } from '../../../../src/records/rollout/rollout-settings.ts'
import { gateReport, promptVersion, testPlane } from '../../../support/control-plane/control-plane.ts'
import { launched, settled } from '../../../support/control-plane/launched.ts'
import { hiddenFields, signedIn } from '../../../support/control-plane/visitor.ts'
import { request } from '../../../support/controller/stage.ts'
import { startOf, withTraffic } from '../../../support/rollout/feature-traffic.ts'
import { until } from '../../../support/until.ts'

/** Twelve hours at most, so that little is simulated. */
const settings = {
  signals: { score: 0, errors: 0.5, slow: 0.25, safety: 0.25 },
  stages: [{ percent: 25, soak: '4h' }],
  patience: '16h',
}

const visible = (page: string) =>
  page
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(' .', '.')
    .replaceAll(' :', ':')
    .replaceAll(' ,', ',')

test('a rollout that cannot decide is refused with what would help, and starts where that is accepted', async () => {
  await using plane = await testPlane()
  const { canary } = await withTraffic(plane, 1200)
  const refused = await startOf(plane, { version: canary, settings })
  assert.deepEqual([refused.status, refused.body.code], [409, 'cannot-decide'])
  assert.match(
    refused.body.detail,
    /cannot decide before its patience of 16 h ends: 100 of 100 canaries that are as good are undecided then/,
  )
  assert.match(refused.body.detail, /acceptUndecided: true \(sluice rollout start --accept-undecided\)/)
  const told: string[] = refused.body.errors.map(({ message }: { message: string }) => message)
  const wider =
    /^margin: 0.1, flagMargin: 0.03, 50 % of the users at once: \d\d of 100 good ones are proven, half of all end within 1\d h; .* The price: /
  assert.ok(
    told.some((message) => wider.test(message)),
    told.join('\n'),
  )
  assert.ok(
    told.every((message) => !message.startsWith('fewer signals')),
    'that does not help here',
  )
  assert.equal((await plane.store.feature('f'))?.rollout, null)
  const body = { version: canary, settings, acceptUndecided: true }
  const started = await startOf(plane, body, { 'idempotency-key': 'one' })
  assert.equal(started.status, 201)
  assert.equal((await startOf(plane, body, { 'idempotency-key': 'one' })).status, 201, 'the same answer once more')
  const row = (await plane.store.audit('f')).at(-1)
  assert.partialDeepStrictEqual(row?.evidence, { acceptUndecided: true, forecast: { asGood: { undecided: 1 } } })
})

test('traffic that is given is believed, and recorded', async () => {
  await using plane = await testPlane()
  const { canary } = await withTraffic(plane, 300)
  const given = { requestsPerDay: 30 }
  const { body } = await startOf(plane, { version: canary, settings, traffic: given })
  assert.match(body.detail, /None of the changes that were tried helps/)
  await startOf(plane, { version: canary, settings, traffic: given, acceptUndecided: true })
  assert.partialDeepStrictEqual((await plane.store.audit('f')).at(-1)?.evidence, { givenTraffic: given })
})

test('nothing is refused out of ignorance, for time, or where another fault comes first', async () => {
  await using plane = await testPlane()
  const { canary } = await withTraffic(plane, 0)
  const receivedAt = plane.clock.now() - 23 * 3_600_000
  await plane.store.append(Array.from({ length: 19 }, (_, i) => request(`${i}`, { feature: 'f', receivedAt })))
  const unknown = await startOf(plane, { version: canary })
  assert.equal(unknown.status, 201, 'nineteen requests within less than a day tell nothing')
  const again = await startOf(plane, { version: canary, traffic: { requestsPerDay: 10 } })
  assert.equal(again.body.code, 'rollout-running')
  const timed = { advance: 'soak', stages: [{ percent: 50, soak: '4h' }] }
  const body = { version: canary, settings: timed, supersede: true, traffic: { requestsPerDay: 10 } }
  assert.equal((await startOf(plane, body)).status, 201)
})

test('fewer requests of whole days are refused as more are, and foretold', async () => {
  const texts: string[] = []
  for (const perDay of [10, 9, 1]) {
    await using plane = await testPlane()
    const { canary } = await withTraffic(plane, perDay)
    const refused = await startOf(plane, { version: canary, settings })
    assert.deepEqual([refused.status, refused.body.code], [409, 'cannot-decide'], `${perDay} a day`)
    assert.match(refused.body.detail, /100 of 100 canaries that are as good are undecided then, and 100 of 100 with/)
    assert.match(refused.body.detail, /None of the changes that were tried helps/)
    const who = await signedIn(plane, 'operator')
    texts.push(visible(await who.page(`/features/f/start?version=${canary}`)))
    const { body: rollout } = await startOf(plane, { version: canary, settings, acceptUndecided: true })
    const { body } = await plane.ask(`GET /v1/rollouts/${rollout.id}/forecast`, { as: 'viewer' })
    assert.deepEqual([body.unknown, body.forecast?.asGood.undecided], [null, 1], 'while it runs, too')
  }
  assert.match(texts[0] ?? '', /Stages and forecast are for 10 requests a day from 10 users: the average/)
  assert.match(texts[2] ?? '', /Stages and forecast are for 1 requests? a day: the average of the last 2 days\. Last 2/)
  for (const text of texts) assert.doesNotMatch(text, /NaN|Infinity|too little traffic/)
})

test('of a running rollout it is told how it is expected to end from where it stands', async () => {
  await using plane = await testPlane()
  const { canary } = await withTraffic(plane, 300)
  const settings = {
    signals: { score: 0, errors: 1, slow: 0, safety: 0 },
    stages: [{ percent: 50, soak: '4h' }],
    flagMargin: 0.05,
  }
  const { body: rollout } = await startOf(plane, { version: canary, settings })
  const forecast = async () => (await plane.ask(`GET /v1/rollouts/${rollout.id}/forecast`, { as: 'viewer' })).body
  const first = await forecast()
  assert.equal(first.unknown, null)
  assert.equal(first.forecast.patienceHours, 96)
  assert.ok(first.forecast.asGood.promoted > 0.5, JSON.stringify(first))
  await plane.ask(`POST /v1/rollouts/${rollout.id}/pause`, { as: 'operator', body: { reason: 'lunch' } })
  assert.deepEqual(await forecast(), { forecast: null, unknown: 'paused', at: plane.clock.now() })
  const strange = await plane.ask(`GET /v1/rollouts/${rollout.id}/forecast`, { as: 'client' })
  assert.equal(strange.status, 403)
})

test('a rollout with far more requests than the days before is told to wait, not how it ends', async () => {
  let requests = 19
  const assessment = async () => ({ words: '', incumbent: { requests }, canary: { requests: 1 } }) as Assessment
  const recorded = async () => null
  await using plane = await testPlane({ engineState: { assessment, recorded, drift: async () => null } })
  const { canary } = await withTraffic(plane, 300)
  const { id } = (await startOf(plane, { version: canary, settings, acceptUndecided: true })).body
  const unknown = async () => (await plane.ask(`GET /v1/rollouts/${id}/forecast`, { as: 'viewer' })).body.unknown
  plane.clock.advance(60_000)
  assert.equal(await unknown(), 'outgrown')
  requests = 0
  assert.equal(await unknown(), null)
  // 300 a day are 13 in an hour; a pause takes nothing away from them.
  requests = 19
  await plane.ask(`POST /v1/rollouts/${id}/pause`, { as: 'operator', body: { reason: 'lunch' } })
  plane.clock.advance(59 * 60_000)
  await plane.ask(`POST /v1/rollouts/${id}/resume`, { as: 'operator', body: { reason: 'back' } })
  assert.equal(await unknown(), null)
  assert.match(unknownEnd('outgrown').join(), /several times as many requests as the last days suggest/)
})

test('the page of a start says how it is expected to end, and asks whether an end without a decision is accepted', async () => {
  await using plane = await testPlane()
  const { canary } = await withTraffic(plane, 20)
  const who = await signedIn(plane, 'operator')
  const path = `/features/f/start?version=${canary}`
  const page = await who.page(path)
  assert.match(page, /If the canary is as good: 100 of 100 undecided when patience ends/)
  assert.match(page, /This rollout cannot decide before its patience of 4 days ends/)
  assert.match(page, /25 % of the users get/)
  assert.match(page, /Stages: 25 % for 4 h, 50 % for 1 day, then everybody/)
  assert.match(page, /Nothing is judged, since live\.store is off: quality is not watched/)
  assert.match(page, /<input type="checkbox" name="acceptUndecided" value="yes" required/)
  const form: Record<string, string> = { ...hiddenFields(page), reason: 'try it' }
  assert.equal((await who.send('/features/f/start', form)).status, 409)
  assert.equal((await plane.store.feature('f'))?.rollout, null)
  const again = { ...form, sendKey: `${form.sendKey?.slice(0, -1)}-`, acceptUndecided: 'yes' }
  assert.equal((await who.send('/features/f/start', again)).status, 303)
  const rollout = (await plane.store.feature('f'))?.rollout
  assert.deepEqual(
    [rollout?.settings.stages.length, rollout?.settings.flagMargin, rollout?.settings.signals.score],
    [2, 0.015, 0],
    'as sluice rollout start has it, by the traffic',
  )
  assert.match(await who.page(`/rollouts/${rollout?.id}`), /If it has .*: 100 of 100 undecided when patience ends/)
})

test('a start is planned for the present rate, or for traffic that somebody names, where the past was quieter', async () => {
  await using plane = await testPlane()
  const { canary } = await withTraffic(plane, 120)
  const now = plane.clock.now()
  const burst = Array.from({ length: 600 }, (_, i) =>
    request(`now ${i}`, { feature: 'f', unit: `user ${i}`, receivedAt: now - 3_000_000 + 1000 * i }),
  )
  await plane.store.append(burst)
  const who = await signedIn(plane, 'operator')
  const path = `/features/f/start?version=${canary}`
  const page = await who.page(path)
  const shown = visible(page)
  assert.match(
    shown,
    /Stages and forecast are for 4\d\d requests a day from 600 users: the average of the last 2 days\./,
  )
  assert.match(shown, /The last hour had 121 times as many requests as those days suggest: if that lasts, plan for it/)
  assert.match(
    shown,
    /Last 24 hours: 720\. Plan for 720 a day The hour before 24 Nov 2026 09:00Z: 605\. Plan for 14,500 a day/,
  )
  assert.deepEqual([hiddenFields(page).perDay, hiddenFields(page).version], [undefined, canary])
  const present = await who.page(`${path}&perDay=14500`)
  assert.match(visible(present), /for 14,500 requests a day from 600 users, as given\. As the log tells it/)
  assert.doesNotMatch(visible(present), /days suggest|Plan for 14,500/)
  assert.match(page, /Stages: 25 % for 4 h/)
  assert.match(present, /Stages: 5 % for 2 h, 50 % for 1 day/)
  assert.match(present, /about 30 users \(estimated: 5 % of the 600 seen in the last 2 days\)/)
  const named = await who.page(`${path}&perDay=50&users=20&breakGlass=yes`)
  assert.match(visible(named), /for 50 requests a day from 20 users, as given/)
  assert.match(named, /about 5 users \(estimated: 25 % of the 20 given\)/)
  assert.match(visible(named), /None of the changes that were tried helps: it takes more traffic/)
  assert.match(named, /<input type="hidden" name="breakGlass" value="yes">\n<label>Requests/)
  const odd = await who.page(`${path}&perDay=many&users=-1`)
  assert.match(visible(odd), /the average of the last 2 days/)

  const form: Record<string, string> = { ...hiddenFields(named), reason: 'try it' }
  const refused = await who.send('/features/f/start', form)
  assert.equal(refused.status, 409)
  assert.match(visible(await refused.text()), /for 50 requests a day from 20 users, as given/)
  const sent = { ...hiddenFields(present), reason: 'try it', acceptUndecided: 'yes' }
  assert.equal((await who.send('/features/f/start', sent)).status, 303)
  assert.equal((await plane.store.feature('f'))?.rollout?.settings.stages[0]?.ppm, 50_000)
  assert.partialDeepStrictEqual((await plane.store.audit('f')).at(-1)?.evidence, {
    givenTraffic: { requestsPerDay: 14500 },
  })
})

test('where the log has no traffic, a start is planned for what somebody names', async () => {
  await using plane = await launched()
  const who = await signedIn(plane, 'operator')
  const path = `/features/f/start?version=${plane.next}`
  assert.match(visible(await who.page(path)), /The log has too little traffic to plan for\. How much do you expect\?/)
  const named = await who.page(`${path}&perDay=30000&users=9000`)
  assert.match(visible(named), /If the canary is as good: .* Traffic Stages and forecast are for 30,000 requests a day/)
  assert.match(named, /about 90 users \(estimated: 1 % of the 9,000 given\)/)
})

test('the API starts a rollout with the settings that the page and the command show', async () => {
  await using plane = await testPlane()
  await withTraffic(plane, 1200)
  const content = promptVersion('c')
  const judged = {
    ...{
      judge: { model: 'local:j', parameters: {} },
      rubric: [{ id: 'facts', ask: 'Is it true?' }],
      report: gateReport('f', content.id, 'pass'),
    },
    live: { store: true, judge: { percent: 10, budgetUsdPerDay: 100 } },
  }
  const published = await plane.ask('POST /v1/features/f/versions', { as: 'ci', body: { content, ...judged } })
  assert.ok(published.status < 300, JSON.stringify(published.body))
  const form = hiddenFields(await (await signedIn(plane, 'operator')).page(`/features/f/start?version=${content.id}`))
  const { body: told } = await plane.ask(`GET /v1/features/f/versions/${content.id}/traffic`, { as: 'operator' })
  const own = rolloutSettingsSchema.parse(told.rollout)
  const command = await rolloutOutlook(
    { ...told, isJudged: told.judges },
    { settings: own, areGiven: false, perDay: undefined, users: undefined },
    { start: plane.clock.now(), runs: 1 },
  )
  const { body } = await startOf(plane, { version: content.id, acceptUndecided: true })
  const rollout = (await plane.store.feature('f'))?.rollout
  assert.ok(rollout, JSON.stringify(body))
  assert.notDeepEqual(rollout.settings, own, 'they are adapted')
  assert.deepEqual([rollout.settings, rollout.judgePercent], [command.settings, command.judgePercent])
  assert.deepEqual(
    [rolloutSettingsSchema.parse(JSON.parse(form.settings ?? '')), Number(form.judgePercent)],
    [rollout.settings, rollout.judgePercent],
  )
  const chosen = { settings, judgePercent: 33, version: content.id, acceptUndecided: true, supersede: true }
  const { body: other } = await startOf(plane, chosen)
  assert.deepEqual([other.settings.stages.length, other.judgePercent], [1, 33], 'what is chosen stays')
  const given = { traffic: { requestsPerDay: 3000 }, version: content.id, acceptUndecided: true, supersede: true }
  const many = await startOf(plane, given)
  assert.notDeepEqual(many.body.settings.stages, body.settings.stages, 'traffic that is given counts instead')
})

test('a page does not wait while the traffic is counted: it says so, and asks again', async () => {
  const store = memoryStore()
  const counted = Promise.withResolvers<void>()
  await using plane = await testPlane({
    store: {
      ...store,
      async readLog(page) {
        await counted.promise
        return store.readLog(page)
      },
    },
  })
  const { canary } = await withTraffic(plane, 20)
  const who = await signedIn(plane, 'operator')
  const pages = ['start', 'activate'].map((act) => `/features/f/${act}?version=${canary}`)
  const early = await Promise.all(pages.map((path) => settled(plane, who.page(path))))
  for (const page of early) assert.match(page, /<section class="act" data-again>/)
  const [start = '', activate = ''] = early
  assert.match(start, /Its stages depend on the traffic, which is being counted/)
  assert.doesNotMatch(start, /class="fields"/, 'with which stages it would start is not known yet')
  assert.match(activate, /how many users that is, is being counted/)
  assert.match(activate, /class="fields"/, 'that needs no counting')
  counted.resolve()
  await until(async () => (await who.page(pages[0] ?? '')).includes('class="fields"'), 'the traffic to be counted')
  const late = await who.page(pages[1] ?? '')
  assert.match(late, /about 20 users \(as many were seen in the last 2 days\)/)
  assert.doesNotMatch(late, /data-again/)
})
