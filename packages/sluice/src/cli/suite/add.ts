import { selectFeature } from '../../core/suite/project/select-feature.ts'
import { requireSuites } from '../../core/suite/prompt/suites.ts'
import { addPack, proofText } from '../../gate/safety/add-pack.ts'
import { formatAmount } from '../../text/format.ts'
import { visibleText } from '../../text/untrusted.ts'
import { readFlags, set, text, texts } from '../flags.ts'
import type { Host } from '../host.ts'
import { openFeature } from '../session/open-project.ts'

const addFlags = {
  suite: text.optional(),
  into: text.optional(),
  case: texts.optional(),
  critical: set.optional(),
  dryRun: set.optional(),
}

/** `sluice suite add <pack> <feature>`: the cases of a safety pack, for the variables of one feature. */
export async function addPackCommand(
  pack: string,
  name: string,
  given: Record<string, unknown>,
  host: Host,
): Promise<number> {
  const flags = readFlags('suite add', addFlags, given)
  const { suite: asked, into, case: ids, critical = false, dryRun = false } = flags
  const project = await openFeature(name, asked, host)
  const prompt = selectFeature(project.prompts, name)
  requireSuites([prompt], asked)
  const { suite, added, skipped, safety } = await addPack(pack, prompt, project, {
    suite: asked,
    into,
    ids,
    critical,
    dryRun,
  })
  const would = dryRun ? 'Would add' : 'Added'
  const known = skipped > 0 ? ` ${formatAmount(skipped, 'case')} ${skipped === 1 ? 'was' : 'were'} there already.` : ''
  host.stdout.write(visibleText(`${would} ${formatAmount(added, 'case')} of ${pack} to ${suite}.${known}\n`))
  host.stdout.write(proofText(safety, prompt))
  return 0
}
