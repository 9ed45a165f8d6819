import { formatDuration, formatPpm } from '../../text/format.ts'
import { isOld } from '../rollout/assessment/assessment.ts'
import { isProofAsked, type KnownWeights, unwatchedParts } from '../rollout/assessment/unwatched-signals.ts'
import { momentText } from './moments.ts'

const stateWords: Record<string, string> = {
  running: 'running',
  paused: 'paused',
  rolledBack: 'rolled back',
  aborted: 'aborted',
  superseded: 'superseded',
  insufficientData: 'holds: too little data',
  sampleRatioMismatch: 'holds: the arms do not get their shares',
  inconclusive: 'holds: inconclusive',
}

const strengthWords: Record<string, string> = {
  strong: ', proven',
  weak: ' weakly, nothing is proven',
  time: ' by time alone',
  manual: ' by hand',
}
const causes: Record<string, string> = { undecided: ', undecided', mismatch: ', the arms never matched' }

/** What is read of a rollout to name its state. */
export interface StatedRollout {
  state: string
  ending: { why?: string | undefined } | null
  strength?: string | null | undefined
  /** Absent where they are not at hand: then nothing is said of what was not watched. */
  settings?: { signals?: KnownWeights | undefined } | undefined
}

/**
 * A rollout's state as people read it. Of a promotion it names what was not watched, since nothing is known of that.
 * @example `promoted, proven but for quality and errors, which were not watched`
 * @example `promoted by time alone (quality was not watched)`
 */
export function stateText(rollout: StatedRollout): string {
  const { state, ending } = rollout
  if (state === 'promoted') return `promoted${howPromoted(rollout)}`
  return `${stateWords[state] ?? state}${(state === 'rolledBack' && causes[ending?.why ?? '']) || ''}`
}

function howPromoted({ settings, ...rollout }: StatedRollout): string {
  const weights = settings?.signals ?? {}
  const unwatched = unwatchedParts(weights)
  // An earlier release called it a proof when no proof had been asked.
  const strength = rollout.strength === 'strong' && !isProofAsked(weights) ? 'time' : (rollout.strength ?? '')
  const how = strengthWords[strength] ?? ''
  if (!unwatched) return how
  const was = unwatched.verb === 'is' ? 'was' : 'were'
  if (strength === 'strong') return `${how} but for ${unwatched.text}, which ${was} not watched`
  return `${how} (${unwatched.text} ${was} not watched)`
}

/** That what is seen of a rollout is old, or that nobody knows how old it is; null where it is fresh. */
export function ageText(assessedAt: number, now: number): string | null {
  if (!isOld(assessedAt, now)) return null
  const last = `last assessed ${momentText(assessedAt, now)}`
  if (assessedAt > now) return `${last}, by a clock that is ahead of this one: nobody knows how old what you see is`
  return `${last}: what you see is that old`
}

/** That nobody has looked at a rollout since it was started; null where it is too young for that. */
export function unassessedText(startedAt: number, now: number): string | null {
  if (!isOld(startedAt, now)) return null
  if (startedAt > now) return 'not assessed yet, and started by a clock that is ahead of this one'
  return 'not assessed yet: nobody looks at it'
}

/** What is read of a rollout to say how far it has come. Times in ms. */
interface StagedRollout {
  stage: number
  settings: { stages: readonly { soakMs: number }[] }
  ppm: number
  enteredAt: readonly number[]
  status: string
  assessment: {
    soak?: { stage?: number | undefined; soakedMs: number; counting: boolean; heardAt: number | null } | undefined
  } | null
}

/** `stage 2 of 4, 5 % of the users, soaked 2 h 10 min of 6 h; no data since 24 Nov 14:05Z` */
export function stageText({ stage, settings, ppm, enteredAt, status, assessment }: StagedRollout, now: number): string {
  const place = `stage ${stage + 1} of ${settings.stages.length}, ${formatPpm(ppm)} of the users`
  // What was assessed before the stage was entered, or not at all, says nothing of it.
  const isOfStage = assessment !== null && (assessment.soak?.stage ?? stage) === stage
  const soak = isOfStage ? assessment.soak : { soakedMs: 0, counting: false, heardAt: null }
  if (!soak) return `${place}, for ${formatDuration(Math.max(0, now - (enteredAt.at(-1) ?? now)))}`
  const whole = settings.stages[stage]?.soakMs ?? 0
  // In a pause no time counts, whether data come or not.
  const heard = status === 'running' ? 'no data since' : 'last data'
  const since = soak.heardAt === null ? 'no data of both arms yet' : `${heard} ${momentText(soak.heardAt, now)}`
  const silence = soak.counting ? '' : `; ${since}`
  return `${place}, soaked ${formatDuration(Math.min(soak.soakedMs, whole))} of ${formatDuration(whole)}${silence}`
}
