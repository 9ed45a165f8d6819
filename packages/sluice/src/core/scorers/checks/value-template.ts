import { errorMessage } from '../../../errors.ts'
import type { Case } from '../../suite/cases/case.ts'
import { renderPattern } from '../../suite/values/pattern.ts'
import { fillTemplate, variablesOf } from '../../suite/values/template.ts'
import { CheckError } from './check-error.ts'

export interface TemplateOptions {
  /** Whether the prompt is strict: then an unknown variable is an error. */
  strict: boolean
  /** The value is a regular expression, in which variables mean themselves. */
  isPattern?: boolean
}

/**
 * The value of a check with the case's variables and `expected` in it, each substituted once.
 * @throws CheckError when the value needs an expected answer and the case has none, or a variable is unknown.
 */
export function renderValue(template: string, { id, vars, expected }: Case, options: TemplateOptions): string {
  if (!template.includes('{{')) return template
  const { strict, isPattern = false } = options
  const all: Record<string, unknown> = expected === undefined ? vars : { ...vars, expected }
  if (variablesOf(template).includes('expected') && !Object.hasOwn(all, 'expected')) {
    throw new CheckError(`the check compares with {{expected}}, but case "${id}" has no expected answer; add one`)
  }
  try {
    return isPattern ? renderPattern(template, all, { strict }) : fillTemplate(template, all, { strict })
  } catch (cause) {
    throw new CheckError(`case "${id}": ${errorMessage(cause)}`, { cause })
  }
}
