/**
 * `npm run record-databases`: databases with rows of every kind, written by the product itself, which later versions must be
 * able to read. They are made at a release; `packages/sluice/test/house` opens what the last one has written.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gzipSync } from 'node:zlib'
import { openStore } from '../packages/sluice/src/control/store/open-store.ts'
import { startPostgres } from '../packages/sluice/test/support/store/postgres.ts'
import { dumpOf } from '../packages/sluice/test/support/store/postgres-dump.ts'
import { runCanaries } from './record-databases/canaries.ts'
import { runGates } from './record-databases/gates.ts'

const folder = path.join(import.meta.dirname, '../packages/sluice/test/house/recorded')
const scratch = mkdtempSync(path.join(tmpdir(), 'sluice-databases-'))

/** One file, as small as it can be. */
function keep(file: string, name: string): void {
  const database = new DatabaseSync(file)
  database.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE; VACUUM')
  database.close()
  write(name, readFileSync(file))
}

function write(name: string, content: string | Buffer): void {
  writeFileSync(path.join(folder, `${name}.gz`), gzipSync(content, { level: 9 }))
  console.log(`${name}.gz is written`)
}

try {
  await runGates((file) => keep(file, 'sluice.db'))
  const store = await openStore({ dataDir: scratch })
  await runCanaries(store)
  await store.close()
  keep(path.join(scratch, 'control.db'), 'control.db')
  await using server = await startPostgres()
  const shared = await openStore({ dataDir: '', databaseUrl: server.url })
  await runCanaries(shared)
  await shared.close()
  write('postgres.sql', await dumpOf(server.url))
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
