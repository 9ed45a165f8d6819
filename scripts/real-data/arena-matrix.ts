import type { ArenaRun } from './arena.ts'
import type { Duel } from './consistency.ts'
import { table, verdictOf } from './markdown.ts'

const letters: Record<string, string> = { pass: 'P', 'weak pass': 'w', inconclusive: '?', fail: 'F' }

/** One letter per comparison, with the mean score of each run. */
export function verdictMatrix(runs: readonly ArenaRun[], duels: readonly Duel[]): string {
  const width = Math.max(...runs.map(({ name }) => name.length))
  const letterOf = (candidate: ArenaRun, baseline: ArenaRun) => {
    const duel = duels.find((known) => known.candidate === candidate && known.baseline === baseline)
    return duel ? (letters[verdictOf(duel.compared)] ?? '') : '.'
  }
  const head = `${' '.repeat(width + 10)}${runs.map((_, i) => `${i + 1}`.padStart(3)).join('')}`
  const rows = runs.map((candidate, i) => {
    const cells = runs.map((baseline) => letterOf(candidate, baseline).padStart(3)).join('')
    return `${`${i + 1}`.padStart(2)} ${candidate.name.padEnd(width)} ${candidate.mean.toFixed(3)} ${cells}`
  })
  return [head, ...rows].join('\n')
}

const bounds = [Number.NEGATIVE_INFINITY, -0.2, -0.1, -0.06, -0.03, 0, 0.03, Number.POSITIVE_INFINITY]

/** Verdicts by the difference that was found. */
export function verdictsByDrop(duels: readonly Duel[]): string {
  const rows = bounds.slice(1).map((upper, i) => {
    const lower = bounds[i] ?? Number.NEGATIVE_INFINITY
    const within = duels.filter(({ compared: { difference } }) => difference >= lower && difference < upper)
    const counts = Object.keys(letters).map((verdict) =>
      within.filter(({ compared }) => verdictOf(compared) === verdict),
    )
    return [nameOf(lower, upper), ...counts.map(({ length }) => `${length}`)]
  })
  return table(['difference', ...Object.keys(letters)], rows)
}

function nameOf(lower: number, upper: number): string {
  if (lower === Number.NEGATIVE_INFINITY) return `below ${upper}`
  return upper === Number.POSITIVE_INFINITY ? `${lower} and above` : `${lower} to ${upper}`
}
