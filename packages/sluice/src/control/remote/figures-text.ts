import { z } from 'zod'
import { figuresSchema, type ValueInterval } from '../../records/assessment.ts'
import { formatCount, formatDuration, formatPercent, formatScore, formatUsd } from '../../text/format.ts'
import { type Cell, columns, wrap } from '../../text/layout.ts'

const record = figuresSchema.shape
const signalRecord = record.signals.element
const judgedArm = record.judged.shape.canary.loose()
const counted = signalRecord.shape.canary.unwrap().loose().nullable()
const height = signalRecord.shape.highest.unwrap().loose()

/** What commands read of an assessment in numbers. */
export const figuresAnswer = figuresSchema.loose().extend({
  signals: z.array(
    signalRecord.loose().extend({
      incumbent: counted,
      canary: counted,
      difference: signalRecord.shape.difference.unwrap().loose().nullable(),
      highest: height.nullable(),
      proof: signalRecord.shape.proof.unwrap().loose().nullable(),
    }),
  ),
  users: record.users.loose(),
  judged: z.looseObject({ incumbent: judgedArm, canary: judgedArm }),
  against: record.against.loose().extend({ highest: height }),
  missing: z.array(record.missing.element.loose().extend({ unit: z.string() })),
})

type FiguresAnswer = z.output<typeof figuresAnswer>
type Mean = ValueInterval

const ends: Record<string, string> = {
  weakPromote: 'then it is promoted weakly if it qualifies',
  hold: 'then it is held for a person',
  rollBack: 'then it is rolled back as undecided',
}

/** The numbers behind a rollout in lines of at most 80 columns. `now` in ms since the epoch. */
export function figuresLines(
  figures: FiguresAnswer,
  { isRunning, onUndecided, now }: { isRunning: boolean; onUndecided: string | undefined; now: number },
): string[] {
  const { users, judged, against } = figures
  const arm = (name: 'canary' | 'incumbent') =>
    `${formatCount(users[name])} by the ${name} (${formatCount(judged[name].answers)} answers of ${formatCount(judged[name].users)} users judged)`
  const highest = `highest ${short(against.highest.eValue)} at ${stamp(against.highest.at)}`
  return [
    ...table(figures),
    `users: ${arm('canary')}`,
    `       ${arm('incumbent')}`,
    `against it in all: ${short(against.eValue)} of ${short(against.needed)}, which roll it back; ${highest}`,
    ...(isRunning ? outlook(figures, onUndecided, now) : []),
  ].flatMap((line) => wrap(line, 78))
}

function table({ signals }: FiguresAnswer): string[] {
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
      right(against === null ? '-' : short(against)),
      right(proof ? `${short(proof.eValue)} of ${short(proof.needed)}` : '-'),
    ]
  })
  return columns([[{ text: '' }, ...head], ...rows], 78)
}

/** `-0.013 ±0.041`, `+0.3 ±0.9 points` */
function differenceText({ value, high }: Mean, signal: string): string {
  const [times, digits] = signal === 'score' ? [1, 3] : [100, 2]
  const sign = value < 0 ? '-' : '+'
  const reach = high === null ? '' : ` ±${(times * (high - value)).toFixed(digits)}`
  return `${sign}${(times * Math.abs(value)).toFixed(digits)}${reach}`
}

function outlook({ missing, nextStepAt, patienceEndsAt }: FiguresAnswer, onUndecided: string | undefined, now: number) {
  const each = missing.map(({ what, has, needed, unit }) => {
    if (unit === 'ms') return `${what} ${formatDuration(has)} of ${formatDuration(needed)}`
    if (unit === 'eValue') return `proof of ${what} ${short(has)} of ${short(needed)}`
    return `${formatCount(has)} of ${formatCount(needed)} ${what}`
  })
  const expected = nextStepAt === null ? 'when, the rate so far does not tell' : `expected ${stamp(nextStepAt)}`
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
          `${over ?? `patience ends ${stamp(patienceEndsAt)}`}${onUndecided ? `, ${ends[onUndecided] ?? onUndecided}` : ''}`,
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

/** `0.62`, `18.3`, `> 1e6` */
function short(value: number): string {
  if (value >= 1e6) return '> 1e6'
  return value >= 100 ? formatCount(Math.round(value)) : String(Number(value.toPrecision(2)))
}

/** `24 Nov 14:05Z` */
function stamp(ms: number): string {
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) return `${ms} ms`
  const [, month, day] = date.toISOString().slice(0, 10).split('-')
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
  return `${Number(day)} ${months[Number(month) - 1]} ${date.toISOString().slice(11, 16)}Z`
}
