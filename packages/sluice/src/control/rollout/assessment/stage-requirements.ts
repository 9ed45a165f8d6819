import type { Arm } from '@sluice/client'
import type { Rollout } from '../../../records/rollout/rollout.ts'
import type { RolloutSettings } from '../../../records/rollout/rollout-settings.ts'
import { stagePpm } from '../../release/rollout-state.ts'
import type { ArmSums } from '../evidence/arm-sums.ts'
import type { Evidence } from '../evidence/evidence.ts'
import { stageShare } from '../evidence/randomisation.ts'
import { decidingSums } from '../evidence/tokens.ts'
import { signalLogE } from '../statistics/e-value.ts'
import {
  isWorseLately,
  missingShare,
  type ProvenSignal,
  pointsToHarm,
  proofOf,
  provenSignals,
} from '../statistics/estimates.ts'
import { evidenceFor } from '../statistics/evidence-against.ts'
import type { Matching } from '../statistics/sample-ratio.ts'
import { isJudgeSilent } from './judge-health.ts'

/** With fewer contributions than this nothing can be concluded. */
const fewest = 20

/** Nor if so many more judgements are missing in one arm than in the other. */
const bearableMissing = 0.05

/** What is left out of the evidence may be so large a part of all requests. */
const bearable = 0.1

/**
 * Which data are too few to leave the present stage by: none of them means that the canary is bad. In words, empty
 * where there is enough to judge by.
 */
export function lackingData(
  evidence: Evidence,
  rollout: Rollout,
  { matching, now }: { matching: Matching; now: number },
): string[] {
  const { arms, score } = evidence.sums
  const { settings, stage } = rollout
  const last = stage + 1 >= settings.stages.length
  const byEvidence = settings.advance === 'evidence'
  // Time alone may widen a share, but nobody is promoted whom too few users have met.
  const needed = last ? settings.minUsers : byEvidence ? Math.min(fewest, settings.minUsers) : 0
  const lacking: string[] = []
  const require = (count: number, least: number, what: string) => {
    if (count < least) lacking.push(`${count} of ${least} ${what}`)
  }
  require(arms.canary.users, needed, 'users of the canary')
  if (byEvidence) require(arms.incumbent.users, Math.min(fewest, needed), 'users of the incumbent')
  if (matching.leftOut > bearable)
    lacking.push(`${Math.round(100 * matching.leftOut)} % of the requests are left out since their arms do not match`)
  if (!byEvidence) return lacking
  const few = Math.min(fewest, needed)
  if (settings.signals.score > 0) {
    require(score.users.canary, few, 'users of the canary with a judged score')
    require(score.users.incumbent, few, 'users of the incumbent with a judged score')
  }
  const missing = missingShare(score)
  if (settings.signals.score > 0 && Math.abs(missing) > bearableMissing)
    lacking.push(
      `${Math.round(100 * Math.abs(missing))} % fewer requests of the ${missing > 0 ? 'canary' : 'incumbent'} than of the other were judged`,
    )
  if (settings.signals.slow > 0) lacking.push(...unevenLatencies(arms))
  if (isJudgeSilent(evidence, rollout, now)) lacking.push('judged scores have stopped coming')
  if (settings.signals.slow > 0 && last) {
    const { canary } = decidingSums(evidence.sums).flags.slowAny.stage
    require(canary.requests, few, 'requests of the canary with a comparable latency')
  }
  return lacking
}

/** Latencies that are known of one arm only cannot be compared. */
function unevenLatencies(arms: Record<Arm, ArmSums>): string[] {
  const share = ({ withLatency, requests }: ArmSums) => withLatency / Math.max(1, requests)
  const [canary, incumbent] = [share(arms.canary), share(arms.incumbent)]
  if (Math.abs(canary - incumbent) <= bearableMissing) return []
  const percent = (part: number) => `${Math.round(100 * part)} %`
  return [
    `the latency is known of ${percent(canary)} of the canary's requests and ${percent(incumbent)} of the incumbent's`,
  ]
}

/** Evidence against the canary, as an e-value of one signal, with which no stage is left. */
const suspicious = 5
/** Part of the margin that an estimate may use up, where no proof is asked. */
const bearableHarm = 2 / 3

/** A signal that keeps the rollout in its stage. */
export interface OpenSignal {
  signal: ProvenSignal
  /**
   * That proof is missing; or it is there, and rests on one source, or the newest hours alone look worse; or an earlier
   * stage points to harm.
   */
  why: 'proof' | 'oneSource' | 'lately' | 'harm'
  /** Log evidence that it is not worse, as far as it counts: of this stage, and as far as the sources bear it out. */
  logProof: number
}

/**
 * Signals that take part in the decision and forbid to leave the stage. The last one that has two arms is left by
 * proof: each rules out a drop beyond its margin, whoever is left out. An earlier one is left where nothing points to
 * such a drop, since so small a share could prove little.
 */
export function openSignals(
  evidence: Evidence,
  { settings, stage }: Rollout,
  { matching, now }: { matching: Matching; now: number },
): OpenSignal[] {
  const one = decidingSums(evidence.sums)
  const proving = provingStage(settings)
  const isLast = stage >= proving
  const width = isLast ? 1 : widthOf(settings, stage)
  const threshold = -Math.log(settings.alpha)
  const isOfStage = isEvidenceOf(evidence, { settings, stage })
  const openOf = (signal: ProvenSignal): Omit<OpenSignal, 'signal'> | null => {
    if (settings.signals[signal] === 0) return null
    const late = isOfStage && isWorseLately(one, signal, settings)
    const logProof = isOfStage ? proofOf(one, signal, settings, width) : 0
    if (!isLast && isSuspicious(evidence, signal, settings, width)) return { why: 'harm', logProof }
    if (isLast && logProof < threshold) return { why: 'proof', logProof }
    if (late) return { why: 'lately', logProof }
    if (!isLast) return null
    const agreed = evidenceFor(evidence, { signal, width, threshold, settings }, { matching, now })
    return agreed < threshold ? { why: 'oneSource', logProof: agreed } : null
  }
  return provenSignals.flatMap((signal) => {
    const open = openOf(signal)
    return open === null ? [] : [{ signal, ...open }]
  })
}

/**
 * Log evidence of the present stage that a signal is not worse by its margin: as far as the sources bear it out, as a
 * promotion takes it, in whatever stage and whatever leads on. What is known of one arm more than of the other proves
 * nothing.
 */
export function countedProof(
  evidence: Evidence,
  rollout: Pick<Rollout, 'settings' | 'stage'>,
  signal: ProvenSignal,
  given: { matching: Matching; now: number },
): number {
  if (!isEvidenceOf(evidence, rollout) || isUneven(evidence, signal)) return 0
  const { settings } = rollout
  const threshold = -Math.log(settings.alpha)
  const proof = proofOf(decidingSums(evidence.sums), signal, settings, 1)
  return proof < threshold ? proof : evidenceFor(evidence, { signal, width: 1, threshold, settings }, given)
}

/** Whether so much more of a signal is missing in one arm than in the other that nothing can be concluded. */
function isUneven({ sums }: Evidence, signal: ProvenSignal): boolean {
  if (signal === 'score') return Math.abs(missingShare(sums.score)) > bearableMissing
  return signal === 'slow' && unevenLatencies(sums.arms).length > 0
}

/** The last stage that has two arms. */
function provingStage({ stages }: Pick<RolloutSettings, 'stages'>): number {
  return stages.findLastIndex((_, i) => stageShare(stages, i) < 1)
}

/** Whether the evidence has begun to be that of the present stage. */
function isEvidenceOf({ window }: Evidence, { settings, stage }: Pick<Rollout, 'settings' | 'stage'>): boolean {
  return window.stage === Math.min(stage, provingStage(settings))
}

function isSuspicious(evidence: Evidence, signal: ProvenSignal, settings: RolloutSettings, width: number): boolean {
  const one = decidingSums(evidence.sums)
  const { window } = evidence
  if (signalLogE(one, signal, { settings, window, suspect: false }) > Math.log(suspicious)) return true
  return pointsToHarm(one, signal, settings, { width, part: bearableHarm })
}

/**
 * By what factor a stage may exceed the margins on the way to the next one: the smaller the share, the smaller the harm
 * of going on too early. A promotion always takes the last factor.
 */
const widths = [2, 1.4, 1] as const

/** Least index of a width for shares above so many ppm. */
const narrowAbove = [10_000, 50_000]

/** The factor that leaving an earlier stage takes. */
function widthOf({ stages }: Pick<RolloutSettings, 'stages'>, stage: number): number {
  const ppm = stagePpm(stages, stage)
  return widths[narrowAbove.filter((bound) => ppm > bound).length] ?? 1
}
