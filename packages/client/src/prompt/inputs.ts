/** Kinds of values, as JSON Schema names them. */
export type InputType = 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object' | 'null'

/** What a version says about a variable. */
export interface PromptInput {
  type?: InputType | InputType[]
  /** The values that it may have. */
  enum?: (string | number | boolean | null)[]
  /** Whether it must have a value. */
  required: boolean
}

/** Thrown if a variable has a value that its version does not take. */
export class InvalidVariableError extends Error {
  override readonly name = 'InvalidVariableError'
  readonly variable: string

  constructor(variable: string, fault: string) {
    super(`{{${variable}}}: ${fault}`)
    this.variable = variable
  }
}

/** The type of what JSON makes of a value: a number that is not finite becomes null. */
function typeOf(value: unknown): string {
  if (value === null || (typeof value === 'number' && !Number.isFinite(value))) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'bigint' || Number.isInteger(value) ? 'integer' : typeof value
}

/**
 * The variables with values that the inputs do not take, and why. A value is not shown, since it may be personal data.
 */
export function inputFaults(
  inputs: Readonly<Record<string, PromptInput>> | undefined,
  vars: Readonly<Record<string, unknown>>,
): { variable: string; fault: string }[] {
  return Object.entries(inputs ?? {}).flatMap(([variable, { type, enum: values, required }]) => {
    const value = Object.hasOwn(Object(vars), variable) ? vars[variable] : undefined
    const is = typeOf(value)
    const types = [type ?? is].flat()
    const fits = types.includes(is as InputType) || (is === 'integer' && types.includes('number'))
    const fault =
      value === undefined
        ? required && 'missing'
        : fits
          ? values && !values.includes(value as null) && `expected one of ${JSON.stringify(values)}`
          : `expected ${types.join(' or ')}, not ${is}`
    return fault ? [{ variable, fault }] : []
  })
}
