/**
 * The values of `guard`, the strictest first. They stand apart from the schemas, so that `--help` need not load those.
 */
export const guards = ['strict', 'report', 'off'] as const

/** How the gate treats a change that also changes what measures it: checks, rubric, cases or thresholds. */
export type Guard = (typeof guards)[number]
