import { type Budget, createBudget } from '../../core/providers/limits/budget.ts'
import { utcDay } from '../../text/format.ts'
import { dayMs } from '../../time-units.ts'
import type { JudgeQueue } from '../store/judge-queue.ts'

/** The rest of a feature's budget for judging today. */
export interface DailyBudget {
  budget: Budget
  /** Stores what was spent since the last call. */
  book(): Promise<void>
}

/** Opens the budgets of the day, less what was already spent today, also by other replicas. */
export function createDailyBudgets(
  store: Pick<JudgeQueue, 'judgeSpending' | 'addJudgeSpending'>,
): (feature: string, limitUsd: number, now: number) => Promise<DailyBudget> {
  // Promises, so that simultaneous calls share one budget.
  const open = new Map<string, { key: string; budget: Promise<DailyBudget> }>()
  return (feature, limitUsd, now) => {
    const day = utcDay(now)
    const key = `${day} ${limitUsd}`
    const found = open.get(feature)
    if (found?.key === key) return found.budget
    const budget = openDay(store, { day, feature, limitUsd }, found?.budget)
    open.set(feature, { key, budget })
    budget.catch(() => open.delete(feature))
    return budget
  }
}

async function openDay(
  store: Pick<JudgeQueue, 'judgeSpending' | 'addJudgeSpending'>,
  { day, feature, limitUsd }: { day: string; feature: string; limitUsd: number },
  before: Promise<DailyBudget> | undefined,
): Promise<DailyBudget> {
  await (await before)?.book()
  const spent = (await store.judgeSpending(day)).get(feature) ?? 0
  return openBudget(createBudget(Math.max(0, limitUsd - spent)), (usd) => store.addJudgeSpending(day, feature, usd))
}

function openBudget(budget: Budget, store: (usd: number) => Promise<void>): DailyBudget {
  let booked = 0
  return {
    budget,
    async book() {
      // The possible cost of a lost answer counts as spent, since the provider may bill it.
      const total = budget.spentUsd + budget.unaccountedUsd
      const usd = total - booked
      if (usd <= 0) return
      booked = total
      try {
        await store(usd)
      } catch (error) {
        booked -= usd
        throw error
      }
    },
  }
}

/** The start of the next day (UTC), in ms since the epoch. */
export function nextDay(now: number): number {
  return (Math.floor(now / dayMs) + 1) * dayMs
}
