import { explainScope } from '../gate/explain.ts'
import { type GateOptions, judgeChange, planGate } from '../gate/gate.ts'
import { gateScope } from '../gate/scope.ts'
import { chooseSuite } from '../suite/choose-suite.ts'
import type { Host } from './host.ts'
import { openPartlySound } from './open-project.ts'
import { type SessionFlags, withSession } from './with-session.ts'

export interface GateFlags extends GateOptions, SessionFlags {
  /** Say what is looked at, and evaluate nothing. */
  explain?: boolean
}

/** `sluice gate`: every affected feature against its baseline and its threshold. */
export async function gate(flags: GateFlags, host: Host): Promise<number> {
  const project = await openPartlySound(host, (prompt, suite) => suite === chooseSuite(prompt, flags.suite))
  const scope = await gateScope(project, flags, host)
  if (flags.explain) {
    host.stdout.write(explainScope(scope, flags))
    return 0
  }
  const plan = await planGate(project, scope, flags, host)
  const request = { command: 'gate' as const, project: plan.guarded.project, flags }
  const { conclusion } = await withSession(request, host, (context) => judgeChange(plan, flags, context))
  return conclusion.exitCode
}
