import { selectFeature } from '../core/suite/project/select-feature.ts'
import { requireSuites } from '../core/suite/prompt/suites.ts'
import { requireJudgeable } from '../core/suite/prompt/unjudgeable.ts'
import { evaluateFeature } from '../gate/evaluate-feature.ts'
import { defaultBase, findNewDestinations } from '../gate/secrets/secret-destinations.ts'
import { readFlags, sessionFlags, texts, wholeNumber } from './flags.ts'
import type { Host } from './host.ts'
import { openFeature } from './session/open-project.ts'
import { withSession } from './session/with-session.ts'

const evalFlags = { ...sessionFlags, tag: texts.optional(), repeats: wholeNumber }

/** `sluice eval <feature>`: scores one version. Exit 0 unless something could not be scored. */
export async function evalCommand(name: string, given: Record<string, unknown>, host: Host): Promise<number> {
  const flags = readFlags('eval', evalFlags, given)
  const project = await openFeature(name, flags.suite, host)
  const candidate = selectFeature(project.prompts, name)
  requireJudgeable(candidate)
  requireSuites([candidate], flags.suite)
  const findings = findNewDestinations(project, await defaultBase(project, host), flags, host)
  const { conclusion } = await withSession({ command: 'eval', project, flags }, host, (context) =>
    evaluateFeature(candidate, { ...flags, findings }, context),
  )
  return conclusion.exitCode
}
