import type { Rollout } from '../release/rollout.ts'
import { clusterAsympCS } from '../stats/index.ts'
import { alertsOf } from './alerts.ts'
import { summaryOf } from './arm-sums.ts'
import type { Assessment } from './assessment.ts'
import { combinedLogE } from './combined.ts'
import { decide } from './decide.ts'
import type { Evidence } from './evidence.ts'
import { isJudgedUnevenly } from './judged-ratio.ts'
import { lackingData, unprovenSignals } from './lacking.ts'
import { assignmentMismatch, isMismatched } from './sample-ratio.ts'
import { signalEvidence } from './signal-evidence.ts'
import { wordsFor } from './words.ts'

/** Users per arm below which an interval of the difference would be misleading, and the scores at which it is tightest. */
const interval = { users: 20, size: 5000 }

/**
 * What the evidence calls for at `now` (ms since the epoch), with all that it rests on. Pure: the same evidence, rollout and
 * time give the same answer.
 */
export function assess(evidence: Evidence, rollout: Rollout, now: number): Assessment {
  const { settings } = rollout
  const { sums } = evidence
  const signals = signalEvidence(evidence, rollout)
  const logE = combinedLogE(sums, settings)
  const threshold = -Math.log(settings.alpha)
  const findings = {
    mismatched: isMismatched(sums, settings),
    unevenlyJudged: isJudgedUnevenly(sums.judged),
    worse: evidence.peak >= threshold,
    lacking: lackingData(evidence, rollout, now),
    unproven: unprovenSignals(signals, settings),
  }
  const assessment = {
    decision: decide(rollout, now, findings),
    logE,
    threshold,
    anytimeP: Math.min(1, Math.exp(-evidence.peak)),
    alpha: settings.alpha,
    signals,
    incumbent: summaryOf(sums.arms.incumbent),
    canary: summaryOf(sums.arms.canary),
    interval: scoreInterval(evidence, settings.alpha),
    mismatch: {
      logBayesFactor: assignmentMismatch(sums, settings),
      blocked: findings.mismatched || findings.unevenlyJudged,
      wrongArms: sums.ignored.wrongArm,
    },
    alerts: alertsOf(evidence, rollout, { logE, signals, now }),
    ignored: Object.fromEntries(Object.entries(sums.ignored).filter(([, count]) => count > 0)),
    cursor: evidence.cursor,
  }
  return { ...assessment, words: wordsFor(assessment, findings) }
}

function scoreInterval({ sums }: Evidence, alpha: number): Assessment['interval'] {
  const { canary, incumbent } = sums.arms
  if (Math.min(canary.scores.users, incumbent.scores.users) < interval.users) return null
  const found = clusterAsympCS(canary.scores, incumbent.scores, { alpha, size: interval.size })
  return found ? { low: found.delta - found.halfWidth, high: found.delta + found.halfWidth } : null
}
