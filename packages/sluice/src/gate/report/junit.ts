import type { Writable } from 'node:stream'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { CaseReport } from '../../records/report/case-report.ts'
import type { FeatureSummary } from '../../records/report/feature-report.ts'
import type { ReportSummary } from '../../records/report/report.ts'
import { formatChange, formatScore } from '../../text/format.ts'
import { excerpt, visibleLine, visibleText } from '../../text/untrusted.ts'
import { findingsOf } from './case-findings.ts'
import type { CasesOf } from './json-report.ts'
import { inChunks } from './json-report.ts'
import { judgedCommits } from './judged-commits.ts'
import { findingText } from './run-finding.ts'
import { proofLine } from './run-proof.ts'
import { runWord } from './run-verdict.ts'
import { headline, verdictWord } from './sentences.ts'

const messageLength = 400

type Outcome = 'passed' | 'failure' | 'error' | 'skipped'

/**
 * Writes junit.xml: a suite for each feature, a test for each case. A case fails below the case threshold or by a must
 * check; a case that could not be scored is an error, or skipped where the judge abstained or the budget ended, or
 * while it is in quarantine. The verdict is a property of the suite, since a gate may fail without a case that does.
 * The sink stays open.
 */
export async function writeJunit(report: ReportSummary, casesOf: CasesOf, sink: Writable): Promise<void> {
  await pipeline(Readable.from(inChunks(document(report, casesOf))), sink, { end: false })
}

async function* document(report: ReportSummary, casesOf: CasesOf): AsyncGenerator<string> {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n'
  yield `<testsuites name="sluice ${attribute(report.command)}" time="${seconds(report.durationMs)}">\n`
  for (const [index, feature] of report.features.entries()) {
    yield await suiteHead(report, feature, casesOf(feature, index))
    for await (const row of casesOf(feature, index)) yield testCase(row, feature)
    yield '  </testsuite>\n'
  }
  yield runSuite(report)
  yield '</testsuites>\n'
}

/** What belongs to the run and not to one of its features; the schema has no place for it but each suite. */
function runProperties(report: ReportSummary): (readonly [name: string, value: string])[] {
  const { runId, run } = report
  const commits = judgedCommits(report)
  return [
    ['runId', runId],
    ...(run === null ? [] : [['run', proofLine(run)] as const]),
    ...(commits === undefined ? [] : [['commits', commits] as const]),
  ]
}

interface RunTest {
  name: string
  classname: string
  outcome: Outcome
  message: string
}

/**
 * What concerns the run as a whole: its findings, and that nothing was judged, so that an empty file never looks green.
 */
function runSuite(report: ReportSummary): string {
  const { findings, features, notes } = report
  const tests = findings.map((finding): RunTest => {
    const message = findingText(finding)
    const outcome = finding.severity === 'error' ? 'failure' : 'passed'
    return { name: finding.code, classname: finding.feature ?? 'sluice', outcome, message }
  })
  if (features.length === 0) {
    const outcome = report.exitCode === 0 ? 'skipped' : 'failure'
    const message = [runWord(report), ...notes].join(': ')
    tests.unshift({ name: 'verdict', classname: 'sluice', outcome, message })
  }
  if (tests.length === 0) return ''
  const count = (outcome: Outcome) => tests.filter((test) => test.outcome === outcome).length
  const cases = tests.map(({ name, classname, outcome, message }) => {
    const body = excerpt(message, messageLength)
    const element =
      outcome === 'passed' ? `<system-out>${text(message)}</system-out>` : `<${outcome} message="${attribute(body)}"/>`
    return `    <testcase name="${attribute(name)}" classname="${attribute(classname)}">${element}</testcase>\n`
  })
  return `  <testsuite name="sluice" tests="${tests.length}" failures="${count('failure')}" errors="0" skipped="${count('skipped')}" time="${seconds(report.durationMs)}" timestamp="${attribute(report.startedAt.slice(0, 19))}">
    <properties>
      ${property('verdict', runWord(report))}
${runProperties(report)
  .map(([name, value]) => `      ${property(name, value)}`)
  .join('\n')}
    </properties>
${cases.join('')}  </testsuite>
`
}

async function suiteHead(report: ReportSummary, feature: FeatureSummary, cases: ReturnType<CasesOf>): Promise<string> {
  const counts: Record<Outcome, number> = { passed: 0, failure: 0, error: 0, skipped: 0 }
  for await (const row of cases) counts[outcomeOf(row, feature)] += 1
  const { passed, failure, error, skipped } = counts
  const properties = [
    ['verdict', verdictWord(feature)],
    ['reason', headline(feature)],
    ['score', formatScore(feature.score.mean)],
    ...(feature.comparison ? [['change', formatChange(feature.comparison.meanDifference)] as const] : []),
    ...runProperties(report),
  ] as const
  return `  <testsuite name="${attribute(feature.feature)}" tests="${passed + failure + error + skipped}" failures="${failure}" errors="${error}" skipped="${skipped}" time="${seconds(report.durationMs)}" timestamp="${attribute(report.startedAt.slice(0, 19))}">
    <properties>
${properties.map(([name, value]) => `      ${property(name, value)}`).join('\n')}
    </properties>
`
}

/** The schema knows properties of suites only, so a case says its numbers in its output. */
function testCase(row: CaseReport, feature: FeatureSummary): string {
  const numbers = [
    ['state', row.state],
    ...(row.score === null ? [] : [['score', row.score.toFixed(4)] as const]),
    ...(row.baselineScore === null ? [] : [['baselineScore', row.baselineScore.toFixed(4)] as const]),
    ...(row.critical ? [['critical', 'true'] as const] : []),
    ...(row.quarantine ? [['in quarantine until', row.quarantine.until] as const] : []),
    ...(row.holdout ? [['held out', 'true'] as const] : []),
    ...(row.tags.length === 0 ? [] : [['tags', row.tags.map(visibleLine).join(', ')] as const]),
  ] as const
  const time = row.latencyMs === null ? '' : ` time="${seconds(row.latencyMs)}"`
  return `    <testcase name="${attribute(row.id)}" classname="${attribute(feature.feature)}"${time}>
${outcomeElement(row, feature)}      <system-out>${text(numbers.map(([name, value]) => `${name}: ${value}`).join('\n'))}</system-out>
    </testcase>
`
}

/** A case in quarantine is no part of the verdict, so it fails nothing here either. */
function outcomeOf(row: CaseReport, feature: FeatureSummary): Outcome {
  const outcome = ownOutcome(row, feature)
  return row.quarantine && outcome !== 'passed' ? 'skipped' : outcome
}

function ownOutcome({ state, score }: CaseReport, { score: { caseThreshold } }: FeatureSummary): Outcome {
  if (state === 'abstained' || state === 'budgetStopped') return 'skipped'
  if (score === null) return 'error'
  return state === 'checkFailed' || score < (caseThreshold ?? 0) ? 'failure' : 'passed'
}

function outcomeElement(row: CaseReport, feature: FeatureSummary): string {
  const outcome = outcomeOf(row, feature)
  if (outcome === 'passed') return ''
  if (outcome === 'skipped') {
    const quarantine = row.quarantine ? `, in quarantine until ${row.quarantine.until}: ${row.quarantine.reason}` : ''
    return `      <skipped message="${attribute(excerpt(`${row.state}${quarantine}`, messageLength))}"/>\n`
  }
  if (outcome === 'error') {
    const message = excerpt(row.error ?? row.state, messageLength)
    return `      <error type="${row.state}" message="${attribute(message)}"/>\n`
  }
  const findings = findingsOf(row).map(
    ({ name, outcome, reason, lost }) => `${lost ? 'lost ' : ''}${name}: ${outcome}. ${reason}`,
  )
  const scores = `score ${formatScore(row.score)}, ${formatScore(feature.score.caseThreshold)} wanted`
  const message = excerpt([scores, ...findings.slice(0, 1)].join('; '), messageLength)
  const content = [...findings, ...(row.output === null ? [] : ['', 'Output:', excerpt(row.output, 4000)])]
  return `      <failure type="${row.state}" message="${attribute(message)}">${text(content.join('\n'))}</failure>\n`
}

const property = (name: string, value: string) => `<property name="${attribute(name)}" value="${attribute(value)}"/>`

const seconds = (ms: number) => (ms / 1000).toFixed(3)

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** What XML 1.0 cannot hold even as an entity is shown as something that it can. */
function text(raw: string): string {
  return visibleText(raw)
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"]/g, (character) => entities[character] ?? character)
}

const attribute = (raw: string) => text(visibleLine(raw))
