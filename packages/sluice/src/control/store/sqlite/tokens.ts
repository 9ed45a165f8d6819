import { rowOf } from '../rows/damaged-rows.ts'
import { tokenRecordOf } from '../rows/token-row.ts'
import type { TokenStore } from '../token-store.ts'
import type { SqliteConnection } from './connection.ts'

export function sqliteTokens(db: SqliteConnection): TokenStore {
  return {
    tokens: () =>
      db.read(() => {
        const rows = db.all('SELECT id, document FROM tokens ORDER BY number')
        return db.damaged.readable(rows, ({ document }) => tokenRecordOf(document), rowOf.token)
      }),
    tokenById: (id) =>
      db.read(() => {
        const row = db.first('SELECT document FROM tokens WHERE id = ?', id)
        return row && tokenRecordOf(row.document)
      }),
    tokenByHash: (hash) =>
      db.read(() => {
        const row = db.first('SELECT document FROM tokens WHERE hash = ?', hash)
        return row && tokenRecordOf(row.document)
      }),
  }
}
