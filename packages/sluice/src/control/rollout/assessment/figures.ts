import { eValueOf } from '../../../charts/evidence-scale.ts'
import type { Figures, Height, Missing, ValueInterval } from '../../../records/rollout/assessment.ts'
import type { Rollout } from '../../../records/rollout/rollout.ts'
import type { RolloutSettings } from '../../../records/rollout/rollout-settings.ts'
import { afterQuietHours } from '../../release/quiet-hours.ts'
import { hasEnded, onUndecided, runningMs } from '../../release/rollout-state.ts'
import type { Evidence } from '../evidence/evidence.ts'
import { countedMean, estimates, type Mean } from '../statistics/estimates.ts'
import type { Matching } from '../statistics/sample-ratio.ts'
import type { SignalEvidence } from './assessment.ts'
import { isSoaked, type Soak } from './soak.ts'
import { countedProof, expectedBy, hasTwoArms, type Lack, type OpenSignal } from './stage-requirements.ts'

interface Known {
  signals: readonly SignalEvidence[]
  logE: number
  soak: Soak
  open: readonly OpenSignal[]
  lacks: readonly Lack[]
  judgeFails: boolean
  /** It takes data and time alone to leave the stage. */
  goesOnByItself: boolean
  matching: Matching
  now: number
  /** Greatest evidence of the passes before, by signal; `all` of them together. */
  highest: Readonly<Record<string, Height>>
}

/** 97.5th percentile of the normal distribution. */
const z = 1.96

/** The assessment in numbers: what was measured, what the evidence is, and what is still missing. */
export function figuresOf(evidence: Evidence, rollout: Rollout, known: Known): Figures {
  const { settings } = rollout
  const { signals, logE, highest, now } = known
  const needed = 1 / settings.alpha
  const { arms } = evidence.sums
  const missing = missingFor(rollout, known)
  return {
    signals: estimates(evidence, settings).map(({ signal, difference, standardError, margin, ...estimated }) => {
      const canary = estimated.canary ?? countedMean(evidence, signal, 'canary')
      const incumbent = estimated.incumbent ?? countedMean(evidence, signal, 'incumbent')
      const found = signals.find((one) => one.signal === signal)
      const against = found?.logE == null ? null : eValueOf(found.logE)
      const isProvable = found != null && found.logENonInferior !== null
      return {
        signal,
        incumbent: incumbent && { ...intervalOf(incumbent), count: incumbent.count },
        canary: canary && { ...intervalOf(canary), count: canary.count },
        difference: difference === null ? null : intervalOf({ value: difference, standardError }),
        margin,
        against,
        highest: against === null ? null : higher(highest[signal], { eValue: against, at: now }),
        proof: isProvable ? { eValue: eValueOf(countedProof(evidence, rollout, signal, known)), needed } : null,
      }
    }),
    users: { incumbent: arms.incumbent.users, canary: arms.canary.users },
    judged: {
      incumbent: { users: arms.incumbent.scores.users, answers: arms.incumbent.scores.count },
      canary: { users: arms.canary.scores.users, answers: arms.canary.scores.count },
    },
    against: { eValue: eValueOf(logE), highest: higher(highest.all, { eValue: eValueOf(logE), at: now }), needed },
    missing,
    nextStepAt: known.goesOnByItself ? nextStepAt(missing, settings, now) : null,
    patienceEndsAt:
      rollout.status === 'running' && onUndecided(rollout) !== undefined
        ? now + Math.max(0, settings.patience - runningMs(rollout, now))
        : null,
  }
}

/** What later passes need to know of it. */
export function highestOf({ signals, against }: Figures): Record<string, Height> {
  const known = signals.flatMap(({ signal, highest }) => (highest ? [[signal, highest] as const] : []))
  return { ...Object.fromEntries(known), all: against.highest }
}

function intervalOf({ value, standardError }: Pick<Mean, 'value' | 'standardError'>): ValueInterval {
  if (standardError === null || !Number.isFinite(standardError)) return { value, low: null, high: null }
  return { value, low: value - z * standardError, high: value + z * standardError }
}

function higher(before: Height | undefined, now: Height): Height {
  return before && before.eValue >= now.eValue ? before : now
}

function nextStepAt(missing: readonly Missing[], { quietHours }: RolloutSettings, now: number): number | null {
  const times = missing.map(({ expectedAt }) => expectedAt)
  return times.includes(null) ? null : afterQuietHours(quietHours, Math.max(now, ...times.map((at) => at ?? now)))
}

/** What the decision asks of the stage and has not got: the soak time, data, a judge that works, and proof. */
function missingFor(rollout: Rollout, { soak, open, lacks, judgeFails, now }: Known): Missing[] {
  if (hasEnded(rollout)) return []
  const { settings, stage } = rollout
  const byEvidence = settings.advance === 'evidence'
  const [has, needed] = [soak.soakedMs, settings.stages[stage]?.soakMs ?? 0]
  const inStage = now - (rollout.enteredAt.at(-1) ?? now)
  const watched: Missing = {
    ...{ what: 'watched time', has, needed, unit: 'ms' },
    // While outcomes stay away nobody knows when they come again.
    expectedAt: soak.counting ? expectedBy({ has, needed }, inStage, now) : null,
  }
  const scores: Missing = {
    ...{ what: 'judged scores since the judge failed', has: 0, needed: 1, unit: 'users', expectedAt: null },
  }
  return [
    ...(isSoaked(rollout, soak) ? [] : [watched]),
    ...lacks.map(({ text: _, ...lack }): Missing => ({ ...lack, unit: 'users' })),
    ...(byEvidence && judgeFails ? [scores] : []),
    ...(byEvidence ? open.map((signal) => missingOf(signal, rollout, now)) : []),
  ]
}

function missingOf({ signal, why, logProof }: OpenSignal, rollout: Rollout, now: number): Missing {
  const needed = -Math.log(rollout.settings.alpha)
  // A rate tells when proof will be there, and not when the newest hours look better, or others bear it out.
  const isByRate = why === 'proof' && hasTwoArms(rollout)
  const expectedAt = isByRate ? expectedBy({ has: logProof, needed }, runningMs(rollout, now), now) : null
  const proof = { has: eValueOf(logProof), needed: 1 / rollout.settings.alpha }
  return { what: signal, why, ...proof, unit: 'eValue', expectedAt }
}
