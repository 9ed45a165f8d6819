import type { z } from 'zod'

/** Why a part of a report cannot be read, and the place in it. */
export class Unreadable extends Error {
  readonly path: readonly PropertyKey[]

  constructor(message: string, path: readonly PropertyKey[] = []) {
    super(message)
    this.name = 'Unreadable'
    this.path = path
  }
}

/** The value as the schema has it. @throws Unreadable at the first fault. */
export function readAs<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new Unreadable(issue?.message ?? 'cannot be read', issue?.path)
}

/** What `read` gives; what it finds unreadable stands below this place. */
export function at<T>(place: PropertyKey, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof Unreadable) throw new Unreadable(error.message, [place, ...error.path])
    throw error
  }
}

/**
 * What is told in more levels than these is not looked at: no tool needs them, and whatever walks it would break off.
 */
export const mostLevels = 200

/** Whether lists and maps lie in each other deeper than `mostLevels`. */
export function isTooDeep(value: unknown): boolean {
  let level = [value]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > mostLevels) return true
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []))
  }
  return false
}
