const placeholder = /\{\{([^{}]+)\}\}/g

/** A template uses a variable that has no value. */
export class UnknownVariableError extends Error {
  override readonly name = 'UnknownVariableError'
  readonly variable: string

  constructor(variable: string) {
    super(`unknown variable {{${variable}}}`)
    this.variable = variable
  }
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/**
 * Replaces every `{{name}}` by its value, once: a value that itself holds `{{x}}` is left as it is. Values other than
 * strings are written as JSON. Strict: `{{ name }}` may hold spaces and a name without a value throws.
 * Otherwise only the literal `{{name}}` counts and an unknown one stays in place, as in GitHub's prompt files.
 * @throws UnknownVariableError
 */
export function render(
  template: string,
  vars: Readonly<Record<string, unknown>>,
  { strict }: { strict: boolean },
): string {
  return template.replace(placeholder, (whole, inner: string) => {
    const name = strict ? inner.trim() : inner
    if (name !== '' && Object.hasOwn(vars, name) && vars[name] !== undefined) return valueText(vars[name])
    if (strict && name !== '') throw new UnknownVariableError(name)
    return whole
  })
}

/**
 * The names of the variables that a template uses, each once, in order of appearance. Strict: without the spaces
 * around them; otherwise as they stand, since `{{ x }}` is then no use of `x`.
 */
export function variablesOf(template: string, { strict = true }: { strict?: boolean } = {}): string[] {
  if (!template.includes('{{')) return []
  const found = [...template.matchAll(placeholder)].map(([, inner = '']) => (strict ? inner.trim() : inner))
  return [...new Set(found)].filter((name) => name.trim() !== '')
}
