/** From the strictest on. */
export const guards = ['strict', 'report', 'off'] as const

/** What becomes of a change that also changes what it is measured by. */
export type Guard = (typeof guards)[number]
