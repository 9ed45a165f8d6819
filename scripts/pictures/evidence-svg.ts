/** The evidence against one canary at each look. */
export type Course = { hours: number; logE: number; rolledBack: boolean }[]

/** Canaries of one kind. */
export interface Group {
  name: string
  courses: readonly Course[]
}

const size = { width: 720, height: 360, left: 60, right: 12, top: 40, bottom: 46 }
const floor = size.height - size.bottom
const edge = size.width - size.right
/** Told apart also by those who cannot see red or green (Okabe and Ito). */
const colors = ['#0072b2', '#e69f00', '#cc3311']
const rolledBackAt = 20
const eValues = [0.1, 1, 5, rolledBackAt, 100]

/** E-values over time, on a logarithmic axis, one line for each canary, which ends with a dot where it is rolled back. */
export function evidenceSvg(groups: readonly Group[], hours: number): string {
  const x = (at: number) => fixed(size.left + (at / hours) * (edge - size.left))
  const y = (logE: number) => {
    const [low, high] = [Math.log(0.1), Math.log(100)]
    const inside = Math.min(high, Math.max(low, logE))
    return fixed(floor - ((inside - low) / (high - low)) * (floor - size.top))
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" font-family="system-ui, sans-serif" font-size="12" fill="#777">
<title>The e-value against simulated canaries over time, and the value at which they are rolled back</title>
${[
  ...eValues.map((value) => gridLine(value, y(Math.log(value)))),
  ...Array.from({ length: hours / 2 + 1 }, (_, i) => tick(`${2 * i}`, x(2 * i))),
  tick('hours since the start', x(hours / 2), 38),
  ...groups.flatMap(({ courses }, kind) => courses.map((course) => line(course, colors[kind] ?? '#999', { x, y }))),
  ...groups.map(
    ({ name }, kind) =>
      `<text x="${size.left + 150 * kind}" y="16" fill="${colors[kind]}" font-weight="600">${name}</text>`,
  ),
].join('\n')}
</svg>
`
}

function gridLine(value: number, y: number): string {
  const limit = value === rolledBackAt
  const stroke = limit ? 'stroke="#777" stroke-dasharray="6 4"' : 'stroke="#8884"'
  const word = limit ? `<text x="${edge}" y="${y - 5}" text-anchor="end">rolled back from here on</text>` : ''
  return `<line x1="${size.left}" x2="${edge}" y1="${y}" y2="${y}" ${stroke}/><text x="${size.left - 8}" y="${y + 4}" text-anchor="end">${value}</text>${word}`
}

const tick = (text: string, x: number, below = 18) =>
  `<text x="${x}" y="${floor + below}" text-anchor="middle">${text}</text>`

function line(course: Course, color: string, { x, y }: Record<'x' | 'y', (value: number) => number>): string {
  const start = { hours: 0, logE: 0 }
  const points = [start, ...course].map(({ hours, logE }) => `${x(hours)},${y(logE)}`)
  const end = course.find(({ rolledBack }) => rolledBack)
  const dot = end ? `<circle cx="${x(end.hours)}" cy="${y(end.logE)}" r="3" fill="${color}"/>` : ''
  return `<polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-opacity="0.6"/>${dot}`
}

const fixed = (value: number) => Number(value.toFixed(1))
