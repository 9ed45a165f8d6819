import type { z } from 'zod'
import { isJsonNumber, Written } from './written.ts'

/** Reports the numbers of a value that JSON has no form for, e.g. `.inf` and `1_000`. */
export function refuseNotJson(value: unknown, context: z.core.$RefinementCtx): void {
  for (const { path, source } of notJson(value)) {
    const message = `${source} is not a JSON number; put it in quotes if it is a text`
    context.addIssue({ code: 'custom', path, message })
  }
}

function notJson(value: unknown): { path: PropertyKey[]; source: string }[] {
  if (value instanceof Written) {
    return typeof value.value === 'boolean' || isJsonNumber(value.source) ? [] : [{ path: [], source: value.source }]
  }
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, item]) =>
    notJson(item).map(({ path, source }) => ({ path: [key, ...path], source })),
  )
}
