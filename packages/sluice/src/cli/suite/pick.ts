import path from 'node:path'
import { selectFeature } from '../../core/suite/project/select-feature.ts'
import { requireSuites } from '../../core/suite/prompt/suites.ts'
import { SluiceError } from '../../errors.ts'
import { pickSuite, writePick } from '../../gate/suite-pick/pick-suite.ts'
import type { SuitePick } from '../../records/report/suite-pick.ts'
import { formatAmount, formatScore, formatUsd } from '../../text/format.ts'
import { positive, readFlags, set, text, wholeNumber, wholeNumberFrom } from '../flags.ts'
import type { Host } from '../host.ts'
import { openProject } from '../session/open-project.ts'

const pickFlags = {
  from: text.optional(),
  budgetCases: wholeNumber.optional(),
  budgetUsd: positive.optional(),
  seed: wholeNumberFrom(0),
  out: text.optional(),
  force: set.optional(),
  json: set.optional(),
}

/**
 * `sluice suite pick <feature>`: the best fast suite out of a full one, within a budget. No model is called. Exit 0.
 */
export async function pickSuiteCommand(name: string, given: Record<string, unknown>, host: Host): Promise<number> {
  const flags = readFlags('suite pick', pickFlags, given)
  const { from = 'full', budgetCases, budgetUsd, seed, out, force = false, json = false } = flags
  if (budgetCases === undefined && budgetUsd === undefined) {
    throw new SluiceError('invalid-input', 'give a budget: --budget-cases 30, or --budget-usd 0.50 for one run')
  }
  const project = await openProject(host, (prompt) => prompt.feature === name)
  const prompt = selectFeature(project.prompts, name)
  requireSuites([prompt], from)
  const { pick, cases } = await pickSuite(prompt, project, { from, seed, budgetCases, budgetUsd })
  if (out !== undefined) {
    const suite = prompt.suites[from]
    if (suite === undefined) throw new SluiceError('invalid-input', `${prompt.file} has no suite "${from}"`)
    await writePick(path.resolve(host.cwd(), out), { suite, cases, force }, project)
  }
  host.stdout.write(json ? `${JSON.stringify(pick, undefined, 2)}\n` : pickText(pick, out))
  return 0
}

function pickText(pick: SuitePick, out: string | undefined): string {
  const { feature, from, chosen, detectableDrop, heldOut, short, notes, usdPerRun } = pick
  const { all, before, after } = detectableDrop
  const lines = [
    `${feature}: ${formatAmount(chosen.length, 'case')} of ${from}${usdPerRun === null ? '' : `, ${formatUsd(usdPerRun)} a run with both versions asked once`}`,
    ...chosen.map((id) => `  ${id}`),
    '',
    'Smallest drop that is found with 80 % probability, with one answer a case and version:',
    `  all of ${from}: ${formatScore(all)}`,
    ...(before === null ? [] : [`  fast as it is: ${formatScore(before)}`]),
    `  this choice: ${formatScore(after)}`,
    ...(heldOut === 0 ? [] : [`${formatAmount(heldOut, 'case')} held out, and never chosen.`]),
    ...short.map(
      ({ tag, cases, least }) => `The tag ${tag} has ${cases} of at least ${least} cases: the budget ended.`,
    ),
    ...notes,
    out === undefined ? 'Nothing was written; --out <file> writes it.' : `Written to ${out}.`,
  ]
  return `${lines.join('\n')}\n`
}
