import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { writeHtml } from '../../../../src/gate/report/html/write-html.ts'
import type { CaseReport } from '../../../../src/records/report/case-report.ts'
import type { FeatureSummary } from '../../../../src/records/report/feature-report.ts'
import type { ReportSummary } from '../../../../src/records/report/report.ts'
import { caseReport, incidentCases, incidentFeature, incidentReport } from '../../../support/report/incident.ts'

test('what is unknown is left out or says so; no picture holds a number that is none', async () => {
  const { score, coverage, cost, latency, comparison } = incidentFeature()
  const unknown = <T extends object>(of: T) => Object.fromEntries(Object.keys(of).map((key) => [key, null])) as T
  const bare: Partial<FeatureSummary> = {
    score: unknown(score),
    coverage: { ...coverage, cases: 0, scored: 0, modelError: 0 },
    cost: { ...unknown(cost), unpricedCalls: 0 },
    latency: unknown(latency),
    threshold: null,
    judge: null,
    repeats: null,
    tags: [],
    looks: [],
    reasons: [],
  }
  assert.ok(comparison)
  const known = { pairs: 0, margin: 0.03, repeats: 1, regressed: [], improved: [], verdict: 'inconclusive' as const }
  const variants: [Partial<FeatureSummary>, CaseReport[]][] = [
    [{ ...bare, comparison: null, baseline: null }, []],
    [{ ...bare, comparison: { ...unknown(comparison), ...known } }, []],
    [{}, [caseReport({ score: null, baselineScore: null, latencyMs: null, costUsd: null })]],
    [{}, [caseReport({ score: 0, baselineScore: 1, latencyMs: 0 }), caseReport({ score: 0, latencyMs: 5 })]],
    [{ comparison: { ...comparison, se: 0, ciLow: 0, ciHigh: 0, meanDifference: 0 } }, incidentCases],
  ]
  for (const [overrides, cases] of variants) {
    const body = markupOf(await pageOf(incidentReport({ features: [incidentFeature(overrides)] }), cases))
    assert.doesNotMatch(body, /NaN|Infinity|undefined|null/)
    assert.doesNotMatch(body, /(width|height|r)="-/)
  }
})

test('the interval lies in the region of its verdict, whichever it is', async () => {
  const { comparison, looks } = incidentFeature()
  const [, last] = looks
  assert.ok(comparison && last)
  const places = async (meanDifference: number, z: number, decision: 'pass' | 'fail' | 'undecided') => {
    const look = { ...last, meanDifference, se: 0.018, z, passBound: 2, failBound: 2.3, decision }
    const interval = { meanDifference, ciLow: meanDifference - 0.04, ciHigh: meanDifference + 0.04 }
    const feature = incidentFeature({ comparison: { ...comparison, ...interval }, looks: [look] })
    const body = markupOf(await pageOf(incidentReport({ features: [feature] }), incidentCases))
    const number = (pattern: RegExp) => Number(pattern.exec(body)?.[1])
    return {
      fail: number(/region fail" x="0" y="\d+" width="([\d.]+)%"/),
      pass: number(/region pass" x="([\d.]+)%"/),
      mean: number(/class="mark" x="([\d.]+)%"/),
    }
  }
  const failed = await places(-0.121, -5.06, 'fail')
  assert.ok(failed.mean < failed.fail)
  const passed = await places(0.02, 2.8, 'pass')
  assert.ok(passed.mean > passed.pass)
  const open = await places(-0.02, 0.55, 'undecided')
  assert.ok(open.mean > open.fail && open.mean < open.pass)
  // At a bound the scales of the statistic and of the mean differ a little: the decision is what counts.
  const close = await places(0.006, 1.999, 'undecided')
  assert.ok(close.mean <= close.pass)
})

test('a night draws the change and the threshold, each inside of its own interval, and nothing that belongs to neither', async () => {
  const { comparison, looks, score, threshold } = incidentFeature()
  const [, last] = looks
  assert.ok(comparison && last && threshold)
  const look = { ...last, passBound: 1.6, failBound: 2, se: 0.09, z: -1.2, decision: 'undecided' as const }
  const change = { ...comparison, meanDifference: -0.2, ciLow: -1.39, ciHigh: -0.008 }
  const night = {
    comparison: change,
    score: { ...score, mean: 0.8, ciLow: 0.6, ciHigh: 0.99 },
    threshold: { ...threshold, value: 0.82 },
    looks: [{ ...look, meanDifference: -0.2 }],
    thresholdLooks: [{ ...look, meanDifference: -0.02 }],
  }
  const drawn = async (overrides: Partial<FeatureSummary>) => {
    const body = markupOf(await pageOf(incidentReport({ features: [incidentFeature(overrides)] }), incidentCases))
    return [...body.matchAll(/aria-label="((?:Change|Distance) of [^"]*)">(.*?)<figcaption>/gs)].map(
      ([, label = '', rest = '']) => {
        const [low = Number.NaN, high = Number.NaN] =
          /class="whisker"><line x1="([\d.]+)%" x2="([\d.]+)%"/.exec(rest)?.slice(1).map(Number) ?? []
        const mean = Number(/class="mark" x="([\d.]+)%"/.exec(rest)?.[1])
        return { label, isInside: low <= mean && mean <= high, low }
      },
    )
  }
  const [difference, level, ...others] = await drawn(night)
  assert.deepEqual(others, [])
  assert.match(
    difference?.label ?? '',
    /^Change of the mean: -0\.200, 95 % interval \[-1\.000, -0\.008\], against a margin/,
  )
  assert.match(
    level?.label ?? '',
    /^Distance of the mean from the threshold: -0\.020, 95 % interval \[-0\.220, \+0\.170\]/,
  )
  assert.deepEqual([difference?.isInside, level?.isInside], [true, true])
  assert.ok((difference?.low ?? -1) >= 0)

  const { thresholdLooks, ...older } = night
  assert.deepEqual(await drawn({ ...older, looks: thresholdLooks }), [], 'looks of another test are not the change')
})

test('300 features make one page, of which only those that did not pass are open', async () => {
  const features = Array.from({ length: 300 }, (_, index) =>
    incidentFeature({ feature: `f${index}`, verdict: index % 100 === 0 ? 'fail' : 'pass' }),
  )
  const page = await pageOf(incidentReport({ features }), incidentCases)
  assert.equal([...page.matchAll(/<details class="feature \w+" id="feature-\d+" open>/g)].length, 3)
  assert.equal([...page.matchAll(/<tr><th scope="row"><a href="#feature-/g)].length, 300)
})

async function pageOf(report: ReportSummary, cases: readonly CaseReport[]): Promise<string> {
  const sink = new PassThrough()
  const read = text(sink)
  await writeHtml(report, () => cases, sink)
  sink.end()
  return read
}

/** The page without its style, data and script. */
const markupOf = (page: string) => page.replace(/<(script|style)\b.*?<\/\1>/gs, '')
