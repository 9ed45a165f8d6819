import { z } from 'zod'
import type { AuditRow } from '../../records/audit-row.ts'
import { utcDay } from '../../text/format.ts'
import { announce } from '../notify/announce.ts'
import type { Store } from '../store/store.ts'

const action = 'judge.budget'

/** What a notice says of the budget that is used up; older ones do not. */
const usedUp = z.looseObject({ budgetUsdPerDay: z.number() })

/** Tells that the day's budget for judging a feature is used up: once a day, and again once it was raised. */
export async function announceBudget(store: Store, feature: string, now: number): Promise<void> {
  const budgetUsdPerDay = (await store.feature(feature))?.live?.judge.budgetUsdPerDay ?? null
  await announce(store, {
    feature,
    rolloutId: null,
    action,
    key: [feature, utcDay(now), budgetUsdPerDay ?? []].flat().join(' '),
    reason: "Judging stops until tomorrow: the day's budget is used up",
    evidence: budgetUsdPerDay === null ? null : { budgetUsdPerDay },
    at: now,
  })
}

/** Since when the day's budget for judging is used up; null: it is not, or was raised since. */
export function judgingStoppedAt(
  rows: readonly Pick<AuditRow, 'action' | 'at' | 'evidence'>[],
  { budgetUsdPerDay, now }: { budgetUsdPerDay: number | null; now: number },
): number | null {
  const today = rows.filter((row) => row.action === action && utcDay(row.at) === utcDay(now))
  const found = today.find(({ evidence }) => {
    const told = usedUp.safeParse(evidence).data
    return !told || budgetUsdPerDay === null || budgetUsdPerDay <= told.budgetUsdPerDay
  })
  return found?.at ?? null
}
