import { eValueText } from '../../../../charts/evidence-scale.ts'
import type { FeatureState } from '../../../../records/feature.ts'
import type { Rollout } from '../../../../records/rollout/rollout.ts'
import type { VersionRecord } from '../../../../records/version.ts'
import { formatAmount, formatCount } from '../../../../text/format.ts'
import { dayMs } from '../../../../time-units.ts'
import { calibrationTone } from '../../../pages/judge.ts'
import type { HealthSign, RolloutPage } from '../../../pages/rollout/rollout-page.ts'
import type { ServingShares } from '../../../pages/rollout/serving.ts'
import { hasEnded, onUndecided, rolloutState, sharePpm } from '../../../release/rollout-state.ts'
import { pastAlert } from '../../../rollout/assessment/alerts.ts'
import { type Assessment, evidenceLevel, hasData } from '../../../rollout/assessment/assessment.ts'
import { reachesAt } from '../../../rollout/assessment/evidence-series.ts'
import { isOutage, type JudgeHealth } from '../../../rollout/assessment/judge-health.ts'
import { areOutcomesHeard } from '../../../rollout/assessment/soak.ts'
import { budgetUsedUp, notJudged, waitingLines } from '../../../words/figures-text.ts'
import { momentText, timeOfDay } from '../../../words/moments.ts'
import { reporterName } from '../../../words/reporter-text.ts'
import { rolloutSentence } from '../../../words/rollout-sentence.ts'
import { ageText, stageText, stateText } from '../../../words/rollout-state-text.ts'
import { unwatchedNames } from '../../../words/unasked-text.ts'
import type { RecordedEvidence } from '../../engine-state.ts'
import { shownRevision, type VisibleInstance } from '../../instances/instance-states.ts'
import { judgeStandingOf } from '../../versions/judge-standing.ts'
import { alertSigns, runningTone, unaskedSigns } from '../canary-sign.ts'
import { endedTone, lacksChange } from '../overview-rows.ts'

/** What is read of a rollout for its page. */
export interface RolloutFacts {
  state: FeatureState
  rollout: Rollout
  /** As the viewer may know it. */
  assessment: Assessment | null
  /** Whether the viewer may know who reports. */
  reportersAreShown: boolean
  recorded: RecordedEvidence | null
  judge: JudgeHealth
  /** Whether answers of the canary are judged now. */
  judges: boolean
  /** Whether any replica gives answers to judges now. */
  hasJudge: boolean
  /** Those that may serve the feature, and that the viewer may see. */
  instances: readonly VisibleInstance[]
  /** The replica that leads the canaries; null: none. */
  leader: string | null
  epoch: string
  /** ms since the epoch */
  now: number
}

/** What the rollout does, what it waits for, and how it ended. */
export function shownState(facts: RolloutFacts): Pick<RolloutPage, 'state' | 'stage' | 'waitsFor' | 'words' | 'ended'> {
  const { state: feature, rollout, assessment, now } = facts
  const { incumbent, pausedAt, endedAt, ending, strength } = rollout
  const [state, ppm] = [rolloutState(rollout), sharePpm(rollout)]
  const isDoubted = assessment !== null && evidenceLevel(assessment) !== 'none'
  const isIncumbentBack = feature.history.some(
    ({ version, until, ended }) => version === incumbent && until === endedAt && ended === 'rolledBack',
  )
  const times = { pausedAt, endedAt, ending }
  const stated = { state, ppm, ...times, strength, isDoubted, isIncumbentBack, now, settings: rollout.settings }
  const isOver = hasEnded(rollout)
  const unwatched = assessment && !isOver ? unwatchedNames(assessment) : null
  const figures = assessment?.figures
  const highest = figures && hasData(assessment) ? figures.against.highest : null
  return {
    state: {
      tone: isOver ? endedTone(rollout) : runningTone(rollout, assessment, facts),
      sentence: `${rolloutSentence(stated)}${unwatched === null ? '' : ` Not watched: ${unwatched}.`}`,
      short: stateText(stated),
    },
    stage: isOver ? null : stageText({ ...rollout, ppm, assessment }, now),
    waitsFor:
      isOver || !figures
        ? []
        : [
            ...paceLines(facts),
            ...waitingLines(figures, { onUndecided: onUndecided(rollout), judges: facts.judges, now }),
          ],
    words: assessment?.words ?? null,
    ended: ending && {
      reason: ending.reason,
      highest: highest && {
        text: `${eValueText(highest.eValue)} of ${eValueText(figures?.against.needed ?? 1 / rollout.settings.alpha)}`,
        at: highest.at,
      },
    },
  }
}

const soonMs = dayMs

/** When it is rolled back by itself, once there is an alarm, and if the evidence goes on growing as it does. */
function paceLines({ assessment, recorded, leader, now }: RolloutFacts): string[] {
  if (leader === null || !assessment || !recorded || evidenceLevel(assessment) !== 'some') return []
  const at = reachesAt(recorded.series, assessment.threshold)
  if (at === null || at - now > soonMs)
    return ['it is rolled back by itself if the evidence reaches the rollback line; just now it does not grow']
  return [
    `if the evidence grows on at this rate, it is rolled back by itself at about ${timeOfDay(Math.max(at, now))}; the rate may change`,
  ]
}

/** Below so many users of an arm nothing can be said of its share. */
const fewestUsers = 20

/** What must be well for the evidence to mean anything. */
export function shownHealth(
  facts: RolloutFacts,
  version: VersionRecord | undefined,
  judgingStoppedAt: number | null,
): HealthSign[] {
  const isOver = hasEnded(facts.rollout)
  const watch = watchSign(facts)
  const isPresent = isOver || watch.tone === 'good'
  // Nobody knows whether what was well at the last assessment is still so.
  const known = (sign: HealthSign): HealthSign =>
    isPresent || sign.tone !== 'good' ? sign : { ...sign, tone: 'unknown' }
  return [
    ...(isOver ? [] : [watch]),
    known(sampleRatioSign(facts)),
    known(outcomesSign(facts)),
    known(judgeSign(facts, version, judgingStoppedAt)),
    instancesSign(facts),
    ...notAskedRows(facts),
    ...alertRows(facts),
  ]
}

function notAskedRows({ assessment, rollout }: RolloutFacts): HealthSign[] {
  const signs = assessment ? unaskedSigns(assessment) : []
  return signs.map((sign) => ({ name: 'Not asked', ...sign, ...(hasEnded(rollout) && { tone: null }) }))
}

/** What alarms; after the end, what did, and when that was seen last. */
function alertRows({ assessment, rollout, recorded, now }: RolloutFacts): HealthSign[] {
  if (assessment === null) return []
  if (!hasEnded(rollout)) return alertSigns(assessment).map((sign) => ({ name: 'Alert', ...sign }))
  const seenAt = recorded?.at ?? rollout.endedAt
  const when = seenAt === null ? 'before it ended' : `${momentText(seenAt, now)}, before it ended`
  return assessment.alerts.map((alert) => ({ name: 'Alert, over', tone: null, text: `${when}: ${pastAlert(alert)}` }))
}

function watchSign({ recorded, leader, now }: RolloutFacts): HealthSign {
  const name = 'Watched'
  const since = recorded ? `last assessed ${momentText(recorded.at, now)}` : 'not assessed yet'
  if (leader === null)
    return { name, tone: 'bad', text: `no replica leads the canaries, so nothing happens by itself; ${since}` }
  if (!recorded) return { name, tone: 'unknown', text: since }
  const age = ageText(recorded.at, now)
  return age === null ? { name, tone: 'good', text: since } : { name, tone: 'bad', text: age }
}

function sampleRatioSign({ assessment, rollout }: RolloutFacts): HealthSign {
  const name = 'Sample ratio'
  if (!assessment) return { name, tone: 'unknown', text: 'not known' }
  const { mismatch, canary, incumbent } = assessment
  const users = `${formatAmount(canary.users, 'user')} of the canary, ${formatCount(incumbent.users)} of the incumbent`
  const isWrong = mismatch.blocked || rollout.hold === 'sampleRatioMismatch'
  if (isWrong && hasEnded(rollout)) return { name, tone: null, text: `the arms did not get their shares: ${users}` }
  if (isWrong) return { name, tone: 'bad', text: `the arms do not get their shares: ${users}` }
  if (mismatch.wrongArms > 0)
    return { name, tone: 'watch', text: `${formatAmount(mismatch.wrongArms, 'request')} in the wrong arm; ${users}` }
  if (canary.users < fewestUsers) return { name, tone: 'unknown', text: `too few users to tell: ${users}` }
  return { name, tone: 'good', text: `as the shares say: ${users}` }
}

function outcomesSign({ assessment, rollout, recorded, now }: RolloutFacts): HealthSign {
  const name = 'Outcomes'
  if (!assessment) return { name, tone: 'unknown', text: 'not known' }
  const { soak, ignored } = assessment
  const left = Object.entries(ignored ?? {})
  const count = left.reduce((sum, [, each]) => sum + each, 0)
  const leftOut = (assessment.tokens ?? []).filter((token) => token.leftOut).length
  const lost =
    count === 0
      ? leftOut === 0
        ? 'all that came count'
        : `those of ${formatAmount(leftOut, 'token')} are left out`
      : `${formatCount(count)} could not count (${left.map(([why, each]) => `${why} ${formatCount(each)}`).join(', ')})`
  const unsent = 'how many clients could not send is not known'
  const lastAt = soak?.heardAt ?? null
  if (lastAt === null) return { name, tone: 'unknown', text: `no outcomes of both arms in this stage yet; ${lost}` }
  const lastText = `last outcomes of both arms ${momentText(lastAt, now)}; ${lost}; ${unsent}`
  const isWhole = count + leftOut === 0
  if (hasEnded(rollout)) return { name, tone: isWhole ? null : 'watch', text: lastText }
  if (!areOutcomesHeard(soak, rollout, recorded?.at ?? now)) {
    const stopped = rollout.status === 'running' ? ', and the soak time is stopped' : ''
    return { name, tone: 'bad', text: `no outcomes arrive${stopped}: ${lastText}` }
  }
  return { name, tone: isWhole ? 'good' : 'watch', text: lastText }
}

function judgeSign(
  { assessment, judge, judges, hasJudge, rollout }: RolloutFacts,
  version: VersionRecord | undefined,
  stoppedAt: number | null,
): HealthSign {
  const name = 'Judge'
  const judged = assessment?.figures?.judged
  const answers = judged
    ? `${formatAmount(judged.canary.answers, 'answer')} of the canary judged, ${formatCount(judged.incumbent.answers)} of the incumbent`
    : 'how many answers are judged is not known'
  const isOver = hasEnded(rollout)
  if (!isOver && !judges) return { name, tone: 'unknown', text: `${notJudged}; ${answers}` }
  if (!isOver && stoppedAt !== null) {
    return { name, tone: 'bad', text: `${budgetUsedUp(stoppedAt)}; ${answers}` }
  }
  if (!isOver && isOutage(judge))
    return { name, tone: 'bad', text: `it has failed ${formatCount(judge.failures)} times in a row; ${answers}` }
  const word = version ? judgeStandingOf(version, assessment?.judgeId ?? null) : null
  const who = word ? `${word.model}, ${word.words}` : 'who judges is not known'
  if (!isOver && !hasJudge) return { name, tone: 'unknown', text: `no replica judges now; ${answers}; ${who}` }
  if (!judged || judged.canary.answers === 0 || judged.incumbent.answers === 0)
    return { name, tone: 'unknown', text: `${answers}; ${who}` }
  return { name, tone: word ? calibrationTone(word.words) : 'unknown', text: `${answers}; ${who}` }
}

function instancesSign({ instances, state, rollout, epoch }: RolloutFacts): HealthSign {
  const name = 'Instances'
  const behind = instances.filter((one) => lacksChange(one, state, epoch)).length
  const silent = instances.filter((one) => one.silent).length
  const all = formatAmount(instances.length, 'instance')
  if (instances.length === 0) return { name, tone: 'unknown', text: 'none is connected' }
  const alsoSilent = silent > 0 ? `, ${formatCount(silent)} silent` : ''
  if (behind > 0) {
    const lack = behind === 1 ? 'lacks' : 'lack'
    return { name, tone: 'bad', text: `${formatCount(behind)} of ${all} ${lack} the last change${alsoSilent}` }
  }
  const mayServe = instances.filter((one) => one.silent && one.record.revision < state.revision).length
  if (mayServe > 0 && (rollout.status === 'rolledBack' || rollout.status === 'aborted'))
    return { name, tone: 'bad', text: `${formatCount(mayServe)} of ${all} silent, and may serve the canary still` }
  if (silent > 0) return { name, tone: 'watch', text: `${formatCount(silent)} of ${all} silent` }
  return {
    name,
    tone: 'good',
    text: instances.length === 1 ? 'the only one has the last change' : `all ${all} have the last change`,
  }
}

/** Instances by what they run; who reports is for those who act on it. */
export function shownServing(facts: RolloutFacts): Omit<ServingShares, 'grid'> {
  const { state, instances, assessment, epoch } = facts
  const groups = [...Map.groupBy(instances, shownRevision)].sort(([a], [b]) => (b ?? 0) - (a ?? 0))
  const tokens = assessment?.tokens ?? []
  return {
    feature: state.feature,
    revision: state.revision,
    instances: groups.map(([revision, group]) => {
      const behind = group.filter((one) => lacksChange(one, state, epoch)).length
      const silent = group.filter((one) => one.silent).length
      return {
        revision,
        lacksChange: behind,
        silent,
        current: group.length - behind - silent,
        names: group.map(({ record }) => record.instance).sort(),
      }
    }),
    tokens: facts.reportersAreShown
      ? tokens.map((token) => {
          const { share, users, requests, errors, leftOut } = token
          return { name: reporterName(token), share, users, requests, errors, leftOut }
        })
      : null,
  }
}
