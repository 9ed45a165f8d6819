import { guards } from '../core/suite/config/guard.ts'
import { chooseSuite } from '../core/suite/prompt/suites.ts'
import { explainScope } from '../gate/explain.ts'
import { judgeChange, planGate } from '../gate/gate.ts'
import { gateScope } from '../gate/scope.ts'
import { utcDay } from '../text/format.ts'
import { oneOf, readFlags, sessionFlags, set, text, verdictFlags, wholeNumber } from './flags.ts'
import type { Host } from './host.ts'
import { openPartlySound } from './session/open-project.ts'
import { withSession } from './session/with-session.ts'

const gateFlags = {
  ...sessionFlags,
  ...verdictFlags,
  base: text.optional(),
  changedFiles: text.optional(),
  all: set.optional(),
  /** Say what is looked at, and evaluate nothing. */
  explain: set.optional(),
  expectFeatures: wholeNumber.optional(),
  allowRemoved: set.optional(),
  guard: oneOf(guards).optional(),
  approvedBy: text.optional(),
}

/** `sluice gate`: every affected feature against its baseline and its threshold. */
export async function gate(given: Record<string, unknown>, host: Host): Promise<number> {
  const flags = readFlags('gate', gateFlags, given)
  const project = await openPartlySound(host, (prompt, suite) => suite === chooseSuite(prompt, flags.suite))
  const scope = await gateScope(project, flags, host)
  if (flags.explain) {
    host.stdout.write(explainScope(scope, flags))
    return 0
  }
  const plan = await planGate(project, scope, flags, { ...host, today: utcDay(Date.now()) })
  const request = { command: 'gate' as const, project: plan.guarded.project, flags }
  const { conclusion } = await withSession(request, host, (context) => judgeChange(plan, flags, context))
  return conclusion.exitCode
}
