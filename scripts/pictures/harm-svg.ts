/** What canaries of one kind of traffic came to, by the size of the harm. */
interface HarmLine {
  name: string
  points: readonly { harm: number; rolledBack: number; medianHours: number | null }[]
}

export interface HarmPicture {
  /** Of the axis, e.g. `drop of the mean score`. */
  harm: string
  shown: (harm: number) => string
  lines: readonly HarmLine[]
}

const size = { width: 720, height: 320, top: 44, bottom: 46 }
const floor = size.height - size.bottom
const panels = { share: { left: 48, right: 340 }, hours: { left: 412, right: 708 } }
/** Told apart also by those who cannot see red or green (Okabe and Ito). */
const colors = ['#0072b2', '#e69f00', '#cc3311']
const hourTicks = [1, 3, 10, 30, 96]

/** Two panels over the size of the harm: the share that is rolled back, and the hours until half of them are. */
export function harmSvg({ harm, shown, lines }: HarmPicture): string {
  const harms = lines[0]?.points.map((point) => point.harm) ?? []
  const x = ({ left, right }: { left: number; right: number }, value: number) =>
    fixed(left + (harms.indexOf(value) / Math.max(1, harms.length - 1)) * (right - left))
  const share = (value: number) => fixed(floor - value * (floor - size.top))
  const hours = (value: number) => {
    const [low, high] = [Math.log(1), Math.log(96)]
    return fixed(floor - ((Math.log(Math.max(1, value)) - low) / (high - low)) * (floor - size.top))
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" font-family="system-ui, sans-serif" font-size="12" fill="#777">
<title>How many canaries are rolled back within 96 hours, and after how many hours half of them, by the ${harm}</title>
${[
  ...lines.map(({ name }, i) => text(panels.share.left + 190 * i, 14, name, { fill: colors[i], weight: 600 })),
  text(panels.share.left, 34, 'share rolled back within 96 hours'),
  text(panels.hours.left, 34, 'hours until half are'),
  ...[0, 0.25, 0.5, 0.75, 1].map((value) => grid(panels.share, share(value), String(value))),
  ...hourTicks.map((value) => grid(panels.hours, hours(value), String(value))),
  ...Object.values(panels).flatMap((panel) => [
    ...harms.map((value) => text(x(panel, value), floor + 18, shown(value), { anchor: 'middle' })),
    text((panel.left + panel.right) / 2, floor + 38, harm, { anchor: 'middle' }),
  ]),
  ...lines.map(({ points }, i) =>
    curve(
      points.map((point) => [x(panels.share, point.harm), share(point.rolledBack)]),
      colors[i] ?? '#999',
    ),
  ),
  ...lines.map(({ points }, i) => {
    const known = points.filter(({ medianHours }) => medianHours !== null)
    return curve(
      known.map((point) => [x(panels.hours, point.harm), hours(point.medianHours ?? 0)]),
      colors[i] ?? '#999',
    )
  }),
].join('\n')}
</svg>
`
}

function text(
  x: number,
  y: number,
  content: string,
  { anchor = 'start', fill, weight }: { anchor?: string; fill?: string | undefined; weight?: number } = {},
): string {
  const style = `${fill ? ` fill="${fill}"` : ''}${weight ? ` font-weight="${weight}"` : ''}`
  return `<text x="${x}" y="${y}" text-anchor="${anchor}"${style}>${content}</text>`
}

function grid({ left, right }: { left: number; right: number }, y: number, label: string): string {
  return `<line x1="${left}" x2="${right}" y1="${y}" y2="${y}" stroke="#8884"/>${text(left - 6, y + 4, label, { anchor: 'end' })}`
}

function curve(points: readonly (readonly [x: number, y: number])[], color: string): string {
  const path = points.map(([x, y]) => `${x},${y}`).join(' ')
  const dots = points.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3" fill="${color}"/>`)
  return `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>${dots.join('')}`
}

const fixed = (value: number) => Number(value.toFixed(1))
