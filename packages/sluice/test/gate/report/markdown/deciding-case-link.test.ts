import assert from 'node:assert/strict'
import { test } from 'node:test'
import { highlightsOf } from '../../../../src/gate/report/highlights.ts'
import { renderMarkdown } from '../../../../src/gate/report/markdown/markdown.ts'
import type { FeatureSummary } from '../../../../src/records/report/feature-report.ts'
import { incidentCases, incidentFeature, incidentReport, passedFeature } from '../../../support/report/incident.ts'

const render = (features: FeatureSummary[]) =>
  renderMarkdown(
    incidentReport({ features }),
    features.map(({ decidingCase }) => highlightsOf(incidentCases, { decidingCase })),
    {},
  )

test('the reason links to the case that decided, which stands before all others', () => {
  const text = render([incidentFeature({ decidingCase: 'travel-04' })])
  const link = text.indexOf('The case behind it comes first below: [`travel-04`](#sluice-case-email-summary).')
  const anchor = text.indexOf('<a id="sluice-case-email-summary"></a>\n\n#### The case behind the verdict\n')
  const told = text.indexOf('**1.** `travel-04`')
  assert.ok(link > 0 && link < anchor && anchor < told, text)
  assert.ok(told < text.indexOf('#### Further regressions'), text)
  assert.equal(text.split('<a id=').length, 2)
})

test('features link each to their own case; where it is not told below, it is named without a link', () => {
  const two = ['a/b', 'c'].map((feature) => incidentFeature({ feature, decidingCase: 'travel-04' }))
  const text = render(two)
  for (const name of ['a-b', 'c'])
    assert.ok(text.includes(`](#sluice-case-${name})`) && text.includes(`<a id="sluice-case-${name}">`), text)
  const unknown = render([incidentFeature({ decidingCase: 'gone' })])
  assert.match(unknown, /The case behind it: `gone`\./)
  assert.doesNotMatch(unknown, /sluice-case-/)
  const folded = render([incidentFeature(), passedFeature({ feature: 'other', decidingCase: 'travel-04' })])
  assert.doesNotMatch(folded, /sluice-case-/)
  assert.doesNotMatch(render([incidentFeature()]), /The case behind/)
})
