import type { EndChances, EndForecast } from '../../records/rollout/end-chances.ts'
import type { RolloutSettings } from '../../records/rollout/rollout-settings.ts'
import { formatAmount, formatAverage, formatSpan } from '../../text/format.ts'
import { hourMs, weekMs } from '../../time-units.ts'
import type { Remedy } from '../plan/remedies.ts'
import { namedParts } from '../rollout/assessment/signal-names.ts'
import { type ProofRules, strengthBy } from '../rollout/assessment/unwatched-signals.ts'
import { momentText } from './moments.ts'

const weekHours = weekMs / hourMs
const of100 = (share: number) => Math.round(100 * share)

/** Whether a chance is worth a word: below half a percent it is none. */
const isSome = (share: number) => of100(share) > 0

/**
 * The chance of each end, and by when, in sentences.
 *
 * @param rules those of the rollout, as far as they are known: by them a promotion is one by proof or not
 * @param now ms since the epoch
 */
export function endForecastSentences(forecast: EndForecast, rules: ProofRules, now: number): string[] {
  const endText = (chances: EndChances) =>
    [chancesText(chances, forecast, rules), ...datesTexts(chances, forecast, { rules, now })].join('; ')
  return [
    ...trafficSentences(forecast),
    `If the canary is as good: ${endText(forecast.asGood)}.`,
    `If it has ${forecast.harm}: ${endText(forecast.worse)}.`,
  ]
}

/** `In the next four days 4,600 to 5,300 requests a day are expected, in 80 of 100 cases.` */
function trafficSentences({ requestsPerDay, pastHours }: EndForecast): string[] {
  if (!requestsPerDay) return []
  const [low, high] = [requestsPerDay.low, requestsPerDay.high].map((count) => formatAverage(threeDigits(count)))
  return [
    `In the next four days ${low} to ${high} requests a day are expected, in 80 of 100 cases.`,
    ...pastSentences(pastHours),
  ]
}

/** That the past is too short to tell one weekday from another: it is that young, or too much to read. */
function pastSentences(hours: number | null): string[] {
  if (hours === null || hours >= weekHours) return []
  const past = hours < 48 ? formatAmount(hours, 'hour') : formatAmount(Math.round(hours / 24), 'day')
  return [`That rests on the last ${past} of the log alone: how weekdays differ, and whether it grows, is not known.`]
}

const threeDigits = (count: number) => Number(count.toPrecision(3))

const promotedTexts = { strong: 'promoted by proof', time: 'promoted by time alone, nothing proven' }

/** `33 of 100 promoted by proof, 2 rolled back, 65 undecided when patience ends (42 of them promoted weakly then)` */
function chancesText(
  { promoted, rolledBack, undecided, weak }: EndChances,
  forecast: EndForecast,
  rules: ProofRules,
): string {
  const then = isSome(weak) ? ` (${of100(weak)} of them promoted weakly then)` : ''
  const openText = () =>
    endsBeforePatience(forecast)
      ? `undecided after ${spanText(followedHours(forecast))}`
      : `undecided when patience ends${then}`
  const parts: [share: number, what: string][] = [
    [promoted, promotedTexts[strengthBy(rules)]],
    [rolledBack, 'rolled back'],
    [undecided, hasPatience(rules) ? openText() : stillText(forecast.patienceHours, rules)],
  ]
  const likely = parts.filter(([share]) => isSome(share))
  return likely.map(([share, what], i) => `${of100(share)}${i === 0 ? ' of 100' : ''} ${what}`).join(', ')
}

const spanText = (hours: number) => formatSpan(Math.round(hours) * hourMs)

/** Older control planes do not say for how long they followed it, but until its patience ended. */
const followedHours = ({ followedHours, patienceHours }: EndForecast) => followedHours ?? patienceHours

/** Whether patience ends later than what was followed. */
const endsBeforePatience = (forecast: EndForecast) => followedHours(forecast) < forecast.patienceHours

/** `still run after 4 h, and go on until a person decides` */
function stillText(hours: number, { advance }: ProofRules): string {
  const still = `still run after ${spanText(hours)}`
  return advance === 'manual' ? `${still}, and go on until a person decides` : still
}

/** Older control planes do not say what leads on: then evidence did. */
const hasPatience = ({ advance = 'evidence' }: ProofRules) => advance === 'evidence'

/**
 * `it ends 28 Nov 11:00Z, in 84 of 100 cases from 27 Nov 23:00Z to 29 Nov 02:00Z`. What is undecided when patience ends
 * need not end then: it may be held, or wait for its soak time. Where most go on there is no date to tell.
 */
function datesTexts(
  { endHours }: EndChances,
  forecast: EndForecast,
  { rules, now }: { rules: ProofRules; now: number },
): string[] {
  const { earliest, median, latest, chance } = endHours
  const { patienceHours } = forecast
  const at = (hours: number) => momentText(now + hours * hourMs, now)
  if (latest < patienceHours) {
    if (earliest === latest) return [`it ends ${at(median)}, in ${of100(chance)} of 100 cases or more`]
    return [`it ends ${at(median)}, in ${of100(chance)} of 100 cases from ${at(earliest)} to ${at(latest)}`]
  }
  if (!hasPatience(rules)) return median < patienceHours ? [`half of all have ended by ${at(median)}`] : []
  const open = endsBeforePatience(forecast)
    ? `undecided until ${at(followedHours(forecast))}; what comes until its patience is over, ${at(patienceHours)}, is not foretold`
    : `undecided until its patience is over, ${at(patienceHours)}`
  if (earliest >= patienceHours) return [`it is ${open}`]
  return [
    median < patienceHours ? `it ends ${at(median)}, or is ${open}` : `it ends from ${at(earliest)} on, or is ${open}`,
  ]
}

/** That nothing is judged, why, and what that means for a rollout with these settings. */
export function unjudgedText(
  isStored: boolean,
  { signals, advance }: Pick<RolloutSettings, 'signals' | 'advance'>,
): string {
  const why = isStored ? 'the version has no judge, no questions or no share to judge' : 'live.store is off'
  const means =
    signals.score === 0
      ? `quality is not watched. ${decidingText(signals)}`
      : advance === 'evidence'
        ? 'quality is not watched. Since the score has a weight (signals.score), it is never promoted by itself'
        : 'quality is not watched'
  return `Nothing is judged, since ${why}: ${means}.`
}

/** `Errors and slowness decide alone` */
function decidingText(weights: RolloutSettings['signals']): string {
  const deciding = (['errors', 'slow', 'safety', 'feedback'] as const).filter((signal) => weights[signal] > 0)
  if (deciding.length === 0) return 'No other signal has a weight, so nothing is compared'
  const { text, verb: be } = namedParts(deciding)
  const verb = be === 'is' ? 'decides' : 'decide'
  return `${text.charAt(0).toUpperCase()}${text.slice(1)} ${verb} alone`
}

/** That traffic has stopped. */
export const silentText = 'There was no request in the last week, though there were earlier ones.'

/**
 * Why a rollout is refused: what it cannot tell.
 *
 * @param isSilent traffic has stopped
 */
export function undecidableText(forecast: EndForecast, isSilent: boolean): string {
  const { asGood, worse, harm } = forecast
  const patience = `its patience of ${spanText(forecast.patienceHours)}`
  const [by, rest] = endsBeforePatience(forecast)
    ? [
        `within ${spanText(followedHours(forecast))}`,
        ` What comes after them, until ${patience} ends, is not foretold.`,
      ]
    : [`before ${patience} ends`, '']
  return `${isSilent ? `${silentText} ` : ''}This rollout cannot decide ${by}: ${of100(asGood.undecided)} of 100 canaries that are as good are undecided then, and ${of100(worse.undecided)} of 100 with ${harm}.${rest}`
}

/** Why a rollout is refused of which nothing can be foretold. */
export const unforetoldText = 'How this rollout ends could not be computed: it may end undecided.'

/** `margin: 0.1, flagMargin: 0.03: 53 of 100 good ones ... (price)` */
export function remedyText({ change, price, asGood, worse }: Remedy, rules: ProofRules): string {
  const wrong = isSome(worse.promoted) ? ` and ${of100(worse.promoted)} promoted` : ''
  return `${change}: ${of100(asGood.promoted)} of 100 good ones are ${strengthBy(rules) === 'strong' ? 'proven' : 'promoted by time alone'}, half of all end within ${spanText(asGood.endHours.median)}; ${of100(worse.rolledBack)} of 100 worse ones are rolled back${wrong}. The price: ${price}.`
}

export const beingComputed = 'When it ends is being computed: look again in some seconds.'

const unknownEnds: Record<string, string> = {
  traffic:
    'When it ends cannot be said yet: the log has to hold an hour of traffic with 20 requests, or a day with fewer.',
  outgrown:
    'When it ends cannot be said yet: this rollout has had several times as many requests as the last days suggest. Look again when there are two hours of them.',
  slower:
    'When it ends cannot be said: hardly any canary that is as good, with the traffic so far, stays so long in this stage. Look at what is still missing.',
  late: 'When it ends could not be computed in time, since the machine is busy: look again in a minute.',
  byHand: 'Time or a person decides when it ends, not the evidence.',
  patienceOver: 'Its patience is over: when it ends is for a person to say, or for evidence that still comes.',
}

/** Of these the state of the rollout says enough. */
const saidByState = ['ended', 'paused']

/** Why it cannot be said when a rollout ends, in a sentence, where there is something to say. */
export function unknownEnd(why: string | null): string[] {
  if (why === null || saidByState.includes(why)) return []
  return [unknownEnds[why] ?? `When it ends cannot be said (${why}).`]
}
