import { countedAfter, hoursFor, judgeUsdPerHour, type Traffic } from './traffic.ts'

/** A stage of a plan. */
export interface PlannedStage {
  /** Of the canary, in (0,1). */
  share: number
  hours: number
}

/** Where a need is met: after how many hours and canary users, and what judging has cost by then. */
export interface Met {
  hours: number
  users: number
  judgeUsd: number | null
  /** 0-based. */
  stage: number
}

/**
 * Follows a plan, in which the last stage goes on as long as it takes, until enough is known.
 *
 * @param need contributions of the canary by the share of the stage: those that a plan with that share alone takes
 * @returns undefined where the users are too few
 */
export function follow(
  traffic: Traffic,
  stages: readonly PlannedStage[],
  what: 'requests' | 'judged',
  need: (share: number) => number,
): Met | undefined {
  let [hours, users, known, usd] = [0, 0, 0, traffic.judgeUsd === null ? null : 0]
  for (const [stage, { share, hours: planned }] of stages.entries()) {
    const more = (1 - known) * need(share)
    const last = stage + 1 === stages.length
    const needed = hoursFor(traffic, what, { share, before: users, hours: 0 }, more)
    const spent = last ? needed : Math.min(needed, planned)
    if (!Number.isFinite(spent)) return undefined
    const after = countedAfter(traffic, what, { share, before: users, hours: spent })
    known += (after - users) / need(share)
    hours += spent
    users = after
    usd = usd === null ? null : usd + spent * (judgeUsdPerHour(traffic, share) ?? 0)
    if (needed <= spent) return { hours, users, judgeUsd: usd, stage }
  }
  return undefined
}
