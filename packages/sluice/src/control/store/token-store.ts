import type { TokenRecord } from '../../records/token.ts'

/** Reads tokens. They are written by `commit`, so that each change has an audit row. */
export interface TokenStore {
  tokens(): Promise<TokenRecord[]>
  tokenById(id: string): Promise<TokenRecord | undefined>
  tokenByHash(hash: string): Promise<TokenRecord | undefined>
}
