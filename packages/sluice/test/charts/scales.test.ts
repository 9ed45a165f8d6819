import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eValueText, evidenceInWords, evidenceScale } from '../../src/charts/evidence-scale.ts'
import { placedLabels, textWidth, ticksThatFit } from '../../src/charts/labels.ts'
import { type ChartScale, linearScale, logScale, scaleBetween, timeScale } from '../../src/charts/scale.ts'
import { seededRandom } from '../../src/stats/random.ts'

/** A label as the number that it says. */
function numberOf(label: string): number {
  const plain = label
    .replaceAll(',', '')
    .replace('⁻', '-')
    .replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (digit) => String('⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(digit)))
  const [, sign = '', mantissa = '1', exponent = ''] = /^(-?)(?:([\d.]+)·)?10(-?\d+)$/.exec(plain) ?? []
  return label.includes('10') && /[⁰¹²³⁴⁵⁶⁷⁸⁹]/.test(label) ? Number(`${sign}${mantissa}e${exponent}`) : Number(plain)
}

function assertHonest({ ticks, low, high, place }: ChartScale, about: string): void {
  const labels = ticks.map(({ label }) => label)
  assert.equal(new Set(labels).size, labels.length, `${about}: ${labels.join(' ')}`)
  assert.ok(low < high, about)
  for (const { value, label } of ticks) {
    assert.ok(Math.abs(numberOf(label) - value) <= 1e-9 * Math.abs(value), `${about}: ${label} stands at ${value}`)
    assert.ok(place(value) >= -1e-6 && place(value) <= 1 + 1e-6, `${about}: ${label} lies outside`)
  }
}

test('every tick stands where its label says, on scales from 1e-9 to 1e9', () => {
  const random = seededRandom(7).uniform
  for (let round = 0; round < 400; round += 1) {
    const size = 10 ** (random() * 18 - 9)
    const values = [0, 1, 2].map(() => (random() - 0.3) * size)
    assertHonest(linearScale({ values }), `linear ${values.join(' ')}`)
    assertHonest(logScale({ values: values.map(Math.abs) }), `log ${values.join(' ')}`)
  }
  assertHonest(logScale({ values: [1e-9, 1e9] }), 'eighteen decades')
})

test('one value, none, equal and odd ones make a scale on which each has a place', () => {
  const sets = [[], [5], [0.7, 0.7], [0, 0], [-3, -1], [null, undefined, Number.NaN, 2], [1e9], [-1e-9]]
  for (const values of sets) {
    for (const scale of [linearScale({ values }), logScale({ values }), timeScale({ values })]) {
      assert.ok(scale.low < scale.high && Number.isFinite(scale.low + scale.high), JSON.stringify(values))
    }
    const scale = linearScale({ values })
    assertHonest(scale, JSON.stringify(values))
    for (const value of values) {
      if (typeof value !== 'number' || Number.isNaN(value)) continue
      const share = scale.place(value)
      assert.ok(share >= 0 && share <= 1, `${value} lies at ${share}`)
    }
  }
})

test('a scale of scores never leaves 0 to 1, and a logarithmic one has no place for 0', () => {
  const scores = linearScale({ values: [0.98, 1, 0.99], least: 0, most: 1 })
  assert.equal(scores.high, 1)
  assert.ok(scores.low > 0.9)
  const beyond = linearScale({ values: [1.2], least: 0, most: 1 })
  assert.ok(beyond.low < beyond.high && beyond.high <= 1)
  assert.ok(logScale({ values: [1, 100] }).place(0) < 0)
})

test('times are named in UTC: seconds, hours of a day with their day, days, months, years', () => {
  const labels = (from: string, to: string) => {
    const { ticks, caption } = timeScale({ values: [Date.parse(from), Date.parse(to)] })
    return [caption, ...ticks.map(({ label }) => label)].join(' ')
  }
  assert.equal(labels('2026-11-26T08:00Z', '2026-11-26T19:00Z'), 'UTC, 2026-11-26 09:00 12:00 15:00 18:00')
  assert.equal(labels('2026-11-26T08:00:02Z', '2026-11-26T08:00:14Z'), 'UTC, 2026-11-26 08:00:05 08:00:10')
  assert.equal(labels('2026-11-26T20:00Z', '2026-11-27T04:00Z'), 'UTC 21:00 2026-11-27 03:00')
  assert.equal(
    labels('2026-11-02T00:00Z', '2026-11-06T00:00Z'),
    'UTC 2026-11-02 2026-11-03 2026-11-04 2026-11-05 2026-11-06',
  )
  assert.match(labels('2026-01-20T00:00Z', '2026-06-20T00:00Z'), /^UTC 2026-02 2026-03 2026-04 2026-05 2026-06$/)
  assert.match(labels('2019-01-20T00:00Z', '2026-06-20T00:00Z'), /^UTC( 20\d\d)+$/)
})

test('labels of ticks and of events never touch, whatever the width', () => {
  for (const width of [120, 240, 640, 1800]) {
    for (const [low, high] of [
      [0, 1],
      [-1e6, 1e6],
      [1e-7, 3e-7],
    ] as const) {
      const scale = scaleBetween(low, high, 12)
      const spans = ticksThatFit(scale, width).map(({ share, label, anchor }) => {
        const from = share * width - { start: 0, middle: 0.5, end: 1 }[anchor] * textWidth(label)
        return [from, from + textWidth(label)] as const
      })
      assert.ok(spans.length > 0)
      for (const [index, [from]] of spans.slice(1).entries())
        assert.ok(from > (spans[index]?.[1] ?? 0), `${low} ${high} ${width}`)
    }
    const events = Array.from({ length: 30 }, (_, index) => ({
      share: ((index * 7) % 30) / 29,
      label: `event ${index}`,
    }))
    const taken = placedLabels(events, width, 3).flatMap((place, index) => {
      const { share = 0, label = '' } = events[index] ?? {}
      if (!place) return []
      const from = place.anchor === 'start' ? share * width : share * width - textWidth(label)
      return [{ row: place.row, at: share * width, from, to: from + textWidth(label) }]
    })
    assert.ok(taken.length > 2)
    for (const one of taken)
      for (const other of taken) {
        assert.ok(one === other || one.row !== other.row || one.to < other.from || other.to < one.from)
      }
  }
})

test('the scale of evidence ends where the canary is rolled back, and the words never say more than the number', () => {
  const scale = evidenceScale(20)
  assert.deepEqual(
    [scale.place(1), scale.place(20), scale.place(0.05)].map((share) => Number(share.toFixed(6))),
    [0.5, 1, 0],
  )
  const words = (value: number | null) => evidenceInWords(value)
  assert.equal(words(12_345), 'as unlikely as 1 in 12,000 if it were no worse')
  assert.equal(words(19.99), 'as unlikely as 1 in 19 if it were no worse')
  assert.equal(words(2.99), 'as unlikely as 1 in 2 if it were no worse')
  assert.equal(words(1.4), 'no evidence that it is worse')
  assert.equal(words(0), 'no evidence that it is worse')
  assert.equal(words(null), 'not known yet')
  assert.equal(words(3.4e13), 'as unlikely as 1 in 3.4·10¹³ if it were no worse')
  assert.equal(words(Number.POSITIVE_INFINITY), 'as unlikely as 1 in 10³⁰⁰ if it were no worse')
})

test('evidence in digits is rounded down, so that nothing that rolls nothing back is called enough', () => {
  const texts = [19.99, 41.7, 12_345, 2e6, 1.99, 0.769, 0.001].map(eValueText)
  assert.deepEqual(texts, ['19', '41', '12,000', '> 1e6', '1.9', '0.76', '< 0.01'])
  for (const needed of [20, 100, 1000]) assert.equal(eValueText(Math.exp(-Math.log(1 / needed))), eValueText(needed))
})
