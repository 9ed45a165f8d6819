import { parseArgs } from 'node:util'
import { endForecast, wholeEffort } from '../packages/sluice/src/control/plan/end-forecast.ts'
import { defaultsFor } from '../packages/sluice/src/control/plan/traffic-defaults.ts'
import { bettingEngine } from '../packages/sluice/src/control/rollout/decision-engine.ts'
import { simulateFast } from '../packages/sluice/src/control/simulate/fast-canary.ts'
import { type Scenario, scenarioSchema } from '../packages/sluice/src/control/simulate/scenario.ts'
import { simulationStart } from '../packages/sluice/src/control/simulate/simulation.ts'
import type { EndForecast } from '../packages/sluice/src/records/end-chances.ts'
import { defaultRolloutSettings } from '../packages/sluice/src/records/rollout-settings.ts'
import { writeSection } from './simulate-canary/write-section.ts'

/**
 * How often a rollout ends when `sluice rollout start` has foretold it, in kind and in unkind traffic:
 * `npm run forecast-calibration -- [--runs 25] [--seed 1] [--markdown FILE]`. Each rollout goes request by request through the
 * engine's own decisions. The forecast knows the requests and users of the week before, their hours of the day, and how many
 * requests a user sends in a row. It does not know who comes and goes, nor that the traffic changes. Exits with 1 where what was said of a kind of traffic is refuted.
 */

const hourMs = 3_600_000

/** How the traffic comes, and by what factor it exceeds that of the week before; nothing is claimed where it does. */
interface Kind {
  name: string
  traffic: { dailySwing?: number; newUsersPerDay?: number }
  grown: number
}

const kinds: Kind[] = [
  { name: 'steady', traffic: {}, grown: 1 },
  {
    name: 'day and night (70 % more, 70 % less), users come and go',
    traffic: { dailySwing: 0.7, newUsersPerDay: 0.03 },
    grown: 1,
  },
  {
    name: 'the same, grown by 40 % since the week before',
    traffic: { dailySwing: 0.7, newUsersPerDay: 0.03 },
    grown: 1.4,
  },
]
const sizes = [1000, 2000, 5000]
const canaries = [
  { which: 'asGood', score: 0 },
  { which: 'worse', score: -defaultRolloutSettings.margin },
] as const

/** What was said of so many rollouts, on average, and how many of them it held for. */
interface Tally {
  count: number
  said: number
  held: number
}

interface Row {
  kind: string
  isClaimed: boolean
  rollouts: number
  /** The end lies in the range. */
  range: Tally
  /** It ends by proof or by evidence before patience is over. */
  decided: Tally
}

async function main({ runs, seed, markdown }: { runs: number; seed: number; markdown: string | undefined }) {
  const rows: Row[] = []
  for (const { name, traffic, grown } of kinds) {
    const row: Row = { kind: name, isClaimed: grown === 1, rollouts: 0, range: none(), decided: none() }
    for (const perDay of sizes)
      for (const { which, score } of canaries) {
        const scenario = { ...scenarioOf(perDay, { traffic, grown, score }), seed: seed + perDay }
        const forecast = await forecastOf(scenario, perDay, traffic.dailySwing ?? 0)
        for (let run = 0; run < runs; run += 1) play(row, forecast, which, { scenario, run })
        console.error(`${perDay} requests a day, ${which}: ${rowText(row)}`)
      }
    rows.push(row)
  }
  const text = [
    `Made by \`npm run forecast-calibration -- --runs ${runs} --seed ${seed}\`: ${rows.reduce((sum, { rollouts }) => sum + rollouts, 0)} rollouts.`,
    '',
    '| traffic | rollouts | the end lies in the range: said, % | held, % | s.e. | it is decided: said, % | held, % | s.e. |',
    '|---|---|---|---|---|---|---|---|',
    ...rows.map(rowText),
  ].join('\n')
  console.log(text)
  if (markdown !== undefined) await writeSection(markdown, 'dates', text)
  return rows.every(({ range, isClaimed }) => !isClaimed || holds(range)) ? 0 : 1
}

function scenarioOf(
  perDay: number,
  { traffic, grown, score }: { traffic: object; grown: number; score: number },
): Scenario {
  const suiting = defaultsFor({ requestsPerDay: perDay, usersPerDay: null })
  const stages = suiting?.stages.map(({ ppm, soakMs }) => ({ percent: ppm / 10_000, soak: `${soakMs / hourMs}h` }))
  return scenarioSchema.parse({
    lasts: '97h',
    // Who grows gets more users, not more of each.
    traffic: { perDay: perDay * grown, users: Math.round(1.5 * perDay * grown), perVisit: 2, ...traffic },
    judge: { percent: suiting?.judgePercent },
    canary: { score },
    rollout: { stages, flagMargin: suiting?.flagMargin },
  })
}

async function forecastOf(
  { rollout, judge, incumbent }: Scenario,
  perDay: number,
  swing: number,
): Promise<EndForecast> {
  // As the log of a week tells it: the wave of the scenario, hour by hour.
  const byHour = Array.from({ length: 24 }, (_, hour) => 1 + swing * Math.sin((2 * Math.PI * (hour + 0.5)) / 24))
  const known = {
    byHour,
    ...{ requestsPerDay: perDay, users: 1.5 * perDay, perVisit: 2, judgeUsd: null },
    ...{ judged: judge.percent / 100, judgedIncumbents: judge.percent / 100 },
    ...{ errorRate: incumbent.errors, deviation: incumbent.score.sd },
  }
  const found = await endForecast(known, rollout, { start: simulationStart }, { ...wholeEffort, runs: 400 })
  if (!found) throw new Error('a forecast that may take its time has too few runs')
  return found
}

function play(
  row: Row,
  forecast: EndForecast,
  which: 'asGood' | 'worse',
  { scenario, run }: { scenario: Scenario; run: number },
) {
  const { end, why, strength, at } = simulateFast({ scenario, recorded: undefined, engine: bettingEngine }, run)
  const { endHours, undecided } = forecast[which]
  const isDecided = (end === 'promoted' && strength === 'strong') || (end === 'rolledBack' && why === 'evidence')
  const hours = isDecided ? Math.min(told(at / hourMs), forecast.patienceHours) : forecast.patienceHours
  row.rollouts += 1
  count(row.range, endHours.chance, hours >= endHours.earliest && hours <= endHours.latest)
  count(row.decided, 1 - undecided, isDecided)
}

/** The forecast decides once an hour on the first day, then every second hour: the hour in which it would have found this end. */
function told(hours: number): number {
  const assessed = hours - 0.25
  return assessed <= 24 ? Math.ceil(assessed) : 2 * Math.ceil(assessed / 2)
}

function none(): Tally {
  return { count: 0, said: 0, held: 0 }
}

function count(tally: Tally, said: number, isHeld: boolean): void {
  tally.count += 1
  tally.said += said
  tally.held += isHeld ? 1 : 0
}

const standardError = ({ count: n, held }: Tally) => Math.sqrt(((held / n) * (1 - held / n)) / n)

/** Refuted if it is off by more than 5 points for certain, by 2.33 standard errors. */
function holds(tally: Tally): boolean {
  return Math.abs(tally.held - tally.said) / tally.count <= 0.05 + 2.33 * standardError(tally)
}

function rowText({ kind, rollouts, range, decided }: Row): string {
  const percents = (tally: Tally) =>
    [tally.said / tally.count, tally.held / tally.count, standardError(tally)].map((share) => (100 * share).toFixed(1))
  return `| ${[kind, rollouts, ...percents(range), ...percents(decided)].join(' | ')} |`
}

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '25' },
    seed: { type: 'string', default: '1' },
    markdown: { type: 'string' },
  },
})
process.exitCode = await main({ runs: Number(values.runs), seed: Number(values.seed), markdown: values.markdown })
