import type { Arm } from '@sluice/client'
import type { Rollout } from '../../../records/rollout/rollout.ts'
import type { RolloutSettings } from '../../../records/rollout/rollout-settings.ts'
import { runningMs, stagePpm } from '../../release/rollout-state.ts'
import type { ArmSums } from '../evidence/arm-sums.ts'
import type { Evidence } from '../evidence/evidence.ts'
import { stageShare } from '../evidence/randomisation.ts'
import type { ScoreSums } from '../evidence/signal-sums.ts'
import { decidingSums } from '../evidence/tokens.ts'
import { signalLogE } from '../statistics/e-value.ts'
import {
  fewestCounted,
  isWorseLately,
  missingShare,
  type ProvenSignal,
  pointsToHarm,
  proofOf,
  provenSignals,
} from '../statistics/estimates.ts'
import { evidenceFor } from '../statistics/evidence-against.ts'
import { type Matching, requestsOf } from '../statistics/sample-ratio.ts'
import { isJudgeSilent } from './judge-health.ts'

/** Nothing can be concluded if so many more judgements are missing in one arm than in the other. */
const bearableMissing = 0.05

/** What is left out of the evidence may be so large a part of all requests. */
const bearable = 0.1

/** Data without which the present stage is not left. None of them means that the canary is bad. */
export interface Lack {
  /** What is counted. */
  what: string
  has: number
  needed: number
  /** What is lacking, as a decision tells it. */
  text: string
  /** When there will be enough, by the rate so far, in ms since the epoch; null where that does not tell. */
  expectedAt: number | null
}

/** Which data are too few to leave the present stage by. Empty where there is enough to judge by. */
export function lackingData(
  evidence: Evidence,
  rollout: Rollout,
  { matching, now }: { matching: Matching; now: number },
): Lack[] {
  const { arms, score } = evidence.sums
  const { settings, stage } = rollout
  const last = stage + 1 >= settings.stages.length
  const byEvidence = settings.advance === 'evidence'
  // Time alone may widen a share, but nobody is promoted whom too few users have met.
  const needed = last ? settings.minUsers : byEvidence ? Math.min(fewestCounted, settings.minUsers) : 0
  const few = Math.min(fewestCounted, needed)
  const ran = runningMs(rollout, now)
  const compares = hasTwoArms(rollout)
  const count = (has: number, least: number, what: string, during: number | null): Lack[] => {
    const expectedAt = during === null ? null : expectedBy({ has, needed: least }, during, now)
    return has >= least ? [] : [{ what, has, needed: least, text: `${has} of ${least} ${what}`, expectedAt }]
  }
  const users = count(arms.canary.users, needed, 'users of the canary', ran)
  if (!byEvidence) return [...users, ...leftOutRequests(evidence, matching)]
  const { slowAny } = decidingSums(evidence.sums).flags
  const inStage = compares ? now - (rollout.enteredAt.at(-1) ?? now) : null
  const isScored = settings.signals.score > 0
  const isTimed = settings.signals.slow > 0
  const compared = (arm: Arm) => count(score.users[arm], few, `judged users of the ${arm}`, compares ? ran : null)
  return [
    ...users,
    ...count(arms.incumbent.users, few, 'users of the incumbent', compares ? ran : null),
    ...leftOutRequests(evidence, matching),
    ...(isScored ? [...compared('canary'), ...compared('incumbent'), ...unevenJudging(score)] : []),
    ...(isTimed ? unevenLatencies(arms) : []),
    ...(isJudgeSilent(evidence, rollout, now) ? [silentJudge] : []),
    ...(isTimed && last
      ? count(slowAny.stage.canary.requests, few, 'requests of the canary with a comparable latency', inStage)
      : []),
  ]
}

/** When there will be enough if it goes on as it did for so many ms; null where it did not begin. */
export function expectedBy({ has, needed }: { has: number; needed: number }, during: number, now: number) {
  return has > 0 && during > 0 ? now + ((needed - has) / has) * during : null
}

/** Whether anybody still gets the incumbent, so that data to compare with come. */
export function hasTwoArms({ settings, stage }: Pick<Rollout, 'settings' | 'stage'>): boolean {
  return stageShare(settings.stages, stage) < 1
}

const silentJudge: Lack = {
  ...{ what: 'judged scores since they stopped', has: 0, needed: 1 },
  ...{ text: 'judged scores have stopped coming', expectedAt: null },
}

/** A stage that was watched for long enough is not left while nobody can see how the canary does. */
export const silentArms: Lack = {
  ...{ what: 'outcomes of both arms since they stopped', has: 0, needed: 1 },
  ...{ text: 'outcomes of both arms have stopped coming', expectedAt: null },
}

const percent = (part: number) => `${Math.round(100 * part)} %`

function leftOutRequests({ testimony }: Evidence, { leftOut }: Matching): Lack[] {
  if (leftOut <= bearable) return []
  const all = Math.max(
    1,
    testimony.reduce((sum, one) => sum + requestsOf(one), 0),
  )
  return [
    {
      what: 'requests of tokens whose arms match',
      ...{ has: Math.floor((1 - leftOut) * all), needed: Math.ceil((1 - bearable) * all) },
      text: `${percent(leftOut)} of the requests are left out since their arms do not match`,
      expectedAt: null,
    },
  ]
}

/** Scores of one arm that are missing more often than those of the other may be those that speak against it. */
function unevenJudging(score: ScoreSums): Lack[] {
  const missing = missingShare(score)
  const part = Math.abs(missing)
  if (part <= bearableMissing) return []
  const arm = missing > 0 ? 'canary' : 'incumbent'
  const answered = score.answered[arm]
  return [
    {
      what: `judged requests of the ${arm}`,
      ...{ has: Math.floor(answered), needed: Math.ceil((answered * (1 - bearableMissing)) / (1 - part)) },
      text: `${percent(part)} fewer requests of the ${arm} than of the other were judged`,
      expectedAt: null,
    },
  ]
}

/** Latencies that are known of one arm only cannot be compared. */
function unevenLatencies(arms: Record<Arm, ArmSums>): Lack[] {
  const share = ({ withLatency, requests }: ArmSums) => withLatency / Math.max(1, requests)
  const [canary, incumbent] = [share(arms.canary), share(arms.incumbent)]
  if (Math.abs(canary - incumbent) <= bearableMissing) return []
  const arm = canary < incumbent ? 'canary' : 'incumbent'
  const enough = Math.max(canary, incumbent) - bearableMissing
  return [
    {
      what: `requests of the ${arm} with a known latency`,
      ...{ has: arms[arm].withLatency, needed: Math.ceil(enough * Math.max(1, arms[arm].requests)) },
      text: `the latency is known of ${percent(canary)} of the canary's requests and ${percent(incumbent)} of the incumbent's`,
      expectedAt: null,
    },
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
 * A stage may exceed the margins by this factor on the way to the next one: the smaller the share, the smaller the
 * harm of going on too early. A promotion always takes the last factor.
 */
const widths = [2, 1.4, 1] as const

/** Least index of a width for shares above so many ppm. */
const narrowAbove = [10_000, 50_000]

/** The factor that leaving an earlier stage takes. */
function widthOf({ stages }: Pick<RolloutSettings, 'stages'>, stage: number): number {
  const ppm = stagePpm(stages, stage)
  return widths[narrowAbove.filter((bound) => ppm > bound).length] ?? 1
}
