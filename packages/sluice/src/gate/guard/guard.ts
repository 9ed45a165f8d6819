import { type Guard, guards } from '../../suite/guard.ts'

/** Which guard a run has. */
export interface EffectiveGuard {
  guard: Guard
  /** What would hold without the flag, where the flag is looser. */
  lifted: Guard | null
}

/**
 * The stricter of what the base commit and the working tree say, so that no change can loosen its own guard. Only the command
 * line, which belongs to the workflow, overrules both.
 */
export function effectiveGuard(base: Guard | undefined, now: Guard, flag: Guard | undefined): EffectiveGuard {
  const rank = (guard: Guard) => guards.indexOf(guard)
  const settled = base !== undefined && rank(base) < rank(now) ? base : now
  if (flag === undefined) return { guard: settled, lifted: null }
  return { guard: flag, lifted: rank(flag) > rank(settled) ? settled : null }
}
