import assert from 'node:assert/strict'
import { test } from 'node:test'
import { metricTableHtml } from '../../../src/gate/report/html/metric-table.ts'
import { metricTables } from '../../../src/gate/report/markdown/markdown-metrics.ts'
import type { MetricReport } from '../../../src/records/report/feature-metrics.ts'
import type { FeatureSummary } from '../../../src/records/report/feature-report.ts'
import { everythingHostile } from '../../support/report/hostile.ts'
import { incidentFeature } from '../../support/report/incident.ts'

const metric = (name: string, more: Partial<MetricReport> = {}): MetricReport => ({
  ...{ name, check: 'label', cases: 40, missing: 0, undefined: null },
  ...{ value: 0.75, ciLow: 0.6, ciHigh: 0.86, baseline: 0.875, difference: -0.125 },
  ...{ differenceLow: -0.2, differenceHigh: -0.05, ...more },
})

const gate = { min: 0.8, margin: 0.05, verdict: 'fail' as const }
const unknown = { value: null, ciLow: null, ciHigh: null, difference: null, differenceLow: null, differenceHigh: null }

function measured(label: string, more: Partial<FeatureSummary> = {}): FeatureSummary {
  return incidentFeature({
    metrics: [
      metric('accuracy'),
      metric('precision', { ...unknown, undefined: `no answer names the class "${label}"` }),
      metric('f1', { gate }),
      metric(`f1.${label}`, { cases: 3, ciLow: null, ciHigh: null, differenceLow: null, differenceHigh: null }),
    ],
    confusion: [
      {
        ...{ check: 'label', classes: ['refund', label] },
        rows: [
          { expected: 'refund', got: [12, 5], unknown: 3 },
          { expected: label, got: [0, 20], unknown: 0 },
        ],
      },
    ],
    ...more,
  })
}

/** The cells of each row of a table in Markdown. */
const markdownRows = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )

/** The same in HTML, without marks. */
const htmlRows = (text: string) =>
  [...text.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) => cell.replaceAll(/<[^>]*>/g, '')),
  )

const html = (feature: FeatureSummary) => metricTableHtml(feature)?.markup ?? ''

for (const [format, rowsOf] of [
  ['Markdown', (feature: FeatureSummary) => markdownRows(metricTables(feature).replaceAll(/[`\\]/g, ''))],
  ['HTML', (feature: FeatureSummary) => htmlRows(html(feature))],
] as const) {
  test(`${format}: each metric with both versions, the interval of its change, and what the gate made of it`, () => {
    const rows = rowsOf(measured('delivery'))
    const row = (name: string) => rows.find(([first]) => first === name)?.slice(1)
    assert.deepEqual(row('accuracy'), ['40', '0.875', '0.750', '-0.125', '[-0.200, -0.050]', ''])
    assert.deepEqual(row('f1'), [
      ...['40', '0.875', '0.750', '-0.125', '[-0.200, -0.050]'],
      'at least 0.800, margin 0.050: fail',
    ])
    assert.ok(rows.findIndex(([name]) => name === 'f1') < rows.findIndex(([name]) => name === 'accuracy'))
    assert.deepEqual(row('f1.delivery'), ['3', '0.875', '0.750', '-0.125', 'n/a', ''])
    const alone = rowsOf(measured('delivery', { baseline: null }))
    assert.deepEqual(alone.find(([name]) => name === 'accuracy')?.slice(1), ['40', '0.750', '[0.600, 0.860]', ''])
  })

  test(`${format}: a metric without a value says why, and shows no number of the candidate`, () => {
    const rows = rowsOf(measured('delivery'))
    const row = rows.find(([first]) => first === 'precision')?.map((cell) => cell.replaceAll('&quot;', '"'))
    assert.deepEqual(row?.slice(1), [
      ...['40', '0.875', 'n/a', 'n/a', 'n/a'],
      'undefined: no answer names the class "delivery"',
    ])
  })

  test(`${format}: the confusion table has expected classes down, answered ones across, unknown labels last`, () => {
    const rows = rowsOf(measured('delivery'))
    const head = rows.findIndex(([first]) => first === 'expected')
    assert.deepEqual(rows[head], ['expected', 'refund', 'delivery', 'unknown'])
    const counts = rows.filter(([first]) => first === 'refund' || first === 'delivery')
    assert.deepEqual(counts, [
      ['refund', '12', '5', '3'],
      ['delivery', '0', '20', '0'],
    ])
  })
}

test('a class with a name of markup is shown as text in both', () => {
  const hostile = measured(`${everythingHostile}<script>x</script>|`)
  assert.doesNotMatch(html(hostile), /<script>x|<img src/)
  const lines = metricTables(hostile).split('\n')
  const cells = (line: string) => line.replaceAll('\\|', '').split('|').length
  for (const line of lines.filter((one) => one.startsWith('|'))) assert.ok([9, 6].includes(cells(line)), line)
})

test('a feature that measures nothing has no table of metrics', () => {
  const { metrics: _, confusion: __, ...none } = measured('a')
  assert.equal(metricTables(none as FeatureSummary), '')
  assert.equal(metricTableHtml(none as FeatureSummary), undefined)
})
