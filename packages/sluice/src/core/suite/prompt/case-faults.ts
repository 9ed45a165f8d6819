import { type Case, isWithoutAnswer } from '../cases/case.ts'
import { promptMessages } from '../cases/conversation.ts'
import { checkFaults } from '../checks/check-faults.ts'
import type { CheckSpec } from '../checks/check-spec.ts'
import { contradictions } from '../checks/contradictions.ts'
import { allChecks } from '../checks/nested-checks.ts'
import type { Config } from '../config/config.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import { located, locatedKey } from '../diagnostics/validate.ts'
import { partOfValue } from '../models/content-parts.ts'
import { modelFaults } from '../models/model-ids.ts'
import { ContentFile } from '../values/content-file.ts'
import { compileExpression } from '../values/expression.ts'
import { compilePattern, renderPattern } from '../values/pattern.ts'
import { variablesOf } from '../values/template.ts'
import { inputFaultsOf } from './inputs.ts'
import type { Prompt } from './prompt.ts'
import { mockFaults } from './tools.ts'
import { traceFaults } from './trace-faults.ts'

/** What is wrong with a case of a prompt, apart from its variables: nothing to score it by, or not enough to do it. */
export function caseFaults(
  prompt: Prompt,
  item: Case,
  source: Source,
  config: Pick<Config, 'providers' | 'embedding'>,
): Diagnostic[] {
  const severity = prompt.strict ? 'error' : 'warning'
  const faults = item.checks.flatMap((spec, index) => checkFaults(spec, source, ['checks', index], config))
  faults.push(
    ...patternFaults(prompt, item, source),
    ...nullFaults(prompt, item, source),
    ...inputFaultsOf(prompt, item, source),
    ...mockFaults(item.mocks, prompt, source),
    ...contradictionFaults(prompt, item, source),
    ...traceFaults(prompt, item, source, config),
    ...fileFaults(prompt, item, source),
    ...turnFaults(prompt, item, source, config),
  )
  if (!isScored(prompt, item)) {
    const message = `nothing scores the case "${item.id}"; add checks or a rubric to it or to ${prompt.file}`
    faults.push(located(source, [], message, severity))
  }
  if (prompt.strict && Object.hasOwn(item.vars, 'expected')) {
    faults.push(
      locatedKey(source, ['vars'], 'expected', 'the name is taken by the reference answer; move it out of "vars"'),
    )
  }
  const lacking = referenceNeeded(prompt, item)
  if (lacking !== undefined) {
    const message = `the case "${item.id}" has no expected answer, which ${lacking} compares with; add "expected", or "to" to the check`
    faults.push(located(source, [], message))
  }
  for (const [index, { id }] of item.rubric.entries()) {
    if (!prompt.rubric.some((other) => other.id === id)) continue
    faults.push(located(source, ['rubric', index, 'id'], `"${id}" is already an item of the rubric of ${prompt.file}`))
  }
  return faults
}

/** What is wrong with the turns of a case, and with what it leaves for them. */
function turnFaults(
  prompt: Prompt,
  { turns, messages, simulate, vars, onFailure }: Case,
  source: Source,
  config: Pick<Config, 'providers' | 'embedding'>,
): Diagnostic[] {
  const { target, file } = prompt
  const isConversation = [turns, messages, simulate].some((part) => part !== undefined)
  const faults = (turns ?? []).flatMap(({ checks, expected }, index) => {
    const at = ['turns', index, 'checks']
    const lacking = expected === undefined ? allChecks(checks).find(needsReference)?.name : undefined
    return [
      ...checks.flatMap((spec, number) => checkFaults(spec, source, [...at, number], config)),
      ...(lacking === undefined
        ? []
        : [located(source, at, `${lacking} compares with "expected", which the turn lacks`)]),
    ]
  })
  if (simulate) faults.push(...modelFaults(simulate.model, source, ['simulate', 'model'], config.providers, prompt))
  if (onFailure !== undefined && turns === undefined)
    faults.push(located(source, ['onFailure'], 'is about turns, and the case has none'))
  if (isConversation && target !== undefined && Object.hasOwn(vars, 'messages')) {
    const message = `the application of ${file} gets the conversation under this name; give the variable another one`
    faults.push(locatedKey(source, ['vars'], 'messages', message))
  }
  return faults
}

/** The checks that apply to an answer of the case. Where none is expected, the prompt's checks do not apply. */
function checksOf({ checks, expect }: Prompt, item: Case): CheckSpec[] {
  return isWithoutAnswer(item.expect ?? expect) ? item.checks : [...checks, ...item.checks]
}

/** Whether anything with a weight scores the case. For a case that expects no answer, its expectation does. */
function isScored({ checks, rubric, choices, expect }: Prompt, item: Case): boolean {
  if (isWithoutAnswer(item.expect ?? expect)) return true
  const ofTurns = (item.turns ?? []).flatMap((turn) => [...turn.checks, ...turn.rubric])
  const all = [...checks, ...rubric, ...choices, ...item.checks, ...item.rubric, ...ofTurns]
  return all.some(({ weight }) => weight > 0)
}

/** The name of a check that needs a reference answer which the case does not have. */
function referenceNeeded(prompt: Prompt, item: Case): string | undefined {
  if (item.expected !== undefined) return undefined
  return allChecks(checksOf(prompt, item)).find(needsReference)?.name
}

function needsReference(spec: CheckSpec): boolean {
  if (spec.type === 'similarity') return spec.value.to === undefined
  const expression = spec.type === 'expression' ? compileExpression(spec.value) : ''
  return typeof expression !== 'string' && expression.uses.has('expected')
}

/** Faults of patterns that are invalid once this case's variables are in them. */
function patternFaults(prompt: Prompt, item: Case, source: Source): Diagnostic[] {
  const { strict, file } = prompt
  const vars = item.expected === undefined ? item.vars : { ...item.vars, expected: item.expected }
  return allChecks(checksOf(prompt, item)).flatMap((spec) => {
    const pattern = patternOf(spec)
    if (pattern === undefined || variablesOf(pattern).some((name) => !Object.hasOwn(vars, name))) return []
    const compiled = compilePattern(renderPattern(pattern, vars, { strict }))
    if (typeof compiled !== 'string') return []
    const place = allChecks(item.checks).includes(spec) ? 'its check' : `the check of ${file}`
    return [located(source, ['vars'], `${place} ${spec.name} is no regular expression with these values: ${compiled}`)]
  })
}

/** The pattern of a check, if it has one with variables in it. */
function patternOf(spec: CheckSpec): string | undefined {
  const isPath = spec.type === 'jsonPath' || spec.type === 'state'
  const pattern = spec.type === 'matches' ? spec.value : isPath ? spec.value.matches : undefined
  return pattern?.includes('{{') ? pattern : undefined
}

/** Checks of the case that contradict each other, or those of the prompt. */
function contradictionFaults(prompt: Prompt, item: Case, source: Source): Diagnostic[] {
  if (item.checks.length === 0) return []
  const all = checksOf(prompt, item)
  const others = all.length - item.checks.length
  return contradictions(all)
    .filter(({ index }) => index >= others)
    .map(({ index, message }) => located(source, ['checks', index - others], message, 'warning'))
}

const remoteFile =
  'is fetched by the provider: an answer is kept for the address, so nobody notices when the file there changes; write {file: ...} for one of the project'

/** Faults of variables that should hold a file and do not, or hold one where the prompt has a text. */
function fileFaults({ messages, strict, target }: Prompt, item: Case, source: Source): Diagnostic[] {
  const { vars } = item
  if (target !== undefined) return []
  const sent = promptMessages(messages, item)
  const parts = sent.flatMap(({ content, parts: own = [{ type: 'text' as const, text: content }] }) => own)
  const ofFiles = parts.flatMap((part) => {
    const name = 'variable' in part ? part.variable.trim() : ''
    if (part.type === 'text' || !Object.hasOwn(vars, name)) return []
    const read = partOfValue(part.type, vars[name])
    if (typeof read === 'string') return [located(source, ['vars', name], read)]
    return 'url' in read ? [located(source, ['vars', name], remoteFile, 'warning')] : []
  })
  const inTexts = new Set(parts.flatMap((part) => (part.type === 'text' ? variablesOf(part.text, { strict }) : [])))
  const asTexts = Object.entries(vars).flatMap(([name, value]) => {
    if (!(value instanceof ContentFile) || !inTexts.has(name)) return []
    const what = value.kind === 'pdf' ? 'a PDF' : 'an image'
    const wayOut = `write the part {type: ${value.kind}, file: "{{${name}}}"}`
    return [located(source, ['vars', name], `is ${what}, and the prompt has {{${name}}} in a text; ${wayOut}`)]
  })
  return [...ofFiles, ...asTexts]
}

/** Faults of variables that the prompt's text uses and that are null. */
function nullFaults({ messages, strict, target }: Prompt, item: Case, source: Source): Diagnostic[] {
  const { vars } = item
  const empty = target === undefined ? Object.keys(vars).filter((name) => vars[name] === null) : []
  if (empty.length === 0) return []
  const used = new Set(promptMessages(messages, item).flatMap(({ content }) => variablesOf(content, { strict })))
  const message = 'is empty, and the model is sent the word null; write "" for no text, or "null" in quotes'
  return empty.filter((name) => used.has(name)).map((name) => located(source, ['vars', name], message, 'warning'))
}
