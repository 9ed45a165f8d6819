import { eValueText, evidenceInWords } from '../../charts/evidence-scale.ts'
import type { Figures, Missing, ValueInterval } from '../../records/rollout/assessment.ts'
import {
  formatAmount,
  formatCount,
  formatDuration,
  formatPercent,
  formatPoints,
  formatScore,
  formatUsd,
} from '../../text/format.ts'
import { type Cell, columns, wrap } from '../../text/layout.ts'
import type { Assessment } from '../rollout/assessment/assessment.ts'
import { signalNames } from '../rollout/assessment/signal-names.ts'
import { isUnseen, unprovenSignals } from '../rollout/assessment/unproven-signals.ts'
import { worseSoFar } from '../rollout/assessment/worse-so-far.ts'
import { momentText } from './moments.ts'

/** The numbers of an assessment, of which an older or newer control plane may know other units. */
export interface ShownFigures extends Omit<Figures, 'missing'> {
  missing: readonly (Omit<Missing, 'unit' | 'why'> & { unit: string; why?: string | undefined })[]
}

const ends: Record<string, string> = {
  weakPromote: 'then it is promoted weakly if it qualifies',
  hold: 'then it is held for a person',
  rollBack: 'then it is rolled back as undecided',
}

/** The numbers behind a rollout in lines of at most 80 columns. `now` in ms since the epoch. */
export function figuresLines(
  figures: ShownFigures,
  { isRunning, ...waiting }: Waiting & { isRunning: boolean },
): string[] {
  const { users, judged } = figures
  const isJudged = waiting.judges !== false || judged.canary.answers + judged.incumbent.answers > 0
  const arm = (name: 'canary' | 'incumbent') => {
    const { answers, users: of } = judged[name]
    const part = isJudged ? ` (${formatAmount(answers, 'answer')} of ${formatAmount(of, 'user')} judged)` : ''
    return `${formatCount(users[name])} by the ${name}${part}`
  }
  return [
    ...table(figures),
    `users: ${arm('canary')}`,
    `       ${arm('incumbent')}`,
    `evidence against it: ${againstText(figures, waiting.now)}`,
    ...weakerLines(figures),
    ...(isRunning ? waitingLines(figures, waiting) : []),
  ].flatMap((line) => wrap(line, 78))
}

/** `6.4 of the 20 that roll it back, as unlikely as 1 in 6 if it were no worse; highest so far 6.4, 27 Nov 00:10Z` */
function againstText({ users, against }: ShownFigures, now: number): string {
  if (isOneSided(users)) return withoutData
  return `${shareText(against, against.eValue)}, ${evidenceInWords(against.eValue)}; ${soFarText(against, now)}`
}

/** For a line without room for what it means: `0.86 of the 20 that roll it back, highest so far 1, 24 Nov 14:05Z` */
export function againstInShort(against: ShownFigures['against'], now: number): string {
  return `${shareText(against, against.eValue)}, ${soFarText(against, now)}`
}

const shareText = ({ needed }: { needed: number }, eValue: number) =>
  `${eValueText(eValue)} of the ${eValueText(needed)} that roll it back`

const soFarText = ({ highest }: ShownFigures['against'], now: number) =>
  `highest so far ${eValueText(highest.eValue)}, ${momentText(highest.at, now)}`

/** Where one arm has no users, there is nothing to compare. */
const isOneSided = ({ canary, incumbent }: ShownFigures['users']) => canary === 0 || incumbent === 0
const withoutData = 'not known, no data of both arms yet'

function weakerLines({ users, signals, against }: ShownFigures): string[] {
  if (isOneSided(users)) return []
  const each = signals.map((one) => ({ name: signalNames[one.signal] ?? one.signal, eValue: one.against }))
  const text = weakerTogether(against.eValue, each)
  return text === null ? [] : [text]
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
      right(marginText(margin, signal)),
      right(against === null ? '-' : eValueText(against)),
      right(proof ? `${eValueText(proof.eValue)} of ${eValueText(proof.needed)}` : '-'),
    ]
  })
  return columns([[{ text: '' }, ...head], ...rows], 78)
}

/** What a promotion rules out: `0.050`, `1.5 points`. */
export function marginText(margin: number, signal: string): string {
  return signal === 'score' ? formatScore(margin) : formatPoints(margin)
}

/** `-0.013 ±0.041`, `+0.30 ±0.90 points` */
export function differenceText({ value, high }: ValueInterval, signal: string): string {
  const [times, digits] = signal === 'score' ? [1, 3] : [100, 2]
  const size = (times * Math.abs(value)).toFixed(digits)
  const sign = value < 0 && Number(size) !== 0 ? '-' : '+'
  const reach = high === null ? '' : ` ±${(times * (high - value)).toFixed(digits)}`
  return `${sign}${size}${reach}${signal === 'score' ? '' : ' points'}`
}

/** What is to be known of a running rollout beside its figures. */
interface Waiting {
  onUndecided: string | undefined
  /** Whether answers are judged now; undefined: that is not known. */
  judges: boolean | undefined
  /** ms since the epoch */
  now: number
}

/** What leaving the stage still takes and when, and what the end of its patience brings. */
export function waitingLines(
  { signals, missing, nextStepAt, patienceEndsAt }: ShownFigures,
  { onUndecided, judges, now }: Waiting,
): string[] {
  const never = judges === false && missing.some(({ what }) => what === 'score' || what.startsWith('judged '))
  const each = missing.map(({ what, has, needed, unit, why }) => {
    if (unit === 'ms') return `${what} ${formatDuration(has)} of ${formatDuration(needed)}`
    if (unit === 'eValue') {
      const isUnknown = signals.some((one) => one.signal === what && isUnseen(one))
      return openText(what, isUnknown ? 'unknown' : why, ` ${eValueText(has)} of ${eValueText(needed)}`)
    }
    return `${formatCount(has)} of ${formatCount(needed)} ${what}`
  })
  const expected = never
    ? 'never by itself, since nothing is judged'
    : nextStepAt === null
      ? missing.every(({ expectedAt }) => expectedAt !== null)
        ? 'when it goes on is not known'
        : 'the rate so far does not tell when'
      : `expected ${momentText(nextStepAt, now)}`
  const late = patienceEndsAt !== null && nextStepAt !== null && nextStepAt > patienceEndsAt
  const step =
    missing.length === 0
      ? []
      : [
          `still missing: ${each.join(', ')}; ${late ? `at this rate they come only after its patience ends` : expected}`,
        ]
  const what = never && onUndecided === 'weakPromote' ? 'hold' : onUndecided
  const over = patienceEndsAt !== null && patienceEndsAt <= now ? 'patience is over' : undefined
  const end =
    patienceEndsAt === null
      ? []
      : [`${over ?? `patience ends ${momentText(patienceEndsAt, now)}`}${what ? `, ${ends[what] ?? what}` : ''}`]
  return [...step, ...end]
}

/** What a signal still takes; an older control plane does not say why it is open. */
function openText(signal: string, why: string | undefined, proof = ''): string {
  const name = signalNames[signal] ?? signal
  if (why === 'unknown') return `anything about ${name}`
  if (why === 'harm') return `${name} without a sign of harm`
  if (why === 'lately') return `newest hours in which ${name} is not worse by its margin`
  if (why === 'oneSource') return `proof of ${name} that does not rest on one token, process or address`
  return `proof of ${name}${proof}`
}

/** That nothing is judged. */
export const notJudged = 'nothing is judged now, so quality is not watched'

/** What judging costs today. */
export function judgingLine({
  spentTodayUsd,
  budgetUsdPerDay,
  judges = true,
  stoppedAt = null,
}: {
  spentTodayUsd: number
  budgetUsdPerDay: number | null
  judges?: boolean | undefined
  stoppedAt?: number | null | undefined
}): string {
  if (!judges) {
    const before = spentTodayUsd > 0 ? `; judging before has cost ${formatUsd(spentTodayUsd)} today` : ''
    return `judging: ${notJudged}${before}`
  }
  const of = budgetUsdPerDay === null ? '' : ` of ${formatUsd(budgetUsdPerDay)}`
  const stopped = stoppedAt === null ? '' : `; ${budgetUsedUp(stoppedAt)}`
  return `judging: ${formatUsd(spentTodayUsd)}${of} today${stopped}`
}

/** That nothing is judged any more today, which is the day of `since`. */
export function budgetUsedUp(since: number): string {
  return `the day's budget is used up since ${momentText(since, since)}, so quality is not watched until tomorrow (UTC)`
}

/** `21 of the 20 that roll it back, 24 Nov 14:05Z` */
export function highestText(against: Pick<ShownFigures['against'], 'highest' | 'needed'>, now?: number): string {
  return `${shareText(against, against.highest.eValue)}, ${momentText(against.highest.at, now)}`
}

/**
 * Why all signals together are weaker than one of them; null where they are not.
 * @example `All together is weaker than the judged score alone: it is their mean by weight, and the others do not
 * confirm it.`
 */
export function weakerTogether(
  all: number | null,
  signals: readonly { name: string; eValue: number | null }[],
): string | null {
  const strongest = signals.reduce<{ name: string; eValue: number | null } | null>(
    (most, one) => ((one.eValue ?? 0) > (most?.eValue ?? 0) ? one : most),
    null,
  )
  if (all === null || strongest === null || evidenceInWords(strongest.eValue) === evidenceInWords(all)) return null
  if ((strongest.eValue ?? 0) <= all) return null
  return `All together is weaker than ${strongest.name} alone: it is their mean by weight, and the others do not confirm it.`
}

/** Evidence below this is none to speak of. */
const noEvidence = 2

/**
 * That nothing is decided yet, and how far it has come.
 * @example `no evidence against it yet: 120 of about 900 judged answers`
 * @example `no verdict yet, score lower so far: 120 judged answers`
 * @example `no evidence against it yet: 3,050 requests; still missing: the rate of errors without a sign of harm`
 */
export function evidenceSoFar({
  figures,
  signals,
  canary,
}: Pick<Assessment, 'signals' | 'canary'> & Partial<Pick<Assessment, 'figures'>>): string {
  const little =
    (figures?.against.eValue ?? 0) < noEvidence ? 'no evidence against it yet' : 'little evidence against it yet'
  const said = worseSoFar(signals) ?? little
  if (!figures) return said
  const isScored = figures.signals.some(({ signal }) => signal === 'score')
  const [count, what] = isScored ? [figures.judged.canary.answers, 'judged answer'] : [canary.requests, 'request']
  const lacking = unprovenSignals({ signals, figures }).filter(({ why }) => why !== 'proof' && why !== 'unknown')
  if (lacking.length > 0) {
    const each = lacking.map(({ signal, why }) => openText(signal, why))
    return `${said}: ${formatAmount(count, what)}; still missing: ${each.join(', ')}`
  }
  const wholeOf = (signal: string) => signals.find((one) => one.signal === signal)?.logENonInferior ?? 0
  const times = Math.max(...figures.signals.map(({ signal, proof }) => timesToProof(proof, wholeOf(signal))))
  if (!Number.isFinite(times) || times <= 1) return `${said}: ${formatAmount(count, what)}`
  return `${said}: ${formatCount(count)} of about ${formatAmount(Number((count * times).toPrecision(2)), what)}`
}

/**
 * So many times as much as there is proves it, if it goes on like that; infinite where it does not. Where all that
 * there is would prove it, and does not count, more of the same tells nothing.
 */
function timesToProof(proof: { eValue: number; needed: number } | null, logWhole: number): number {
  if (proof === null || proof.eValue <= 1) return Number.POSITIVE_INFINITY
  const logNeeded = Math.log(proof.needed)
  const isLeftOut = proof.eValue < proof.needed && logWhole >= logNeeded
  return isLeftOut ? Number.POSITIVE_INFINITY : logNeeded / Math.log(proof.eValue)
}

const unseen: Record<string, string> = {
  score: 'quality not looked at: no answers of both arms are judged yet',
  slow: 'slow requests not looked at: no comparable latencies of both arms are known yet',
}

/** What could not be looked at, and what looks worse beside it; null where all signals that have a say were. */
export function unseenText(assessment: Parameters<typeof unprovenSignals>[0]): string | null {
  const { signals } = assessment
  const unknown = unprovenSignals(assessment).filter(({ why }) => why === 'unknown')
  if (unknown.length === 0) return null
  const each = unknown.map(({ signal }) => unseen[signal] ?? `${signalNames[signal] ?? signal}: not known yet`)
  return [worseSoFar(signals) ?? [], each].flat().join('; ')
}

/** The evidence in words, or that there is none to speak of. */
export function knownEvidence({ users, against }: Pick<ShownFigures, 'users' | 'against'>): string {
  return isOneSided(users) ? withoutData : evidenceWords(against)
}

/** An e-value against "the canary is no worse" in words that need no statistics, and how much of it rolls back. */
export function evidenceWords({ eValue, needed }: { eValue: number; needed: number }): string {
  return `${evidenceInWords(eValue)}; at 1 in ${formatCount(Math.round(needed))} it is rolled back`
}
