import { type Cell, columns } from '../../text/layout.ts'
import type { By, Forecast } from './forecast.ts'

const names: Record<string, string> = {
  0: 'as good',
  0.5: 'worse by half the margin',
  1: 'worse by the margin',
  2: 'worse by twice the margin',
}

/** The forecast for a hundred canaries of each kind, in lines of at most `width` columns. */
export function forecastLines({ outlooks }: Forecast, width = 80): string[] {
  const hours = outlooks[0]?.by.map((one) => one.hours) ?? []
  const right = (text: string): Cell => ({ text, align: 'right' })
  const head = [{ text: 'A canary that is' }, ...hours.map((each) => right(`by ${each} h`)), right('half by')]
  const rows = outlooks.map(({ worseBy, by, medianHours }) => [
    { text: names[worseBy] ?? `${worseBy} x` },
    ...by.map((one) => right(shares(one))),
    right(medianHours === null ? '-' : `${medianHours} h`),
  ])
  return [
    ...columns([head, ...rows], width),
    'Of 100 each: promoted by proof / weakly / rolled back; the rest is undecided.',
  ]
}

/** E.g. `97/0/2`. */
function shares({ strong, weak, rolledBack }: By): string {
  return [strong, weak, rolledBack].map((share) => Math.round(100 * share)).join('/')
}
