import { type Clock, elapsedSince, type Moment, momentOf } from '@sluice/client'
import type { ArmSummary } from '../../../records/rollout/assessment.ts'
import type { Assessment } from '../../rollout/assessment/assessment.ts'
import type { Assessed } from '../../rollout/controller/rollout-checkpoint.ts'
import type { LeaseStore } from '../../store/lease-store.ts'
import type { MetricSample, Metrics } from './metrics.ts'

/**
 * The controller assesses every second. An older assessment belongs to a rollout that has ended or that another replica
 * leads.
 */
const freshMs = 60_000

type Gauged = Exclude<keyof ArmSummary, 'steps' | 'calls'>

const perArm: [Gauged, string, string][] = [
  ['requests', 'canary_arm_requests', 'Requests of an arm of a running rollout.'],
  ['users', 'canary_arm_users', 'Distinct users of the arm.'],
  ['judged', 'canary_arm_judged', 'Judged requests of the arm.'],
  ['meanScore', 'canary_arm_score', 'Mean judged score of the arm.'],
  ['errorRate', 'canary_arm_error_rate', 'Share of requests of the arm that failed.'],
  ['refusalRate', 'canary_arm_refusal_rate', 'Share of refusals.'],
  ['invalidRate', 'canary_arm_invalid_rate', 'Share of answers of the wrong form.'],
  ['slowRate', 'canary_arm_slow_rate', 'Share of slow requests.'],
  ['meanCostUsd', 'canary_arm_cost_usd', 'Mean cost of a request.'],
  ['meanLatencyMs', 'canary_arm_latency_ms', 'Mean latency of a request.'],
  ['meanFeedback', 'canary_arm_feedback', 'Mean user feedback.'],
]

const perRollout: [string, string, (assessment: Assessment) => number][] = [
  ['canary_log_evidence', 'Combined log e-value against the canary.', ({ logE }) => logE],
  ['canary_log_evidence_threshold', 'Where it is rolled back.', ({ threshold }) => threshold],
  ['canary_held', '1 while the rollout is held.', ({ decision }) => (decision.do === 'hold' ? 1 : 0)],
]

/** Publishes figures of the arms of running rollouts. The returned function must be called with each assessment. */
export function armGauges(metrics: Metrics, clock: Clock): (assessed: Assessed) => void {
  const latest = new Map<string, { assessed: Assessed; since: Moment }>()
  const fresh = () =>
    [...latest.values()].flatMap(({ assessed, since }) => (elapsedSince(clock, since) <= freshMs ? [assessed] : []))
  for (const [key, name, help] of perArm)
    metrics.gauge(name, help, () => fresh().flatMap((assessed) => armSamples(assessed, key)))
  for (const [name, help, read] of perRollout)
    metrics.gauge(name, help, () =>
      fresh().map(({ rollout, assessment }) => ({
        labels: { feature: rollout.feature, rollout: rollout.id },
        value: read(assessment),
      })),
    )
  return (assessed) => void latest.set(assessed.rollout.feature, { assessed, since: momentOf(clock) })
}

/** No sample for an unknown value, since a rate of 0 would be a claim. */
function armSamples({ rollout, assessment }: Assessed, key: Gauged): MetricSample[] {
  return (['incumbent', 'canary'] as const).flatMap((arm) => {
    const value = assessment[arm][key]
    const labels = { feature: rollout.feature, rollout: rollout.id, arm, version: rollout[arm] }
    return value === null ? [] : [{ labels, value }]
  })
}

/** The works that one replica at a time does. It is worth an alarm if no replica does one of them. */
const works = ['controller', 'drift', 'judge']

/** Shows which replica leads, according to the store. So every replica can report that none does. */
export function leaderGauges(store: Pick<LeaseStore, 'leases'>, metrics: Metrics): void {
  metrics.gauge('leader', 'Whether this replica leads the work: 1 or 0.', async () => {
    const ours = new Set((await store.leases()).flatMap(({ name, ours }) => (ours ? [name] : [])))
    return works.map((work) => ({ labels: { work }, value: Number(ours.has(work)) }))
  })
  metrics.gauge('led', 'Whether any replica leads the work: 1, or 0 where nobody does it.', async () => {
    const led = new Set((await store.leases()).map(({ name }) => name))
    return works.map((work) => ({ labels: { work }, value: Number(led.has(work)) }))
  })
}
