import { eValueOf } from '../../../charts/evidence-scale.ts'
import type { Figures, Height, Missing, ValueInterval } from '../../../records/rollout/assessment.ts'
import type { Rollout } from '../../../records/rollout/rollout.ts'
import { hasEnded, runningMs } from '../../release/rollout-state.ts'
import type { Evidence } from '../evidence/evidence.ts'
import { countedMean, estimates, type Mean } from '../statistics/estimates.ts'
import type { Matching } from '../statistics/sample-ratio.ts'
import type { SignalEvidence } from './assessment.ts'
import type { Soak } from './soak.ts'
import { countedProof, type OpenSignal } from './stage-requirements.ts'

interface Known {
  signals: readonly SignalEvidence[]
  logE: number
  soak: Soak
  open: readonly OpenSignal[]
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
  const missing = missingFor(evidence, rollout, known)
  const times = missing.map(({ expectedAt }) => expectedAt)
  const ended = hasEnded(rollout)
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
    nextStepAt: ended || times.includes(null) ? null : Math.max(now, ...times.map((at) => at ?? now)),
    patienceEndsAt:
      rollout.status === 'running' ? now + Math.max(0, settings.patience - runningMs(rollout, now)) : null,
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

function missingFor(evidence: Evidence, rollout: Rollout, { soak, open, now }: Known): Missing[] {
  if (hasEnded(rollout)) return []
  const { settings, stage } = rollout
  const ran = runningMs(rollout, now)
  const inStage = now - (rollout.enteredAt.at(-1) ?? now)
  const last = stage + 1 >= settings.stages.length
  const byEvidence = settings.advance === 'evidence'
  const at = (has: number, needed: number, during: number) =>
    has > 0 && during > 0 ? now + ((needed - has) / has) * during : null
  const count = (what: string, has: number, needed: number): Missing[] =>
    has >= needed ? [] : [{ what, has, needed, unit: 'users', expectedAt: at(has, needed, ran) }]
  const { canary, incumbent } = evidence.sums.arms
  const fewest = Math.min(20, settings.minUsers)
  const soakMs = settings.stages[stage]?.soakMs ?? 0
  const scored = byEvidence && settings.signals.score > 0
  return [
    ...(soak.soakedMs >= soakMs
      ? []
      : [
          {
            ...{ what: 'watched time', has: soak.soakedMs, needed: soakMs, unit: 'ms' as const },
            expectedAt: at(soak.soakedMs, soakMs, inStage),
          },
        ]),
    ...count('users of the canary', canary.users, last ? settings.minUsers : byEvidence ? fewest : 0),
    ...(scored
      ? [
          ...count('judged users of the canary', canary.scores.users, fewest),
          ...count('judged users of the incumbent', incumbent.scores.users, fewest),
        ]
      : []),
    ...(byEvidence ? open : []).map(({ signal, why, logProof }): Missing => {
      const threshold = -Math.log(settings.alpha)
      // A rate tells when proof will be there, and not when the newest hours look better, or others bear it out.
      const expectedAt = why === 'proof' ? at(logProof, threshold, ran) : null
      return { what: signal, why, has: eValueOf(logProof), needed: 1 / settings.alpha, unit: 'eValue', expectedAt }
    }),
  ]
}
