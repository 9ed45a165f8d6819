import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Assessment } from '../../../../src/control/rollout/assessment/assessment.ts'
import type { TestPlane } from '../../../support/control-plane/control-plane.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'
import {
  type KnownCanaries,
  nothingKnown,
  planeThatKnows,
  startCanary,
  watchCanary,
} from '../../../support/rollout/watched-canary.ts'

const text = (page: string) => page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

/** The pages that show a canary, which was looked at until now, and what was found. */
async function lookedAt(plane: TestPlane, known: KnownCanaries) {
  const rollout = await startCanary(plane, 'mail')
  watchCanary(rollout, known, { worseBy: 0, looks: 4 })
  plane.clock.advance(8 * 60_000)
  const found = known.assessments.get(rollout.id)
  assert.ok(found)
  const paths = [`/rollouts/${rollout.id}`, '/', '/features/mail']
  return { rollout, found, ann: await signedIn(plane, 'viewer'), paths }
}

test('a canary that was looked at by a clock that is ahead of this one is not said to be well, on no page', async () => {
  const known = nothingKnown()
  await using plane = await planeThatKnows(known)
  const { rollout, ann, paths } = await lookedAt(plane, known)
  await plane.store.lead('controller')
  assert.match(text(await ann.page(paths[0] ?? '')), /Watched ✓ last assessed 24 Nov 09:08Z /)
  const series = known.recorded.get(rollout.id)?.series
  assert.ok(series)
  known.recorded.set(rollout.id, { at: plane.clock.now() + 3_600_000, series })
  plane.clock.advance(1000)
  for (const path of paths) {
    const ahead = text(await ann.page(path))
    assert.match(ahead, /\? [Rr]unning.*✕ last assessed 24 Nov 10:08Z, by a clock that is ahead of this one/, path)
    assert.doesNotMatch(ahead, /[✓○] ([Rr]unning|last assessed)/, path)
  }
})

const counted = { value: 0, low: null, high: null, count: 9 }

/** The same canary, had each signal been proven to be no worse. */
function provenOf({ figures, signals, ...found }: Assessment): Assessment {
  const proof = { eValue: 21, needed: 20 }
  return {
    ...found,
    signals: signals.map((one) => ({ ...one, logE: 0, logENonInferior: 0, difference: 0 })),
    figures: {
      ...figures,
      signals: figures.signals.map((one) => ({ ...one, against: 1, canary: counted, incumbent: counted, proof })),
      missing: figures.missing.filter(({ unit }) => unit !== 'eValue'),
    },
  }
}

test('a canary of which no outcomes come any more is not said to be well, on no page, whatever was proven', async () => {
  const known = nothingKnown()
  await using plane = await planeThatKnows(known)
  const { rollout, found, ann, paths } = await lookedAt(plane, known)
  await plane.store.lead('controller')
  const proven = provenOf(found)
  known.assessments.set(rollout.id, proven)
  plane.clock.advance(1000)
  for (const path of paths) assert.match(text(await ann.page(path)), /✓ [Rr]unning/, path)
  assert.match(text(await ann.page(paths[0] ?? '')), /Outcomes ✓ .*Evidence against the canary ✓ no evidence/)
  const heardAt = plane.clock.now() - 40 * 60_000
  known.assessments.set(rollout.id, { ...proven, soak: { ...proven.soak, counting: false, heardAt } })
  plane.clock.advance(1000)
  for (const path of paths) {
    const silent = text(await ann.page(path))
    assert.match(silent, /\? [Rr]unning.*no data since 24 Nov 08:28Z/, path)
    assert.doesNotMatch(silent, /✓ ([Rr]unning|no evidence|None of)/, path)
  }
  assert.match(text(await ann.page('/')), /\? no outcomes of both arms since 24 Nov 08:28Z/)
  assert.match(text(await ann.page(paths[0] ?? '')), /Outcomes ✕ .*Evidence against the canary \? no evidence/)
})

test('the overview is not said to be well while it is not known how a running rollout does', async () => {
  const known = nothingKnown()
  await using plane = await planeThatKnows(known)
  const { rollout, found, ann } = await lookedAt(plane, known)
  const other = await startCanary(plane, 'zzz')
  const overview = async (query = '') => {
    plane.clock.advance(1000)
    const page = await ann.page(`/${query}`)
    const listed = [...page.matchAll(/data-column="Feature"><a href="\/features\/(\w+)"/g)].map(([, name]) => name)
    return { shown: text(page), listed }
  }
  const none = 'None of 2 features has a rollout that is held,'
  const nobody = await overview()
  assert.match(nobody.shown, new RegExp(`[^✓] ${none}.* \\? how 2 of 2 running rollouts do is not known`))
  await plane.store.lead('controller')
  known.assessments.set(rollout.id, provenOf(found))
  const one = await overview()
  assert.match(one.shown, /[^✓] None of 2 features.* \? how 1 of 2 running rollouts does is not known/)
  assert.deepEqual(one.listed, ['zzz', 'mail'], 'what is not known comes before what runs well')
  assert.match((await overview('?search=mail')).shown, /\? how 1 of 2 running rollouts does is not known/)
  watchCanary(other, known, { worseBy: 0, looks: 1 })
  known.recorded.set(other.id, { at: plane.clock.now(), series: {} as never })
  known.assessments.set(other.id, provenOf(known.assessments.get(other.id) ?? found))
  const both = await overview()
  assert.match(both.shown, new RegExp(`✓ ${none}`))
  assert.doesNotMatch(both.shown, /running rollouts? do/)
  assert.deepEqual(both.listed, ['mail', 'zzz'])
  known.recorded.set(other.id, { at: plane.clock.now() - 200_000, series: {} as never })
  assert.match((await overview()).shown, /\? how 1 of 2 running rollouts does is not known/)
  const alerts = [{ code: 'cost', message: 'look' }]
  known.assessments.set(other.id, { ...provenOf(found), alerts })
  const alarmed = await overview()
  assert.match(alarmed.shown, /✕ 1 feature of 2 needs attention/)
  assert.doesNotMatch(alarmed.shown, /running rollouts? do/, 'it is counted once')
})

test('an alert has the same mark on the page of the rollout as on the overview', async () => {
  const known = nothingKnown()
  await using plane = await planeThatKnows(known)
  const { rollout, found, ann, paths } = await lookedAt(plane, known)
  await plane.store.lead('controller')
  const alerts = [
    { code: 'evidence' as const, message: 'evidence against it is at 9 of 20' },
    { code: 'judge-outage' as const, message: 'the judge does not answer' },
  ]
  known.assessments.set(rollout.id, { ...found, alerts })
  plane.clock.advance(1000)
  for (const path of paths)
    assert.match(text(await ann.page(path)), /! evidence against it is at 9 of 20.*✕ the judge does not answer/, path)
})

test('a canary whose answers nobody has judged or that nobody watches, is not said to be well, on no page', async () => {
  const known = nothingKnown()
  await using plane = await planeThatKnows(known)
  const { rollout, found, ann, paths } = await lookedAt(plane, known)
  for (const path of paths) assert.match(text(await ann.page(path)), /\? [Rr]unning.*no replica leads/, path)
  await plane.store.lead('controller')
  plane.clock.advance(1000)
  const unseen = '; slow requests not looked at: no comparable latencies of both arms are known yet'
  for (const path of paths) assert.match(text(await ann.page(path)), /\? [Rr]unning/, path)
  assert.match(text(await ann.page('/')), new RegExp(`\\? no verdict yet, more errors so far${unseen}`))
  const isSlow = ({ signal }: { signal: string }) => signal === 'slow'
  const assessed: Assessment = {
    ...found,
    signals: found.signals.map((one) => (isSlow(one) ? { ...one, logE: 0, difference: 0 } : one)),
    figures: {
      ...found.figures,
      signals: found.figures.signals.map((one) =>
        isSlow(one) ? { ...one, against: 1, canary: counted, incumbent: counted } : one,
      ),
      missing: found.figures.missing.filter(({ unit }) => unit !== 'eValue'),
    },
  }
  known.assessments.set(rollout.id, assessed)
  plane.clock.advance(1000)
  const worse = /○ no evidence that it is worse; at 1 in 20 it is rolled back ; no verdict yet, .*more errors so far/
  for (const path of paths) {
    const shown = text(await ann.page(path))
    assert.match(shown, /○ [Rr]unning.*no verdict yet, .*more errors so far/, path)
    assert.doesNotMatch(shown, /[✓?] ([Rr]unning|no evidence|no verdict)/, path)
  }
  assert.match(text(await ann.page(paths[0] ?? '')), worse)
  const { figures } = assessed
  const proven = (of: typeof figures.signals, eValue: number) =>
    of.map((one) => ({ ...one, proof: { eValue, needed: 20 } }))
  const alike = assessed.signals.map((one) => ({ ...one, difference: 0, logENonInferior: 0 }))
  const knownOf = async (proof: number, more: Partial<Assessment> = {}) => {
    const proofs = { ...figures, signals: proven(figures.signals, proof) }
    known.assessments.set(rollout.id, { ...assessed, signals: alike, figures: proofs, ...more })
    plane.clock.advance(1000)
    return Promise.all(paths.map(async (path) => text(await ann.page(path))))
  }
  for (const shown of await knownOf(1.5)) {
    assert.match(shown, /○ [Rr]unning/)
    assert.doesNotMatch(shown, /[✓?] [Rr]unning/)
  }
  assert.match((await knownOf(1.5))[1] ?? '', /○ no evidence against it yet: 80 of about 590 judged answers/)
  assert.match((await knownOf(0.9))[1] ?? '', /○ no evidence against it yet: 80 judged answers/)
  for (const shown of await knownOf(21)) assert.match(shown, /✓ [Rr]unning/)
  const signals = alike.map((one) => (one.signal === 'score' ? { ...one, logE: null } : one))
  const unjudged = await knownOf(21, { signals, canary: { ...assessed.canary, judged: 0 } })
  for (const shown of unjudged) {
    assert.match(shown, /\? [Rr]unning/)
    assert.doesNotMatch(shown, /[✓○] [Rr]unning/)
  }
  assert.match(unjudged[1] ?? '', /\? quality not looked at: no answers of both arms are judged yet/)
  assert.match(
    text(await ann.page(paths[0] ?? '')),
    /\? no evidence that it is worse; at 1 in 20 .*Not known yet, and so not in it: the judged score\. /,
  )
})
