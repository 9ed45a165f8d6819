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
  const isByTime = outlooks.some(({ by }) => by.some(({ time }) => time > 0))
  return [
    ...columns([head, ...rows], width),
    `Of 100 each: promoted by ${isByTime ? 'time alone' : 'proof'} / weakly / rolled back; the rest is undecided.`,
    ...(isByTime ? ['By time alone nothing is proven.'] : []),
  ]
}

/** E.g. `97/0/2`. By the same settings a canary is promoted by proof, or by time alone. */
function shares({ strong, time, weak, rolledBack }: By): string {
  return [strong + time, weak, rolledBack].map((share) => Math.round(100 * share)).join('/')
}
