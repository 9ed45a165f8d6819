import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pointOfNight } from '../../../src/gate/trends/measured-point.ts'
import { trendChart } from '../../../src/gate/trends/trend-chart.ts'
import { trendNotes } from '../../../src/gate/trends/trend-lines.ts'
import { nightOn } from '../../support/stored-history.ts'

test('a week without nights is a gap and is said so; a weekend is none', () => {
  const points = [1, 2, 5, 13, 14].map((day) => pointOfNight(nightOn(day), undefined))
  const feature = { feature: 'mail', points }
  const drawn = trendChart(feature).panels[0]?.series.find(({ name }) => name === 'nights')?.points ?? []
  assert.deepEqual(
    drawn.map(({ breaks }) => breaks === true),
    [false, false, false, true, false],
  )
  const [before, after] = [points[2]?.name, points[3]?.name]
  assert.ok(
    trendNotes(feature).includes(`No night is known between these, and no line joins them: ${before} to ${after}.`),
  )
})
