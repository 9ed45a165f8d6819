import type { Html } from '../text/markup.ts'
import { type Chart, chartPicture } from './chart.ts'
import type { ChartPoint, Series } from './series.ts'
import { svgElement } from './svg.ts'

const mostRows = 200

/** How the numbers of a chart are written. */
export interface NumberWords {
  x(value: number): string
  /** Writes a value of the panel of this name; never asked for an unknown one. */
  y(value: number, panel: string): string
}

/**
 * A chart with its title above it and the same numbers below it, folded, for who cannot see a picture and for who wants
 * the numbers. Unknown values are named so.
 */
export function chartFigure(chart: Chart, words: NumberWords): Html {
  return svgElement('figure', { class: 'chart-figure' }, [
    svgElement('figcaption', {}, chart.title),
    chartPicture(chart),
    svgElement('details', {}, [svgElement('summary', {}, 'The numbers'), ...numbersTables(chart, words)]),
  ])
}

/** The tables of a chart: a row for each place, a column for each series, and the events. */
function numbersTables(chart: Chart, words: NumberWords): Html[] {
  const series = chart.panels.flatMap((panel) => panel.series.map((one) => ({ panel: panel.name, ...one })))
  const places = [...new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => b - a)
  const references = chart.panels.flatMap(({ name, references: held = [] }) =>
    held.map(({ value, label }) => `${label} ${words.y(value, name)}`),
  )
  const rows = places.slice(0, mostRows).map((x) => [
    words.x(x),
    ...series.map(({ points, panel }) =>
      points
        .filter((point) => point.x === x)
        .map((point) => valueText(point, (value) => words.y(value, panel)))
        .join('; '),
    ),
  ])
  const left = places.length - rows.length
  const events = (chart.events ?? []).map(({ x, label, says }) => [words.x(x), says ?? label])
  return [
    table('numbers', chart.title, [chart.xName ?? 'When', ...series.map((one) => columnName(one, chart))], rows),
    ...(left > 0 ? [svgElement('p', {}, `The last ${mostRows} of ${places.length} rows.`)] : []),
    ...(references.length > 0 ? [svgElement('p', {}, `Drawn beside: ${references.join(', ')}.`)] : []),
    ...(events.length > 0
      ? [table('happened', `What happened: ${chart.title}`, [chart.xName ?? 'When', 'What'], events)]
      : []),
  ]
}

/** The series where there is one panel; else the panel with its unit, and the series if the panel has several. */
function columnName({ name, panel }: Series & { panel: string }, { panels }: Chart): string {
  if (panels.length === 1) return name
  const isAlone = panels.find((one) => one.name === panel)?.series.length === 1
  return isAlone ? panel : `${panel}: ${name}`
}

function valueText({ y, low, high, tone }: ChartPoint, write: (value: number) => string): string {
  if (y === null || !Number.isFinite(y)) return 'not known'
  const interval =
    low === null || low === undefined || high === null || high === undefined ? '' : ` [${write(low)}, ${write(high)}]`
  const verdict = tone === 'pass' || tone === 'fail' || tone === 'inconclusive' ? `, ${tone}` : ''
  return `${write(y)}${interval}${verdict}`
}

function table(
  kind: 'numbers' | 'happened',
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): Html {
  return svgElement('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption }, [
    svgElement('table', { class: kind }, [
      svgElement(
        'thead',
        {},
        svgElement(
          'tr',
          {},
          heads.map((head) => svgElement('th', { scope: 'col' }, head)),
        ),
      ),
      svgElement(
        'tbody',
        {},
        rows.map(([first = '', ...rest]) =>
          svgElement('tr', {}, [
            svgElement('th', { scope: 'row' }, first),
            ...rest.map((cell) => svgElement('td', {}, cell === '' ? '–' : cell)),
          ]),
        ),
      ),
    ]),
  ])
}
