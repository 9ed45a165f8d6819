import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type EvidenceSeries,
  evidencePoints,
  evidenceSeriesSchema,
  reachesAt,
  withPoint,
} from '../../../../src/control/rollout/assessment/evidence-series.ts'

const look = (logE: number, score: number | null = logE) => ({
  logE,
  signals: [
    { signal: 'score', weight: 0.6, logE: score, logENonInferior: null, difference: null },
    { signal: 'cost', weight: 0, logE: 5, logENonInferior: null, difference: null },
  ],
})

/** A look each second, of which one is much higher than all others. */
function seriesOf(looks: number, { peakAt = -1, everyMs = 1000 } = {}): EvidenceSeries {
  let series: EvidenceSeries | undefined
  for (let index = 0; index < looks; index += 1) {
    const logE = index === peakAt ? 2.871 : Math.sin(index / 50)
    series = withPoint(series, look(logE), { at: 1e12 + index * everyMs, ppm: index < looks / 2 ? 10_000 : 50_000 })
  }
  assert.ok(series)
  return evidenceSeriesSchema.parse(JSON.parse(JSON.stringify(series)))
}

test('a series stays small, and no greatest value and no place of it is lost', () => {
  const series = seriesOf(5000, { peakAt: 1777 })
  const points = evidencePoints(series)
  assert.ok(points.length > 64 && points.length <= 128, `${points.length} points`)
  assert.ok(JSON.stringify(series).length < 4000)
  assert.deepEqual(series.names, ['all', 'score'], 'what has no weight is no evidence')
  const peak = points.reduce((most, point) => ((point.logE.all ?? 0) > (most.logE.all ?? 0) ? point : most))
  assert.equal(peak.logE.all, 2.87)
  const peakAt = 1e12 + 1777 * 1000
  assert.ok(peak.at <= peakAt && peakAt < peak.at + series.stepMs)
  assert.deepEqual([points[0]?.ppm, points.at(-1)?.ppm], [10_000, 50_000])
})

test('what is not known is no evidence of 1, and a clock that was set back mixes nothing up', () => {
  let series = withPoint(undefined, look(0, null), { at: 5000, ppm: 1 })
  assert.deepEqual(evidencePoints(series)[0]?.logE, { all: null, score: null })
  series = withPoint(series, look(1), { at: 9000, ppm: 1 })
  series = withPoint(series, look(2), { at: 1000, ppm: 1 })
  series = withPoint(series, look(Number.NEGATIVE_INFINITY, Number.NaN), { at: 9e12, ppm: 1 })
  assert.deepEqual(
    evidencePoints(series).map(({ at, logE }) => [at, logE.all, logE.score]),
    [
      [5000, null, null],
      [9000, 2, 2],
      [9e12, -99, null],
    ],
  )
})

test('a signal that a later release adds has no values before', () => {
  const before = withPoint(undefined, look(1), { at: 0, ppm: 1 })
  const more = { ...look(1), signals: [...look(1).signals, { ...look(3).signals[0], signal: 'tone', weight: 0.1 }] }
  const series = withPoint(before, more as never, { at: 5000, ppm: 1 })
  assert.deepEqual(
    evidencePoints(series).map(({ logE }) => logE.tone),
    [null, 3],
  )
})

test('evidence that grows is said to reach a level by its pace, and evidence that does not is not', () => {
  const grown = (pace: number, looks: number) => {
    let series: EvidenceSeries | undefined
    for (let index = 0; index < looks; index += 1)
      series = withPoint(series, look(pace * index), { at: 1e12 + index * 1000, ppm: 10_000 })
    assert.ok(series)
    return series
  }
  assert.equal(Math.round(((reachesAt(grown(0.05, 21), 2) ?? 0) - 1e12) / 1000), 40)
  assert.equal(reachesAt(grown(0, 21), 2), null)
  assert.equal(reachesAt(grown(-0.05, 21), 2), null)
  assert.equal(reachesAt(grown(0.05, 7), 2), null, 'too few looks to tell')
})
