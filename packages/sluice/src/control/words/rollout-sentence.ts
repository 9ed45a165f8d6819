import { formatPpm } from '../../text/format.ts'
import { isAnyWatched } from '../rollout/assessment/unwatched-signals.ts'
import { momentText } from './moments.ts'
import { type StatedRollout, stateText } from './rollout-state-text.ts'

interface DescribedRollout extends StatedRollout {
  /** The canary's share now, or at the end. */
  ppm: number
  pausedAt: number | null
  endedAt: number | null
  ending: { by: string; why?: string | undefined } | null
  /** There is an alarm, since evidence speaks against the canary. */
  isDoubted?: boolean
  /** Its end took back the incumbent. */
  isIncumbentBack?: boolean
  /** ms since the epoch */
  now?: number
}

const consequences: Record<string, string> = {
  promoted: 'everybody got the canary',
  rolledBack: 'everybody got the incumbent again',
  aborted: 'everybody got the incumbent again',
  superseded: 'the next rollout took its place',
}

const withoutIncumbent: Record<string, string> = {
  rolledBack: 'the incumbent was taken back as well',
  aborted: 'the incumbent was taken back',
}

/**
 * What a rollout does to its users, in a sentence.
 * @example `Running: 5 % of the users get the canary.`
 * @example `Running, and it looks worse: 5 % of the users get the canary.`
 * @example `Rolled back, 24 Nov 14:05Z, by sluice: everybody got the incumbent again.`
 */
export function rolloutSentence(rollout: DescribedRollout): string {
  const { state, ppm, pausedAt, endedAt, ending, isDoubted = false, isIncumbentBack = false, now } = rollout
  const text = capital(stateText(rollout))
  if (ending) {
    const when = endedAt === null ? '' : ` ${momentText(endedAt, now)},`
    const consequence = { ...consequences, ...(isIncumbentBack && withoutIncumbent) }[state]
    return `${text},${when} by ${ending.by}${consequence ? `: ${consequence}` : ''}.`
  }
  const share = formatPpm(ppm)
  if (state === 'paused') {
    const since = pausedAt === null ? '' : ` since ${momentText(pausedAt, now)}`
    const still = isAnyWatched(rollout.settings?.signals ?? {}) ? 'only a rollback still happens' : 'nothing happens'
    return `Paused${since}: ${share} of the users keep getting the canary, and ${still} by itself.`
  }
  if (state === 'running')
    return `${text}${isDoubted ? ', and it looks worse' : ''}: ${share} of the users get the canary.`
  return `${text}. ${share} of the users keep getting the canary.`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
