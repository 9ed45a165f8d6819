import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tagLines } from '../../../src/gate/report/tag-lines.ts'
import { withVerdict } from '../../../src/gate/report/with-verdict.ts'
import { decide } from '../../../src/gate/verdict/decide.ts'
import type { GateCase } from '../../../src/gate/verdict/gate-case.ts'
import { gatePolicy } from '../../../src/gate/verdict/policy.ts'
import { seededRandom } from '../../../src/stats/index.ts'
import { incidentFeature, incidentReport, passedFeature } from '../../support/report/incident.ts'
import { formats } from './formats.ts'

/** Cases whose scores vary around 0.9, the candidate's lower by `drop`, decided in one round of all their repeats. */
function decided(
  drop: (index: number) => number,
  { count = 120, tags = 4, ...settings } = {} as Record<string, number>,
) {
  const random = seededRandom(5)
  const score = (mean: number) => Math.min(1, Math.max(0, mean + 0.05 * random.normal()))
  const cases = Array.from(
    { length: count },
    (_, index): GateCase => ({
      ...{ id: `c${index}`, weight: 1, tags: index % 4 < tags ? [`t${index % 4}`] : [], critical: false },
      candidate: [score(0.9 - drop(index)), score(0.9 - drop(index)), score(0.9 - drop(index))],
      baseline: [score(0.9), score(0.9), score(0.9)],
    }),
  )
  const { decision } = decide(cases, { ...gatePolicy(settings), looks: [3] }, undefined, { last: true })
  return decision ?? assert.fail('undecided')
}

const outcomeOf = (decision: ReturnType<typeof decided>) => ({
  ...{ decision, baselineMean: 0.9, decidingCase: null },
  final: { ...decision, exitCode: 0 as const },
})

test('a pass has its one-sided bound, within the margin and tighter where the answers show more', () => {
  const { comparison, threshold } = decided(() => 0, { threshold: 0.8, count: 400 })
  assert.equal(comparison?.verdict, 'pass')
  const { atLeast = Number.NaN, meanDifference, ciLow, margin } = comparison ?? assert.fail()
  assert.ok(atLeast >= -margin && atLeast < meanDifference, `${atLeast}`)
  assert.ok(atLeast !== ciLow)
  assert.ok((threshold?.atLeast ?? 0) > 0.8 - 0.01)
  const tight = decided(() => 0, { margin: -atLeast + 0.0005, count: 400 })
  const tighter = decided(() => 0, { margin: -atLeast - 0.0005, count: 400 })
  assert.deepEqual([tight.comparison?.verdict, tighter.comparison?.verdict], ['pass', 'inconclusive'])
})

test('a fail has its interval and no bound', () => {
  const { comparison } = decided(() => 0.2)
  assert.equal(comparison?.verdict, 'fail')
  assert.equal(comparison?.atLeast, undefined)
  assert.ok((comparison?.ciHigh ?? 0) < -(comparison?.margin ?? 1))
})

test('the mean has the interval that the reason of the threshold names', () => {
  const decision = decided(() => 0, { threshold: 0.97, margin: 0.2 })
  const { score, reasons } = withVerdict(incidentFeature({ reasons: [] }), outcomeOf(decision))
  const named = `${score.mean?.toFixed(3)} (95 % interval ${score.ciLow?.toFixed(3)} to ${score.ciHigh?.toFixed(3)})`
  assert.ok(
    reasons.some(({ message }) => message.includes(named)),
    `${named}: ${reasons[0]?.message}`,
  )
})

test('the interval of a tag that failed lies below its margin, under the correction for the number of tags', () => {
  const broken = (index: number) => (index % 4 === 0 ? 0.3 : 0)
  const failedTag = (tags: number) => decided(broken, { margin: 0.9, tags }).tags[0] ?? assert.fail('no tag')
  const [ofFour, alone] = [failedTag(4), failedTag(1)]
  for (const { verdict, ciHigh } of [ofFour, alone]) {
    assert.equal(verdict, 'fail')
    assert.ok((ciHigh ?? 0) < -0.1)
  }
  assert.equal(ofFour.meanDifference, alone.meanDifference)
  assert.ok((ofFour.ciLow ?? 0) < (alone.ciLow ?? 0) && (ofFour.ciHigh ?? 0) > (alone.ciHigh ?? 0))
})

test('every format of a pass shows the bound in words, and not the interval of the test that it did not need', async () => {
  const { comparison, threshold } = passedFeature()
  const feature = passedFeature({
    comparison: comparison && { ...comparison, ciLow: -0.034, atLeast: -0.0123 },
    threshold: threshold && { ...threshold, atLeast: 0.9612 },
  })
  const shown = await formats(incidentReport({ verdict: 'pass', exitCode: 0, features: [feature] }))
  for (const name of ['terminal', 'markdown', 'html'] as const) {
    assert.match(shown[name] ?? '', /at least -0\.012, one-sided 95 %/, name)
    assert.match(shown[name] ?? '', /0\.981.{0,60}at least 0\.961, one-sided 95 %/, name)
    assert.match(shown[name] ?? '', /a drop of more than 0\.012 \(margin 0\.030\) is ruled out/, name)
    assert.doesNotMatch(shown[name] ?? '', /-0\.034|\[0\.967, 0\.995\]/, name)
  }
})

const tag = (name: string, meanDifference: number | null, verdict: 'pass' | 'fail' | null, end = 0.1) => ({
  ...{ tag: name, cases: 8, mean: 0.9, meanDifference, verdict },
  ...{ ciLow: meanDifference === null ? null : meanDifference - end, ciHigh: (meanDifference ?? 0) + end },
})

test('tags that say nothing are a sentence: too few cases, no change, an interval as wide as the scale', async () => {
  const tags = [
    tag('lost', -0.4, 'fail'),
    tag('same', 0, 'pass', 0),
    tag('rare', null, null),
    tag('open', 0.1, 'pass', 2),
  ]
  const { lines, sentences } = tagLines(incidentFeature({ tags }))
  assert.deepEqual(
    lines.map(({ tag }) => tag),
    ['lost'],
  )
  assert.deepEqual(sentences, [
    '1 tag without any change: same.',
    '1 tag with too few cases to be judged: rare.',
    '1 tag with an interval as wide as the scale, so that nothing is known: open.',
  ])
  const shown = await formats(incidentReport({ features: [incidentFeature({ tags })] }))
  for (const name of ['terminal', 'markdown', 'html'] as const)
    assert.match(shown[name] ?? '', /too few cases to be judged: rare/)
})
