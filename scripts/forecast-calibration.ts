import { parseArgs } from 'node:util'
import { decidedHours, foretell, play } from './forecast-calibration/foretelling.ts'
import { type Kind, kinds, sizes, worldOf } from './forecast-calibration/kinds.ts'
import { writeSection } from './simulate-canary/write-section.ts'

/**
 * How often a rollout ends when `sluice rollout start` and `rollout status` have foretold it, in kind and in unkind traffic:
 * `npm run forecast-calibration -- [--runs 20] [--seed 1] [--only steady] [--markdown FILE]`. Each rollout has a past of its
 * own, and goes request by request through the engine's own decisions. It is foretold at its start, and again after a third of
 * the time that was told then, if it still runs. Says which claim of a kind of traffic is refuted, and exits with 1 then.
 */

const hourMs = 3_600_000

/** What was said of so many rollouts, on average, and how many of them it held for. */
interface Tally {
  count: number
  said: number
  held: number
}

interface Row {
  kind: Kind
  rollouts: number
  /** The end lies in the range that was told at the start, or after a third. */
  start: Tally
  third: Tally
  /** It ends by proof or by evidence before patience is over, as told at the start. */
  decided: Tally
}

async function main({ runs, seed, only, markdown }: Options): Promise<number> {
  const rows: Row[] = []
  for (const kind of kinds.filter(({ name }) => name.includes(only))) {
    const row: Row = { kind, rollouts: 0, start: none(), third: none(), decided: none() }
    for (const perDay of sizes)
      for (const which of ['asGood', 'worse'] as const) {
        for (let run = 0; run < runs; run += 1)
          await add(
            row,
            play(
              worldOf(kind, { perDay, which, seed: seed + perDay + 10_000 * run + 1_000_000 * kinds.indexOf(kind) }),
            ),
          )
        console.error(`${perDay} requests a day, ${which}: ${rowText(row)}`)
      }
    rows.push(row)
  }
  const text = [
    `Made by \`npm run forecast-calibration -- --runs ${runs} --seed ${seed}\`: ${rows.reduce((sum, { rollouts }) => sum + rollouts, 0)} rollouts.`,
    '',
    '| traffic | rollouts | told at the start: held, % | s.e. | after a third: held, % | s.e. | decided: said, % | came, % | s.e. |',
    '|---|---|---|---|---|---|---|---|---|',
    ...rows.map(rowText),
  ].join('\n')
  console.log(text)
  if (markdown !== undefined) await writeSection(markdown, 'dates', text)
  const faults = rows.flatMap(refuted)
  for (const fault of faults) console.error(fault)
  return faults.length === 0 ? 0 : 1
}

async function add(row: Row, played: ReturnType<typeof play>): Promise<void> {
  const decided = decidedHours(played)
  const isInside = ({ endHours, patienceHours, grid }: NonNullable<Awaited<ReturnType<typeof foretell>>>) => {
    const hours = decided === null ? patienceHours : Math.min(grid(decided), patienceHours)
    return hours >= endHours.earliest && hours <= endHours.latest
  }
  row.rollouts += 1
  const first = await foretell(played, 0)
  if (!first) throw new Error('a forecast that may take its time has too few runs')
  count(row.start, first.endHours.chance, isInside(first))
  count(row.decided, 1 - first.undecided, decided !== null)
  const third = (first.endHours.median / 3) * hourMs
  if (played.end.at <= third) return
  const later = await foretell(played, third)
  if (later) count(row.third, later.endHours.chance, isInside(later))
}

function none(): Tally {
  return { count: 0, said: 0, held: 0 }
}

function count(tally: Tally, forecastShare: number, isHeld: boolean): void {
  tally.count += 1
  tally.said += forecastShare
  tally.held += isHeld ? 1 : 0
}

const share = ({ count: n, held }: Tally) => held / n
const standardError = (tally: Tally) => Math.sqrt((share(tally) * (1 - share(tally))) / tally.count)

/**
 * Of what is claimed what is refuted: off by more than 5 points for certain, by 2.33 standard errors. Few rollouts may all
 * end as told, or none: then the error is that of the chance that was told.
 */
function refuted({ kind: { name, claimed }, start, third }: Row): string[] {
  return [
    { when: 'at the start', isClaimed: claimed.start, tally: start },
    { when: 'after a third', isClaimed: claimed.third, tally: third },
  ].flatMap(({ when, isClaimed, tally }) => {
    if (!isClaimed || tally.count === 0) return []
    const said = tally.said / tally.count
    const error = Math.max(standardError(tally), Math.sqrt((said * (1 - said)) / tally.count))
    if (Math.abs(share(tally) - said) <= 0.05 + 2.33 * error) return []
    const [saidPercent, heldPercent] = [said, share(tally)].map((part) => `${(100 * part).toFixed(1)} %`)
    return [`refuted: ${name}, told ${when}: said ${saidPercent}, held ${heldPercent} of ${tally.count} rollouts`]
  })
}

function rowText({ kind, rollouts, start, third, decided }: Row): string {
  const percent = (part: number) => (100 * part).toFixed(1)
  const held = (tally: Tally) => [percent(share(tally)), percent(standardError(tally))]
  const forecastShare = percent(decided.said / decided.count)
  return `| ${[kind.name, rollouts, ...held(start), ...held(third), forecastShare, ...held(decided)].join(' | ')} |`
}

interface Options {
  runs: number
  seed: number
  only: string
  markdown: string | undefined
}

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    markdown: { type: 'string' },
  },
})
process.exitCode = await main({
  ...values,
  markdown: values.markdown,
  runs: Number(values.runs),
  seed: Number(values.seed),
})
