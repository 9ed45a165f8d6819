import { render as renderOnce, UnknownVariableError } from '@sluice/client'
import { SluiceError } from '../../../errors.ts'
import { Written } from './written.ts'

export { variablesOf } from '@sluice/client'

/** A template uses a variable that has no value. */
export class TemplateError extends SluiceError {
  override readonly name = 'TemplateError'
  readonly variable: string

  constructor(variable: string, options?: ErrorOptions) {
    super('invalid-input', `unknown variable {{${variable}}}`, options)
    this.variable = variable
  }
}

/**
 * The substitution that applications use too, see `render` of the client; a scalar that keeps its text is that text.
 * @throws TemplateError
 */
export const render: typeof renderOnce = (template, vars, options) => {
  try {
    return renderOnce(template, withTexts(vars), options)
  } catch (cause) {
    throw cause instanceof UnknownVariableError ? new TemplateError(cause.variable, { cause }) : cause
  }
}

function withTexts(vars: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const written = Object.entries(vars).filter(([, value]) => value instanceof Written)
  if (written.length === 0) return vars
  return { ...vars, ...Object.fromEntries(written.map(([name, value]) => [name, (value as Written).source])) }
}
