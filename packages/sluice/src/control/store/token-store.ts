export const scopes = ['client', 'ci', 'operator', 'admin'] as const

export type Scope = (typeof scopes)[number]

/** A token as it is kept: never itself, only its hash. Times in ms since the epoch. */
export interface TokenRecord {
  id: string
  name: string
  /** SHA-256 of the token, 64 hex. */
  hash: string
  scopes: Scope[]
  /** Only these features; null for all. */
  features: string[] | null
  createdAt: number
  expiresAt: number | null
  revokedAt: number | null
}

/** Tokens are written by `commit`, so that each change is on record. */
export interface TokenStore {
  tokens(): Promise<TokenRecord[]>
  tokenByHash(hash: string): Promise<TokenRecord | undefined>
}
