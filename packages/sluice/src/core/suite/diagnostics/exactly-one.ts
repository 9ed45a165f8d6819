import type { z } from 'zod'

/** The keys of `names` that an object sets. */
export function presentKeys(value: object, names: readonly string[]): string[] {
  return names.filter((name) => Object.hasOwn(value, name))
}

/**
 * Requires exactly one of the keys, in Zod and, through `meta`, in the JSON Schema as well. A fault for no key is
 * marked as `absent`: it need not be reported beside a misspelt key.
 */
export function exactlyOne(names: readonly string[], noun: string, listed = names.join(', ')) {
  return {
    check: (value: object, context: z.core.$RefinementCtx) => {
      const present = presentKeys(value, names)
      if (present.length === 1) return
      const message =
        present.length === 0
          ? `names no ${noun}; give one of ${listed}`
          : `names ${present.length} ${noun}s, ${present.join(' and ')}; split them into one entry each`
      context.addIssue({ code: 'custom', message, path: present.slice(1, 2), params: { absent: present.length === 0 } })
    },
    meta: { oneOf: names.map((name) => ({ required: [name] })) },
  }
}
