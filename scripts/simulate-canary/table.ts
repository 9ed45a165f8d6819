import { clopperPearson } from '../../packages/sluice/src/stats/index.ts'
import type { Row } from './rows.ts'
import type { Tally } from './tally.ts'

/** What was measured, and whether it keeps what is claimed; null where nothing is claimed. */
export interface Measured {
  text: string
  holds: boolean | null
}

const alpha = 0.05

export function measured({ claim }: Row, tally: Tally): Measured {
  switch (claim.of) {
    case 'falseRollback': {
      const { high } = clopperPearson(tally.rolledBack, tally.runs)
      return {
        text: `${share(tally.rolledBack, tally.runs)}, at most ${high.toFixed(4)}`,
        holds: high <= alpha,
      }
    }
    case 'delay': {
      const { mean, error } = delay(tally)
      const holds = claim.atMost ? mean <= claim.expected : Math.abs(mean / claim.expected - 1) <= 0.1
      return { text: `${shownDelay(mean, error)}`, holds: holds && tally.detected === tally.runs }
    }
    case 'promoted':
      return { text: share(tally.promoted, tally.runs), holds: tally.promoted / tally.runs <= claim.atMost }
    case 'costAlert': {
      const found = tally.costAlerts / tally.runs
      const holds = 'atLeast' in claim ? found >= claim.atLeast : found <= claim.atMost
      return { text: share(tally.costAlerts, tally.runs), holds }
    }
    case 'alarms': {
      const { mean, high } = alarms(tally)
      return { text: `${mean.toFixed(2)} alarms, at most ${high.toFixed(2)}`, holds: high <= claim.atMost }
    }
    case 'found': {
      const [half, most] = [hoursUntil(tally, 0.5), hoursUntil(tally, 0.9)]
      const before = alarms(tally).mean.toFixed(2)
      return {
        text: `half within ${shownHours(half)}, 90 % within ${shownHours(most)}; ${before} alarms before`,
        holds: half <= claim.within,
      }
    }
    case 'rolledBack':
      return { text: `${share(tally.rolledBack, tally.runs)}, mean ${shownDelay(...delayPair(tally))}`, holds: null }
    case 'shown':
      return { text: shownDelay(...delayPair(tally)), holds: null }
    case 'shownPromoted':
      return { text: share(tally.promoted, tally.runs), holds: null }
  }
}

export function tableOf(heading: string, rows: readonly Row[], tallies: readonly Tally[]): string {
  const lines = rows.map((row, i) => {
    const tally = tallies[i]
    if (!tally) throw new Error(`${row.name} was not played`)
    const { text, holds } = measured(row, tally)
    return `| ${row.name} | ${tally.runs} | ${text} | ${row.elsewhere} | ${holds === null ? '' : holds ? 'yes' : '**no**'} |`
  })
  return [
    `### ${heading}`,
    '',
    '| scenario | runs | measured | elsewhere | holds |',
    '|---|---|---|---|---|',
    ...lines,
  ].join('\n')
}

function share(part: number, whole: number): string {
  const rate = part / whole
  return `${rate.toFixed(3)} ± ${Math.sqrt((rate * (1 - rate)) / whole).toFixed(3)}`
}

function delay({ detected, delay: sum, delaySquares }: Tally): { mean: number; error: number } {
  const mean = sum / detected
  return { mean, error: Math.sqrt(Math.max(0, delaySquares / detected - mean ** 2) / detected) }
}

function delayPair(tally: Tally): [number, number] {
  const { mean, error } = delay(tally)
  return [mean, error]
}

function shownDelay(mean: number, error: number): string {
  return `${mean.toFixed(mean < 100 ? 1 : 0)} ± ${error.toFixed(error < 10 ? 1 : 0)}`
}

/** Mean number of alarms of a run, and the upper end of its 95 % interval: by its spread, or by Poisson where there were next to none. */
function alarms({ runs, alarms: sum, alarmSquares }: Tally): { mean: number; high: number } {
  const mean = sum / runs
  const error = Math.sqrt(Math.max(0, alarmSquares / runs - mean ** 2) / runs)
  return { mean, high: Math.max(mean + 1.96 * error, (sum + 3) / runs) }
}

/** Hours until a share of the changes was found. */
function hoursUntil({ hours }: Tally, share: number): number {
  const sorted = [...hours].sort((a, b) => a - b)
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.POSITIVE_INFINITY
}

function shownHours(hours: number): string {
  return Number.isFinite(hours) ? `${Math.ceil(hours)} h` : 'never'
}
