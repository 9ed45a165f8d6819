import type { RubricItem } from '../../../records/rubric.ts'
import { suggest } from '../../../text/did-you-mean.ts'
import { type Case, isWithoutAnswer } from '../cases/case.ts'
import { promptMessages } from '../cases/conversation.ts'
import type { CheckSpec } from '../checks/check-spec.ts'
import { allChecks } from '../checks/nested-checks.ts'
import type { Message } from '../models/model.ts'
import { variablesOf } from '../values/template.ts'
import type { Prompt } from './prompt.ts'

/** A variable that a case lacks, or sets although nothing uses it. */
export interface VariableFault {
  kind: 'unknown' | 'unused'
  variable: string
  /** Where the variable is used: the prompt, or a check or mock of the case itself. */
  user: 'prompt' | 'case'
  /** The other spelling that was probably meant. */
  meant?: string
  /** The message about one case. */
  message: string
  /** The message about the prompt where every case has this fault; without the name of the suite. */
  inEveryCase: string
}

/**
 * Prepares the comparison of a prompt's variables with those of its cases. The messages see the case's `vars`; checks
 * and judges also `expected`, and judges with choices `completion`. Only a strict prompt is told of unused variables,
 * and none that has a target, which receives all of them.
 */
export function strictVariables(prompt: Prompt): (item: Case) => VariableFault[] {
  const { messages, mocks = [], checks, rubric, choices, strict, target, file, expect } = prompt
  // Mocks see what the messages see: a tool that knows the reference answer would tell it to the model.
  const usedIn = (sent: readonly Message[]) =>
    new Set([...sent.flatMap(({ content }) => names(content, strict)), ...deepNames(mocks, strict)])
  const inAllMessages = usedIn(messages)
  const inChecks = new Set([
    ...checkNames(checks, strict),
    ...choices.flatMap((choice) => names(choice.prompt, strict)),
    ...sourceNames(rubric),
  ])
  inChecks.delete('completion')
  return (item) => {
    const inMessages =
      item.messages || item.turns || item.simulate ? usedIn(promptMessages(messages, item)) : inAllMessages
    const usedByPrompt = new Set([...inMessages, ...inChecks])
    const set = Object.keys(item.vars)
    const inCase = [...(item.checks.length === 0 ? [] : checkNames(item.checks, strict)), ...sourceNames(item.rubric)]
    const inTurns = (item.turns ?? []).flatMap(({ checks: own, rubric: asked, expected }) => [
      ...checkNames(own, strict).filter((name) => name !== 'expected' || expected === undefined),
      ...sourceNames(asked),
    ])
    const inMocks = item.mocks === undefined ? [] : [...new Set(deepNames(item.mocks, strict))]
    const known = (name: string) => Object.hasOwn(item.vars, name)
    const knownToChecks = (name: string) => known(name) || (name === 'expected' && item.expected !== undefined)
    const unknown = (variable: string, user: 'prompt' | 'case', part = 'a check'): VariableFault => {
      const meant = suggest(variable.trim(), set)
      const texts = unknownTexts(variable, { user: user === 'prompt' ? file : part, meant, item, strict })
      return { kind: 'unknown', variable, user, ...texts, ...(meant === undefined ? {} : { meant }) }
    }
    const faults = [
      ...[...inMessages].filter((name) => !known(name)).map((name) => unknown(name, 'prompt')),
      ...[...inChecks]
        .filter((name) => !knownToChecks(name) && !inMessages.has(name) && !isWithoutAnswer(item.expect ?? expect))
        .map((name) => unknown(name, 'prompt')),
      ...inCase.filter((name) => !knownToChecks(name)).map((name) => unknown(name, 'case')),
      ...inTurns.filter((name) => !known(name)).map((name) => unknown(name, 'case', 'a check of a turn')),
      ...inMocks.filter((name) => !known(name)).map((name) => unknown(name, 'case', 'a mock')),
    ]
    if (!strict || target !== undefined) return faults
    const unused = set.filter(
      (name) => name !== 'expected' && !usedByPrompt.has(name) && ![...inCase, ...inTurns, ...inMocks].includes(name),
    )
    return [...faults, ...unused.map((name) => unusedFault(name, file, usedByPrompt))]
  }
}

function names(template: string, strict: boolean): string[] {
  return variablesOf(template, { strict })
}

/** Variables that claims are held against. */
function sourceNames(rubric: readonly RubricItem[]): string[] {
  const sources = rubric.flatMap(({ claims }) => claims?.in ?? [])
  return sources.filter((source) => source !== 'retrieved').map((source) => source.slice('vars.'.length))
}

function checkNames(checks: readonly CheckSpec[], strict: boolean): string[] {
  return allChecks(checks).flatMap(({ type, value }) => {
    if (type === 'oneOf') return []
    return typeof value === 'string' ? names(value, strict) : deepNames(value, strict)
  })
}

function deepNames(value: unknown, strict: boolean): string[] {
  if (typeof value === 'string') return names(value, strict)
  if (value === null || typeof value !== 'object') return []
  return Object.values(value).flatMap((item) => deepNames(item, strict))
}

interface Use {
  user: string
  meant: string | undefined
  item: Case
  strict: boolean
}

function unknownTexts(variable: string, { user, meant, item, strict }: Use) {
  const name = `{{${variable}}}`
  if (variable === 'expected' && item.expected === undefined) {
    return {
      message: `${user} uses ${name}, but this case has no expected answer`,
      inEveryCase: `${name} is used, but no case has an expected answer`,
    }
  }
  if (variable === 'expected') {
    const message = `${name} would show the reference answer to the model; it is for checks and the judge only`
    return { message, inEveryCase: message }
  }
  if (meant === variable.trim() && meant !== variable) {
    const message = `${name} stays as it is: only {{${meant}}}, without spaces, is replaced in a file without "sluice: 1"`
    return { message, inEveryCase: message }
  }
  const isName = /^[\w-]+$/.test(variable)
  const literal = isName || !strict ? '' : `; for the text itself write \\${name}`
  const hint = meant === undefined ? literal : `; did you mean "${meant}"?`
  return {
    message: `${user} uses ${name}, which this case does not set${hint}`,
    inEveryCase: `unknown variable ${name}: no case sets it${hint}`,
  }
}

function unusedFault(variable: string, file: string, used: ReadonlySet<string>): VariableFault {
  const meant = suggest(variable, used)
  const message = `${file} does not use {{${variable}}}${meant === undefined ? '; remove it' : `; did you mean "${meant}"?`}`
  const fault: VariableFault = { kind: 'unused', variable, user: 'case', message, inEveryCase: message }
  return meant === undefined ? fault : { ...fault, meant }
}
