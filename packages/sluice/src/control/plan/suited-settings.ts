import { isDeepStrictEqual } from 'node:util'
import {
  defaultLiveSettings,
  defaultRolloutSettings,
  type RolloutSettings,
} from '../../records/rollout/rollout-settings.ts'
import type { KnownFeature } from './expected-traffic.ts'
import { defaultsFor, type TrafficDefaults } from './traffic-defaults.ts'

/** What a version says about itself, and the traffic as it was measured. */
export interface ReportedTraffic extends KnownFeature {
  /** Settings that its prompt file sets itself; null if that is not known. */
  written: readonly string[] | null
  live: KnownFeature['live'] & { store: boolean }
}

export interface SuitedSettings {
  settings: RolloutSettings
  /** Null: as the version says. */
  judgePercent: number | null
}

/**
 * What the settings leave to the general defaults gives way to what suits the traffic. The score has no say where
 * nothing is judged: no canary could ever be proven by it.
 *
 * @param perDay requests a day, null if they are not known
 */
export function suitedSettings(
  { live, isJudged, written }: Pick<ReportedTraffic, 'live' | 'isJudged' | 'written'>,
  settings: RolloutSettings,
  perDay: number | null,
): SuitedSettings {
  const isSet = (key: 'stages' | 'flagMargin' | 'signals') =>
    written
      ? written.some((name) => name === `rollout.${key}` || name.startsWith(`rollout.${key}.`))
      : !isDeepStrictEqual(settings[key], defaultRolloutSettings[key])
  const suiting = defaultsAt(perDay)
  const changes: Partial<RolloutSettings> = {
    ...(suiting && !isSet('stages') && { stages: suiting.stages }),
    ...(suiting && !isSet('stages') && !isSet('flagMargin') && { flagMargin: suiting.flagMargin }),
    ...(!isJudged && !isSet('signals') && { signals: withoutScore(settings.signals) }),
  }
  return {
    settings: Object.keys(changes).length > 0 ? { ...settings, ...changes } : settings,
    judgePercent: isJudged ? suitedPercent({ live, written }, perDay) : null,
  }
}

/** The share that suits the traffic, where the prompt file says none; null: as the version says. */
export function suitedPercent(
  { live, written }: Pick<ReportedTraffic, 'live' | 'written'>,
  perDay: number | null,
): number | null {
  const suiting = defaultsAt(perDay)
  if (!suiting || isJudgeSet(live, written) || suiting.judgePercent === live.judge.percent) return null
  return suiting.judgePercent
}

/** Where no requests come any more nobody knows how many will: that suits nothing. */
function defaultsAt(perDay: number | null): TrafficDefaults | undefined {
  return perDay === null || perDay === 0 ? undefined : defaultsFor({ requestsPerDay: perDay, usersPerDay: null })
}

/** Where an older command line published the version, only what differs from the default is known to be meant. */
function isJudgeSet({ judge }: ReportedTraffic['live'], written: ReportedTraffic['written']): boolean {
  if (written) return written.some((name) => name === 'live.judge.percent' || name === 'live.judge.canaryPercent')
  return judge.percent !== defaultLiveSettings.judge.percent || judge.canaryPercent !== undefined
}

/** The weight of the score goes to the others, in proportion. */
export function withoutScore(signals: RolloutSettings['signals']): RolloutSettings['signals'] {
  const { score, errors, slow, safety, feedback } = signals
  const others = errors + slow + safety + feedback
  if (others === 0) return { ...signals, score: 0, errors: 0.5, slow: 0.25, safety: 0.25 }
  // Rounded down: together they must not exceed what they may.
  const more = (weight: number) => Math.floor(weight * (1 + score / others) * 10_000 + 1e-6) / 10_000
  return { score: 0, errors: more(errors), slow: more(slow), safety: more(safety), feedback: more(feedback) }
}
