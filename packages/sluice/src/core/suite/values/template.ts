import { render, UnknownVariableError } from '@sluice/client'
import { SluiceError } from '../../../errors.ts'
import { ContentFile } from './content-file.ts'
import { Written } from './written.ts'

export { variablesOf } from '@sluice/client'

/** A template uses a variable that has no value, or a value that cannot stand there. */
export class TemplateError extends SluiceError {
  override readonly name = 'TemplateError'
  readonly variable: string

  constructor(variable: string, options?: ErrorOptions, message = `unknown variable {{${variable}}}`) {
    super('invalid-input', message, options)
    this.variable = variable
  }
}

/**
 * The substitution that applications use too, see `render` of the client; a scalar that keeps its text is that text,
 * and a file its placeholder.
 * @throws TemplateError
 */
export const fillTemplate: typeof render = (template, vars, options) => {
  try {
    return render(template, withTexts(vars), options)
  } catch (cause) {
    throw cause instanceof UnknownVariableError ? new TemplateError(cause.variable, { cause }) : cause
  }
}

function withTexts(vars: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const texts = Object.entries(vars).flatMap(([name, value]): [string, string][] => {
    if (value instanceof Written) return [[name, value.source]]
    return value instanceof ContentFile ? [[name, value.placeholder]] : []
  })
  return texts.length === 0 ? vars : { ...vars, ...Object.fromEntries(texts) }
}
