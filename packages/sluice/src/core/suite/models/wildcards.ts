/** Values by `provider:model`, in which `*` matches anything. */
export type Wildcards<Value> = Readonly<Record<string, Value>>

/** The value of a model: an exact `provider:model` first, else the pattern with the most fixed characters. */
export function wildcardMatch<Value>(model: string, patterns: Wildcards<Value>): Value | undefined {
  if (Object.hasOwn(patterns, model)) return patterns[model]
  const matching = Object.keys(patterns).filter((pattern) => matchesWildcards(pattern, model))
  const [best] = matching.sort((a, b) => fixedLength(b) - fixedLength(a) || (a < b ? -1 : 1))
  return best === undefined ? undefined : patterns[best]
}

/** Whether a name is what a pattern says, in which `*` stands for anything. */
export function matchesWildcards(pattern: string, name: string): boolean {
  const [head = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return pattern === name
  if (!name.startsWith(head)) return false
  let at = head.length
  for (const part of rest) {
    const found = name.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return name.length - last.length >= at && name.endsWith(last)
}

/**
 * How much a pattern says of a name: its fixed characters, of the name itself more than any pattern; null where it is
 * another's.
 */
export function wildcardFit(pattern: string, name: string): number | null {
  if (pattern === name) return Number.MAX_SAFE_INTEGER
  return matchesWildcards(pattern, name) ? fixedLength(pattern) : null
}

function fixedLength(pattern: string): number {
  return pattern.replaceAll('*', '').length
}
