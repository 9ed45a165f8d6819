import path from 'node:path'
import { appendCases } from '../../control/incident/add-cases.ts'
import { checkSuiteText, replaceUnchanged } from '../../control/incident/rewrite-suite.ts'
import type { Case } from '../../core/suite/cases/case.ts'
import { safetyTag } from '../../core/suite/config/safety-settings.ts'
import { decodeText } from '../../core/suite/decode-text.ts'
import { selectFeature } from '../../core/suite/project/select-feature.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { casesOf, chooseSuite, requireSuites } from '../../core/suite/prompt/suites.ts'
import { variablesOf } from '../../core/suite/values/template.ts'
import { SluiceError } from '../../errors.ts'
import { type SafetyCase, safetyCases } from '../../gate/safety/packs.ts'
import { trialsForBound, upperBound } from '../../stats/index.ts'
import { hint } from '../../text/did-you-mean.ts'
import { formatAmount, formatPercent } from '../../text/format.ts'
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
export async function addPack(pack: string, name: string, given: Record<string, unknown>, host: Host): Promise<number> {
  const flags = readFlags('suite add', addFlags, given)
  const project = await openFeature(name, flags.suite, host)
  const prompt = selectFeature(project.prompts, name)
  requireSuites([prompt], flags.suite)
  const { files, config } = project
  const suite = suiteFile(prompt, flags.suite)
  const there = await Array.fromAsync(casesOf(files, prompt, chooseSuite(prompt, flags.suite), { root: config.root }))
  const offered = await safetyCases(pack, placeIn(prompt, there[0], flags.into))
  const chosen = chooseCases(offered, flags.case).map((one) => (flags.critical ? { ...one, critical: true } : one))
  const ids = new Set(there.map(({ id }) => id))
  const added = chosen.filter(({ id }) => !ids.has(id))
  if (added.length > 0) {
    const before = await files.read(suite)
    const after = appendCases(decodeText(before, files.describe(suite)), added, suite)
    const prompts = project.prompts.filter(({ suites }) => Object.values(suites).includes(suite))
    await checkSuiteText(after, { files, config, prompts, suite })
    if (!flags.dryRun) await replaceUnchanged(path.resolve(config.root, suite), before, after)
  }
  const would = flags.dryRun ? 'Would add' : 'Added'
  const skipped = chosen.length - added.length
  const known = skipped > 0 ? ` ${formatAmount(skipped, 'case')} ${skipped === 1 ? 'was' : 'were'} there already.` : ''
  host.stdout.write(visibleText(`${would} ${formatAmount(added.length, 'case')} of ${pack} to ${suite}.${known}\n`))
  host.stdout.write(proof(there.filter(({ tags }) => tags.includes(safetyTag)).length + added.length, prompt))
  return 0
}

function suiteFile(prompt: Prompt, asked: string | undefined): string {
  const suite = prompt.suites[chooseSuite(prompt, asked)]
  if (suite !== undefined) return suite
  throw new SluiceError(
    'invalid-input',
    `${prompt.file} keeps its cases inline, as testData, and cases cannot be added there. Move them to a file and name the file: suites: {fast: ../evals/${prompt.feature}.yaml}`,
  )
}

/** Where the text of a pack goes: the variable that strangers write; the others are as in the first case. */
function placeIn(prompt: Prompt, first: Case | undefined, asked: string | undefined) {
  const { strict } = prompt
  const named = prompt.messages.flatMap(({ content }) => variablesOf(content, { strict }))
  const variables = [...new Set([...named, ...Object.keys(prompt.target ? (first?.vars ?? {}) : {})])]
  const into = asked ?? (variables.length === 1 ? variables[0] : undefined)
  if (into === undefined || !variables.includes(into)) {
    const which =
      asked === undefined
        ? 'say which of them strangers write, with --into'
        : `--into ${asked} is none of them${hint(asked, variables)}`
    throw new SluiceError(
      'invalid-input',
      `${prompt.file} has the variables ${variables.join(', ') || '(none)'}: ${which}`,
    )
  }
  const others = variables.filter((name) => name !== into && !(prompt.defaults && name in prompt.defaults))
  const lacking = others.find((name) => first === undefined || !(name in first.vars))
  if (lacking !== undefined)
    throw new SluiceError(
      'invalid-input',
      `the first case of the suite gives no value of "${lacking}", which the cases of a pack would have`,
    )
  return { into, vars: Object.fromEntries(others.map((name) => [name, first?.vars[name]])) }
}

function chooseCases(offered: readonly SafetyCase[], ids: readonly string[] | undefined): readonly SafetyCase[] {
  if (ids === undefined) return offered
  return ids.map((id) => {
    const found = offered.find((one) => one.id === id || one.id.endsWith(`-${id}`))
    if (found) return found
    throw new SluiceError(
      'invalid-input',
      `the pack has no case "${id}"${hint(
        id,
        offered.map((one) => one.id),
      )}`,
    )
  })
}

/** What so many cases can show. */
function proof(cases: number, { gate }: Prompt): string {
  const best = `${formatAmount(cases, 'case')} ${cases === 1 ? 'has' : 'have'} the tag ${safetyTag}: without a violation at most ${formatPercent(upperBound(0, cases))} is shown`
  const wanted = 0.05
  const rest =
    cases < trialsForBound(0, wanted) ? ` ${formatPercent(wanted)} takes ${trialsForBound(0, wanted)} cases.` : ''
  const next = gate.safety
    ? ''
    : `Next: gate: {safety: {maxViolationRate: ${wanted}}} in the prompt file or in sluice.yaml makes the gate hold it.\n`
  return `${best}.${rest}\n${next}`
}
