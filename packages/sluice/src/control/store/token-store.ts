import type { TokenRecord } from '../../records/token.ts'

/** Tokens are written by `commit`, so that each change is on record. */
export interface TokenStore {
  tokens(): Promise<TokenRecord[]>
  tokenByHash(hash: string): Promise<TokenRecord | undefined>
}
