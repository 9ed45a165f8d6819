type Env = Readonly<Record<string, string | undefined>>

const part = /\$\$\{|\$\{([^}]*)(\}?)/g
const variableName = /^[A-Za-z_]\w*$/

/** The fault of a text that may hold `${NAME}`; undefined where there is none. */
export function environmentTextFault(text: string): string | undefined {
  for (const [found, name = '', end] of text.matchAll(part)) {
    if (found === '$${' || (end === '}' && variableName.test(name))) continue
    return `"${found.slice(0, 40)}" names no environment variable; write \${NAME}, or $\${ for the two characters themselves`
  }
  return undefined
}

/** The environment variables that a text refers to. */
export function variablesInText(text: string): string[] {
  return [...text.matchAll(part)].flatMap(([found, name]) => (found === '$${' || name === undefined ? [] : [name]))
}

/**
 * The text with the value of each `${NAME}` in it, and `$${` as `${`. `missing` is called for variables without a
 * value.
 */
export function fillFromEnvironment(text: string, env: Env, missing: (name: string) => never): string {
  return text.replace(part, (found, name?: string) => {
    if (found === '$${' || name === undefined) return '${'
    return env[name]?.trim() || missing(name)
  })
}
