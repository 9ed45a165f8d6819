import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DriftView } from '../../../../src/control/drift/read-drift.ts'
import { driftText } from '../../../../src/control/remote/drift-text.ts'
import { testPlane } from '../../../support/control-plane/control-plane.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'

const hourMs = 3_600_000

const text = (page: string) => page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

/** A control plane that watches `mail`, as the watch has left it, and what its pages and its answer say. */
async function watched() {
  const view = { version: '', since: 0, judgeId: null, events: [], signals: [] as unknown[] }
  const plane = await testPlane({
    engineState: { assessment: async () => null, drift: async () => view as unknown as DriftView },
  })
  await plane.store.lead('drift')
  const activate = async (words: string) => {
    const version = await plane.publish('mail', words)
    await plane.ask('PUT /v1/features/mail/active', { as: 'operator', body: { version, reason: 'launch' } })
    return version
  }
  view.version = await activate('first')
  const now = plane.clock.now()
  const signal = (name: string, words: string, hoursAgo: number | null) => {
    const heardAt = hoursAgo === null ? null : now - hoursAgo * hourMs
    return { signal: name, phase: 'watching', lately: null, words, heardAt }
  }
  const ann = await signedIn(plane, 'viewer')
  const shown = async () => {
    plane.clock.advance(31_000)
    const [overview, feature, judge] = await Promise.all(['/', '/features/mail', '/judge'].map(ann.page))
    const { body } = await plane.ask('GET /v1/features/mail/drift', { as: 'viewer' })
    return {
      overview: text(overview ?? ''),
      feature: text(feature ?? ''),
      judge: text(judge ?? ''),
      told: driftText(body),
    }
  }
  return { plane, view, activate, signal, shown }
}

test('drift of a feature of which no outcomes come any more is not said to be none, on no page', async () => {
  const { plane, view, signal, shown } = await watched()
  await using _ = plane
  view.signals = [signal('score', 'as usual', 23), signal('errors', 'few', 23)]
  const fresh = await shown()
  for (const page of [fresh.overview, fresh.feature]) assert.match(page, /✓ none in 7 days, 2 of 2 signals watched/)
  assert.match(fresh.judge, /✓ as usual/)
  assert.match(fresh.told, /:\n {2}score: as usual\n {2}errors: few\n/)
  view.signals = [signal('score', 'as usual', 24), signal('errors', 'few', 48)]
  const old = await shown()
  for (const page of [old.overview, old.feature]) {
    assert.match(page, /\? no outcomes since 23 Nov 09:00Z/)
    assert.doesNotMatch(page, /none in 7 days/)
  }
  assert.match(old.judge, /\? no outcomes since 23 Nov 09:00Z; before: as usual/)
  assert.match(
    old.told,
    /:\nno outcomes since 23 Nov 09:00Z, so what you see may be out of date\n {2}score: as usual\n/,
  )
})

test('where requests come and no scores do, the score alone is not said to be watched', async () => {
  const { plane, view, signal, shown } = await watched()
  await using _ = plane
  view.signals = [signal('score', 'as usual', 24), signal('errors', 'few', 0)]
  const { overview, judge, told } = await shown()
  assert.match(overview, /✓ none in 7 days, 1 of 2 signals watched/)
  assert.match(judge, /\? none since 23 Nov 09:00Z; before: as usual/)
  assert.match(told, /:\n {2}score: none since 23 Nov 09:00Z; before: as usual\n {2}errors: few\n/)
})

test('the watch of a former version, or one of which nobody knows when its last outcome came, is not of now', async () => {
  const { plane, view, activate, signal, shown } = await watched()
  await using _ = plane
  view.signals = [signal('score', 'as usual', null)]
  const unknown = await shown()
  assert.match(unknown.overview, /\? when its last outcome came is not known/)
  assert.match(unknown.judge, /\? when its last outcome came is not known; before: as usual/)
  view.signals = [signal('score', 'as usual', 0)]
  await activate('second')
  const former = await shown()
  const words = `of version ${view.version}, not of the active one`
  for (const page of [former.overview, former.feature, former.judge]) assert.match(page, new RegExp(`\\? ${words}`))
  assert.match(former.told, new RegExp(`\n${words}, so what you see may be out of date\n`))
})

test('a move beyond its limit of which too little is known yet is shown neither as well nor as an alarm', async () => {
  const { plane, view, signal, shown } = await watched()
  await using _ = plane
  const moved = (mean: number, phase = 'watching') => [
    { ...signal('score', 'said', 0), phase, tolerance: 0.005, lately: { count: 31, mean, usual: 1 } },
  ]
  view.signals = moved(0.985)
  const open = await shown()
  assert.match(open.judge, /\? said/)
  assert.match(open.overview, /\? none in 7 days; too few to tell whether score has moved/)
  view.signals = moved(0.996)
  const usual = await shown()
  assert.match(usual.judge, /✓ said/)
  assert.match(usual.overview, /✓ none in 7 days, 1 of 1 signals watched/)
  view.signals = moved(0.996, 'level')
  assert.match((await shown()).judge, /\? not watched, since nothing is judged/, 'it learns without an end')
})
