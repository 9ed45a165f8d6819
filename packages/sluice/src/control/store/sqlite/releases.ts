import { plainFeature } from '../../../core/suite/config/environments.ts'
import type { AuditHead } from '../../../records/audit-row.ts'
import { planCommit, rememberedMs } from '../commit-plan.ts'
import { newIdentity } from '../identity.ts'
import type { CommitResult, ReleaseStore, StoreChange } from '../release-store.ts'
import { auditOf } from '../rows/audit-row.ts'
import { rowOf } from '../rows/damaged-rows.ts'
import { featureStateOf } from '../rows/feature-row.ts'
import { answerOf } from '../rows/remembered-answer-row.ts'
import { storeHeadOf } from '../rows/store-row.ts'
import { tokenRecordOf } from '../rows/token-row.ts'
import { versionOf } from '../rows/version-row.ts'
import { signal } from '../signal.ts'
import type { SqliteConnection } from './connection.ts'
import { proposalInSqlite, putProposalInSqlite } from './proposals.ts'

export function sqliteReleases(db: SqliteConnection, lastFence: (name: string) => number): ReleaseStore {
  const changes = signal<number>()
  const revision = () => Number(db.first('SELECT revision FROM store')?.revision)

  return {
    revision: () => db.read(revision),
    head: () => db.read(() => storeHeadOf(db.first('SELECT epoch, revision FROM store'))),
    renewEpoch: (epoch) =>
      db.write(() => void db.run('UPDATE store SET epoch = ? WHERE epoch = ?', newIdentity().epoch, epoch)),
    features: () =>
      db.read(() => {
        const rows = db.all('SELECT feature, document FROM features ORDER BY feature')
        return db.damaged.readable(rows, ({ document }) => featureStateOf(document), rowOf.feature)
      }),
    feature: (name) =>
      db.read(() => {
        const row = db.first('SELECT document FROM features WHERE feature = ?', name)
        return row && featureStateOf(row.document)
      }),
    versions: (feature) =>
      db.read(() => {
        const rows = db.all(
          'SELECT feature, id, document FROM versions WHERE feature = ? ORDER BY number',
          plainFeature(feature),
        )
        return db.damaged.readable(rows, ({ document }) => versionOf(document), rowOf.version)
      }),
    versionPage: (feature, { offset, limit }) =>
      db.read(() => {
        // The numbers alone come from the index, so that only the documents of this page are read.
        const rows = db.all(
          `SELECT feature, id, document FROM versions WHERE number IN
           (SELECT number FROM versions WHERE feature = ? ORDER BY number DESC LIMIT ? OFFSET ?) ORDER BY number DESC`,
          plainFeature(feature),
          limit,
          offset,
        )
        const versions = db.damaged.readable(rows, ({ document }) => versionOf(document), rowOf.version)
        const counted = db.first('SELECT count(*) AS total FROM versions WHERE feature = ?', plainFeature(feature))
        return { versions, total: Number(counted?.total), unreadable: rows.length - versions.length }
      }),
    version: (feature, id) =>
      db.read(() => {
        const row = db.first('SELECT document FROM versions WHERE feature = ? AND id = ?', plainFeature(feature), id)
        return row && versionOf(row.document)
      }),
    remembered: (key) => db.read(() => rememberedIn(db, key)),
    audit: (chain, { after = 0, limit = Number.MAX_SAFE_INTEGER } = {}) =>
      db.read(() => {
        const page = 'SELECT chain, seq, document FROM audit WHERE chain = ? AND seq > ? ORDER BY seq LIMIT ?'
        return db.damaged.readable(db.all(page, chain, after, limit), ({ document }) => auditOf(document), rowOf.audit)
      }),
    auditHead: (chain) => db.read(() => headIn(db, chain)),
    async commit(change) {
      const own = structuredClone(change)
      const result = await db.write(() =>
        commitIn(db, own, { revision: revision(), fence: own.fence ? lastFence(own.fence.name) : 0 }),
      )
      if (result.outcome === 'committed') changes.emit(result.revision)
      return result
    },
    onChange: changes.listen,
  }
}

function rememberedIn(db: SqliteConnection, key: string) {
  const row = db.first('SELECT document FROM answers WHERE key = ?', key)
  return row && answerOf(row.document)
}

function headIn(db: SqliteConnection, chain: string): AuditHead | null {
  const row = db.first('SELECT seq, hash FROM audit_heads WHERE chain = ?', chain)
  return row ? { seq: Number(row.seq), hash: String(row.hash) } : null
}

function commitIn(
  db: SqliteConnection,
  change: StoreChange,
  { revision, fence }: { revision: number; fence: number },
): CommitResult {
  const { feature, token, proposal, remember, audit, basedOn } = change
  const revisionOf = (name: string) =>
    Number(db.first('SELECT revision FROM features WHERE feature = ?', name)?.revision ?? 0)
  const before = token && db.first('SELECT document FROM tokens WHERE id = ?', token.after.id)
  const result = planCommit(change, {
    revision,
    featureRevision: feature ? revisionOf(feature.feature) : 0,
    basedOnRevision: basedOn ? revisionOf(basedOn.feature) : 0,
    token: before && tokenRecordOf(before.document),
    proposalRevision: (proposal && proposalInSqlite(db, proposal.id)?.revision) ?? 0,
    remembered: remember && rememberedIn(db, remember.key),
    fence,
    head: headIn(db, audit.chain),
  })
  if (result.outcome === 'committed') write(db, change, result)
  return result
}

function write(
  db: SqliteConnection,
  { version, remember }: StoreChange,
  { revision, feature, token, proposal, audit, rows }: CommitResult & { outcome: 'committed' },
): void {
  db.run('UPDATE store SET revision = ?', revision)
  const { chain, seq, hash } = audit
  for (const row of rows)
    db.run('INSERT INTO audit (chain, seq, document) VALUES (?, ?, ?)', chain, row.seq, JSON.stringify(row))
  db.run('INSERT OR REPLACE INTO audit_heads (chain, seq, hash) VALUES (?, ?, ?)', chain, seq, hash)
  if (feature)
    db.run(
      'INSERT OR REPLACE INTO features (feature, revision, document) VALUES (?, ?, ?)',
      feature.feature,
      revision,
      JSON.stringify(feature),
    )
  if (version)
    db.run(
      `INSERT INTO versions (feature, id, document) VALUES (?, ?, ?)
       ON CONFLICT (feature, id) DO UPDATE SET document = excluded.document`,
      version.feature,
      version.id,
      JSON.stringify(version),
    )
  if (token)
    db.run(
      `INSERT INTO tokens (id, hash, document) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, document = excluded.document`,
      token.id,
      token.hash,
      JSON.stringify(token),
    )
  if (proposal) putProposalInSqlite(db, proposal, audit.at)
  if (!remember) return
  db.run('DELETE FROM answers WHERE at < ?', remember.at - rememberedMs)
  db.run(
    'INSERT INTO answers (key, at, document) VALUES (?, ?, ?)',
    remember.key,
    remember.at,
    JSON.stringify(remember),
  )
}
