import { plainFeature } from '../../../core/suite/config/environments.ts'
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
import type { StoreSignal } from '../signal.ts'
import { StoreError } from '../store-error.ts'
import type { PostgresConnection, PostgresRow, Query } from './connection.ts'
import { joinedReads } from './joined-reads.ts'
import { notify } from './notifications.ts'
import { proposalInPostgres, putProposalInPostgres } from './proposals.ts'

const selectVersions = `SELECT feature, id, document FROM sluice.versions
  JOIN unnest($1::text[], $2::text[]) AS asked (feature, id) USING (feature, id)`

export function postgresReleases(db: PostgresConnection, changes: StoreSignal<number>): ReleaseStore {
  const { query, damaged } = db
  const versionRows = joinedReads(async (keys) => {
    const asked = keys.map((key) => JSON.parse(key) as [feature: string, id: string])
    const rows = await query(selectVersions, [asked.map(([feature]) => feature), asked.map(([, id]) => id)])
    return new Map(rows.map((row) => [JSON.stringify([row.feature, row.id]), row]))
  })
  return {
    async revision() {
      const [row] = await query('SELECT revision FROM sluice.store')
      return Number(row?.revision)
    },
    async head() {
      const [row] = await query('SELECT epoch, revision, pg_is_in_recovery() AS standby FROM sluice.store')
      if (row?.standby) throw new StoreError('unreachable', `${db.place} is a standby, which may lag behind`)
      return storeHeadOf(row)
    },
    async renewEpoch(epoch) {
      await query('UPDATE sluice.store SET epoch = $2 WHERE epoch = $1', [epoch, newIdentity().epoch])
    },
    async features() {
      const rows = await query('SELECT feature, document FROM sluice.features ORDER BY feature')
      return damaged.readable(rows, ({ document }) => featureStateOf(document), rowOf.feature)
    },
    async feature(name) {
      const [row] = await query('SELECT document FROM sluice.features WHERE feature = $1', [name])
      return row && featureStateOf(row.document)
    },
    async versions(feature) {
      const all = 'SELECT feature, id, document FROM sluice.versions WHERE feature = $1 ORDER BY number'
      return damaged.readable(
        await query(all, [plainFeature(feature)]),
        ({ document }) => versionOf(document),
        rowOf.version,
      )
    },
    async versionPage(feature, { offset, limit }) {
      // The numbers alone come from the index, so that only the documents of this page are read.
      const page = `SELECT feature, id, document FROM sluice.versions WHERE number IN
         (SELECT number FROM sluice.versions WHERE feature = $1 ORDER BY number DESC LIMIT $2 OFFSET $3) ORDER BY number DESC`
      const rows = await query(page, [plainFeature(feature), limit, offset])
      const [counted] = await query('SELECT count(*) AS total FROM sluice.versions WHERE feature = $1', [
        plainFeature(feature),
      ])
      const versions = damaged.readable(rows, ({ document }) => versionOf(document), rowOf.version)
      return { versions, total: Number(counted?.total), unreadable: rows.length - versions.length }
    },
    async version(feature, id) {
      const row = await versionRows(JSON.stringify([plainFeature(feature), id]))
      return row && versionOf(row.document)
    },
    async remembered(key) {
      const [row] = await query('SELECT document FROM sluice.answers WHERE key = $1', [key])
      return row && answerOf(row.document)
    },
    async audit(chain, { after = 0, limit = Number.MAX_SAFE_INTEGER } = {}) {
      const page = 'SELECT chain, seq, document FROM sluice.audit WHERE chain = $1 AND seq > $2 ORDER BY seq LIMIT $3'
      const rows = await query(page, [chain, after, limit])
      return damaged.readable(rows, ({ document }) => auditOf(document), rowOf.audit)
    },
    async auditHead(chain) {
      const [row] = await query('SELECT seq, hash FROM sluice.audit_heads WHERE chain = $1', [chain])
      return row ? headOf(row) : null
    },
    async commit(change) {
      const own = structuredClone(change)
      const result = await db.transaction((query) => commitIn(query, own))
      if (result.outcome === 'committed') changes.emit(result.revision)
      return result
    },
    onChange: changes.listen,
  }
}

function headOf(row: PostgresRow) {
  return { seq: Number(row.seq), hash: String(row.hash) }
}

/** Locks the row of `store` until the commit, so only one commit runs at a time. */
async function commitIn(query: Query, change: StoreChange): Promise<CommitResult> {
  const { feature, token, proposal, remember, audit, fence, basedOn } = change
  const [store] = await query('SELECT revision FROM sluice.store FOR UPDATE')
  const [stored] = await query('SELECT revision FROM sluice.features WHERE feature = $1', [feature?.feature ?? null])
  const [other] = await query('SELECT revision FROM sluice.features WHERE feature = $1', [basedOn?.feature ?? null])
  const [before] = await query('SELECT document FROM sluice.tokens WHERE id = $1', [token?.after.id ?? null])
  const proposed = proposal && (await proposalInPostgres(query, proposal.id))
  const [answer] = await query('SELECT document FROM sluice.answers WHERE key = $1', [remember?.key ?? null])
  // A shared lock, so that no other holder can take the name before this transaction ends.
  const last = fence && (await query('SELECT fence FROM sluice.leases WHERE name = $1 FOR SHARE', [fence.name]))
  const [head] = await query('SELECT seq, hash FROM sluice.audit_heads WHERE chain = $1', [audit.chain])
  const result = planCommit(change, {
    revision: Number(store?.revision),
    featureRevision: Number(stored?.revision ?? 0),
    basedOnRevision: Number(other?.revision ?? 0),
    token: before && tokenRecordOf(before.document),
    proposalRevision: proposed?.revision ?? 0,
    remembered: answer && answerOf(answer.document),
    fence: Number(last?.[0]?.fence ?? 0),
    head: head ? headOf(head) : null,
  })
  if (result.outcome === 'committed') await write(query, change, result)
  return result
}

async function write(
  query: Query,
  { version, remember }: StoreChange,
  { revision, feature, token, proposal, audit, rows }: CommitResult & { outcome: 'committed' },
): Promise<void> {
  await query('UPDATE sluice.store SET revision = $1', [revision])
  const { chain, seq, hash } = audit
  for (const row of rows)
    await query('INSERT INTO sluice.audit (chain, seq, document) VALUES ($1, $2, $3)', [
      chain,
      row.seq,
      JSON.stringify(row),
    ])
  await query(
    `INSERT INTO sluice.audit_heads (chain, seq, hash) VALUES ($1, $2, $3)
     ON CONFLICT (chain) DO UPDATE SET seq = excluded.seq, hash = excluded.hash`,
    [chain, seq, hash],
  )
  if (feature)
    await query(
      `INSERT INTO sluice.features (feature, revision, document) VALUES ($1, $2, $3)
       ON CONFLICT (feature) DO UPDATE SET revision = excluded.revision, document = excluded.document`,
      [feature.feature, revision, JSON.stringify(feature)],
    )
  if (version)
    await query(
      `INSERT INTO sluice.versions (feature, id, document) VALUES ($1, $2, $3)
       ON CONFLICT (feature, id) DO UPDATE SET document = excluded.document`,
      [version.feature, version.id, JSON.stringify(version)],
    )
  if (token)
    await query(
      `INSERT INTO sluice.tokens (id, hash, document) VALUES ($1, $2, $3)
       ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, document = excluded.document`,
      [token.id, token.hash, JSON.stringify(token)],
    )
  if (proposal) await putProposalInPostgres(query, proposal, audit.at)
  if (remember) {
    await query('DELETE FROM sluice.answers WHERE at < $1', [remember.at - rememberedMs])
    await query('INSERT INTO sluice.answers (key, at, document) VALUES ($1, $2, $3)', [
      remember.key,
      remember.at,
      JSON.stringify(remember),
    ])
  }
  await query(`SELECT ${notify('$1')}`, [`release ${revision}`])
}
