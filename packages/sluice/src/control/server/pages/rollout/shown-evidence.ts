import type { ChartEvent } from '../../../../charts/events.ts'
import { eValueOf } from '../../../../charts/evidence-scale.ts'
import type { Rollout } from '../../../../records/rollout/rollout.ts'
import { ppmPerPercent } from '../../../../records/rollout/rollout-settings.ts'
import type { EvidenceLine, ShownEvidence } from '../../../pages/rollout/evidence.ts'
import { hasEnded, stagePpm } from '../../../release/rollout-state.ts'
import { type Assessment, hasData } from '../../../rollout/assessment/assessment.ts'
import { evidencePoints, together } from '../../../rollout/assessment/evidence-series.ts'
import { signalNames } from '../../../rollout/assessment/signal-names.ts'
import { worseSoFar } from '../../../rollout/assessment/worse-so-far.ts'
import { stateText } from '../../../words/rollout-state-text.ts'
import { unaskedHarm } from '../../../words/unasked-text.ts'
import type { RecordedEvidence } from '../../engine-state.ts'
import { quietTone } from '../canary-sign.ts'
import { endedTone } from '../overview-rows.ts'
import type { RolloutFacts } from './rollout-facts.ts'

/** A series that begins so much later than the rollout, in ms, lacks its beginning. */
const lateMs = 60_000
/** The controller stores an assessment at least every minute: looks further apart than this leave a gap. */
const leastGapMs = 180_000

/** The evidence against a canary, now and over time. */
export function shownEvidence(facts: RolloutFacts): ShownEvidence {
  const { rollout, assessment, recorded } = facts
  const { startedAt, endedAt, settings } = rollout
  const { series, at = null } = recorded ?? {}
  return {
    isHeld: rollout.hold !== null,
    quietTone: quietTone(rollout, assessment, facts),
    worse: assessment && !hasEnded(rollout) ? worseText(assessment) : null,
    needed: assessment?.figures?.against.needed ?? 1 / settings.alpha,
    all: assessment && allTogether(assessment, recorded),
    signals: assessment ? signalLines(assessment, recorded) : [],
    gapMs: Math.max(leastGapMs, 3 * (series?.stepMs ?? 0)),
    recordedSince: series && series.since - startedAt > lateMs ? series.since : null,
    ...{ startedAt, endedAt, assessedAt: at, now: facts.now },
    events: eventsOf(rollout),
  }
}

/** What looks worse so far, and what does that has no say; null: nothing. */
function worseText(assessment: Assessment): string | null {
  const each = [worseSoFar(assessment.signals), unaskedHarm(assessment)].filter((text) => text !== null)
  return each.length === 0 ? null : each.join('; ')
}

function allTogether(assessment: Assessment, recorded: RecordedEvidence | null): EvidenceLine {
  const { figures, logE } = assessment
  const known = hasData(assessment)
  return {
    ...{ name: 'all signals together', short: 'all together' },
    eValue: known ? eValueOf(logE) : null,
    highest: known ? (figures?.against.highest ?? null) : null,
    points: pointsOf(together, recorded, known ? logE : null),
  }
}

function signalLines({ signals, figures }: Assessment, recorded: RecordedEvidence | null): EvidenceLine[] {
  return signals
    .filter(({ weight }) => weight > 0)
    .map(({ signal, logE }) => ({
      ...{ name: signalNames[signal] ?? signal, short: signal },
      eValue: logE === null ? null : eValueOf(logE),
      highest: figures?.signals.find((one) => one.signal === signal)?.highest ?? null,
      points: pointsOf(signal, recorded, logE),
    }))
}

/** The recorded values of a name, and last the present one. */
function pointsOf(name: string, recorded: RecordedEvidence | null, logE: number | null): EvidenceLine['points'] {
  if (!recorded) return []
  const { series, at } = recorded
  const points = evidencePoints(series).map((point) => {
    const value = point.logE[name] ?? null
    return { at: point.at, eValue: value === null ? null : eValueOf(value) }
  })
  const present = { at, eValue: logE === null ? null : eValueOf(logE) }
  return [...points.filter((point) => point.at < at), present]
}

const endTones = { good: 'pass', open: 'muted', watch: 'muted', bad: 'fail', unknown: 'muted' } as const

function eventsOf(rollout: Rollout): ChartEvent[] {
  const { enteredAt, settings, status, endedAt, pausedAt } = rollout
  const stages = enteredAt.map((x, index): ChartEvent => {
    const share = `${stagePpm(settings.stages, index) / ppmPerPercent} %`
    return { x, label: share, says: `Stage ${index + 1}: ${share} of the users` }
  })
  const label = stateText({ ...rollout, state: status })
  const tone = endTones[endedTone(rollout)]
  return [
    ...stages,
    ...(pausedAt === null || endedAt !== null ? [] : [{ x: pausedAt, label: 'paused' }]),
    ...(endedAt === null ? [] : [{ x: endedAt, label, tone } as const]),
  ]
}
