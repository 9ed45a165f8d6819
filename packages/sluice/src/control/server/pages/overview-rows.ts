import { shownKey } from '../../../core/suite/config/environments.ts'
import type { FeatureState } from '../../../records/feature.ts'
import type { ReportedFault } from '../../../records/loop-fault.ts'
import type { PastNight } from '../../../records/past-night.ts'
import type { Rollout } from '../../../records/rollout/rollout.ts'
import { formatPpm } from '../../../text/format.ts'
import { excerpt } from '../../../text/untrusted.ts'
import { dayMs } from '../../../time-units.ts'
import { type DriftView, isBeyondLimit } from '../../drift/read-drift.ts'
import type { NamedVersion, StateTone } from '../../pages/elements.ts'
import { generalFaults } from '../../pages/failing.ts'
import { type FeatureRow, type GateWord, verdictTones } from '../../pages/overview-row.ts'
import { captureOf, isJudgedLive } from '../../release/capture.ts'
import { hasEnded, onUndecided, rolloutState, sharePpm } from '../../release/rollout-state.ts'
import { runningRollout } from '../../release/transition.ts'
import { type Assessment, hasData } from '../../rollout/assessment/assessment.ts'
import { isOutage, type JudgeHealth } from '../../rollout/assessment/judge-health.ts'
import { isProofAsked } from '../../rollout/assessment/unwatched-signals.ts'
import { isHeard, pastText } from '../../words/drift-now.ts'
import { evidenceWords, waitingLines } from '../../words/figures-text.ts'
import { momentText } from '../../words/moments.ts'
import { reasonLengths } from '../../words/reason-lengths.ts'
import { stageText, stateText } from '../../words/rollout-state-text.ts'
import { isServed } from '../access/caller.ts'
import type { RecordedEvidence } from '../engine-state.ts'
import type { InstanceState } from '../instances/instance-states.ts'
import { type KnownReporters, knownAssessment, knownRollout } from '../rollouts/who-reports.ts'
import type { Services } from '../services.ts'
import { canarySigns, runningTone, type Sign } from './canary-sign.ts'

/** What is read once for all rows. */
export interface RowFacts {
  /** What the viewer may know of who reports. */
  reporters: KnownReporters
  faults: readonly ReportedFault[]
  /** Those that the viewer may see. */
  instances: readonly InstanceState[]
  /** USD by feature, of judging today. */
  spending: ReadonlyMap<string, number>
  epoch: string
  /** The replica that leads the canaries; null: none does. */
  leader: string | null
  /** Whether any replica watches for drift. */
  watchesDrift: boolean
  /** ms since the epoch */
  now: number
}

/** Who does what no request asks for. */
export function leadersIn(
  leases: readonly { name: string; holder: string }[],
): Pick<RowFacts, 'leader' | 'watchesDrift'> {
  const holderOf = (work: string) => leases.find(({ name }) => name === work)?.holder ?? null
  return { leader: holderOf('controller'), watchesDrift: holderOf('drift') !== null }
}

/** A feature as the overview shows it. */
export async function featureRowOf(
  state: FeatureState,
  facts: RowFacts,
  services: Pick<Services, 'kept' | 'environments'>,
): Promise<FeatureRow> {
  const { feature, active } = state
  const rollout = state.rollout && knownRollout(state.rollout, facts.reporters)
  const { kept } = services
  const running = rollout !== null && !hasEnded(rollout) ? rollout : null
  const [version, canary, assessed, recorded, drift, outage] = await Promise.all([
    active === null ? null : gatedVersion(feature, active, services),
    running && gatedVersion(feature, running.canary, services),
    running && kept.assessment(running.id),
    running && kept.recorded(running.id),
    kept.drift(feature),
    judgeOutage(state, services),
  ])
  const assessment = assessed && knownAssessment(assessed, facts.reporters)
  const health = [
    ...facts.faults
      .filter((fault) => fault.feature === feature)
      .map(({ loop, code }): Sign => ({ tone: 'bad', text: `${loop} fails (${code})` })),
    ...(outage ? [{ tone: 'bad' as const, text: `the judge has failed ${outage.failures} times in a row` }] : []),
    ...(running ? canarySigns(running, assessment, { ...facts, recorded }) : []),
  ]
  const night = kept.lastNight(feature)
  const shown = running && shownRollout(running, assessment, { ...facts, recorded, judges: state.capture !== null })
  return {
    feature: shownKey(feature, services.environments),
    active: version,
    rollout: running && shown && canary && { canary, ...shown },
    ended: rollout && !running ? endedOf(rollout) : null,
    health: health.length > 0 ? health : [workSign(facts)],
    instances: instancesOf(state, facts),
    night: night ? nightSign(night, { active, now: facts.now }) : null,
    now: facts.now,
    drift: drift && driftSign(drift, { ...facts, active }),
    judging: judgingOf(state, facts.spending),
  }
}

/** What is said where nothing of the feature itself fails. */
function workSign({ faults }: RowFacts): Sign {
  if (generalFaults(faults).length === 0) return { tone: 'good', text: 'no background work fails' }
  return { tone: 'unknown', text: 'only background work for all features fails' }
}

/** How the judge of a feature fails that is asked at present; null where it does not. */
export async function judgeOutage(state: FeatureState, { kept }: Pick<Services, 'kept'>): Promise<JudgeHealth | null> {
  if (state.capture === null) return null
  const health = await kept.judgeHealth(state.feature)
  return isOutage(health) && (await isJudgedNow(state, { kept })) ? health : null
}

/**
 * Whether answers of a feature are judged at present, be it those of its canary alone: a judge that is not asked any
 * more stays as it was. A version that cannot be read may be judged.
 */
export async function isJudgedNow(state: FeatureState, { kept }: Pick<Services, 'kept'>): Promise<boolean> {
  const { feature, active, live, capture } = state
  if (capture === null) return false
  const ids = [active, runningRollout(state)?.canary].filter((id) => id != null)
  const versions = await Promise.all(ids.map((id) => kept.version(feature, id)))
  return versions.some((version) => !version || isJudgedLive({ ...version, live: live ?? version.live }))
}

async function gatedVersion(
  feature: string,
  id: string,
  { kept }: Pick<Services, 'kept'>,
): Promise<NamedVersion & { gate: GateWord }> {
  const record = await kept.version(feature, id)
  if (!record) return { id, label: null, gate: null }
  const { content, report } = record
  if (!report) return { id, label: content.label ?? null, gate: 'none' }
  const { verdict, strength, startedAt } = report
  const gate = { verdict, strength, at: Date.parse(startedAt) }
  return { id, label: content.label ?? null, gate }
}

function shownRollout(
  rollout: Rollout,
  assessment: Assessment | null,
  { now, leader, judges, recorded }: RowFacts & { judges: boolean; recorded: RecordedEvidence | null },
) {
  const state = rolloutState(rollout)
  const ppm = sharePpm(rollout)
  const waitsFor = assessment?.figures
    ? waitingLines(assessment.figures, { onUndecided: onUndecided(rollout), judges, now })
    : []
  return {
    id: rollout.id,
    state: `${stateText({ state, ending: null })}, ${formatPpm(ppm)} of the users`,
    tone: runningTone(rollout, assessment, { leader, recorded, now }),
    stage: stageText({ ...rollout, ppm, assessment }, now),
    // It is that of all stages: it stays known in one that nobody has reported of yet.
    evidence: assessment?.figures && hasData(assessment) ? evidenceWords(assessment.figures.against) : null,
    waitsFor: [...(assessment && rollout.hold ? [assessment.words] : []), ...waitsFor],
  }
}

/** How a rollout that has ended is to be taken. Only a promotion that was proven is good. */
export function endedTone({ status, strength, settings }: Rollout): StateTone {
  if (status === 'promoted') return strength === 'strong' && isProofAsked(settings.signals) ? 'good' : 'watch'
  return status === 'rolledBack' ? 'bad' : 'watch'
}

function endedOf(rollout: Rollout): FeatureRow['ended'] {
  const { id, status, endedAt, startedAt, ending } = rollout
  const state = stateText({ ...rollout, state: status })
  const why = ending && `by ${ending.by}: ${excerpt(ending.reason, reasonLengths.aside)}`
  return { id, state, at: endedAt ?? startedAt, tone: endedTone(rollout), why }
}

function instancesOf(state: FeatureState, { instances, epoch }: RowFacts): FeatureRow['instances'] {
  const serving = instances.filter(({ reach }) => isServed(reach, state.feature))
  return {
    total: serving.length,
    behind: serving.filter((one) => lacksChange(one, state, epoch)).length,
    silent: serving.filter(({ silent }) => silent).length,
  }
}

/** Whether a live instance that may serve the feature does not have its last change. */
export function lacksChange(
  { reach, record, upToDate, silent }: InstanceState,
  { feature, revision, active }: FeatureState,
  epoch: string,
): boolean {
  if (upToDate || silent || active === null || !isServed(reach, feature)) return false
  return !record.known || record.epoch !== epoch || record.revision < revision
}

/** A night that is older says nothing of the present: one was left out at least. */
const nightHoldsMs = 2 * dayMs

/** What the last night says of now. One that failed stays bad until another of the active version passes. */
function nightSign({ verdict, at, version }: PastNight, { active, now }: { active: string | null; now: number }) {
  if (version !== active) return { tone: 'unknown' as const, text: `${verdict}, of another version`, at }
  const isPast = Math.abs(now - at) > nightHoldsMs && verdict !== 'fail'
  return isPast
    ? { tone: 'unknown' as const, text: `${verdict}, and none since`, at }
    : { tone: verdictTones[verdict], text: verdict, at }
}

const recentMs = 7 * dayMs

function driftSign(drift: DriftView, { watchesDrift, active, now }: RowFacts & { active: string | null }): Sign {
  const { events, signals } = drift
  const last = events.filter(({ at }) => now - at < recentMs).at(-1)
  if (last) return { tone: 'bad', text: `${momentText(last.at, now)}: ${last.words}` }
  if (!watchesDrift) return { tone: 'unknown', text: 'no replica watches for drift now' }
  const past = pastText(drift, { active, now })
  if (past !== null) return { tone: 'unknown', text: past }
  const watching = signals.filter(({ phase }) => phase === 'watching')
  if (watching.length === 0) {
    const until = signals.some(({ phase }) => phase === 'week') ? 'only large changes alarm' : 'no alarms'
    return { tone: 'unknown', text: `learning what is usual, ${until} until then` }
  }
  const beyond = watching.filter(isBeyondLimit).map(({ signal }) => signal)
  if (beyond.length > 0)
    return { tone: 'unknown', text: `none in 7 days; too few to tell whether ${beyond.join(', ')} has moved` }
  const heard = watching.filter(({ heardAt }) => isHeard(heardAt, now)).length
  return { tone: heard > 0 ? 'good' : 'unknown', text: `none in 7 days, ${heard} of ${signals.length} signals watched` }
}

function judgingOf({ feature, live }: FeatureState, spending: ReadonlyMap<string, number>): FeatureRow['judging'] {
  const usd = spending.get(feature) ?? 0
  if (live && captureOf(live) !== null) return { usd, budgetUsd: live.judge.budgetUsdPerDay }
  return usd > 0 ? { usd, budgetUsd: null } : null
}
