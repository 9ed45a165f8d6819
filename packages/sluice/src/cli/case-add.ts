import { choicesText } from '../control/incident/choices-text.ts'
import { casesDocument, failuresToCases } from '../control/incident/failures-to-cases.ts'
import { diskFiles } from '../core/suite/project-files.ts'
import { chooseSuite } from '../core/suite/prompt/suites.ts'
import { commaSeparated, positive, readFlags, remoteFlags, set, text, texts, wholeNumberFrom } from './flags.ts'
import type { Host } from './host.ts'
import { connect, printDocument } from './session/connect.ts'
import { openProject } from './session/open-project.ts'

const caseFlags = {
  ...remoteFlags,
  from: text,
  suite: text.optional(),
  limit: wholeNumberFrom(1, 500),
  expected: text.optional(),
  ask: texts.optional(),
  tags: commaSeparated(text)
    .transform((tags) => tags.filter((tag) => tag !== ''))
    .optional(),
  weight: positive.optional(),
  critical: set.optional(),
  incident: text.optional(),
  redact: text.optional(),
  keepSimilar: set.optional(),
  dryRun: set.optional(),
}

/** `sluice case add`: failures of production become golden cases. Exit 0 also where the suite had all of them. */
export async function addCase(feature: string, given: Record<string, unknown>, host: Host): Promise<number> {
  const flags = readFlags('case add', caseFlags, given)
  const { from, suite, limit, redact, keepSimilar = false, dryRun = false } = flags
  const project = await openProject(host, (prompt, each) => each === chooseSuite(prompt, suite))
  const done = await failuresToCases(
    project,
    { feature, from, suite, limit, redact, decisions: flags, keepSimilar, dryRun },
    { cwd: host.cwd(), files: diskFiles(host.cwd()), production: () => connect(flags, host), mask: host.mask },
  )
  printDocument(flags, host, casesDocument(done), choicesText(done.choices, done))
  return 0
}
