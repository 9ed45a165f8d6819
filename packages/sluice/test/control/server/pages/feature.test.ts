import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testPlane } from '../../../support/control-plane/control-plane.ts'
import {
  describedEngine,
  describedFeature,
  publishDescribed,
} from '../../../support/control-plane/described-feature.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'

const text = (page: string) => page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

/** The rows of the table of this name, without markup. */
function rowsOf(page: string, name: string): string[] {
  const table = page.split('role="region"').find((one) => one.startsWith(` aria-label="${name}`))
  assert.ok(table, `there is a table "${name}"`)
  return [...table.matchAll(/<tr>(.*?)<\/tr>/gs)].slice(1).map(([, row = '']) => text(row).trim())
}

test('the page of a feature says what everybody gets since when, how each rollout ended, and what the gate said', async () => {
  await using plane = await testPlane({ engineState: describedEngine })
  const ids = await describedFeature(plane)
  const page = await (await signedIn(plane, 'viewer')).page('/features/email-summary')
  const main = text(page)
  assert.match(main, /Everybody outside of the rollout gets 1\.1 [0-9a-f]{12} , since 24 Nov 09:45Z/)
  assert.match(main, /1\.4 [0-9a-f]{12} is on trial: . running, 1 % of the users/)
  const versions = rowsOf(page, 'Versions')
  assert.deepEqual(
    versions.map((row) => row.split(' ')[0]),
    ['1.4', '1.3', '1.2', '1.1', '1.0'],
  )
  assert.match(
    versions[0] ?? '',
    /canary at 1 %, since .*pass 24 Nov 10:20Z score 0\.920 \[0\.900, 0\.940\], \+0\.020 to/,
  )
  assert.match(versions[0] ?? '', /with 1\.1 [0-9a-f]{12}$/)
  assert.match(versions[1] ?? '', /rolled back ! inconclusive .* 2\.5 % of the cases have no score .*commit of 1\.3/)
  assert.match(versions[3] ?? '', /[^✓] active since 24 Nov 09:45Z/, 'which says nothing of how it does')
  assert.match(versions[4] ?? '', /active until 24 Nov 09:20Z/)
  assert.ok(page.includes(`/features/email-summary/compare?from=${ids[1]}&amp;to=${ids[4]}`))
  assert.ok(page.includes(`/runs/email-summary/${ids[3]}`))
  const [running = '', ended = ''] = rowsOf(page, 'Rollouts')
  assert.match(running, /^1\.4 .*running it has not ended stage 1 of 4 1 % of the users/)
  assert.match(
    ended,
    /rolled back complaints about its length by ope-operator .*without a gate that passed : asked for by sales/,
  )
  assert.match(rowsOf(page, 'What everybody got')[1] ?? '', /^1\.2 .* set by hand, rolled back/)
})

test('who may act finds the first step of each act, others find none', async () => {
  await using plane = await testPlane({ engineState: describedEngine })
  await describedFeature(plane)
  const acts = (page: string) => [...page.matchAll(/class="button[^"]*" href="[^"]*\/(\w+)"/g)].map(([, act]) => act)
  const ann = await signedIn(plane, 'operator')
  const rollout = acts(await ann.page('/features/email-summary'))
  assert.deepEqual(rollout, ['rollback', 'pause', 'advance', 'promote', 'abort', 'rollback'])
  await plane.publish('mail', 'a')
  assert.deepEqual(acts(await ann.page('/features/mail')), ['activate'])
  await plane.ask('POST /v1/features/email-summary/rollback', { as: 'operator', body: { reason: 'worse' } })
  plane.clock.advance(1000)
  assert.deepEqual(acts(await ann.page('/features/email-summary')), ['rollback', 'start', 'activate'])
  await plane.ask('PUT /v1/features/mail/active', {
    as: 'operator',
    body: { version: await plane.publish('mail', 'b'), reason: 'launch' },
  })
  plane.clock.advance(1000)
  const first = await ann.page('/features/mail')
  assert.deepEqual(acts(first), ['start', 'activate'])
  assert.match(first, /There is no earlier version to roll back to/)
  for (const scope of ['viewer', 'approver'])
    assert.deepEqual(acts(await (await signedIn(plane, scope)).page('/features/email-summary')), [], scope)
})

test('one time axis has what the gate measured, both arms of rollouts, and all that happened', async () => {
  await using plane = await testPlane({ engineState: describedEngine })
  await describedFeature(plane)
  const page = await (await signedIn(plane, 'viewer')).page('/features/email-summary')
  const [, happened = ''] = page.split('aria-label="What happened')
  const events = text(happened.split('</table>')[0] ?? '')
  for (const expected of [
    '1.0 was given to everybody by hand',
    '1.2 was rolled back to 1.1',
    'a rollout of 1.3 was started by ope-operator',
    'the rollout of 1.3 was rolled back by ope-operator: complaints about its length',
    'drift alarm, score: the score fell from 0.910 to 0.850',
    'the last night was fail: provider-drift',
  ])
    assert.ok(events.includes(expected), `${expected}: ${events}`)
  for (const panel of [
    'score',
    'errors, %',
    'mean latency, seconds',
    'cost of a request, USD',
    'cost of a gate run or a night, USD',
  ])
    assert.ok(page.includes(`>${panel}</text>`), panel)
  const numbers = text(page.split('aria-label="email-summary over time"')[1]?.split('</table>')[0] ?? '')
  assert.match(numbers, /0\.840 \[0\.820, 0\.860\]/)
  for (const night of ['2026-11-22 02:00:00Z', '2026-11-23 02:00:00Z', '2026-11-24 02:00:00Z'])
    assert.ok(numbers.includes(night), night)
  assert.match(numbers, /2026-11-24 02:00:00Z .{0,40}0\.810 \[0\.770, 0\.850\]/)
  assert.equal(events.match(/night was/g)?.length, 1, 'nights that passed are points, and no events')
  const times = [...numbers.matchAll(/2026-11-\d\d \d\d:\d\d:\d\dZ/g)].map(([time]) => Date.parse(time))
  assert.ok(times.length > 5 && times.every((time) => time <= plane.clock.now()), 'nothing was measured in the future')
  assert.match(text(page), /Production between rollouts: it is kept as sums of each rollout, not by day/)
})

test('a promotion by hand is told once, with who did it and why, and is not said to be well', async () => {
  await using plane = await testPlane()
  const [first, second] = [await plane.publish('f', 'a'), await plane.publish('f', 'b')]
  await plane.ask('PUT /v1/features/f/active', { as: 'operator', body: { version: first, reason: 'launch' } })
  const { body } = await plane.ask('POST /v1/features/f/rollouts', { as: 'operator', body: { version: second } })
  plane.clock.advance(60_000)
  await plane.ask(`POST /v1/rollouts/${body.id}/promote`, { as: 'operator', body: { reason: 'the fair is today' } })
  plane.clock.advance(1000)
  const page = await (await signedIn(plane, 'viewer')).page('/features/f')
  assert.match(text(page), /since 24 Nov [^,]+, promoted from a rollout/)
  assert.match(
    rowsOf(page, 'Rollouts')[0] ?? '',
    /! promoted by hand \(quality was not watched\) the fair is today by ope-operator/,
  )
  const events = rowsOf(page, 'What happened').filter((row) => /promoted/.test(row))
  assert.equal(events.length, 1)
  assert.match(
    events[0] ?? '',
    /the rollout of [0-9a-f]{12} was promoted by hand \(quality was not watched\) by ope-operator: the/,
  )
})

test('what no report and no rollout says is said to be missing, and has no panel and no 0', async () => {
  await using plane = await testPlane()
  const ann = await signedIn(plane, 'viewer')
  await plane.publish('mail', 'a', { verdict: null })
  const bare = await ann.page('/features/mail')
  assert.match(text(bare), /No version is active .*sluice activate mail VERSION/)
  assert.match(text(bare), /published without a gate report/)
  assert.match(text(bare), /no other version/)
  assert.match(text(bare), /Nothing has happened yet/)
  assert.match(text(bare), /has these figures: score, errors, latency, cost\./)
  assert.match(text(bare), /Nights: none is known.*Drift alarms: nothing was watched yet/)
  await plane.publish('mail', 'b')
  plane.clock.advance(1000)
  const reported = await ann.page('/features/mail')
  assert.match(text(reported), /pass 24 Nov 08:00Z score not known/)
  const version = await plane.publish('mail', 'b')
  await plane.ask('PUT /v1/features/mail/active', { as: 'operator', body: { version, reason: 'launch' } })
  plane.clock.advance(1000)
  const active = await ann.page('/features/mail')
  assert.ok(active.includes('score: none is stored'))
  assert.doesNotMatch(active, /errors, %|seconds<|USD<\/text>/)
})

test('many versions are listed page by page, the newest first, and the picture says how many it has', async () => {
  await using plane = await testPlane()
  for (let index = 0; index < 45; index += 1) {
    const startedAt = new Date(plane.clock.now()).toISOString()
    await publishDescribed(plane, { feature: 'mail', label: `v${index}`, text: `text ${index}`, startedAt })
  }
  const ann = await signedIn(plane, 'viewer')
  const listed = async (query: string) => rowsOf(await ann.page(`/features/mail${query}`), 'Versions')
  const labels = (rows: string[]) => rows.map((row) => row.split(' ')[0])
  const first = await listed('')
  assert.deepEqual([first.length, ...labels(first).slice(0, 2)], [20, 'v44', 'v43'])
  assert.deepEqual(labels(await listed('?page=3')), ['v4', 'v3', 'v2', 'v1', 'v0'])
  assert.deepEqual(await listed('?page=9'), await listed('?page=3'))
  assert.deepEqual(await listed('?page=x'), first)
  assert.match(text(await ann.page('/features/mail')), /Gate runs of the newest 30 of 45 versions/)
})

test('a report in no form that is known leaves the page standing, and nothing in it is known', async () => {
  await using plane = await testPlane()
  const version = await plane.publish('mail', 'a')
  const record = await plane.store.version('mail', version)
  assert.ok(record?.report)
  const odd = { score: { mean: 'high' }, coverage: 3, cost: [], latency: null, comparison: 'better', candidate: {} }
  for (const summary of [odd, null, 'text', { score: { mean: Number.MAX_VALUE } }]) {
    await plane.store.commit({
      version: { ...record, report: { ...record.report, startedAt: 'yesterday', summary } },
      audit: {
        ...{ chain: 'mail', at: 0, actor: 'test', tokenId: null, action: 'test', reason: null },
        ...{ before: null, after: null, evidence: null },
      },
    })
    plane.clock.advance(2000)
    const page = text(await (await signedIn(plane, 'viewer')).page('/features/mail'))
    assert.match(page, /pass not known score not known/)
  }
})
