import { rowOf } from '../rows/damaged-rows.ts'
import { tokenRecordOf } from '../rows/token-row.ts'
import type { TokenStore } from '../token-store.ts'
import type { PostgresConnection } from './connection.ts'

export function postgresTokens({ query, damaged }: PostgresConnection): TokenStore {
  return {
    async tokens() {
      const rows = await query('SELECT id, document FROM sluice.tokens ORDER BY number')
      return damaged.readable(rows, ({ document }) => tokenRecordOf(document), rowOf.token)
    },
    async tokenById(id) {
      const [row] = await query('SELECT document FROM sluice.tokens WHERE id = $1', [id])
      return row && tokenRecordOf(row.document)
    },
    async tokenByHash(hash) {
      const [row] = await query('SELECT document FROM sluice.tokens WHERE hash = $1', [hash])
      return row && tokenRecordOf(row.document)
    },
  }
}
