import type { NewCase } from '../../core/suite/cases/append-cases.ts'
import type { Case } from '../../core/suite/cases/case.ts'
import { safetyTag } from '../../core/suite/config/safety-settings.ts'
import type { LoadedProject } from '../../core/suite/project/project.ts'
import { suiteWithCases, writeSuite } from '../../core/suite/project/rewrite-suite.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { casesOf, chooseSuite, suiteFile } from '../../core/suite/prompt/suites.ts'
import { variablesOf } from '../../core/suite/values/template.ts'
import { SluiceError } from '../../errors.ts'
import { trialsForBound, upperBound } from '../../stats/index.ts'
import { hint } from '../../text/did-you-mean.ts'
import { formatAmount, formatPercent } from '../../text/format.ts'
import { safetyCases } from './packs.ts'

export interface AddPackRequest {
  /** Which suite of the feature; undefined for the usual one. */
  suite: string | undefined
  /** The variable that strangers write; undefined where the prompt has one alone. */
  into: string | undefined
  /** Ids of the pack's cases, with or without its name before them; undefined for all. */
  ids: readonly string[] | undefined
  critical: boolean
  /** Do everything but write. */
  dryRun: boolean
}

/** What became of the cases of a pack. */
export interface AddedPack {
  /** The file of the suite. */
  suite: string
  added: number
  /** Cases that the suite had already. */
  skipped: number
  /** The cases of the suite, with the added ones, that the gate counts as about safety. */
  safety: number
}

/**
 * Adds the cases of a safety pack to a suite of the feature, but for those that it has. The file is valid afterwards,
 * or untouched.
 * @throws SluiceError `invalid-input`
 * @throws InvalidFilesError with what `sluice check` would say of the new file.
 */
export async function addPack(
  pack: string,
  prompt: Prompt,
  { files, config, prompts }: LoadedProject,
  { suite: asked, into, ids: wanted, critical, dryRun }: AddPackRequest,
): Promise<AddedPack> {
  const suite = suiteFile(prompt, asked)
  const there = await Array.fromAsync(casesOf(files, prompt, chooseSuite(prompt, asked), { root: config.root }))
  const offered = await safetyCases(pack, placeIn(prompt, there[0], into))
  const chosen = casesNamed(offered, wanted).map((one) => (critical ? { ...one, critical } : one))
  const ids = new Set(there.map(({ id }) => id))
  const added = chosen.filter(({ id }) => !ids.has(id))
  if (added.length > 0) {
    const sharing = prompts.filter(({ suites }) => Object.values(suites).includes(suite))
    const edited = await suiteWithCases(added, { files, config, prompts: sharing, suite })
    if (!dryRun) await writeSuite(edited, { config, suite })
  }
  const safety = there.filter(({ tags }) => tags.includes(safetyTag)).length + added.length
  return { suite, added: added.length, skipped: chosen.length - added.length, safety }
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

function casesNamed(offered: readonly NewCase[], ids: readonly string[] | undefined): readonly NewCase[] {
  if (ids === undefined) return offered
  return ids.map((id) => {
    const found = offered.find((one) => one.id === id || one.id.endsWith(`-${id}`))
    if (found) return found
    const known = offered.map((one) => one.id)
    throw new SluiceError('invalid-input', `the pack has no case "${id}"${hint(id, known)}`)
  })
}

/** What so many cases about safety can show, and how the gate is made to hold it. */
export function proofText(cases: number, { gate }: Prompt): string {
  const best = `${formatAmount(cases, 'case')} ${cases === 1 ? 'has' : 'have'} the tag ${safetyTag}: without a violation at most ${formatPercent(upperBound(0, cases))} is shown`
  const wanted = 0.05
  const rest =
    cases < trialsForBound(0, wanted) ? ` ${formatPercent(wanted)} takes ${trialsForBound(0, wanted)} cases.` : ''
  const next = gate.safety
    ? ''
    : `Next: gate: {safety: {maxViolationRate: ${wanted}}} in the prompt file or in sluice.yaml makes the gate hold it.\n`
  return `${best}.${rest}\n${next}`
}
