import { namedKey } from '../../core/suite/config/environments.ts'
import { formatAmount, formatCount, formatPercent } from '../../text/format.ts'
import { hanging, wrap } from '../../text/layout.ts'
import { isOld } from '../rollout/assessment/assessment.ts'
import { signalNames } from '../rollout/assessment/signal-names.ts'
import { isUnseen } from '../rollout/assessment/unproven-signals.ts'
import { endForecastSentences, unknownEnd } from '../words/end-forecast-text.ts'
import { againstInShort, figuresLines, judgingLine } from '../words/figures-text.ts'
import { momentText, timeText } from '../words/moments.ts'
import { reporterText } from '../words/reporter-text.ts'
import { ageText, stageText, stateText, unassessedText } from '../words/rollout-state-text.ts'
import { type UnaskedOf, unaskedFigures, unaskedHarm, unaskedRows, unwatchedNames } from '../words/unasked-text.ts'
import { versionText } from '../words/version-text.ts'
import type { FeatureAnswer, RolloutAnswer } from './answers.ts'
import type { AskedForecast } from './rollouts.ts'

/**
 * What a rollout does and what is known of its canary, in a few lines. `now` in ms since the epoch.
 * @param page its address in a browser, if it has one
 */
export function rolloutText(
  rollout: RolloutAnswer & { forecast?: AskedForecast },
  versions: FeatureAnswer['versions'],
  now: number,
  page?: string,
): string {
  const { id, incumbent, canary, ending, endedAt, assessment } = rollout
  const name = (version: string) => versionText({ versions }, version)
  const lines = [
    `${namedKey(rollout)}: rollout ${id}, ${stateText(rollout)}`,
    `  ${name(canary)} against ${name(incumbent)}`,
    ...(ending && endedAt !== null
      ? paragraph(`ended ${timeText(endedAt)} by ${ending.by}: ${ending.reason}`)
      : [`  ${stageText(rollout, now)}`]),
    ...(assessment && assessment.words !== ending?.reason ? paragraph(assessment.words) : []),
    ...ageLines(rollout, now),
    ...(ending ? [] : (assessment?.alerts ?? []).flatMap(({ message }) => paragraph(`alert: ${message}`))),
    ...numberLines(rollout, now),
    ...unaskedLines(rollout),
    ...(rollout.forecast ? endForecastLines(rollout.forecast, rollout.settings) : []),
    ...wayLines(rollout),
    ...judgeLines(rollout),
    ...tokenLines(rollout),
    ...placeLines(rollout),
    ...(page === undefined ? [] : [`  page: ${page}`]),
  ]
  return `${lines.join('\n')}\n`
}

function ageLines(rollout: RolloutAnswer, now: number): string[] {
  return ageParts(rollout, now).flatMap((age) => paragraph(`${age} (sluice status says who leads)`))
}

/** That what is seen of a running rollout is old, may be old, or is nothing because nobody looks; else nothing. */
function ageParts({ assessment, assessedAt, startedAt, endedAt }: RolloutAnswer, now: number): string[] {
  if (endedAt !== null) return []
  const unknownAge = assessment ? 'when it was assessed is not known' : unassessedText(startedAt, now)
  const age = typeof assessedAt === 'number' ? ageText(assessedAt, now) : unknownAge
  return age === null ? [] : [age]
}

/** How it is expected to end, and when; or why that cannot be said. */
function endForecastLines(
  { forecast, unknown, detail, at }: AskedForecast,
  settings: RolloutAnswer['settings'],
): string[] {
  if (detail !== undefined) return paragraph(`How it ends is not known. ${detail}`)
  const sentences = forecast ? endForecastSentences(forecast, settings, at) : unknownEnd(unknown)
  return sentences.flatMap(paragraph)
}

/** The rollout in one line, e.g. `rollout r-1 of 1.1 (c84f5641b4d1): running; stage 1 of 4, 1 % of the users, ...`. */
export function rolloutLine(rollout: RolloutAnswer, versions: FeatureAnswer['versions'], now: number): string {
  const { id, canary, assessment } = rollout
  const { figures, canary: arm, incumbent } = assessment ?? {}
  const isKnown = figures !== undefined && (arm?.users ?? 0) > 0 && (incumbent?.users ?? 0) > 0
  const parts = [
    `rollout ${id} of ${versionText({ versions }, canary)}: ${stateText(rollout)}`,
    stageText(rollout, now),
    isKnown ? `evidence against it: ${againstInShort(figures.against, now)}` : 'evidence against it: not known',
    ...nextStep(rollout, now),
    ...ageParts(rollout, now),
    ...alarmParts(rollout),
  ]
  return parts.join('; ')
}

/** All that alarms, and what is left out or could not be looked at, of a rollout that runs. */
function alarmParts(rollout: RolloutAnswer): string[] {
  const { assessment, excluded = [], endedAt } = rollout
  if (!assessment || endedAt !== null) return []
  const { alerts = [], tokens = [], figures } = assessment
  const unasked = unaskedOf(rollout)
  const harm = unasked && unaskedHarm(unasked)
  const unwatched = unasked && unwatchedNames(unasked)
  const leftOut = tokens.filter((token) => token.leftOut).length
  const unseen = figures?.signals.filter(isUnseen).map(({ signal }) => signalNames[signal] ?? signal) ?? []
  return [
    ...alerts.map(({ message }) => `alert: ${message}`),
    ...(harm ? [`look: ${harm}`] : []),
    ...(leftOut === 0 ? [] : [`outcomes of ${formatAmount(leftOut, 'token')} are left out: the arms do not match`]),
    ...(excluded.length === 0
      ? []
      : [`outcomes of ${formatAmount(excluded.length, 'token')} are left out by an operator`]),
    ...(unseen.length === 0 ? [] : [`not looked at: ${unseen.join(', ')}`]),
    ...(unwatched ? [`not watched: ${unwatched}`] : []),
  ]
}

/**
 * When the stage is left, where that is known: not of a rollout that is paused, was assessed long ago, at a time that
 * is not known, or in another stage, nor if its patience ends before.
 */
function nextStep({ stage, settings, status, assessment, assessedAt }: RolloutAnswer, now: number): string[] {
  const { figures, soak } = assessment ?? {}
  const at = figures?.nextStepAt ?? null
  if (!figures || at === null || status !== 'running' || (soak?.stage ?? stage) !== stage) return []
  if (typeof assessedAt !== 'number' || isOld(assessedAt, now)) return []
  if (figures.patienceEndsAt !== null && figures.patienceEndsAt < at) return []
  return [`${stage + 1 < settings.stages.length ? 'next stage' : 'promotion'} expected ${momentText(at, now)}`]
}

function paragraph(text: string): string[] {
  return wrap(text, 78).map((line) => `  ${line}`)
}

/** The lines of a text in which stand names that applications have chosen. */
function named(text: string): string[] {
  return hanging(text, 78).map((line) => `  ${line}`)
}

function numberLines({ assessment, endedAt, settings, judging }: RolloutAnswer, now: number): string[] {
  const { figures } = assessment ?? {}
  const { onUndecided } = settings
  const lines = figures
    ? figuresLines(figures, { isRunning: endedAt === null, onUndecided, judges: judging?.judges, now })
    : []
  const judged = judging && endedAt === null ? paragraph(judgingLine(judging)) : []
  return [...lines.map((line) => `  ${line}`.trimEnd()), ...judged]
}

/** What has no say, with the figures of both arms, and that it is clearly worse where it is. */
function unaskedLines(rollout: RolloutAnswer): string[] {
  const assessment = unaskedOf(rollout)
  if (assessment === null) return []
  const rows = unaskedRows(assessment)
  const harm = rollout.ending ? null : unaskedHarm(assessment)
  return [
    ...(harm === null ? [] : paragraph(`look: ${harm}`)),
    ...(rows.length === 0 ? [] : paragraph(`not asked, decides nothing: ${rows.map(unaskedFigures).join('; ')}`)),
  ]
}

/** Null where an older control plane does not tell, or nothing was assessed. */
function unaskedOf({ assessment }: RolloutAnswer): UnaskedOf | null {
  const { signals, threshold, canary, incumbent } = assessment ?? {}
  return signals && threshold !== undefined && canary && incumbent ? { signals, threshold, canary, incumbent } : null
}

/** `steps per request: 4.2 of the canary (60 of its 64 requests, 31 users), ...`, where an arm reports them. */
function wayLines({ assessment }: RolloutAnswer): string[] {
  const words = { steps: 'steps per request', calls: 'tool calls per request' }
  return (['steps', 'calls'] as const).flatMap((field) => {
    if (!assessment?.canary?.[field] && !assessment?.incumbent?.[field]) return []
    const each = (['canary', 'incumbent'] as const).map((name) => {
      const arm = assessment[name]
      const reported = arm?.[field]
      if (!arm || !reported) return `not reported by the ${name}`
      const counted = `${formatCount(reported.requests)} of its ${formatCount(arm.requests)} requests`
      return `${Number(reported.mean.toFixed(2))} of the ${name} (${counted}, ${formatCount(arm.users)} users)`
    })
    return paragraph(`${words[field]}: ${each.join(', ')}`)
  })
}

/** `judge: local:judge, never calibrated against human labels (gate of 2026-11-24)` */
function judgeLines({ judge, judging }: RolloutAnswer): string[] {
  if (!judge || judging?.judges === false) return []
  const { model, words, startedAt } = judge
  return paragraph(`judge: ${model}, ${words}${startedAt === null ? '' : ` (gate of ${startedAt.slice(0, 10)})`}`)
}

/** Who reports, where it is more than one or something is wrong with it. */
function tokenLines({ assessment, excluded = [] }: RolloutAnswer): string[] {
  const tokens = assessment?.tokens ?? []
  const isShown = tokens.length > 1 || tokens.some(({ leftOut, impossible }) => leftOut || impossible > 0)
  const lines = isShown
    ? tokens.map(({ tokenId, name, wider, share, impossible, leftOut, requests, errors }) => {
        const who = reporterText({ tokenId, name, wider })
        const wrong = impossible > 0 ? `, ${impossible} impossible` : ''
        const failed =
          requests && errors
            ? `, failed: ${formatCount(errors.canary)} of ${formatCount(requests.canary)} of the canary, ${formatCount(errors.incumbent)} of ${formatCount(requests.incumbent)} of the incumbent`
            : ''
        return `${formatPercent(share)} of the requests by ${who}${failed}${wrong}${leftOut ? ', left out: its arms do not match' : ''}`
      })
    : []
  const without = excluded.map((token) => `the outcomes of ${token} are left out by an operator`)
  return [...lines, ...without].flatMap(named)
}

/**
 * From where the requests come, where it is more than one place: ` by instance: 52.1 % app-7 3f2a91bc, 47.9 % others`.
 */
function placeLines({ assessment }: RolloutAnswer): string[] {
  return Object.entries(assessment?.places ?? {})
    .filter(([, shares]) => shares.length > 1)
    .flatMap(([kind, shares]) => {
      const each = shares.map(({ id, share }) => `${formatPercent(share)} ${id ?? 'unknown'}`)
      return named(`by ${kind}: ${each.join(', ')}`)
    })
}
