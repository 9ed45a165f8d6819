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
import { createAnswerStore } from '../../src/core/answers/answer-store.ts'
import { openProjectDatabase } from '../../src/core/answers/project-database.ts'
import { readSpending } from '../../src/core/answers/spending.ts'
import { createIncidents } from '../../src/core/notify/incidents.ts'
import { createHistory } from '../../src/gate/nightly/history.ts'
import { createResults } from '../../src/gate/run/results.ts'
import { startPostgres, withoutPostgres } from '../support/store/postgres.ts'
import { until } from '../support/until.ts'

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

/** What is recorded earlier must have an older schema, which is brought up to date when it is opened. */
function assertBrought(file: string, before: number, edition: Edition): void {
  const now = schemaOf(file)
  assert.ok(edition === 'present' ? before <= now : before < now, `${edition}: schema ${before}, then ${now}`)
}

/** How many there are of each shape; one that is missing, or new, is a difference. */
function tally(shapes: readonly unknown[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const shape of shapes) counts[String(shape)] = (counts[String(shape)] ?? 0) + 1
  return counts
}

type Row = Record<string, unknown>
type Select = (sql: string) => Promise<Row[]>

function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-before-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

for (const edition of editions) {
  test(`a database of evaluations that the ${edition} version wrote is opened, and every row of it is read`, (context) => {
    const root = temporaryFolder(context)
    const file = path.join(root, '.sluice/sluice.db')
    mkdirSync(path.dirname(file))
    writeFileSync(file, recorded('sluice.db', edition))
    const schema = schemaOf(file)
    const database = openProjectDatabase(root)
    const all = (sql: string): Row[] => database.prepare(sql).all()
    const answers = createAnswerStore(database)
    const stages = new Set<unknown>()
    for (const { key, stage, completion } of all('SELECT key, stage, completion FROM answers')) {
      const { storedAt, ...read } = answers.get(String(key)) ?? {}
      assert.deepEqual(read, JSON.parse(String(completion)), `answer ${key}`)
      assert.ok(storedAt)
      stages.add(stage)
    }
    assert.deepEqual([...stages].sort(), ['embedding', 'generation', 'judge'])
    assert.equal(readSpending(database).length, all('SELECT 1 FROM spending').length)
    const records = [...createHistory(database).all()]
    const written = all('SELECT record FROM nights UNION ALL SELECT record FROM sentinels')
    const texts = (values: unknown[]) => values.map((value) => JSON.stringify(value)).sort()
    assert.deepEqual(texts(records), texts(written.map(({ record }) => JSON.parse(String(record)))))
    const incidents = createIncidents(database)
    assert.deepEqual(
      texts(incidents.all()),
      texts(all('SELECT record FROM incidents').map(({ record }) => JSON.parse(String(record)))),
    )
    const phase = ({ since, recovered }: { since: string | null; recovered: boolean }) =>
      recovered ? 'untold recovery' : since === null ? 'none' : 'open'
    assert.deepEqual(tally(incidents.all().map(phase)), { open: 1, 'untold recovery': 1, none: 1 })
    const [channel] = all('SELECT channel FROM disabled_channels')
    assert.equal(incidents.disabledSince(String(channel?.channel)), '2026-11-21')
    assert.equal(all('SELECT 1 FROM runs WHERE ended_at IS NULL').length, 1)
    const before = all('SELECT * FROM results ORDER BY run_id, position, arm, repeat')
    assert.ok(before.length > 100)
    const results = createResults(database, { id: 'new', command: 'eval', startedAt: Date.now() })
    const read = all('SELECT DISTINCT run_id, feature FROM results').flatMap(({ run_id, feature }) => {
      database.prepare("UPDATE results SET run_id = 'new' WHERE run_id = ?").run(String(run_id))
      const rows = [...results.rows(String(feature))]
      database.prepare("UPDATE results SET run_id = ? WHERE run_id = 'new'").run(String(run_id))
      return rows
    })
    assert.deepEqual(tally(read.map(({ detail }) => detail.state)), {
      ...{ scored: 148, checkFailed: 14, modelError: 10, refused: 20, truncated: 10, noText: 10 },
      ...{ judgeError: 12, checkError: 10, abstained: 12, budgetStopped: 3 },
    })
    assert.equal(all('SELECT 1 FROM results').length, before.length)
    database.close()
    assertBrought(file, schema, edition)
  })
}

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

/** Reads each row of a control plane through the store, and holds against the tables that none is left out. */
async function readWhole(store: Store, select: Select, edition: Edition): Promise<void> {
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
  const empty = [
    'contents',
    'forgotten',
    'instances',
    'judge_queue',
    'judge_spending',
    'units',
    'answers',
    'checkpoints',
  ]
  for (const table of empty) assert.ok((await count(table)) > 0, `${table} has no row`)
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
    await readWhole(store, async (sql) => database.prepare(sql).all(), edition)
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
      await readWhole(store, async (sql) => (await client.query(sql)).rows, edition)
    } finally {
      await client.end()
      await store.close()
    }
  })
}
