import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inThisThread } from '../../../../src/control/server/rollouts/forecaster.ts'
import { stopwatch } from '../../../../src/control/server/timers.ts'
import { memoryStore } from '../../../../src/control/store/memory/memory-store.ts'
import type { Told } from '../../../support/control-plane/control-plane.ts'
import { settled } from '../../../support/control-plane/launched.ts'
import { ruled } from '../../../support/control-plane/ruled.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'
import { manualClock } from '../../../support/manual-clock.ts'
import { until } from '../../../support/until.ts'

/** A control plane whose traffic another thread counts, which takes as long as the test wants it to. */
async function countedElsewhere() {
  const counts: PromiseWithResolvers<null>[] = []
  let isHeld = false
  const clock = manualClock()
  const forecaster = {
    ...inThisThread(() => stopwatch(clock)),
    traffic: async () => {
      if (!isHeld) return null
      const count = Promise.withResolvers<null>()
      counts.push(count)
      return count.promise
    },
  }
  const store = { ...memoryStore(), logPlace: { file: 'elsewhere' } }
  const plane = await ruled({}, { manual: clock, forecaster, store })
  const proposal = await plane.propose({ act: 'activate', version: plane.next, reason: 'shorter' })
  isHeld = true
  await plane.pass(12_000)
  const who = await signedIn(plane, 'operator')
  return {
    ...{ plane, counts, start: `/features/f/start?version=${plane.next}` },
    pages: [`/features/f/activate?version=${plane.next}`, `/proposals/${proposal.body.id}`],
    show: (path: string) => settled(plane, who.page(path)),
  }
}

/** As an open page asks again. */
const again = 1500

test('where the log tells too little, the page that asks again is told so, and a rollout can be started', async () => {
  const { plane, counts, start, pages, show } = await countedElsewhere()
  await using _ = plane
  const early = await show(start)
  assert.match(early, /data-again.*Its stages depend on the traffic, which is being counted/s)
  assert.doesNotMatch(early, /Start the rollout|<form method="post" class="fields">/)
  for (const path of pages) assert.match(await show(path), /data-again/)
  plane.clock.advance(60)
  counts[0]?.resolve(null)
  await plane.pass(again)
  const later = await show(start)
  assert.match(later, /The log has too little traffic to plan for.*<form method="post" class="fields">/s)
  for (const page of [later, ...(await Promise.all(pages.map(show)))]) {
    assert.match(page, /how many users that is, is not known/)
    assert.doesNotMatch(page, /data-again|being counted/)
  }
  assert.equal(counts.length, 1)
  plane.clock.advance(10_000)
  assert.match(await show(start), /being counted/, 'by then there may be more')
})

test('where traffic cannot be counted, pages say so for some seconds, and do not count it again', async () => {
  const { plane, counts, start, pages, show } = await countedElsewhere()
  await using _ = plane
  for (const path of [start, ...pages]) assert.match(await show(path), /data-again/)
  counts[0]?.reject(new Error('the database is slow'))
  await plane.pass(again)
  const failed = await show(start)
  assert.match(failed, /The traffic could not be counted just now, so the stages do not rest on it/)
  assert.match(failed, /<li>The traffic of the feature could not be counted\. The log of the control plane says why/)
  assert.doesNotMatch(failed, /too little traffic/)
  for (const page of [failed, ...(await Promise.all(pages.map(show)))]) {
    assert.match(page, /how many users that is, could not be counted/)
    assert.doesNotMatch(page, /data-again|being counted|that is, is not known/)
  }
  const traffic = await plane.ask(`GET /v1/features/f/versions/${plane.next}/traffic`, { as: 'viewer' })
  assert.deepEqual([traffic.status, traffic.body.code], [503, 'traffic-uncounted'])
  delete plane.rules['*']
  const begin = (more: object) =>
    plane.ask('POST /v1/features/f/rollouts', { as: 'operator', body: { version: plane.next, ...more } })
  const refused = await begin({})
  assert.deepEqual([refused.status, refused.body.code], [503, 'traffic-uncounted'])
  assert.match(refused.body.detail, /To start it anyway: acceptUndecided/)
  assert.equal((await begin({ acceptUndecided: true })).status, 201)
  assert.equal(counts.length, 1)
})

test('a release without approval, and a proposal, do not wait for traffic that is counted slowly', async () => {
  const { plane, counts } = await countedElsewhere()
  await using _ = plane
  const before = plane.clock.now()
  const body = { version: plane.next, reason: 'hot fix', breakGlass: { reason: 'it leaks addresses' } }
  let made: Told | undefined
  void plane.ask('PUT /v1/features/f/active', { as: 'operator', body }).then((answer) => {
    made = answer
  })
  await until(() => {
    plane.clock.advance(50)
    return made !== undefined || plane.clock.now() - before > 5000
  }, 'the release')
  assert.equal(made?.status, 200, 'within five seconds')
  const note = (await plane.ask('GET /v1/proposals', { as: 'viewer' })).body.proposals.at(-1)
  assert.match(note.does[0], /how many users that is, is not known/)
  assert.equal(counts.length, 1)
})

test('a page of what cannot be done does not ask again for what it does not show', async () => {
  const { plane, show } = await countedElsewhere()
  await using _ = plane
  const page = await show(`/features/f/activate?version=${plane.first}`)
  assert.match(page, /<p class="note">/)
  assert.doesNotMatch(page, /data-again/)
})
