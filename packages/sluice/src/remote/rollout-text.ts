import { formatDuration } from '../report/format.ts'
import type { FeatureAnswer, RolloutAnswer } from './answers.ts'
import { versionName } from './find-version.ts'

const stateWords: Record<string, string> = {
  running: 'running',
  paused: 'paused',
  promoted: 'promoted',
  rolledBack: 'rolled back',
  aborted: 'aborted',
  superseded: 'superseded',
  insufficientData: 'holds: too little data',
  sampleRatioMismatch: 'holds: the arms do not get their shares',
  inconclusive: 'holds: inconclusive',
}

/** A rollout's state as people read it. */
export function stateText({ state }: Pick<RolloutAnswer, 'state'>): string {
  return stateWords[state] ?? state
}

/** What a rollout does and what is known of its canary, in a few lines. `now` in ms since the epoch. */
export function rolloutText(rollout: RolloutAnswer, versions: FeatureAnswer['versions'], now: number): string {
  const { id, feature, incumbent, canary, ending, endedAt, assessment } = rollout
  const name = (version: string) => versionName({ versions }, version)
  const lines = [
    `${feature}: rollout ${id}, ${stateText(rollout)}`,
    `  ${name(canary)} against ${name(incumbent)}`,
    `  ${ending && endedAt !== null ? `ended ${timeText(endedAt)} by ${ending.by}: ${ending.reason}` : stageText(rollout, now)}`,
    ...(assessment && assessment.words !== ending?.reason ? [`  ${assessment.words}`] : []),
  ]
  return `${lines.join('\n')}\n`
}

/** `stage 2 of 4, 5 % of the users, for 3 h 5 min` */
function stageText({ stage, settings, ppm, enteredAt }: RolloutAnswer, now: number): string {
  const since = Math.max(0, now - (enteredAt.at(-1) ?? now))
  return `stage ${stage + 1} of ${settings.stages.length}, ${ppm / 10_000} % of the users, for ${formatDuration(since)}`
}

/** `2026-11-24 08:59:03Z`; a number that no calendar has as it is, e.g. `9e+99 ms`. */
export function timeText(ms: number): string {
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) return `${ms} ms`
  return date.toISOString().replace('T', ' ').replace(/\.\d+/, '')
}

/** `08:59:03Z` */
export function timeOfDay(ms: number): string {
  return timeText(ms).slice(11)
}
