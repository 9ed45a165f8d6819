/**
 * What a token may do. `client` and `ci` are for machines. People look by `viewer`, act by `operator`, approve by
 * `approver`, and make tokens by `admin`, who may do all. The words stand apart from the schemas, so that `--help` need
 * not load those.
 */
export const scopes = ['client', 'ci', 'viewer', 'operator', 'approver', 'admin'] as const

export type Scope = (typeof scopes)[number]

/** What people may be. `client` and `ci` are for machines, and never given to a person. */
export const roles = ['viewer', 'operator', 'approver', 'admin'] as const satisfies readonly Scope[]

export type Role = (typeof roles)[number]

/** People who may look at everything, within the features of their token. */
export const readers = ['viewer', 'operator', 'approver'] as const satisfies readonly Scope[]
