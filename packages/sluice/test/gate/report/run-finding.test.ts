import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RunFinding } from '../../../src/records/report/report.ts'
import { reportSchema } from '../../../src/records/report/report.ts'
import { incidentReport, passedFeature } from '../../support/report/incident.ts'
import { formats } from './formats.ts'

const note: RunFinding = {
  code: 'address',
  severity: 'note',
  message: 'Answers come from a server of your own.',
  feature: null,
  before: null,
  after: null,
}
const raised: RunFinding = {
  code: 'margin-raised',
  severity: 'warning',
  message: 'The change raises its own margin.',
  feature: 'email-summary',
  before: '0.03',
  after: '0.2',
}
const removed: RunFinding = { ...note, code: 'removed-feature', severity: 'error', message: 'triage is gone.' }

const weaker = 'warning: email-summary: The change raises its own margin. (before: 0.03; now: 0.2)'

for (const [what, report] of Object.entries({
  'of one feature': incidentReport({ findings: [note, raised] }),
  'of several features': incidentReport({
    findings: [note, raised],
    features: [...incidentReport().features, passedFeature()],
  }),
  'that judged nothing': incidentReport({ findings: [note, raised], features: [], verdict: 'pass', exitCode: 0 }),
})) {
  test(`a report ${what} has its findings above every number, the gravest first`, async () => {
    for (const [format, shown] of Object.entries(await formats(report))) {
      assert.ok(shown.includes(weaker), `${format}: ${shown.slice(0, 600)}`)
      if (format === 'junit') continue
      assert.ok(shown.indexOf(weaker) < shown.indexOf(note.message), format)
      const number = shown.search(/0\.856/)
      assert.ok(number === -1 || shown.indexOf(note.message) < number, format)
    }
  })
}

test('a run that failed for another reason than its only feature is never headed by that feature alone', async () => {
  const report = incidentReport({ features: [passedFeature()], verdict: 'fail', findings: [removed] })
  const { terminal = '', markdown = '', html = '', junit = '' } = await formats(report)
  assert.match(terminal, /^FAIL {1}1 feature: 1 passed\. The run itself fails.* - error: triage is gone\./)
  assert.match(
    markdown,
    /^## Sluice: FAIL \*\*1 feature: 1 passed\. The run itself fails, for what is named below\.\*\* - error: triage is gone\./,
  )
  assert.match(html, /<title>FAIL · 1 feature · Sluice<\/title>/)
  assert.match(junit, /failures="1".*<failure message="error: triage is gone\."\/>/)
})

test('a run that judged nothing and failed says FAIL', async () => {
  const report = incidentReport({ features: [], verdict: 'fail', findings: [removed] })
  const { terminal = '', markdown = '' } = await formats(report)
  assert.match(terminal, /^FAIL - error: triage is gone\./)
  assert.match(markdown, /^## Sluice: FAIL - error: triage is gone\./)
})

test('a report of an earlier release, without findings, is read', () => {
  const { findings: _, ...older } = incidentReport({ features: [] })
  assert.deepEqual(reportSchema.parse(older).findings, [])
})
