import { render as renderOnce, UnknownVariableError } from '@sluice/client'
import { SluiceError } from '../errors.ts'

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

/** The substitution that applications use too, see `render` of the client. @throws TemplateError */
export const render: typeof renderOnce = (template, vars, options) => {
  try {
    return renderOnce(template, vars, options)
  } catch (cause) {
    throw cause instanceof UnknownVariableError ? new TemplateError(cause.variable, { cause }) : cause
  }
}
