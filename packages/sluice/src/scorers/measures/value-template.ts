import type { Case } from '../../suite/case.ts'
import { render, variablesOf } from '../../suite/template.ts'
import { CheckError } from './check-error.ts'

export interface TemplateOptions {
  /** As the prompt's: an unknown variable is an error. */
  strict: boolean
  /** Applied to every substituted value. */
  encode?: (text: string) => string
}

/**
 * The value of a check with the case's variables and `expected` in it, each substituted once.
 * @throws CheckError when the value needs an expected answer and the case has none, or a variable is unknown.
 */
export function renderValue(template: string, { id, vars, expected }: Case, options: TemplateOptions): string {
  if (!template.includes('{{')) return template
  const { strict, encode } = options
  const all: Record<string, unknown> = expected === undefined ? vars : { ...vars, expected }
  const names = variablesOf(template)
  if (names.includes('expected') && !Object.hasOwn(all, 'expected')) {
    throw new CheckError(`the check compares with {{expected}}, but case "${id}" has no expected answer; add one`)
  }
  try {
    return render(template, encode ? encoded(all, names, encode) : all, { strict })
  } catch (cause) {
    throw new CheckError(`case "${id}": ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

function encoded(vars: Record<string, unknown>, names: string[], encode: (text: string) => string) {
  const known = names.filter((name) => Object.hasOwn(vars, name) && vars[name] !== undefined)
  return Object.fromEntries(
    known.map((name) => {
      const value = vars[name]
      return [name, encode(typeof value === 'string' ? value : JSON.stringify(value))]
    }),
  )
}
