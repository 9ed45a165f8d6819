/** What a token may do. The words stand apart from the schemas, so that `--help` need not load those. */
export const scopes = ['client', 'ci', 'operator', 'admin'] as const

export type Scope = (typeof scopes)[number]
