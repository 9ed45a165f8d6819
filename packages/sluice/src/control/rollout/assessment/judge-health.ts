import { z } from 'zod'
import type { Rollout } from '../../../records/rollout/rollout.ts'
import { hourMs } from '../../../time-units.ts'
import type { EvidenceStore } from '../../store/evidence-store.ts'
import type { Evidence } from '../evidence/evidence.ts'
import { watchedWithoutScores } from './unwatched-signals.ts'

/** What older versions kept beside is left out: the words of a failure may quote what a user wrote. */
export const judgeHealthSchema = z.object({
  /** When the judge last failed for the first time in a row, ms since the epoch; null while it works. */
  failingSince: z.number().nullable(),
  /** Failures in a row. */
  failures: z.int(),
  /** What kind the last one was of. */
  code: z.string().nullable().default(null),
})

/** How the judge of a feature's live traffic is doing. */
export type JudgeHealth = z.output<typeof judgeHealthSchema>

export const healthyJudge: JudgeHealth = { failingSince: null, failures: 0, code: null }

const failuresOfOutage = 3

/** Under this name the judge's health is kept as a checkpoint. */
export function judgeHealthName(feature: string): string {
  return `judge:${feature}`
}

/** A state that cannot be read counts as an outage until the judge answers again, so that somebody looks. */
const unreadable: JudgeHealth = { failingSince: 0, failures: failuresOfOutage, code: 'damaged' }

export async function readJudgeHealth(store: Pick<EvidenceStore, 'checkpoint'>, feature: string): Promise<JudgeHealth> {
  const kept = await store.checkpoint(judgeHealthName(feature))
  return kept ? (judgeHealthSchema.safeParse(kept.state).data ?? unreadable) : healthyJudge
}

/** Several failures in a row: single ones are only tried again. */
export function isOutage({ failures }: JudgeHealth): boolean {
  return failures >= failuresOfOutage
}

/** The message about an outage where scores decide. Undefined while the judge works. */
export function outageText(health: JudgeHealth, { settings }: Pick<Rollout, 'settings'>): string | undefined {
  if (!isOutage(health) || settings.signals.score === 0) return undefined
  const held = settings.advance === 'evidence' ? ' and the canary is held' : ''
  const rest = watchedWithoutScores(settings.signals)
  const watched = rest ? `${rest.text} ${rest.verb} watched on` : 'nothing else is watched'
  return `The judge has failed ${health.failures} times in a row (${health.code}), so no score is added${held}; ${watched}.`
}

const silenceMs = hourMs
/** Requests per score that are believed before the first score. */
const atFirst = 100
/** A judge that works passes over this many times the usual number of requests in less than one of 20,000 cases. */
const patience = 10

/** Judged scores, which the decision rests on, have stopped coming though requests have not. */
export function isJudgeSilent(evidence: Evidence, { settings, startedAt }: Rollout, now: number): boolean {
  if (settings.signals.score === 0 || now - (evidence.lastScoreAt ?? startedAt) < silenceMs) return false
  const { incumbent, canary } = evidence.sums.arms
  const judged = incumbent.scores.count + canary.scores.count
  const perScore = judged > 0 ? (incumbent.requests + canary.requests) / judged : atFirst
  return evidence.unjudged > patience * perScore
}
