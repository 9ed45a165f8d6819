import type { StageProgress } from '../../../src/control/rollout/assessment/assess.ts'
import type { Assessment, Decision } from '../../../src/control/rollout/assessment/assessment.ts'
import { decideRollout } from '../../../src/control/rollout/assessment/decision.ts'
import { outageText } from '../../../src/control/rollout/assessment/judge-health.ts'
import { isOverdue, isSoaked } from '../../../src/control/rollout/assessment/soak.ts'
import type { DecisionEngine } from '../../../src/control/rollout/decision-engine.ts'
import type { ArmSummary, Figures } from '../../../src/records/rollout/assessment.ts'
import type { Rollout } from '../../../src/records/rollout/rollout.ts'

interface Counts {
  users: number
  errors: number
  entries: number
  cursor: number
  scores: number
  heard: { stage: number; incumbent: number; canary: number }
}

const noArm: ArmSummary = {
  requests: 0,
  users: 0,
  judged: 0,
  meanScore: null,
  errorRate: null,
  refusalRate: null,
  invalidRate: null,
  slowRate: null,
  meanCostUsd: null,
  meanLatencyMs: null,
  meanFeedback: null,
}

export const noFigures: Figures = {
  signals: [],
  users: { incumbent: 0, canary: 0 },
  judged: { incumbent: { users: 0, answers: 0 }, canary: { users: 0, answers: 0 } },
  against: { eValue: 1, highest: { eValue: 1, at: 0 }, needed: 20 },
  missing: [],
  nextStepAt: null,
  patienceEndsAt: null,
}

const outageOf = (rollout: Rollout, { judge }: StageProgress) => (judge && outageText(judge, rollout)) ?? ''

/** Rolls back at three users of the canary with an error, and lets as many users pass as `enough` says. */
export function countingEngine({
  enough = 5,
  unproven = false,
  against = (): string[] => [],
} = {}): DecisionEngine<Counts> {
  const next = ({ users, errors }: Counts, rollout: Rollout, now: number, course: StageProgress): Decision => {
    const { settings, stage } = rollout
    const { soak } = course
    const byEvidence = settings.advance === 'evidence'
    const last = stage + 1 === settings.stages.length
    const needed = byEvidence ? enough : last ? settings.minUsers : 0
    const soaked = byEvidence || isSoaked(rollout, soak)
    return decideRollout(rollout, now, {
      ...{ mismatched: false, unevenlyJudged: false, frozenTooLong: false, disputed: false, silent: false },
      judgeFails: outageOf(rollout, course) !== '',
      worse: errors >= 3,
      soaked,
      overdue: !soaked && isOverdue(rollout, now),
      unwatched: !soaked && !soak.counting && isOverdue(rollout, now),
      lacking: users < needed ? ['users'] : [],
      unproven: unproven ? ['score'] : [],
      weak: { barred: [], lacking: [], against: against() },
      refused: course.refused ?? null,
    })
  }
  return {
    schema: 'counts',
    lastOutcomes: ({ heard }) => heard,
    newEvidence: () => ({
      users: 0,
      errors: 0,
      entries: 0,
      cursor: 0,
      scores: 0,
      heard: { stage: 0, incumbent: 0, canary: 0 },
    }),
    observe(counts, _rollout, entry, memory) {
      counts.entries += 1
      counts.cursor = entry.seq
      counts.heard = { stage: entry.stage ?? 0, incumbent: entry.receivedAt, canary: entry.receivedAt }
      if (entry.kind === 'score') counts.scores += 1
      if (entry.kind !== 'request' || entry.arm !== 'canary') return memory
      if (memory?.exposed === undefined) counts.users += 1
      if (entry.error === null || memory?.flags?.includes('errors'))
        return { ...memory, exposed: { stage: 0, arm: 'canary' } }
      counts.errors += 1
      return { exposed: { stage: 0, arm: 'canary' }, flags: ['errors'] }
    },
    assess: (counts, rollout, now, course): Assessment => ({
      decision: next(counts, rollout, now, course),
      soak: course.soak,
      figures: noFigures,
      places: { instance: [], address: [] },
      accuser: null,
      tokens: [],
      words: `${outageOf(rollout, course)}${counts.errors} of ${counts.users} users of the canary met an error.`,
      logE: counts.errors,
      threshold: 3,
      anytimeP: Math.exp(-counts.errors),
      alpha: rollout.settings.alpha,
      signals: [],
      incumbent: noArm,
      canary: { ...noArm, users: counts.users, requests: counts.entries },
      interval: null,
      mismatch: { logBayesFactor: 0, blocked: false, wrongArms: 0 },
      alerts: counts.errors === 2 ? [{ code: 'evidence', message: 'Two errors: one more rolls back.' }] : [],
      ignored: {},
      cursor: counts.cursor,
    }),
  }
}
