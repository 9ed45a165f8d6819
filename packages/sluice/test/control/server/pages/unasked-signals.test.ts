import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rolloutAnswer } from '../../../../src/control/remote/answers.ts'
import { rolloutText } from '../../../../src/control/remote/rollout-text.ts'
import { assess } from '../../../../src/control/rollout/assessment/assess.ts'
import { withPoint } from '../../../../src/control/rollout/assessment/evidence-series.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'
import { replayed } from '../../../support/rollout/replayed.ts'
import { entryOf, watched } from '../../../support/rollout/rollout-entries.ts'
import { nothingKnown, planeThatKnows } from '../../../support/rollout/watched-canary.ts'

const text = (page: string) => page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

/** What pages and terminal say of a canary of which refusals alone have a weight, and so many of ten requests fail. */
async function shownOf(failing: number) {
  const known = nothingKnown()
  await using plane = await planeThatKnows(known)
  for (const work of ['controller', 'judge', 'drift']) await plane.store.lead(work)
  const [incumbent, version] = [await plane.publish('mail', 'a'), await plane.publish('mail', 'b')]
  const launch = { version: incumbent, reason: 'launch' }
  await plane.ask('PUT /v1/features/mail/active', { as: 'operator', body: launch })
  const signals = { score: 0, errors: 0, slow: 0, safety: 1 }
  const settings = { signals, stages: [50, 90].map((percent) => ({ percent, soak: '1s' })) }
  const body = { version, acceptUndecided: true, settings }
  await plane.ask('POST /v1/features/mail/rollouts', { as: 'operator', body })
  const rollout = (await plane.store.feature('mail'))?.rollout
  assert.ok(rollout)
  const at = rollout.startedAt
  const log = Array.from({ length: 2000 }, (_, i) => {
    const canary = i % 2 === 0
    const user = { id: `u${i}`, position: canary ? 100 : 900_000 }
    const error = canary && i % 20 < 2 * failing ? 'timeout' : null
    const of = { feature: 'mail', rolloutId: rollout.id, version: canary ? version : incumbent }
    return entryOf({ user, canary, stage: 0, at: at + i }, { kind: 'request', ...of, error, latencyMs: 900 })
  })
  const now = at + 3000
  const assessment = assess(replayed(rollout, log).evidence, rollout, now, watched(rollout, now))
  known.assessments.set(rollout.id, assessment)
  known.recorded.set(rollout.id, { at: now, series: withPoint(undefined, assessment, { at: now, ppm: 500_000 }) })
  plane.clock.advance(3000)
  const ann = await signedIn(plane, 'viewer')
  const [page, overview] = [text(await ann.page(`/rollouts/${rollout.id}`)), text(await ann.page('/'))]
  const { body: answer } = await plane.ask(`GET /v1/rollouts/${rollout.id}`, { as: 'viewer' })
  return { page, overview, terminal: rolloutText(rolloutAnswer.parse(answer), [], now).replaceAll(/\s+/g, ' ') }
}

const rest = 'quality, errors, slowness'

test('what has no weight is shown with the figures of both arms, and what is not watched is named', async () => {
  const { page, overview, terminal } = await shownOf(0)
  assert.match(page, new RegExp(`✓ Running: 50 % of the users get the canary. Not watched: ${rest}\\.`))
  assert.match(page, /errors 0 % 0 % – not asked/)
  assert.match(page, /slow requests not known not known – not asked/)
  assert.doesNotMatch(page, /feedback not known|Not asked/)
  assert.match(overview, new RegExp(`✓ no evidence against it yet: 1,000 requests; not watched: ${rest}`))
  assert.match(terminal, /not asked, decides nothing: .*errors 0 % of the canary, 0 % of the incumbent/)
  assert.doesNotMatch(terminal, /look:/)
})

test('a canary that is clearly worse by what has no weight is nowhere said to be well', async () => {
  const { page, overview, terminal } = await shownOf(6)
  const harm = 'more errors, which decides nothing \\(weight 0\\): errors 60 % of the canary, 0 % of the incumbent'
  assert.match(page, /! Running: 50 %/)
  assert.match(page, new RegExp(`Not asked ! ${harm}`))
  assert.match(page, new RegExp(`! no evidence that it is worse; at 1 in 20 it is rolled back ; ${harm}`))
  assert.match(page, /errors 60 % 0 % – not asked/)
  assert.match(overview, new RegExp(`! ${harm}`))
  for (const shown of [page, overview]) assert.doesNotMatch(shown, /✓ ([Rr]unning|no evidence)/)
  assert.match(terminal, new RegExp(`look: ${harm}`))
})
