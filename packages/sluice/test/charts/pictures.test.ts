import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { chartFile, chartPicture } from '../../src/charts/chart.ts'
import { eventMarks } from '../../src/charts/events.ts'
import { textWidth } from '../../src/charts/labels.ts'
import { chartFigure } from '../../src/charts/numbers-table.ts'
import { linearScale } from '../../src/charts/scale.ts'
import { type ChartPoint, stretches, thinned } from '../../src/charts/series.ts'
import { chartStyle } from '../../src/charts/style.ts'
import { complaintsOf } from '../support/browser/browser.ts'
import { sharedBrowser } from '../support/browser/shared-browser.ts'
import { samples } from './samples.ts'

const words = { x: String, y: String }

/** Pictures that were looked at. After a change that is meant: SLUICE_RECORD=1, and look at them again in a browser. */
for (const name of ['over-time', 'evidence', 'tones', 'one-point', 'unknown'] as const) {
  test(`the picture ${name} is as it was when somebody looked at it`, () => {
    const file = path.join(import.meta.dirname, 'pictures', `${name}.svg`)
    const now = chartFile(samples[name]())
    if (process.env.SLUICE_RECORD === '1') writeFileSync(file, now)
    assert.equal(now, readFileSync(file, 'utf8'))
  })
}

test('every sample is a picture without a number that is none, with a title, a description and a table', () => {
  for (const [name, sample] of Object.entries(samples)) {
    const chart = sample()
    const { markup } = chartFigure(chart, words)
    assert.doesNotMatch(markup, /NaN|Infinity|undefined|null/, name)
    assert.doesNotMatch(markup, /(?:width|height|r)="-/, name)
    assert.doesNotMatch(markup, / style=|<script|<style/, 'the policy of pages forbids these')
    assert.match(markup, /<svg class="chart[^>]*role="img"><title>[^<]+<\/title><desc>[^<]+<\/desc>/, name)
    assert.match(markup, /<table class="numbers">/, name)
  }
})

test('an unknown value is a gap and says so in the table; it is never drawn as 0', () => {
  const points: ChartPoint[] = [3, null, 5, 6].map((y, x) => ({ x, y }))
  assert.deepEqual(
    stretches(points).map((stretch) => stretch.map(({ y }) => y)),
    [[3], [5, 6]],
  )
  assert.deepEqual(
    stretches([
      { x: 0, y: 1 },
      { x: 1, y: 2, breaks: true },
      { x: 2, y: 3 },
    ]).map((stretch) => stretch.map(({ y }) => y)),
    [[1], [2, 3]],
    'what cannot be compared is not joined',
  )
  const { markup } = chartFigure(samples.unknown(), words)
  assert.equal([...markup.matchAll(/class="sign/g)].length, 3)
  assert.equal([...markup.matchAll(/<td>not known<\/td>/g)].length, 2)
})

test('ten thousand points become a few thousand, with every extreme and both ends', () => {
  const points = Array.from({ length: 10_000 }, (_, x) => ({ x, y: x === 4321 ? -7 : x === 7777 ? 9 : Math.sin(x) }))
  const kept = thinned(points, 600)
  assert.ok(kept.length <= 2400 && kept.length > 600, String(kept.length))
  assert.deepEqual([kept[0]?.x, kept.at(-1)?.x], [0, 9999])
  for (const x of [4321, 7777]) assert.ok(kept.some((point) => point.x === x))
  const failed = points.map((point) => (point.x === 5008 ? { ...point, y: 0, tone: 'fail' as const } : point))
  assert.ok(
    thinned(failed, 600).some(({ tone }) => tone === 'fail'),
    'a failure is not lost among others',
  )
  assert.ok(chartPicture(samples.crowded()).markup.length < 100_000)
})

test('names out of files stay texts', () => {
  const hostile = '"><script>alert(1)</script><!-- \u202e & \'x'
  const chart = {
    ...{ title: hostile, description: hostile, xName: hostile, x: linearScale({ values: [0, 1] }) },
    panels: [
      {
        ...{ name: hostile, y: linearScale({ values: [1] }), height: 50 },
        references: [{ value: 1, label: hostile }],
        series: [
          { name: hostile, tone: 'one' as const, draw: 'both' as const, points: [{ x: 0, y: 1, says: hostile }] },
        ],
      },
    ],
    events: [{ x: 1, label: hostile, says: hostile }],
  }
  for (const markup of [chartFile(chart), chartFigure(chart, words).markup]) {
    assert.doesNotMatch(markup, /<script|<!--|\u202e/)
    assert.match(markup, /&quot;&gt;&lt;script&gt;/)
  }
})

test('in a browser no two texts of a chart touch, at the width of a phone and of a desk', async (context) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-charts-'))
  const page = await (await sharedBrowser()).newPage({ viewport: { width: 320, height: 800 } })
  context.after(async () => {
    await page.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const figures = Object.entries(samples).map(
    ([name, sample]) => `<section id="${name}">${chartFigure(sample(), words).markup}</section>`,
  )
  const file = path.join(folder, 'page.html')
  writeFileSync(
    file,
    `<!doctype html><meta charset="utf-8"><style>body,figure{margin:4px}${chartStyle}</style>${figures.join('')}`,
  )
  const complaints = complaintsOf(page)
  await page.goto(pathToFileURL(file).href)
  for (const width of [320, 1200]) {
    await page.setViewportSize({ width, height: 800 })
    const touching = await page.evaluate(() =>
      [...document.querySelectorAll('section')].flatMap((section) => {
        const texts = [...section.querySelectorAll('svg.chart text')].map((text) => {
          const { left, right, top, bottom } = text.getBoundingClientRect()
          // The box of a line of text is higher than its letters.
          return { text: text.textContent, left, right, top: top + 2, bottom: bottom - 2 }
        })
        const outside = texts
          .filter(({ left, right }) => left < 0 || right > innerWidth)
          .map(({ text }) => `${section.id}: ${text} leaves the page`)
        const pairs = texts.flatMap((one, index) =>
          texts
            .slice(index + 1)
            .filter(
              (other) =>
                one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom,
            )
            .map((other) => `${section.id}: ${one.text} touches ${other.text}`),
        )
        return [...outside, ...pairs]
      }),
    )
    assert.deepEqual(touching, [], `at ${width} pixels`)
  }
  assert.deepEqual(complaints, [])
})

test('no line goes through the label of another event, where the rows have room for that', () => {
  const at = (x: number, label: string, tone?: 'fail') => ({ x, label, ...(tone && { tone }) })
  const x = linearScale({ values: [0, 100], room: 0 })
  for (const events of [
    [at(44, 'rollout of 1.3'), at(45, '1.3 active')],
    [at(98, 'night: pass'), at(99, 'rollout of 1.4'), at(100, 'rolled back', 'fail')],
    [at(50, 'another judge'), at(52, 'another suite'), at(75, 'drift alarm', 'fail'), at(98, 'rolled back', 'fail')],
  ]) {
    const marks = eventMarks({ events, x }, 640).content(100, 200)
    const drawn = String((marks as { markup: string }[]).map((mark) => mark?.markup ?? '').join('\n'))
    const labels = [...drawn.matchAll(/<text [^>]*x="([\d.]+)%"[^>]*y="([\d.]+)" text-anchor="(\w+)">([^<]+)/g)]
    assert.equal(labels.length, events.length, drawn)
    for (const [, x = '', y = '', anchor, label = ''] of labels) {
      const [place, size] = [Number(x) * 6.4, textWidth(label)]
      const [from, to] = anchor === 'start' ? [place, place + size] : [place - size, place]
      for (const [, at = '', top = ''] of drawn.matchAll(/<line [^>]*x1="([\d.]+)%"[^>]*y1="([\d.]+)"/g)) {
        const line = Number(at) * 6.4
        const isThrough = Number(top) < Number(y) - 8 && from < line && line < to
        assert.ok(!isThrough, `a line at ${at} % goes through "${label}"`)
      }
    }
  }
})

test('where not every event finds room for its label, what is bad has one', () => {
  const x = linearScale({ values: [0, 100], room: 0 })
  const many = Array.from({ length: 20 }, (_, index) => ({ x: 50 + index / 2, label: `plain event ${index}` }))
  const events = [...many, { x: 55, label: 'drift alarm', tone: 'fail' as const }]
  const panels = [{ name: 'y', y: linearScale({ values: [0, 1] }), height: 50, series: [] }]
  const { markup } = chartPicture({ title: 't', description: 'd', x, panels, events })
  assert.match(markup, /<text class="event-label tone-fail"[^>]*>drift alarm<\/text>/)
  assert.ok([...markup.matchAll(/<line class="event /g)].length >= 21, 'each has its line')
})

test('stacked bars of a day are equally wide, however often each kind comes', () => {
  const days = Array.from({ length: 30 }, (_, x) => ({ x, y: 1 }))
  const rare = [3, 17].map((x) => ({ x, y: 2, low: 1 }))
  const series = [
    { name: 'often', tone: 'one' as const, draw: 'bars' as const, points: days },
    { name: 'rare', tone: 'two' as const, draw: 'bars' as const, points: rare },
  ]
  const panels = [{ name: 'y', y: linearScale({ values: [0, 2] }), height: 50, series }]
  const { markup } = chartPicture({ title: 't', description: 'd', x: linearScale({ values: [0, 29] }), panels })
  const widths = [...markup.matchAll(/<rect class="block tone-\w+" x="[^"]*" width="([\d.]+)%"/g)].map(
    ([, width]) => width,
  )
  assert.equal(widths.length, 32)
  assert.equal(new Set(widths).size, 1)
})

test('a band of one point is that point with its interval', () => {
  const series = [
    { name: 'band', tone: 'one' as const, draw: 'band' as const, points: [{ x: 1, y: 1, low: 0, high: 2 }] },
  ]
  const panels = [{ name: 'y', y: linearScale({ values: [0, 2] }), height: 50, series }]
  const { markup } = chartPicture({ title: 't', description: 'd', x: linearScale({ values: [1] }), panels })
  assert.match(markup, /class="whisker tone-one".*class="sign tone-one"/)
})
