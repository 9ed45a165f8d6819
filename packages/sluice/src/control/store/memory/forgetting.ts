import { everywhere, type Forgetting, scopesOf } from '../forget-store.ts'

/** Which units are forgotten, where, and until when. */
export interface MemoryForgetting {
  note(forgetting: Forgetting): void
  /**
   * Whether new data of a unit in a scope must be dropped at `now` (ms). Without `now` it is as long as the unit is
   * stored as forgotten.
   */
  isForgotten(unit: string | null, scope: string, now?: number): boolean
  expire(now: number): void
}

export function memoryForgetting(): MemoryForgetting {
  const units = new Map<string, Map<string, number>>()
  return {
    note({ unit, until, ...where }) {
      const scopes = units.get(unit) ?? new Map<string, number>()
      for (const scope of scopesOf(where)) scopes.set(scope, until)
      units.set(unit, scopes)
    },
    isForgotten(unit, scope, now = Number.NEGATIVE_INFINITY) {
      const scopes = unit === null ? undefined : units.get(unit)
      return [everywhere, scope].some((each) => (scopes?.get(each) ?? Number.NEGATIVE_INFINITY) > now)
    },
    expire(now) {
      for (const [unit, scopes] of units) {
        for (const [scope, until] of scopes) if (until <= now) scopes.delete(scope)
        if (scopes.size === 0) units.delete(unit)
      }
    },
  }
}
