import type { Height } from '../../../records/rollout/assessment.ts'
import type { Rollout } from '../../../records/rollout/rollout.ts'
import { clusterAsympCS } from '../../../stats/index.ts'
import { hourMs } from '../../../time-units.ts'
import type { Evidence } from '../evidence/evidence.ts'
import {
  certainFailures,
  evidenceAgainst,
  evidenceOfAll,
  isAgainst,
  onlySource,
} from '../statistics/evidence-against.ts'
import { type Matching, matchingOf } from '../statistics/sample-ratio.ts'
import { alertsOf } from './alerts.ts'
import { summaryOf } from './arm-summary.ts'
import type { Assessment, SignalEvidence } from './assessment.ts'
import { decideRollout, type Findings, goesOnByItself } from './decision.ts'
import { figuresOf } from './figures.ts'
import { type JudgeHealth, outageText } from './judge-health.ts'
import { onlySourceShare, placeShares } from './place-share.ts'
import { signalEvidence } from './signal-evidence.ts'
import { areOutcomesHeard, isOverdue, isSoaked, type Soak, unwatched } from './soak.ts'
import { type Lack, lackingData, type OpenSignal, openSignals, silentArms } from './stage-requirements.ts'
import { tokenShares } from './token-share.ts'
import { weakCase } from './weak-promotion.ts'
import { wordsFor } from './words.ts'

/** How the present stage has gone, as the passes of the controller have found it. */
export interface StageProgress {
  soak: Soak
  /** Since when the rollout has been held for the same reason, ms since the epoch. */
  heldSince: number | null
  /** Absent: it works. */
  judge?: JudgeHealth
  /** Why the rule for the undecided has refused it, where it was asked. */
  refused?: readonly string[] | null
  /** Greatest evidence of the passes before. */
  highest?: Readonly<Record<string, Height>>
}

/** Below so many users per arm an interval would mislead. `size` is the number of scores at which it is tightest. */
const interval = { users: 20, size: 5000 }

/** How long a freeze lasts at the most, where the settings do not say, in ms. */
const usualMismatchPatience = 4 * hourMs

/**
 * What the evidence calls for at `now` (ms since the epoch), with all that it rests on. Pure: the same evidence,
 * rollout, time and course give the same answer.
 *
 * @param course without one nothing of the stage was watched
 */
export function assess(
  evidence: Evidence,
  rollout: Rollout,
  now: number,
  course: StageProgress = { soak: unwatched(rollout), heldSince: null },
): Assessment {
  const { settings } = rollout
  const { sums, testimony: byToken } = evidence
  const matching = matchingOf(evidence, settings, now)
  const signals = signalEvidence(evidence, rollout)
  const logE = evidenceOfAll(evidence, settings, matching)
  const threshold = -Math.log(settings.alpha)
  const outage = course.judge && outageText(course.judge, rollout)
  const open = openSignals(evidence, rollout, { matching, now })
  const lacks = lackingData(evidence, rollout, { matching, now })
  const findings = findingsOf(evidence, rollout, { matching, now, course, outage, signals, logE, open, lacks })
  const tokens = tokenShares(byToken, settings)
  const lone = findings.worse ? undefined : onlySource(evidence, settings, matching)
  const accuser = lone ? onlySourceShare(evidence, lone, sums.arms.canary.errors) : null
  const assessment = {
    decision: decideRollout(rollout, now, findings),
    logE,
    threshold,
    anytimeP: Math.min(1, Math.exp(-findings.agreed)),
    alpha: settings.alpha,
    signals,
    incumbent: summaryOf(sums.arms.incumbent),
    canary: summaryOf(sums.arms.canary),
    judgeId: evidence.judge.id,
    interval: scoreInterval(evidence, settings.alpha),
    mismatch: {
      logBayesFactor: Math.max(0, ...tokens.map(({ logBayesFactor }) => logBayesFactor)),
      blocked: findings.mismatched || findings.unevenlyJudged,
      wrongArms: sums.ignored.wrongArm,
    },
    tokens,
    places: placeShares(evidence),
    accuser,
    soak: course.soak,
    figures: figuresOf(evidence, rollout, {
      ...{ signals, logE, now, soak: course.soak, open, matching },
      lacks: [...lacks, ...(findings.soaked && findings.silent ? [silentArms] : [])],
      judgeFails: findings.judgeFails,
      goesOnByItself: goesOnByItself(rollout, findings),
      highest: course.highest ?? {},
    }),
    alerts: alertsOf(evidence, rollout, { logE, signals, tokens, accuser, findings, outage, now }),
    ignored: Object.fromEntries(Object.entries(sums.ignored).filter(([, count]) => count > 0)),
    cursor: evidence.cursor,
  }
  return { ...assessment, words: wordsFor(assessment, findings, { settings, outage }) }
}

interface Known {
  matching: Matching
  now: number
  course: StageProgress
  outage: string | undefined
  signals: readonly SignalEvidence[]
  logE: number
  open: readonly OpenSignal[]
  lacks: readonly Lack[]
}

/** What the evidence amounts to, and the log evidence against the canary that does not rest on one token of several. */
function findingsOf(
  evidence: Evidence,
  rollout: Rollout,
  { matching, now, course, outage, signals, logE, open, lacks }: Known,
): Findings & { agreed: number } {
  const { settings, hold } = rollout
  const { mismatched, unevenlyJudged } = matching
  const { soak, heldSince } = course
  const threshold = -Math.log(settings.alpha)
  const certain = mismatched ? certainFailures(evidence, settings, now) : 0
  const agreed = Math.max(evidence.peak, evidenceAgainst(evidence, settings, now), certain)
  const soaked = isSoaked(rollout, soak)
  const overdue = !soaked && isOverdue(rollout, now)
  const disputed = agreed < threshold && isAgainst(evidence, settings, matching)
  const suspect = matching.suspect.length > 0
  const frozenMs = hold === 'sampleRatioMismatch' && heldSince !== null ? now - heldSince : 0
  return {
    mismatched,
    unevenlyJudged,
    agreed,
    worse: agreed >= threshold,
    frozenTooLong: frozenMs >= (settings.mismatchPatience ?? usualMismatchPatience),
    judgeFails: outage !== undefined,
    soaked,
    overdue,
    unwatched: overdue && rollout.status === 'running' && !soak.counting,
    silent: !areOutcomesHeard(soak, rollout, now),
    disputed,
    lacking: lacks.map(({ text }) => text),
    unproven: open.map(({ signal }) => signal),
    weak: weakCase(evidence, rollout, { signals, logE, disputed, suspect }),
    refused: course.refused ?? null,
  }
}

function scoreInterval({ sums }: Evidence, alpha: number): Assessment['interval'] {
  const { canary, incumbent } = sums.score.stage
  if (Math.min(canary.users, incumbent.users) < interval.users) return null
  const found = clusterAsympCS(canary, incumbent, { alpha, size: interval.size })
  return found ? { low: found.delta - found.halfWidth, high: found.delta + found.halfWidth } : null
}
