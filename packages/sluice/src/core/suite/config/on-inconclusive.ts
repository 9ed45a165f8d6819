/**
 * What becomes of a run that neither passed nor failed. Apart from the schemas, so that `--help` need not load those.
 */
export const onInconclusive = ['tiebreak', 'block', 'warn'] as const

export type OnInconclusive = (typeof onInconclusive)[number]
