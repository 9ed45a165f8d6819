import { shownKey } from '../../../../core/suite/config/environments.ts'
import type { FeatureState } from '../../../../records/feature.ts'
import type { PastNight } from '../../../../records/past-night.ts'
import type { ArmSummary, Figures } from '../../../../records/rollout/assessment.ts'
import type { Rollout } from '../../../../records/rollout/rollout.ts'
import type { VersionRecord } from '../../../../records/version.ts'
import { formatCount } from '../../../../text/format.ts'
import { excerpt } from '../../../../text/untrusted.ts'
import type { NamedVersion } from '../../../pages/elements.ts'
import type { FeatureTimeline, TimeEvent, TimePoint } from '../../../pages/feature/feature-chart.ts'
import { gateRecordOf, unscoredShare } from '../../../pages/feature/gate-record.ts'
import { hasEnded } from '../../../release/rollout-state.ts'
import type { Assessment } from '../../../rollout/assessment/assessment.ts'
import type { VersionPage } from '../../../store/release-store.ts'
import { reasonLengths } from '../../../words/reason-lengths.ts'
import { stateText } from '../../../words/rollout-state-text.ts'
import type { Services } from '../../services.ts'
import { mostNights } from '../kept-reads.ts'
import { endedTone } from '../overview-rows.ts'

interface TimelineSource {
  recent: VersionPage
  nameOf(id: string): Promise<NamedVersion>
  now: number
}

/**
 * Times that are not of an event are as exact as this, so that a page on which nothing has changed is not sent again.
 */
const stepMs = 600_000
const lately = (now: number) => Math.floor(now / stepMs) * stepMs
const eventsShown = 40

const shortName = ({ id, label }: NamedVersion) => label ?? id

/**
 * What the store holds of a feature over time. It costs one read for each rollout that is kept, and none of outcomes.
 */
export async function timelineOf(
  state: FeatureState,
  { recent, nameOf, now }: TimelineSource,
  { kept, environments }: Pick<Services, 'kept' | 'environments'>,
): Promise<FeatureTimeline> {
  const { feature, rollout, pastRollouts } = state
  const rollouts = [...pastRollouts, ...(rollout ? [rollout] : [])]
  const [ofRollouts, drift] = await Promise.all([
    Promise.all(rollouts.map(async (one) => armPoints(one, await kept.assessment(one.id), { nameOf, now }))),
    kept.drift(feature),
  ])
  const nights = kept.nights(feature)
  const events = [
    ...(await releaseEvents(state, rollouts, nameOf)),
    ...(await Promise.all(rollouts.map((one) => rolloutEvents(one, nameOf)))).flat(),
    ...(drift?.events ?? []).map(({ at, code, words }): TimeEvent => {
      return { at, label: `drift: ${code}`, says: `drift alarm, ${code}: ${words}`, tone: 'bad' }
    }),
    ...nights.flatMap((night, index) => nightEvents(night, index === nights.length - 1)),
  ]
  const shown = events.toSorted((a, b) => b.at - a.at).slice(0, eventsShown)
  return {
    feature: shownKey(feature, environments),
    points: [...recent.versions.flatMap(gatePoint), ...nights.map(nightPoint), ...ofRollouts.flat()],
    events: shown,
    until: lately(now),
    unknown: [
      ...(shown.length < events.length ? [`Of ${formatCount(events.length)} events the last ${eventsShown}.`] : []),
      ...(recent.total > recent.versions.length
        ? [`Gate runs of the newest ${formatCount(recent.versions.length)} of ${formatCount(recent.total)} versions.`]
        : []),
      nights.length > 0
        ? `The last ${mostNights} nights at most are shown: \`sluice trends\` in the project knows more.`
        : 'Nights: none is known to this control plane. It knows those of the project that it runs beside.',
      ...(drift === null ? ['Drift alarms: nothing was watched yet.'] : ['Drift alarms before the last 20.']),
      'Production between rollouts: it is kept as sums of each rollout, not by day. /metrics has it for Prometheus.',
      'What a gate report does not say, and rollouts before the last eleven.',
    ],
  }
}

function gatePoint({ id, content, report }: VersionRecord): TimePoint[] {
  if (!report) return []
  const gate = gateRecordOf(report)
  const { at, verdict, strength, score, cost, latency } = gate
  if (at === null) return []
  return [
    {
      ...{ at, by: 'gate', version: content.label ?? id, verdict, strength },
      score: score?.mean == null ? null : { value: score.mean, low: score.ciLow, high: score.ciHigh },
      usd: cost?.usd ?? null,
      meanMs: latency?.meanMs ?? null,
      errors: unscoredShare(gate),
    },
  ]
}

/** Both arms as they were last assessed. An arm without outcomes is no point. */
async function armPoints(
  rollout: Rollout,
  assessment: Assessment | null,
  { nameOf, now }: Pick<TimelineSource, 'nameOf' | 'now'>,
): Promise<TimePoint[]> {
  if (!assessment) return []
  const at = hasEnded(rollout) ? (rollout.endedAt ?? rollout.startedAt) : Math.max(rollout.startedAt, lately(now))
  const score = assessment.figures?.signals.find(({ signal }) => signal === 'score')
  const arms = ['incumbent', 'canary'] as const
  const points = await Promise.all(
    arms.map(async (by) => armPoint(assessment[by], score, { at, by, version: shortName(await nameOf(rollout[by])) })),
  )
  return points.flat()
}

function armPoint(
  arm: ArmSummary | undefined,
  score: Figures['signals'][number] | undefined,
  of: { at: number; by: 'canary' | 'incumbent'; version: string },
): TimePoint[] {
  if (!arm || arm.requests === 0) return []
  const measured = score?.[of.by]
  const mean = arm.meanScore === null ? null : { value: arm.meanScore, low: null, high: null }
  return [
    {
      ...of,
      verdict: null,
      score: measured ? { value: measured.value, low: measured.low, high: measured.high } : mean,
      usd: arm.meanCostUsd,
      meanMs: arm.meanLatencyMs,
      errors: arm.errorRate,
    },
  ]
}

/**
 * What everybody got from when on, but for the promotions that a rollout tells of. A rollback by hand is one event,
 * though it ends one version and begins another.
 */
async function releaseEvents(
  { history }: FeatureState,
  rollouts: readonly Rollout[],
  nameOf: TimelineSource['nameOf'],
): Promise<TimeEvent[]> {
  const promotions = new Set(rollouts.filter(({ status }) => status === 'promoted').map(({ endedAt }) => endedAt))
  const events = history.map(async ({ version, since, promoted }, index): Promise<TimeEvent[]> => {
    if (promoted && promotions.has(since)) return []
    const name = shortName(await nameOf(version))
    const before = history[index - 1]
    const isBack = before?.ended === 'rolledBack' && before.until === since
    if (isBack) {
      const from = shortName(await nameOf(before.version))
      return [{ at: since, label: `back to ${name}`, says: `${from} was rolled back to ${name}`, tone: 'bad' }]
    }
    const how = promoted ? 'was promoted from a rollout' : 'was given to everybody by hand'
    return [{ at: since, label: `${name} active`, says: `${name} ${how}`, tone: 'change' }]
  })
  return (await Promise.all(events)).flat()
}

const endTones = { good: 'good', open: 'note', watch: 'change', bad: 'bad', unknown: 'note' } as const

async function rolloutEvents(rollout: Rollout, nameOf: TimelineSource['nameOf']): Promise<TimeEvent[]> {
  const { startedAt, startedBy, endedAt, status, ending, canary } = rollout
  const name = shortName(await nameOf(canary))
  const start: TimeEvent = {
    ...{ at: startedAt, label: `rollout of ${name}`, tone: 'note' },
    says: `a rollout of ${name} was started by ${startedBy}`,
  }
  if (!hasEnded(rollout) || endedAt === null) return [start]
  const state = stateText({ ...rollout, state: status })
  const why = ending ? ` by ${ending.by}: ${excerpt(ending.reason, reasonLengths.aside)}` : ''
  return [
    start,
    {
      ...{ at: endedAt, label: `${name} ${state}`, says: `the rollout of ${name} was ${state}${why}` },
      // A promotion without enough evidence changes what everybody gets, and proves nothing.
      tone: status === 'aborted' ? 'note' : endTones[endedTone(rollout)],
    },
  ]
}

/** The last night, and each that did not pass: of the others the points tell. */
function nightEvents({ at, verdict, codes }: PastNight, isLast: boolean): TimeEvent[] {
  if (verdict === 'pass' && !isLast) return []
  const tone = verdict === 'pass' ? 'good' : verdict === 'fail' ? 'bad' : 'note'
  const why = codes.length === 0 ? '' : `: ${codes.join(', ')}`
  return [{ at, label: `night: ${verdict}`, says: `the ${isLast ? 'last ' : ''}night was ${verdict}${why}`, tone }]
}

function nightPoint({ at, version, verdict, score: { mean, ciLow, ciHigh }, costUsd }: PastNight): TimePoint {
  const score = mean === null ? null : { value: mean, low: ciLow, high: ciHigh }
  return { at, by: 'night', version: version.slice(0, 12), verdict, score, usd: costUsd, meanMs: null, errors: null }
}
