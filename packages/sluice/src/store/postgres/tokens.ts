import { rowOf } from '../rows/damaged-rows.ts'
import { tokenOf } from '../rows/documents.ts'
import type { TokenStore } from '../token-store.ts'
import type { Connection } from './connection.ts'

export function postgresTokens({ query, damaged }: Connection): TokenStore {
  return {
    async tokens() {
      const rows = await query('SELECT id, document FROM sluice.tokens ORDER BY number')
      return damaged.readable(rows, ({ document }) => tokenOf(document), rowOf.token)
    },
    async tokenByHash(hash) {
      const [row] = await query('SELECT document FROM sluice.tokens WHERE hash = $1', [hash])
      return row && tokenOf(row.document)
    },
  }
}
