import { tokenOf } from '../rows/documents.ts'
import type { TokenStore } from '../token-store.ts'
import type { Connection } from './connection.ts'

export function postgresTokens({ query }: Connection): TokenStore {
  return {
    tokens: async () =>
      (await query('SELECT document FROM sluice.tokens ORDER BY number')).map((row) => tokenOf(row.document)),
    async tokenByHash(hash) {
      const [row] = await query('SELECT document FROM sluice.tokens WHERE hash = $1', [hash])
      return row && tokenOf(row.document)
    },
  }
}
