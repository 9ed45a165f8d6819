const placeholder = /\{\{([^{}]+)\}\}/g

/** Backslashes before braces come in pairs that stand for one; an odd one takes the braces' meaning away. */
const escapable = /((?:\\\\)*)\\\{\{|((?:\\\\)+)(?=\{\{)|\{\{([^{}]+)\}\}/g

/** A template uses a variable that has no value. */
export class UnknownVariableError extends Error {
  override readonly name = 'UnknownVariableError'
  readonly variable: string

  constructor(variable: string) {
    super(`unknown variable {{${variable}}}`)
    this.variable = variable
  }
}

/** Undefined for what has no text: no value, a function, what refers to itself. */
function valueText(vars: Readonly<Record<string, unknown>>, name: string): string | undefined {
  try {
    const value = Object.hasOwn(vars, name) ? vars[name] : undefined
    return typeof value === 'string' || typeof value === 'bigint' ? String(value) : JSON.stringify(value)
  } catch {
    return undefined
  }
}

/**
 * Replaces every `{{name}}` by its value, once: a value that itself holds `{{x}}` is left as it is. Values other than
 * strings are written as JSON. Strict: `{{ name }}` may hold spaces, a name without a value throws, and `\{{` stands
 * for the braces themselves (`\\{{name}}` for a backslash and the value).
 * Otherwise only the literal `{{name}}` counts and an unknown one stays in place, as in GitHub's prompt files.
 * @throws UnknownVariableError
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
 * The names of the variables that a template uses, each once, in order of appearance. Strict: without the spaces
 * around them; otherwise as they stand, since `{{ x }}` is then no use of `x`.
 */
export function variablesOf(template: string, { strict = true }: { strict?: boolean } = {}): string[] {
  if (!template.includes('{{')) return []
  const found = strict
    ? [...template.matchAll(escapable)].map(([, , , inner = '']) => inner.trim())
    : [...template.matchAll(placeholder)].map(([, name = '']) => name)
  return [...new Set(found)].filter((name) => name.trim() !== '')
}
