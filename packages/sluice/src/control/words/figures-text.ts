import { eValueText, evidenceInWords } from '../../charts/evidence-scale.ts'
import type { Figures, Missing, ValueInterval } from '../../records/assessment.ts'
import { formatCount, formatDuration, formatPercent, formatScore, formatUsd } from '../../text/format.ts'
import { type Cell, columns, wrap } from '../../text/layout.ts'
import { momentText } from './moments.ts'

/** The numbers of an assessment, of which an older or newer control plane may know other units. */
export interface ShownFigures extends Omit<Figures, 'missing'> {
  missing: readonly (Omit<Missing, 'unit'> & { unit: string })[]
}

const ends: Record<string, string> = {
  weakPromote: 'then it is promoted weakly if it qualifies',
  hold: 'then it is held for a person',
  rollBack: 'then it is rolled back as undecided',
}

/** The numbers behind a rollout in lines of at most 80 columns. `now` in ms since the epoch. */
export function figuresLines(
  figures: ShownFigures,
  { isRunning, onUndecided, now }: { isRunning: boolean; onUndecided: string | undefined; now: number },
): string[] {
  const { users, judged, against } = figures
  const arm = (name: 'canary' | 'incumbent') =>
    `${formatCount(users[name])} by the ${name} (${formatCount(judged[name].answers)} answers of ${formatCount(judged[name].users)} users judged)`
  const highest = `highest ${eValueText(against.highest.eValue)} at ${momentText(against.highest.at)}`
  return [
    ...table(figures),
    `users: ${arm('canary')}`,
    `       ${arm('incumbent')}`,
    `against it in all: ${eValueText(against.eValue)} of ${eValueText(against.needed)}, which roll it back; ${highest}`,
    ...(isRunning ? waitingLines(figures, onUndecided, now) : []),
  ].flatMap((line) => wrap(line, 78))
}

function table({ signals }: ShownFigures): string[] {
  if (signals.length === 0) return []
  const right = (text: string): Cell => ({ text, align: 'right' })
  const head = ['canary', 'incumbent', 'difference', 'margin', 'against', 'proof'].map(right)
  const rows = signals.map(({ signal, canary, incumbent, difference, margin, against, proof }) => {
    const shown = signal === 'score' ? formatScore : (value: number) => formatPercent(value)
    return [
      { text: signal },
      right(canary ? shown(canary.value) : '-'),
      right(incumbent ? shown(incumbent.value) : '-'),
      right(difference ? differenceText(difference, signal) : '-'),
      right(shown(margin)),
      right(against === null ? '-' : eValueText(against)),
      right(proof ? `${eValueText(proof.eValue)} of ${eValueText(proof.needed)}` : '-'),
    ]
  })
  return columns([[{ text: '' }, ...head], ...rows], 78)
}

/** `-0.013 ±0.041`, `+0.3 ±0.9 points` */
export function differenceText({ value, high }: ValueInterval, signal: string): string {
  const [times, digits] = signal === 'score' ? [1, 3] : [100, 2]
  const sign = value < 0 ? '-' : '+'
  const reach = high === null ? '' : ` ±${(times * (high - value)).toFixed(digits)}`
  return `${sign}${(times * Math.abs(value)).toFixed(digits)}${reach}`
}

/** What leaving the stage still takes and when, and what the end of its patience brings. `now` in ms since the epoch. */
export function waitingLines(
  { missing, nextStepAt, patienceEndsAt }: ShownFigures,
  onUndecided: string | undefined,
  now: number,
): string[] {
  const each = missing.map(({ what, has, needed, unit }) => {
    if (unit === 'ms') return `${what} ${formatDuration(has)} of ${formatDuration(needed)}`
    if (unit === 'eValue') return `proof of ${what} ${eValueText(has)} of ${eValueText(needed)}`
    return `${formatCount(has)} of ${formatCount(needed)} ${what}`
  })
  const expected = nextStepAt === null ? 'when, the rate so far does not tell' : `expected ${momentText(nextStepAt)}`
  const late = patienceEndsAt !== null && nextStepAt !== null && nextStepAt > patienceEndsAt
  const step =
    missing.length === 0
      ? []
      : [`still missing: ${each.join(', ')}; ${late ? `by the rate so far not before its patience ends` : expected}`]
  const over = patienceEndsAt !== null && patienceEndsAt <= now ? 'patience is over' : undefined
  const end =
    patienceEndsAt === null
      ? []
      : [
          `${over ?? `patience ends ${momentText(patienceEndsAt)}`}${onUndecided ? `, ${ends[onUndecided] ?? onUndecided}` : ''}`,
        ]
  return [...step, ...end]
}

/** Of what judging costs today. */
export function judgingLine({
  spentTodayUsd,
  budgetUsdPerDay,
}: {
  spentTodayUsd: number
  budgetUsdPerDay: number | null
}): string {
  const of = budgetUsdPerDay === null ? '' : ` of ${formatUsd(budgetUsdPerDay)}`
  return `judging: ${formatUsd(spentTodayUsd)}${of} today`
}

/** `21 of the 20 that roll it back, 24 Nov 14:05Z` */
export function highestText({ highest, needed }: Pick<ShownFigures['against'], 'highest' | 'needed'>): string {
  return `${eValueText(highest.eValue)} of the ${eValueText(needed)} that roll it back, ${momentText(highest.at)}`
}

/** An e-value against "the canary is no worse" in words that need no statistics, and how much of it rolls back. */
export function evidenceWords({ eValue, needed }: { eValue: number; needed: number }): string {
  return `${evidenceInWords(eValue)}; at 1 in ${formatCount(Math.round(needed))} it is rolled back`
}
