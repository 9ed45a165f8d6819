import type { FeatureState } from '../../records/feature.ts'
import type { Rollout } from '../../records/rollout/rollout.ts'
import { defaultRolloutSettings, ppmPerWhole, type RolloutSettings } from '../../records/rollout/rollout-settings.ts'
import type { VersionRecord } from '../../records/version.ts'
import { formatAmount, formatCount, formatPpm, formatSpan, formatUsd } from '../../text/format.ts'
import { excerpt } from '../../text/untrusted.ts'
import { isJudgedLive } from '../release/capture.ts'
import { onUndecided, sharePpm, soakTimes, stagePpm } from '../release/rollout-state.ts'
import { settingChanges } from '../release/settings.ts'
import { isAnyWatched, strengthBy } from '../rollout/assessment/unwatched-signals.ts'
import { unjudgedText } from './end-forecast-text.ts'
import { judgedAnswers } from './judged-answers.ts'
import { momentText } from './moments.ts'
import { reasonLengths } from './reason-lengths.ts'

/** What a person does to a rollout. */
export type RolloutAct = 'rollback' | 'pause' | 'resume' | 'advance' | 'promote' | 'abort'

/** What it means for users, as a sentence, and what else follows. */
export interface Consequence {
  first: string
  more: string[]
}

interface RolloutFacts {
  rollout: Rollout
  /** What people call the versions: the label, else the id. */
  names: { canary: string; incumbent: string }
  /** Seen in each arm since it began; null: not known. */
  users: { canary: number; incumbent: number } | null
}

/** What an act on a rollout brings, in figures. What is only estimated says so. Of nobody seen nothing is estimated. */
export function rolloutConsequence(act: RolloutAct, { users, ...given }: RolloutFacts): Consequence {
  const facts = { ...given, users: users && users.canary + users.incumbent > 0 ? users : null }
  const { canary, incumbent } = facts.names
  const share = formatPpm(sharePpm(facts.rollout))
  switch (act) {
    case 'rollback':
      return {
        first: backText(facts),
        more: [
          seenText(facts),
          `${canary} is marked as rolled back: no later rollback goes to it.`,
          'This rollout cannot be resumed; a new one can be started.',
        ],
      }
    case 'abort':
      return {
        first: backText(facts),
        more: [
          seenText(facts),
          `Nothing is said against ${canary}: it is not marked as rolled back. If it is bad, roll it back instead.`,
          'This rollout cannot be resumed; a new one can be started.',
        ],
      }
    case 'pause':
      return {
        first: `Nobody's version changes: ${share} of the users keep ${canary}.`,
        more: [
          seenText(facts),
          `While it is paused it does not advance and is not promoted. ${pausedText(facts.rollout.settings)}`,
        ],
      }
    case 'resume':
      return {
        first: `Nobody's version changes now: ${share} of the users keep ${canary}.`,
        more: [seenText(facts), `Its clock goes on. ${resumedTexts[facts.rollout.settings.advance]}`],
      }
    case 'advance':
      return { first: advanceText(facts), more: [seenText(facts), 'It does not wait for the evidence of this stage.'] }
    case 'promote':
      return {
        first: `Everybody gets ${canary}${moreUsers(facts, ppmPerWhole)}.`,
        more: [
          seenText(facts),
          `It does not wait for evidence, and nothing is compared any more. A later rollback goes to ${incumbent}.`,
        ],
      }
    default:
      return act satisfies never
  }
}

function pausedText({ signals }: RolloutSettings): string {
  return isAnyWatched(signals)
    ? 'If the evidence shows that it is worse, it is still rolled back by itself.'
    : unwatchedText
}

const unwatchedText = 'No signal has a weight, so nothing rolls it back but a person.'

const resumedTexts: Record<RolloutSettings['advance'], string> = {
  evidence: 'From then on it advances and is promoted by itself again, as its settings say.',
  soak: 'From then on it advances and is promoted by time alone again, whatever is known by then.',
  manual: 'It still advances and is promoted by a person alone.',
}

/** `1,840 of 36,800 users get 1.0 again.` */
function backText({ rollout, names, users }: RolloutFacts): string {
  const { incumbent } = names
  if (!users)
    return `${formatPpm(sharePpm(rollout))} of the users get ${incumbent} again; how many that is, is not known.`
  return `${formatCount(users.canary)} of ${allUsers(rollout, users)} users get ${incumbent} again.`
}

/** Whoever moved from one arm to the other with a stage was counted in both, so then the sum is only a bound. */
function allUsers({ stage }: Rollout, { canary, incumbent }: { canary: number; incumbent: number }): string {
  return `${stage === 0 ? '' : 'at most '}${formatCount(canary + incumbent)}`
}

function seenText({ rollout, users }: RolloutFacts): string {
  const since = `since it began, ${momentText(rollout.startedAt)}`
  if (!users) return `No outcome has been counted ${since}, so the number of users is not known.`
  return `Users are counted from the outcomes that were reported ${since}; users without an outcome since then are not counted.`
}

function advanceText(facts: RolloutFacts): string {
  const { rollout, names } = facts
  const next = rollout.settings.stages[rollout.stage + 1]
  if (!next) return `It is in its last stage.`
  const before = formatPpm(sharePpm(rollout))
  return `${formatPpm(next.ppm)} of the users get ${names.canary}, ${before} before${moreUsers(facts, next.ppm)}.`
}

/** `: about 7,360 more (estimated: 20 % of the 36,800 seen)` */
function moreUsers({ rollout, users }: RolloutFacts, toPpm: number): string {
  if (!users) return '; how many users that is, is not known'
  const added = toPpm - sharePpm(rollout)
  const all = users.canary + users.incumbent
  return `: about ${formatCount(Math.round((added * all) / ppmPerWhole))} users more (estimated: ${formatPpm(added)} of the ${formatCount(all)} seen)`
}

/** `counting`: whoever asks again in some seconds is told; `uncounted`: the count has failed. */
export type UncountedTraffic = 'counting' | 'uncounted'

interface ReleaseFacts {
  /** How the version that everybody gets is named; null: none is active. */
  active: string | null
  /** How the version is named that is to be given. */
  version: string
  /** Seen in so many hours, null: as somebody has said; null of all: not known. */
  traffic: { users: number | null; hours: number | null } | UncountedTraffic | null
}

/** What giving a version to everybody at once brings. */
export function activationConsequence(facts: ReleaseFacts): Consequence {
  const { active, version } = facts
  const instead = active === null ? '' : `, instead of ${active}`
  return {
    first: `Everybody gets ${version} at once${instead}${trafficText(facts, ppmPerWhole)}.`,
    more: [
      'Nothing is compared: if it is bad, nobody rolls it back but a person. A rollout tries it on a share first.',
    ],
  }
}

/** What taking back the active version brings. */
export function featureRollbackConsequence(facts: ReleaseFacts & { endsRollout: string | null }): Consequence {
  const { active, version, endsRollout } = facts
  return {
    first: `Everybody gets ${version} again, instead of ${active}${trafficText(facts, ppmPerWhole)}.`,
    more: [
      `${active} is marked as rolled back: no later rollback goes to it.`,
      ...(endsRollout === null ? [] : [`The rollout of ${endsRollout} ends, without a verdict on it.`]),
    ],
  }
}

/** What is judged of a rollout, and what that may cost; `judgePercent` null: as its version says. */
export function judgingText(
  { live, ...version }: Pick<VersionRecord, 'live' | 'judge' | 'rubric'>,
  { settings, judgePercent }: { settings: RolloutSettings; judgePercent: number | null },
): string {
  if (!isJudgedLive({ live, ...version })) return unjudgedText(live.store, settings)
  const share = judgedAnswers(judgePercent === null ? live.judge : { percent: judgePercent })
  return `${share} are judged, for at most ${formatUsd(live.judge.budgetUsdPerDay)} a day.`
}

interface StartFacts extends ReleaseFacts {
  settings: RolloutSettings
  /** What is judged, in words. */
  judging: string
  /** Whether it is judged at all; null: not known. */
  judges: boolean | null
}

/** What starting a rollout brings. */
export function startConsequence(facts: StartFacts): Consequence {
  const { active, version, settings } = facts
  const ppm = stagePpm(settings.stages, 0)
  const stages = settings.stages.map((stage) => `${formatPpm(stage.ppm)} for ${formatSpan(stage.soakMs)}`)
  return {
    first:
      ppm === ppmPerWhole
        ? `Everybody gets ${version} at once${trafficText(facts, ppm)}; nobody keeps ${active}.`
        : `${formatPpm(ppm)} of the users get ${version}${trafficText(facts, ppm)}; all others keep ${active}.`,
    more: [
      `Stages: ${stages.join(', ')}, then everybody${stepsText(settings)}.`,
      `${worseText(settings)} ${undecidedText(facts)}`,
      facts.judging,
      ...unusualText(settings),
    ],
  }
}

function stepsText(settings: RolloutSettings): string {
  if (settings.advance === 'manual') return '; each step by a person'
  return strengthBy(settings) === 'time' ? '; each step by time alone, whatever is known by then' : ''
}

/** Whether nobody keeps the incumbent from the first stage on, so that nothing is ever compared. */
const isWithoutIncumbent = ({ stages }: RolloutSettings) => stagePpm(stages, 0) === ppmPerWhole

function worseText(settings: RolloutSettings): string {
  if (!isAnyWatched(settings.signals)) return unwatchedText
  return isWithoutIncumbent(settings)
    ? 'There is nobody to compare with, so nothing rolls it back but a person.'
    : 'If it is worse it is rolled back by itself.'
}

/** What becomes of it where nothing is proven, for it or against it. */
function undecidedText({ settings, judges }: StartFacts): string {
  const rule = onUndecided({ settings })
  if (rule === undefined) return settings.advance === 'manual' ? untilPerson : byTime
  // A quality that has a weight and is not watched is never proven, nor what is compared with nobody. Where no proof is
  // asked only data are missing then.
  const isUnseen = (judges === false && settings.signals.score > 0) || isWithoutIncumbent(settings)
  const neverQualifies = isUnseen || strengthBy(settings) === 'time'
  const soak = soakTimes(settings)
  const isShort = soak > settings.patience
  const undecided = {
    weakPromote: `it is promoted weakly if it qualifies, else held${isShort ? ', once its stage was watched for its soak time' : ''}`,
    hold: 'it is held for a person',
    rollBack: 'it is rolled back',
  }[neverQualifies && rule === 'weakPromote' ? 'hold' : rule]
  const short = isShort ? ` Its soak times are ${formatSpan(soak)} together: nothing promotes it before.` : ''
  return `If nothing is decided within ${formatSpan(settings.patience)}, ${undecided}.${short}`
}

const untilPerson = 'Otherwise it goes on until a person decides: no time ends it.'
const byTime = 'Otherwise time leads on, and too few data hold it: its patience ends nothing.'

/** What a sentence of its own tells. */
const ownSentence = ['stages', 'advance', 'patience', 'onUndecided']

/**
 * `Settings that are not as usual: alpha 0.000001 (0.05), signals.score 0 (0.4).` Whoever approves a rollout approves
 * them.
 */
function unusualText(settings: RolloutSettings): string[] {
  const changes = settingChanges(defaultRolloutSettings, settings).filter(
    ({ setting }) => !ownSentence.includes(setting),
  )
  const texts = changes.map(
    ({ setting, before, after }) => `${setting} ${valueText(setting, after)} (${valueText(setting, before)})`,
  )
  return texts.length === 0 ? [] : [`Settings that are not as usual: ${texts.join(', ')}.`]
}

function valueText(setting: string, value: unknown): string {
  if (value === null) return 'not set'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(' and ')
  return setting === 'mismatchPatience' && typeof value === 'number' ? formatSpan(value) : String(value)
}

/** `: about 368 users (estimated: 1 % of the 36,800 seen in 7 days)` */
function trafficText({ traffic }: Pick<ReleaseFacts, 'traffic'>, ppm: number): string {
  if (traffic === 'counting') return '; how many users that is, is being counted'
  if (traffic === 'uncounted') return '; how many users that is, could not be counted'
  if (traffic?.users == null) return '; how many users that is, is not known'
  const { users, hours } = traffic
  const seen = hours === null ? 'given' : `seen in the last ${formatPast(hours)}`
  if (ppm === ppmPerWhole) return `: about ${formatCount(users)} users (as many were ${seen})`
  return `: about ${formatCount(Math.round((ppm * users) / ppmPerWhole))} users (estimated: ${formatPpm(ppm)} of the ${formatCount(users)} ${seen})`
}

/** `7 days`, `5 hours` */
export function formatPast(hours: number): string {
  return hours >= 48
    ? formatAmount(Math.round(hours / 24), 'day')
    : formatAmount(Math.max(1, Math.round(hours)), 'hour')
}

/**
 * That it was rolled back, and why as far as that is stored; null where it was not. Its gate may have passed all the
 * same.
 */
export function rolledBackBefore(state: FeatureState, { id, content }: VersionRecord): string | null {
  const { rolledBack, takenBack, rollout, pastRollouts } = state
  if (!rolledBack.includes(id)) return null
  const asCanary = [...pastRollouts, ...(rollout ? [rollout] : [])].findLast(
    ({ canary, status }) => canary === id && status === 'rolledBack',
  )
  const known = takenBack?.version === id ? takenBack : asCanary?.ending
  const why = known ? `, by ${known.by}: ${excerpt(known.reason, reasonLengths.read)}` : '. Why is in the audit log.'
  return `${content.label ?? id} was rolled back before${why}`
}
