import type { CanaryPlan } from './plan-canary.ts'

const size = { width: 720, height: 320, left: 60, right: 90, top: 30, bottom: 46 }
const floor = size.height - size.bottom
const edge = size.width - size.right
const colors = { median: '#0072b2', p90: '#e69f00' }

/** A chart of the hours until a drop is found, by its size: median and 90 % quantile, with logarithmic axes. */
export function planSvg({ drops }: CanaryPlan): string {
  const times = drops.flatMap(({ median, p90 }) => [median, p90]).flatMap((met) => (met ? [met.hours] : []))
  const scale = scaleOf(
    times,
    drops.map(({ drop }) => drop),
  )
  const series = (['median', 'p90'] as const).map((which) => {
    const points = drops.flatMap(({ drop, [which]: met }) => (met ? [{ x: scale.x(drop), y: scale.y(met.hours) }] : []))
    return line(points, colors[which], which === 'median' ? 'half of them' : '9 of 10')
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" font-family="system-ui, sans-serif" font-size="12" fill="#777">
<title>Hours until a canary that is worse is rolled back, by the drop of its mean score</title>
${[
  ...axes(
    scale,
    drops.map(({ drop }) => drop),
  ),
  ...series,
].join('\n')}
</svg>
`
}

interface Scale {
  x: (drop: number) => number
  y: (hours: number) => number
  /** Powers of ten. */
  hours: number[]
}

function scaleOf(times: readonly number[], drops: readonly number[]): Scale {
  const exponents = times.map(Math.log10)
  const low = Math.floor(Math.min(0, ...exponents))
  const high = Math.max(low + 1, Math.ceil(Math.max(0, ...exponents)))
  const [least, most] = [Math.min(...drops), Math.max(...drops)].map(Math.log)
  const across = (most ?? 1) - (least ?? 0) || 1
  return {
    x: (drop) => size.left + 20 + ((Math.log(drop) - (least ?? 0)) / across) * (edge - size.left - 20),
    y: (hours) => floor - ((Math.log10(hours) - low) / (high - low)) * (floor - size.top),
    hours: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)),
  }
}

function axes({ x, y, hours }: Scale, drops: readonly number[]): string[] {
  return [
    `<text x="${size.left - 8}" y="${size.top - 12}" text-anchor="end">hours</text>`,
    ...hours.map(
      (value) =>
        `<line x1="${size.left}" x2="${edge}" y1="${fixed(y(value))}" y2="${fixed(y(value))}" stroke="#8884"/><text x="${size.left - 8}" y="${fixed(y(value) + 4)}" text-anchor="end">${Number(value.toPrecision(3))}</text>`,
    ),
    ...drops.map((drop) => `<text x="${fixed(x(drop))}" y="${floor + 18}" text-anchor="middle">${drop}</text>`),
    `<text x="${(size.left + edge) / 2}" y="${floor + 38}" text-anchor="middle">drop of the mean score</text>`,
  ]
}

function line(points: readonly { x: number; y: number }[], color: string, name: string): string {
  const first = points.at(-1)
  const path = points.map(({ x, y }) => `${fixed(x)},${fixed(y)}`).join(' ')
  const dots = points.map(({ x, y }) => `<circle cx="${fixed(x)}" cy="${fixed(y)}" r="3" fill="${color}"/>`).join('')
  const right = points[0]
  const label = right ? `<text x="${fixed(right.x + 8)}" y="${fixed(right.y + 4)}" fill="${color}">${name}</text>` : ''
  return first ? `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>${dots}${label}` : ''
}

const fixed = (value: number) => Number(value.toFixed(2))
