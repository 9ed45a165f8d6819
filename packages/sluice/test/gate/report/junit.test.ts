import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { writeJunit } from '../../../src/gate/report/junit.ts'
import { proofLine } from '../../../src/gate/report/run-proof.ts'
import type { CaseReport } from '../../../src/records/report/case-report.ts'
import type { ReportSummary } from '../../../src/records/report/report.ts'
import { everythingHostile, hostileCase, hostileReport } from '../../support/report/hostile.ts'
import { caseReport, incidentCases, incidentFeature, incidentReport } from '../../support/report/incident.ts'
import { type Element, junitFaults, parseXml } from './junit-schema.ts'

test('is accepted by the JUnit schema, with one test for each case', async () => {
  const document = await junitOf(incidentReport(), incidentCases)
  assert.deepEqual(junitFaults(document), [])
  const [suite] = document.children
  assert.equal(suite?.attributes.name, 'email-summary')
  assert.deepEqual(
    casesIn(document).map(({ attributes }) => attributes.name),
    incidentCases.map(({ id }) => id),
  )
  assert.deepEqual(propertiesOf(suite), {
    verdict: 'FAIL',
    reason: 'The mean dropped by 0.121, which is more than the margin of 0.030.',
    score: '0.856',
    change: '-0.121',
    commits: '3f7a2c1d9b8e compared with a1b2c3d4e5f6',
    run: proofLine(incidentReport().run ?? assert.fail()),
    runId: '01JC3Q6V4T',
  })
})

test('a case fails below the threshold or by a must check; without a score it is an error or skipped', async () => {
  const row = (id: string, overrides: Partial<CaseReport>) => caseReport({ id, ...overrides })
  const unscored = { score: null, passed: null, output: null }
  const document = await junitOf(incidentReport(), [
    row('good', { score: 0.6 }),
    row('low', { score: 0.59 }),
    row('must', { state: 'checkFailed', score: 0 }),
    row('model', { ...unscored, state: 'modelError', error: '529 overloaded' }),
    row('judge', { ...unscored, state: 'judgeError', error: 'not JSON' }),
    row('abstained', { ...unscored, state: 'abstained' }),
    row('stopped', { ...unscored, state: 'budgetStopped' }),
    row('quarantined', { score: 0.2, quarantine: { until: '2026-12-31', reason: 'the sender changes' } }),
    row('still good', { quarantine: { until: '2026-12-31', reason: 'the sender changes' } }),
  ])
  assert.deepEqual(junitFaults(document), [])
  const outcomes = casesIn(document).map(({ children }) =>
    children
      .map(({ name }) => name)
      .filter((name) => name !== 'system-out')
      .join(),
  )
  assert.deepEqual(outcomes, ['', 'failure', 'failure', 'error', 'error', 'skipped', 'skipped', 'skipped', ''])
  const [, low, , model] = casesIn(document)
  assert.match(low?.children[0]?.attributes.message ?? '', /^score 0\.590, 0\.600 wanted/)
  assert.equal(model?.children[0]?.attributes.message, '529 overloaded')
  const held = casesIn(document)[7]?.children[0]?.attributes.message
  assert.equal(held, 'scored, in quarantine until 2026-12-31: the sender changes')
  assert.match(low?.children.at(-1)?.text ?? '', /^state: scored\nscore: 0\.5900\nbaselineScore: 1\.0000/)
})

test('hostile text stays text, and characters that XML forbids are shown as others', async () => {
  const hostile = `${everythingHostile}]]>\0\x0b\x1f\ud800\ufffe\uffff"'<failure/>&amp;&#0;`
  const report = hostileReport(incidentReport(), hostile)
  const document = await junitOf(
    report,
    incidentCases.map((row) => hostileCase(row, hostile)),
  )
  assert.deepEqual(junitFaults(document), [])
  assert.match(
    casesIn(document)[0]?.attributes.name ?? '',
    /<script>alert\(1\)<\/script>.*]]>␀ ␟.*"'<failure\/>&amp;&#0;$/,
  )
})

test('the validator finds what is wrong', () => {
  const faults = (xml: string) => junitFaults(parseXml(xml))
  assert.deepEqual(
    faults(
      '<testsuites><testsuite name="a" tests="2" failures="0" errors="0" skipped="0"><testcase name="x" classname="y" time="-1"><properties/></testcase></testsuite></testsuites>',
    ),
    [
      '/testsuites/testsuite counts 2 tests, not 1',
      '/testsuites/testsuite/testcase has time="-1"',
      '/testsuites/testsuite/testcase holds properties',
    ],
  )
  assert.throws(() => parseXml('<testsuites>&nbsp;</testsuites>'), /an entity that is none/)
  assert.throws(() => parseXml('<testsuites>\x01</testsuites>'), /forbids/)
  assert.throws(() => parseXml('<testsuites>'), /not one document/)
})

test('every feature is a suite, and none is no suite', async () => {
  const features = [incidentFeature({ feature: 'a' }), incidentFeature({ feature: 'b' })]
  const document = await junitOf(incidentReport({ features }), incidentCases)
  assert.deepEqual(
    document.children.map(({ attributes }) => attributes.name),
    ['a', 'b'],
  )
})

test('a run that judged nothing is a skipped test, or a failed one by its exit code, and never an empty file', async () => {
  const nothing = { features: [], verdict: 'pass' as const, notes: ['No feature is affected.'] }
  const skipped = await junitOf(incidentReport({ ...nothing, exitCode: 0 }), [])
  assert.deepEqual(junitFaults(skipped), [])
  assert.deepEqual(skipped.children[0]?.attributes.skipped, '1')
  const [element] = casesIn(skipped)[0]?.children ?? []
  assert.equal(element?.name, 'skipped')
  assert.equal(element?.attributes.message, 'NOTHING JUDGED: No feature is affected.')
  const failed = await junitOf(incidentReport({ ...nothing, exitCode: 4 }), [])
  assert.equal(casesIn(failed)[0]?.children[0]?.name, 'failure')
})

async function junitOf(report: ReportSummary, cases: readonly CaseReport[]): Promise<Element> {
  const sink = new PassThrough()
  const read = text(sink)
  await writeJunit(report, () => cases, sink)
  sink.end()
  return parseXml(await read)
}

const casesIn = (document: Element) =>
  document.children.flatMap(({ children }) => children.filter(({ name }) => name === 'testcase'))

function propertiesOf(suite: Element | undefined): Record<string, string | undefined> {
  const all = suite?.children.find(({ name }) => name === 'properties')?.children ?? []
  return Object.fromEntries(all.map(({ attributes }) => [attributes.name, attributes.value]))
}
