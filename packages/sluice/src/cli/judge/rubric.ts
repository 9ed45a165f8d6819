import { selectFeature } from '../../core/suite/project/select-feature.ts'
import { requireSuites } from '../../core/suite/prompt/suites.ts'
import { reviewRubric } from '../../gate/rubric/review-rubric.ts'
import { rubricText } from '../../gate/rubric/rubric-text.ts'
import { defaultBase, findNewDestinations } from '../../gate/secrets/secret-destinations.ts'
import { properShare, readFlags, sessionFlags, wholeNumberFrom } from '../flags.ts'
import type { Host } from '../host.ts'
import { openFeature } from '../session/open-project.ts'
import { inSession } from '../session/with-session.ts'

const { reportDir: _, ...ofSession } = sessionFlags
const rubricFlags = {
  ...ofSession,
  outputs: wholeNumberFrom(1, 1000),
  maxFlips: properShare,
}

/** `sluice judge rubric <feature>`: whether the questions of the rubric are good ones. */
export async function rubric(name: string, given: Record<string, unknown>, host: Host): Promise<number> {
  const flags = readFlags('judge rubric', rubricFlags, given)
  const project = await openFeature(name, flags.suite, host)
  const prompt = selectFeature(project.prompts, name)
  requireSuites([prompt], flags.suite)
  findNewDestinations(project, await defaultBase(project, host), flags, host)
  const found = await inSession({ command: 'judge rubric', project, flags }, host, (context) =>
    reviewRubric(prompt, { ...flags, now: Date.now() }, context),
  )
  const report = host.mask.data(found)
  if (flags.json) host.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`)
  else host.stdout.write(rubricText(report, host.stdout.columns ?? 120))
  return report.exitCode
}
