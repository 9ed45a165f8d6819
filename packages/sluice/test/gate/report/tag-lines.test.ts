import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tagLines } from '../../../src/gate/report/tag-lines.ts'
import { incidentFeature } from '../../support/report/incident.ts'

const [known] = incidentFeature().tags
const tag = (name: string, rest: object) => ({
  ...(known ?? assert.fail('the incident has no tags')),
  tag: name,
  ...rest,
})
const wide = { meanDifference: -0.4, ciLow: -1, ciHigh: 1 }

test('a tag that passes and says nothing is folded; one that is undecided or fails is a line, however wide', () => {
  const tags = [
    tag('open', { verdict: 'pass', ...wide }),
    tag('undecided', { verdict: 'inconclusive', ...wide }),
    tag('failed', { verdict: 'fail', ...wide }),
  ]
  const { lines, sentences } = tagLines(incidentFeature({ tags }))
  assert.deepEqual(
    lines.map((line) => line.tag),
    ['undecided', 'failed'],
  )
  assert.deepEqual(sentences, ['1 tag with an interval as wide as the scale, so that nothing is known: open.'])
})

test('without a comparison every tag is a line; of many that are folded six are named and the rest counted', () => {
  const tags = Array.from({ length: 9 }, (_, index) => tag(`t${index}`, { verdict: null }))
  assert.equal(tagLines({ ...incidentFeature({ tags }), comparison: null }).lines.length, 9)
  assert.deepEqual(tagLines(incidentFeature({ tags })).sentences, [
    '9 tags with too few cases to be judged: t0, t1, t2, t3, t4, t5 and 3 more.',
  ])
})
