import { tokenOf } from '../rows/documents.ts'
import type { TokenStore } from '../token-store.ts'
import type { Connection } from './connection.ts'

export function sqliteTokens(db: Connection): TokenStore {
  return {
    tokens: () =>
      db.read(() => db.all('SELECT document FROM tokens ORDER BY number').map((row) => tokenOf(row.document))),
    tokenByHash: (hash) =>
      db.read(() => {
        const row = db.first('SELECT document FROM tokens WHERE hash = ?', hash)
        return row && tokenOf(row.document)
      }),
  }
}
