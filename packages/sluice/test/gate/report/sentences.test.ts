import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tally } from '../../../src/gate/report/run-verdict.ts'
import { detectableDropText, headline, tagWord } from '../../../src/gate/report/sentences.ts'
import { incidentFeature, incidentReport, passedFeature } from '../../support/report/incident.ts'

test('one case has a mean and no interval, and the headline does not print one', () => {
  const feature = incidentFeature()
  const score = { ...feature.score, mean: 1, ciLow: null, ciHigh: null }
  assert.equal(headline({ ...feature, verdict: null, reasons: [], comparison: null, score }), 'The mean is 1.000.')
})

test('where a rare fault is not ruled out, the smallest detectable drop is that of other faults', () => {
  const feature = passedFeature()
  assert.match(
    detectableDropText(feature) ?? '',
    /with 80 % probability\. Twice the cases would find 0\.\d+, at a cost that is not known \(sluice plan gate\)\.$/,
  )
  const { comparison } = feature
  assert.ok(comparison)
  const open = { ...comparison, verdict: 'inconclusive' as const }
  const reasons = [{ code: 'few-answers', message: '12 answers are too few.', tag: null, case: null }]
  assert.match(
    detectableDropText({ ...feature, comparison: open, reasons }) ?? '',
    /, but only if it shows in all answers alike\.$/,
  )
})

test('a tag that did not fail is not called a pass', () => {
  const [tag] = incidentFeature().tags
  assert.ok(tag)
  const words = (['pass', 'fail', 'inconclusive', null] as const).map((verdict) => tagWord({ ...tag, verdict }))
  assert.deepEqual(words, ['no drop shown', 'fail', 'inconclusive', 'too few'])
})

test('a run that fails though no feature did says where to look', () => {
  const features = [passedFeature()]
  assert.match(tally(incidentReport({ features, verdict: 'fail' })), /^1 feature: 1 passed\. The run itself fails/)
  assert.match(tally(incidentReport({ features, verdict: 'pass' })), /^1 feature: 1 passed\.$/)
})
