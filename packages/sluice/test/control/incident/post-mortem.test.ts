import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Marked } from 'marked'
import { type PostMortem, postMortemOf } from '../../../src/control/incident/post-mortem.ts'
import { renderPostMortem } from '../../../src/control/incident/post-mortem-page.ts'
import { auditRowsOf } from '../../../src/control/remote/audit-export.ts'
import type { Assessment } from '../../../src/control/rollout/assessment/assessment.ts'
import { applyEvent } from '../../../src/control/store/apply-event.ts'
import { testPlane } from '../../support/control-plane/control-plane.ts'
import { noFigures } from '../../support/controller/counting-engine.ts'
import { canary } from '../../support/rollout/failed-canary.ts'

const arm = {
  ...{ requests: 1200, users: 900, judged: 80, meanScore: 0.9, errorRate: 0.01, refusalRate: null, invalidRate: 0 },
  ...{ slowRate: 0.05, meanCostUsd: 0.002, meanLatencyMs: 900, meanFeedback: null },
}
const assessment: Assessment = {
  decision: { do: 'rollBack', why: 'evidence' },
  figures: {
    ...noFigures,
    against: { eValue: 24.8, highest: { eValue: 26, at: Date.UTC(2026, 10, 24, 9) }, needed: 20 },
  },
  words: 'The canary is worse by the judged score (-0.300): it is rolled back.',
  ...{ logE: 3.21, threshold: 2.996, anytimeP: 0.0403, alpha: 0.05 },
  signals: [
    { signal: 'score', weight: 0.4, logE: 4.1, logENonInferior: -9, difference: -0.3 },
    { signal: 'errors', weight: 0.3, logE: 1, logENonInferior: null, difference: 0.129 },
    { signal: 'cost', weight: 0, logE: null, logENonInferior: null, difference: 0.00042 },
  ],
  incumbent: arm,
  canary: { ...arm, requests: 60, users: 41, meanScore: 0.6 },
  interval: { low: -0.41, high: -0.19 },
  mismatch: { logBayesFactor: -3, blocked: false, wrongArms: 0 },
  ...{ alerts: [], ignored: {}, cursor: 9, tokens: [], places: { instance: [], address: [] }, accuser: null },
  soak: { stage: 0, soakedMs: 0, counting: true, heardAt: null },
}

/** The record of a canary that was rolled back by evidence, and of what happened before and after it. */
async function rolledBack(cases: PostMortem['cases'] = null) {
  const plane = await testPlane()
  const { rollout, production, content, version } = await canary(plane)
  const at = plane.clock.now() + 3_600_000
  await applyEvent(
    plane.store,
    'mail',
    { type: 'advance', reason: 'Go | on.' },
    { at, by: 'sluice' },
    { tokenId: null },
  )
  const event = { type: 'rollBack' as const, reason: assessment.words, evidence: assessment }
  await applyEvent(plane.store, 'mail', event, { at: at + 60_000, by: 'sluice' }, { tokenId: null })
  const later = await plane.publish('mail', 'better {{email}}')
  const activation = { type: 'activate' as const, version: later, reason: 'much later' }
  await applyEvent(plane.store, 'mail', activation, { at: at + 3e6, by: 'ann' }, { tokenId: null })
  const judgement = { items: [{ id: 'actions', verdict: 'no' }] }
  const hostile = '```\n<script>alert(1)</script> ![x](http://evil.example/x) @everyone'
  await plane.store.putContent([
    { ...content('bad-1', 0.1), output: hostile, judgement },
    { ...content('bad-2', 0.2), judgement },
    content('good', 0.9),
  ])
  const view = await production.rollout(rollout)
  const records = { ...production, auditRows: (feature: string) => auditRowsOf(production, feature) }
  const page = await postMortemOf(view, records, { cases, goodFrom: 0.6, link: 'https://s.example/rollouts/r)x' })
  await plane[Symbol.asyncDispose]()
  return { ...page, version, rolloutId: rollout }
}

test('the timeline begins with the publication and ends with the rollback', async () => {
  const { rows } = await rolledBack()
  assert.deepEqual(
    rows.map(({ action }) => action),
    ['version.publish', 'rollout.start', 'rollout.advance', 'rollout.rollBack'],
  )
})

test('the page says what happened, by which evidence, and how much of it there was', async () => {
  const { version, rolloutId, ...postMortem } = await rolledBack()
  const page = renderPostMortem(postMortem)
  const inOrder = [
    `# mail: \`${version}\` rolled back`,
    `Rollout \`${rolloutId}\`: \`${version}\` against `,
    'It ended after 1 h 1 min at stage 2 of 4 (5 % of the users), by sluice. 60 requests of 41 users got it.',
    '> The canary is worse by the judged score',
    '[The page of this rollout](https://s.example/rollouts/r%29x)',
    '| advanced the canary, `rollout.advance` | Go \\| on. |',
    'Of all its stages:',
    '| mean score | 0.900 | 0.600 |',
    '| refusals | n/a | n/a |',
    'Of its last stage, which decided:',
    '| the judged score | 40 % | -0.300 | 60 |',
    '| the rate of errors | 30 % | +12.90 points | 2.7 |',
    '| the cost of a request | 0 % | +0.00042 USD | n/a |',
    'e-value against it was 24 of the 20 that roll back, as unlikely as 1 in 24 if it were no worse; p = 0.040 at any',
    'Its highest was 26 of the 20 that roll it back, 24 Nov 2026 09:00Z.',
    'Difference of the score: -0.410 to -0.190.',
    'The verdict of the gate on this version was **pass**',
    'Of the 2 answers above failed: `actions` (2).',
  ]
  let from = 0
  for (const part of inOrder) {
    const found = page.indexOf(part, from)
    assert.ok(found >= 0, `${part} is not in, or not in order:\n${page}`)
    from = found
  }
  assert.doesNotMatch(page, /much later|`good`/)
  const named = postMortem.versions.map((one) => (one.id === version ? { ...one, label: '1.4' } : one))
  assert.match(
    renderPostMortem({ ...postMortem, versions: named }),
    /^# mail: 1\.4 rolled back\n[\s\S]*`1\.4 \(\w{12}\)` against/,
  )
})

test('it names the cases that were made of it, or the command that makes them', async () => {
  const made = [{ id: 'mail-refund-1', suite: 'evals/mail.yaml', outcome: 'bad-2' }]
  const page = renderPostMortem(await rolledBack(made))
  assert.match(page, /### 1\. `bad-1`: score 0\.100, failed `actions`, no case yet\n/)
  assert.match(page, /### 2\. `bad-2`: score 0\.200, failed `actions`, now the case `mail-refund-1`\n/)
  assert.match(page, /- `mail-refund-1` in `evals\/mail\.yaml`/)
  const told = await rolledBack([])
  assert.match(renderPostMortem(told), /`sluice case add mail --from rollout:r-\w+` adds them/)
  const unkept = renderPostMortem({ ...told, worst: [] })
  assert.match(unkept, /Write one by hand: no answer is kept/)
  assert.doesNotMatch(unkept, /sluice case add/, 'it would be refused')
  assert.doesNotMatch(renderPostMortem(await rolledBack(null)), /no case yet|case add/)
})

test('the same answer to the same input is shown once, with the case of any of them', async () => {
  const made = [{ id: 'mail-refund-1', suite: 'evals/mail.yaml', outcome: 'bad-3' }]
  const postMortem = await rolledBack(made)
  const [first, second] = postMortem.worst ?? []
  if (!first || !second) throw new Error('there should be two answers')
  const worst = [first, second, { ...second, source: { ...second.source, outcome: 'bad-3' } }]
  const page = renderPostMortem({ ...postMortem, worst })
  assert.match(page, /### 1\. `bad-1`: score 0\.100, failed `actions`, no case yet\n/)
  assert.match(page, /### 2\. `bad-2`: score 0\.200, failed `actions`, now the case `mail-refund-1`, 1 more like it\n/)
  assert.doesNotMatch(page, /### 3/)
  assert.match(page, /Of the 3 answers above failed: `actions` \(3\)\./)
})

test('what a model said can neither end its block nor become markup', async () => {
  const page = renderPostMortem(await rolledBack())
  const markup = await new Marked().parse(page)
  assert.doesNotMatch(markup, /<script|<img|evil\.example\/x"/)
  assert.match(markup, /&lt;script&gt;/)
})

test('without evidence, contents and a project it says so instead of showing zeros', async () => {
  const { rollout, versions, rows } = await rolledBack()
  const ending = { by: 'ann', reason: 'a hunch' }
  const bare = renderPostMortem({
    rollout: { ...rollout, ending },
    link: null,
    versions,
    rows,
    evidence: null,
    worst: [],
    cases: null,
  })
  assert.match(bare, /No evidence is on record/)
  assert.match(bare, /No answer is kept: contents are stored only where/)
  assert.doesNotMatch(bare, /NaN|undefined|null/)
})

test('where the clock was set back the timeline is whole, and no negative duration is told', async () => {
  await using plane = await testPlane()
  const { rollout, production, version } = await canary(plane)
  const act = (what: string) => plane.ask(what, { as: 'operator', body: { reason: 'hm' } })
  plane.clock.stepBack(3_600_000)
  await act(`POST /v1/rollouts/${rollout}/pause`)
  plane.clock.advance(60_000)
  await act(`POST /v1/features/mail/rollback`)
  plane.clock.advance(7_200_000)
  await plane.ask('PUT /v1/features/mail/active', { as: 'operator', body: { version, reason: 'much later' } })
  const records = { ...production, auditRows: (feature: string) => auditRowsOf(production, feature) }
  const page = await postMortemOf(await production.rollout(rollout), records, { cases: null, goodFrom: 0.6 })
  assert.deepEqual(
    page.rows.map(({ action }) => action),
    ['version.publish', 'rollout.start', 'rollout.pause', 'rollout.rollBack'],
  )
  const text = renderPostMortem(page)
  assert.match(
    text,
    /It ended at stage 1 of \d .* The clock was set back meanwhile, so how long it lasted is not known\./,
  )
  assert.doesNotMatch(text, /-\d+ (?:ms|s|min|h)/)
})
