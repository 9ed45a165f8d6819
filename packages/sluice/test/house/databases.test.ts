import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { systemClock } from '@sluice/client'
import pg from 'pg'
import { loadDrift } from '../../src/control/drift/drift-state.ts'
import { shareFaults } from '../../src/control/loops/shared-faults.ts'
import { loadNotified } from '../../src/control/notify/notified-rows.ts'
import { verifyChain } from '../../src/control/release/audit-chain.ts'
import { readJudgeHealth } from '../../src/control/rollout/assessment/judge-health.ts'
import { loadCheckpoint } from '../../src/control/rollout/controller/rollout-checkpoint.ts'
import { openStore } from '../../src/control/store/open-store.ts'
import type { Store } from '../../src/control/store/store.ts'
import { openProjectDatabase } from '../../src/core/answers/project-database.ts'
import { startPostgres, withoutPostgres } from '../support/store/postgres.ts'
import { until } from '../support/until.ts'
import { projectReaders, tally } from './project-rows.ts'

/** `earlier`: before there were approvals, by older schemas. */
const editions = ['present', 'earlier'] as const
type Edition = (typeof editions)[number]

function recorded(name: string, edition: Edition): Buffer {
  const folder = edition === 'present' ? 'recorded' : `recorded/${edition}`
  return gunzipSync(readFileSync(path.join(import.meta.dirname, folder, `${name}.gz`)))
}

function schemaOf(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true })
  const [row] = database.prepare('PRAGMA user_version').all()
  database.close()
  return Number(row?.user_version)
}

function tablesOf(file: string): string[] {
  const database = new DatabaseSync(file, { readOnly: true })
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()
  database.close()
  return tables.map(({ name }) => String(name))
}

/** What is recorded earlier must have an older schema, which is brought up to date when it is opened. */
function assertBrought(file: string, before: number, edition: Edition): void {
  const now = schemaOf(file)
  assert.ok(edition === 'present' ? before <= now : before < now, `${edition}: schema ${before}, then ${now}`)
}

type Row = Record<string, unknown>
type Select = (sql: string) => Promise<Row[]>

function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-before-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A table that nothing here reads could hold rows that cannot be read. */
function assertReadWhole(tables: readonly string[], read: readonly string[]): void {
  const unread = tables.filter((table) => !read.includes(table))
  assert.deepEqual(unread, [], 'tables that this test does not read')
}

for (const edition of editions) {
  test(`a database of evaluations that the ${edition} version wrote is opened, and every row of it is read`, async (context) => {
    const root = temporaryFolder(context)
    const file = path.join(root, '.sluice/sluice.db')
    mkdirSync(path.dirname(file))
    writeFileSync(file, recorded('sluice.db', edition))
    const [schema, recordedTables] = [schemaOf(file), tablesOf(file)]
    const database = openProjectDatabase(root)
    for (const read of Object.values(projectReaders)) await read(database, edition)
    const count = (table: string) => Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n)
    assertReadWhole(tablesOf(file), Object.keys(projectReaders).join().split(','))
    for (const table of recordedTables) assert.ok(count(table) > 0, `${table} has no row`)
    database.close()
    assertBrought(file, schema, edition)
  })
}

test('a table without a reader is found', () => {
  assertReadWhole(['answers', 'runs'], ['answers', 'runs', 'accepted'])
  assert.throws(() => assertReadWhole(['answers', 'runs'], ['answers']), /runs/)
})

const everyAction = [
  ...['active.rollBack', 'active.set', 'approval.approve', 'approval.break-glass', 'approval.lapse'],
  ...[
    'approval.propose',
    'approval.reject',
    'approval.review',
    'approval.withdraw',
    'drift.alarm',
    'drift.reset',
    'judge.budget',
    'rollout.abort',
  ],
  ...['rollout.advance', 'rollout.alert', 'rollout.exclude', 'rollout.hold', 'rollout.pause', 'rollout.promote'],
  ...['rollout.resume', 'rollout.rollBack', 'rollout.start', 'rollout.stuck', 'token.create', 'token.revoke'],
  ...['token.seed', 'unit.forget', 'version.publish', 'version.settings'],
]

/** What `readWhole` reads; `forgotten` is read when an outcome comes. */
const readOfPlane = [
  ...['features', 'versions', 'tokens', 'audit', 'audit_heads', 'proposals', 'answers', 'log', 'instances', 'contents'],
  ...['units', 'judge_spending', 'checkpoints', 'judge_queue', 'forgotten'],
]
/** What a store reads when it is opened, written to or led. */
const readByOpening = ['store', 'migrations', 'log_head', 'leases']

/** Reads each row of a control plane through the store, and holds against the tables that none is left out. */
async function readWhole(store: Store, select: Select, tables: readonly string[], edition: Edition): Promise<void> {
  const count = async (table: string, where = '') =>
    Number((await select(`SELECT count(*) AS n FROM ${table} ${where}`))[0]?.n)
  const features = await store.features()
  assert.equal(features.length, await count('features'))
  const ends = features.flatMap(({ rollout, pastRollouts }) => [...pastRollouts, ...(rollout ? [rollout] : [])])
  const endings = ends.map(({ status, ending, strength }) =>
    [status, ending?.why, strength].filter((part) => part).join(' '),
  )
  assert.deepEqual(tally(endings), {
    ...{ running: 1, paused: 1, aborted: 1, superseded: 1, 'promoted manual': 2, 'promoted strong': 2 },
    ...{ 'rolledBack evidence': 1, 'rolledBack mismatch': 1, 'rolledBack undecided': 1 },
  })
  const versions = await Promise.all(features.map(({ feature }) => store.versions(feature)))
  assert.equal(versions.flat().length, await count('versions'))
  const tokens = await store.tokens()
  assert.equal(tokens.length, await count('tokens'))
  for (const token of tokens) assert.deepEqual(await store.tokenByHash(token.hash), token)
  const actions: string[] = []
  for (const { chain } of await select('SELECT chain FROM audit_heads')) {
    const rows = await store.audit(String(chain))
    actions.push(...rows.map(({ action }) => action))
    assert.equal(rows.length, await count('audit', `WHERE chain = '${chain}'`))
    assert.deepEqual(verifyChain(rows, await store.auditHead(String(chain))), { ok: true, rows: rows.length })
  }
  const isEarlier = edition === 'earlier'
  const known = everyAction.filter((action) => !isEarlier || !/^approval\.|^version\.settings$/.test(action))
  assert.deepEqual([...new Set(actions)].sort(), known)
  const proposals = await select('SELECT id FROM proposals')
  const states = await Promise.all(proposals.map(async ({ id }) => (await store.proposal(String(id)))?.state))
  const each = { open: 1, done: 1, rejected: 1, withdrawn: 1, lapsed: 1, unreviewed: 1, reviewed: 1 }
  assert.deepEqual(tally(states), isEarlier ? {} : each)
  assert.equal((await store.pendingProposals('memo')).length, isEarlier ? 0 : 2)
  for (const { key } of await select('SELECT key FROM answers')) assert.ok(await store.remembered(String(key)))
  const log = await store.readLog({ after: 0, limit: 100_000 })
  assert.equal(log.length, await count('log'))
  assert.deepEqual([...new Set(log.map(({ kind }) => kind))].sort(), ['feedback', 'request', 'score'])
  assert.equal((await store.instances(0)).length, await count('instances'))
  for (const { feature, id } of await select('SELECT feature, id FROM contents'))
    assert.ok(await store.content({ feature: String(feature), id: String(id) }))
  for (const { rollout_id } of await select('SELECT DISTINCT rollout_id FROM units')) {
    const units = (await select(`SELECT unit FROM units WHERE rollout_id = '${rollout_id}'`)).map(({ unit }) =>
      String(unit),
    )
    assert.equal((await store.units(String(rollout_id), units)).size, units.length)
  }
  for (const { day } of await select('SELECT day FROM judge_spending'))
    assert.ok((await store.judgeSpending(String(day))).size > 0)
  for (const { name } of await select('SELECT name FROM checkpoints')) await readCheckpoint(store, String(name))
  const tasks = await count('judge_queue')
  const waiting = await store.claim(1000, 8e15, 1)
  assert.equal(waiting.length, tasks)
  assert.deepEqual(tally(waiting.map(({ feature }) => feature)), { digest: 10, puzzle: 1, poor: 1 })
  assert.deepEqual(store.damaged(), [])
  assertReadWhole(tables, [...readOfPlane, ...readByOpening])
  const withRows = tables.filter((table) => table !== 'proposals' || !isEarlier)
  for (const table of withRows) assert.ok((await count(table)) > 0, `${table} has no row`)
}

/** Each kind by what the product reads it with: one that cannot be read would be set aside. */
async function readCheckpoint(store: Store, name: string): Promise<void> {
  const [kind, rest = ''] = name.split(/:(.*)/s)
  if (kind === 'rollout') assert.ok((await loadCheckpoint(store, rest))?.checkpoint.basis)
  else if (kind === 'drift') assert.ok((await loadDrift(store, rest))?.state, name)
  else if (kind === 'notify') assert.ok(((await loadNotified(store, name))?.seen.size ?? 0) > 0, name)
  else if (kind === 'judge') assert.notEqual((await readJudgeHealth(store, rest)).code, 'damaged')
  else if (kind === 'told') assert.notEqual(await store.summary(rest), undefined, name)
  else if (kind === 'loop-faults') assert.ok((await heardFaults(store)) > 0, name)
  else assert.equal(kind, 'aside')
}

/** How many faults a new replica hears of. */
async function heardFaults(store: Store): Promise<number> {
  const quiet = { onError: (error: unknown) => assert.fail(String(error)), onRecovered: () => undefined }
  const place = { store, clock: systemClock, replica: 'another', register: { current: () => [] } }
  const shared = shareFaults({ ...place, faults: quiet })
  await until(() => shared.others().length > 0, 'the faults of others')
  await shared.close()
  return shared.others().length
}

for (const edition of editions) {
  test(`a control plane that the ${edition} version wrote to SQLite is opened, and every row of it is read`, async (context) => {
    const dataDir = temporaryFolder(context)
    const file = path.join(dataDir, 'control.db')
    writeFileSync(file, recorded('control.db', edition))
    const schema = schemaOf(file)
    const store = await openStore({ dataDir })
    const database = new DatabaseSync(file, { readOnly: true })
    await readWhole(store, async (sql) => database.prepare(sql).all(), tablesOf(file), edition)
    database.close()
    await store.close()
    assertBrought(file, schema, edition)
  })

  test(`a control plane that the ${edition} version wrote to PostgreSQL is opened, and every row of it is read`, {
    skip: withoutPostgres,
  }, async () => {
    await using server = await startPostgres()
    await server.execute(recorded('postgres.sql', edition).toString())
    const store = await openStore({ dataDir: '', databaseUrl: server.url })
    const client = new pg.Client(server.url)
    await client.connect()
    await client.query('SET search_path TO sluice')
    try {
      const select = async (sql: string): Promise<Row[]> => (await client.query(sql)).rows
      const tables = await select("SELECT tablename FROM pg_tables WHERE schemaname = 'sluice'")
      await readWhole(
        store,
        select,
        tables.map(({ tablename }) => String(tablename)),
        edition,
      )
    } finally {
      await client.end()
      await store.close()
    }
  })
}
