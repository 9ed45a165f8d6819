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
    case 'runLength': {
      const length = tally.exposure / Math.max(1, tally.detected)
      const error = length / Math.sqrt(Math.max(1, tally.detected))
      return { text: shownDelay(length, error), holds: length >= claim.atLeast }
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
