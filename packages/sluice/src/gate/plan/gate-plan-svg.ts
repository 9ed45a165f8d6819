import type { FeaturePlan } from '../../records/report/gate-plan.ts'

const size = { width: 720, height: 320, left: 60, right: 130, top: 30, bottom: 46 }
const floor = size.height - size.bottom
const edge = size.width - size.right
const colors = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#d55e00', '#56b4e9']
const lines = 5

interface Point {
  x: number
  y: number
}

/** A chart of the smallest drop that a gate finds, by the number of cases: one line for each number of answers a case. */
export function gatePlanSvg({ table, margin, feature }: FeaturePlan): string {
  const drops = table.flatMap(({ drop }) => drop ?? [])
  const sizes = [...new Set(table.map(({ cases }) => cases))]
  const most = Math.max(margin * 1.5, ...drops)
  const [least, largest] = [Math.log(Math.min(...sizes)), Math.log(Math.max(...sizes))]
  const x = (cases: number) =>
    size.left + 20 + ((Math.log(cases) - least) / (largest - least || 1)) * (edge - size.left - 40)
  const y = (drop: number) => floor - (drop / most) * (floor - size.top)
  const series = [...Map.groupBy(table, ({ repeats }) => repeats)].map(([repeats, rows], index) => {
    const points = rows.flatMap(({ cases, drop }) => (drop === null ? [] : [{ x: x(cases), y: y(drop) }]))
    return curve(
      points,
      colors[index % colors.length] ?? '#777',
      repeats === 1 ? '1 answer' : `up to ${repeats} answers`,
    )
  })
  const title = `Smallest drop that the gate${feature === null ? '' : ` of ${feature}`} finds with 80 % probability, by cases and answers per case`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" font-family="system-ui, sans-serif" font-size="12" fill="#777">
<title>${escaped(title)}</title>
${[...axes({ x, y, sizes, most }), marginLine(y(margin), margin), ...series].join('\n')}
</svg>
`
}

function axes({
  x,
  y,
  sizes,
  most,
}: {
  x: (n: number) => number
  y: (n: number) => number
  sizes: number[]
  most: number
}) {
  const ticks = Array.from({ length: lines + 1 }, (_, index) => (index * most) / lines)
  return [
    `<text x="${size.left - 8}" y="${size.top - 12}" text-anchor="end">drop</text>`,
    ...ticks.map(
      (drop) =>
        `<line x1="${size.left}" x2="${edge}" y1="${rounded(y(drop))}" y2="${rounded(y(drop))}" stroke="#8884"/><text x="${size.left - 8}" y="${rounded(y(drop) + 4)}" text-anchor="end">${drop.toFixed(3)}</text>`,
    ),
    ...sizes.map((cases) => `<text x="${rounded(x(cases))}" y="${floor + 18}" text-anchor="middle">${cases}</text>`),
    `<text x="${(size.left + edge) / 2}" y="${floor + 38}" text-anchor="middle">cases</text>`,
  ]
}

function marginLine(height: number, margin: number): string {
  return `<line x1="${size.left}" x2="${edge}" y1="${rounded(height)}" y2="${rounded(height)}" stroke="#777" stroke-dasharray="4 3"/><text x="${edge + 8}" y="${rounded(height + 14)}">margin ${margin}</text>`
}

function curve(points: readonly Point[], color: string, name: string): string {
  const last = points.at(-1)
  if (!last) return ''
  const path = points.map(({ x, y }) => `${rounded(x)},${rounded(y)}`).join(' ')
  const dots = points
    .map(({ x, y }) => `<circle cx="${rounded(x)}" cy="${rounded(y)}" r="3" fill="${color}"/>`)
    .join('')
  return `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>${dots}<text x="${rounded(last.x + 8)}" y="${rounded(last.y + 4)}" fill="${color}">${name}</text>`
}

const rounded = (value: number) => Number(value.toFixed(2))
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
