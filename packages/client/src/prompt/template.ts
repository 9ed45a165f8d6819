const placeholder = /\{\{([^{}]+)\}\}/g

/** Before braces, two backslashes stand for one, and a single one escapes the braces. */
const escapable = /((?:\\\\)*)\\\{\{|((?:\\\\)+)(?=\{\{)|\{\{([^{}]+)\}\}/g

/** Thrown if a template uses a variable that has no value. */
export class UnknownVariableError extends Error {
  override readonly name = 'UnknownVariableError'
  readonly variable: string

  constructor(variable: string) {
    super(`unknown variable {{${variable}}}`)
    this.variable = variable
  }
}

/** Undefined if the value is missing or has no JSON, e.g. a function or an object that contains itself. */
function valueText(vars: Readonly<Record<string, unknown>>, name: string): string | undefined {
  try {
    const value = Object.hasOwn(vars, name) ? vars[name] : undefined
    return typeof value === 'string' || typeof value === 'bigint' ? String(value) : JSON.stringify(value)
  } catch {
    return undefined
  }
}

/**
 * Replaces every `{{name}}` by its value. `{{x}}` inside a value is not replaced. Values other than strings are written
 * as JSON. Strict: `{{ name }}` may have spaces, a name without a value throws, and `\{{` stands for the braces
 * themselves (`\\{{name}}` for a backslash and the value). Not strict: only the literal `{{name}}` is replaced, and an
 * unknown one stays as it is, as in GitHub's prompt files.
 * @throws UnknownVariableError if strict and a variable has no value
 */
export function render(
  template: string,
  vars: Readonly<Record<string, unknown>>,
  { strict }: { strict: boolean },
): string {
  if (!strict) {
    return template.replace(placeholder, (whole, name: string) => valueText(vars, name) ?? whole)
  }
  return template.replace(escapable, (whole, beforeBraces?: string, before?: string, inner?: string) => {
    if (beforeBraces !== undefined) return `${half(beforeBraces)}{{`
    if (before !== undefined) return half(before)
    const name = inner?.trim() ?? ''
    if (name === '') return whole
    const value = valueText(vars, name)
    if (value !== undefined) return value
    throw new UnknownVariableError(name)
  })
}

function half(backslashes: string): string {
  return backslashes.slice(backslashes.length / 2)
}

/**
 * The names of the variables in a template, each once, in order of appearance. Strict: without spaces around them. Not
 * strict: exactly as written, since `{{ x }}` does not stand for `x` then.
 */
export function variablesOf(template: string, { strict = true }: { strict?: boolean } = {}): string[] {
  if (!template.includes('{{')) return []
  const found = strict
    ? [...template.matchAll(escapable)].map(([, , , inner = '']) => inner.trim())
    : [...template.matchAll(placeholder)].map(([, name = '']) => name)
  return [...new Set(found)].filter((name) => name.trim() !== '')
}
