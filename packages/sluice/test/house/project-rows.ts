import assert from 'node:assert/strict'
import { createAnswerStore } from '../../src/core/answers/answer-store.ts'
import type { ProjectDatabase } from '../../src/core/answers/project-database.ts'
import { readSpending } from '../../src/core/answers/spending.ts'
import { createIncidents } from '../../src/core/notify/incidents.ts'
import type { Prompt } from '../../src/core/suite/prompt/prompt.ts'
import { usableScores } from '../../src/gate/base/accepted-scores.ts'
import { unchangedNote } from '../../src/gate/last-unchanged.ts'
import { createHistory } from '../../src/gate/nightly/history.ts'
import { createResults } from '../../src/gate/run/results.ts'

/** How many there are of each shape; one that is missing, or new, is a difference. */
export function tally(shapes: readonly unknown[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const shape of shapes) counts[String(shape)] = (counts[String(shape)] ?? 0) + 1
  return counts
}

const rowsOf = (database: ProjectDatabase, sql: string): Record<string, unknown>[] => database.prepare(sql).all()
const texts = (values: unknown[]) => values.map((value) => JSON.stringify(value)).sort()
const recordsOf = (database: ProjectDatabase, sql: string) =>
  rowsOf(database, sql).map(({ record }): unknown => JSON.parse(String(record)))

/** By the tables of `sluice.db`, what reads each row of them as the product does. */
export const projectReaders: Record<
  string,
  (database: ProjectDatabase, edition: 'present' | 'earlier') => void | Promise<void>
> = {
  answers: (database) => {
    const answers = createAnswerStore(database)
    const stages = new Set<unknown>()
    for (const { key, stage, completion } of rowsOf(database, 'SELECT key, stage, completion FROM answers')) {
      const { storedAt, ...read } = answers.get(String(key)) ?? {}
      assert.deepEqual(read, JSON.parse(String(completion)), `answer ${key}`)
      assert.ok(storedAt)
      stages.add(stage)
    }
    assert.deepEqual([...stages].sort(), ['embedding', 'generation', 'judge'])
  },
  spending: (database) =>
    assert.equal(readSpending(database).length, rowsOf(database, 'SELECT 1 FROM spending').length),
  'nights,sentinels': (database) => {
    const written = recordsOf(database, 'SELECT record FROM nights UNION ALL SELECT record FROM sentinels')
    assert.deepEqual(texts([...createHistory(database).all()]), texts(written))
  },
  'incidents,disabled_channels': (database) => {
    const incidents = createIncidents(database)
    assert.deepEqual(texts(incidents.all()), texts(recordsOf(database, 'SELECT record FROM incidents')))
    const phase = ({ since, recovered }: { since: string | null; recovered: boolean }) =>
      recovered ? 'untold recovery' : since === null ? 'none' : 'open'
    assert.deepEqual(tally(incidents.all().map(phase)), { open: 1, 'untold recovery': 1, none: 1 })
    const [channel] = rowsOf(database, 'SELECT channel FROM disabled_channels')
    assert.equal(incidents.disabledSince(String(channel?.channel)), '2026-11-21')
  },
  'runs,results': (database, edition) => {
    assert.equal(rowsOf(database, 'SELECT 1 FROM runs WHERE ended_at IS NULL').length, 1)
    const before = rowsOf(database, 'SELECT 1 FROM results').length
    const results = createResults(database, { id: 'new', command: 'eval', startedAt: Date.now() })
    const read = rowsOf(database, 'SELECT DISTINCT run_id, feature FROM results').flatMap(({ run_id, feature }) => {
      database.prepare("UPDATE results SET run_id = 'new' WHERE run_id = ?").run(String(run_id))
      const rows = [...results.rows(String(feature))]
      database.prepare("UPDATE results SET run_id = ? WHERE run_id = 'new'").run(String(run_id))
      return rows
    })
    assert.deepEqual(tally(read.map(({ detail }) => detail.state)), {
      ...{ scored: edition === 'present' ? 172 : 148, checkFailed: 14, modelError: 10, refused: 20, truncated: 10 },
      ...{ noText: 10, judgeError: 12, checkError: 10, abstained: 12, budgetStopped: 3 },
    })
    assert.equal(rowsOf(database, 'SELECT 1 FROM results').length, before)
  },
  unchanged: async (database) => {
    for (const { feature, record } of rowsOf(database, 'SELECT feature, record FROM unchanged')) {
      const { suite, judge, runs, blocked } = JSON.parse(String(record))
      const now = { suite, judge, doubt: null, measure: async () => 'another' }
      const note = await unchangedNote(database, String(feature), now)
      assert.ok(note?.includes(`blocked in ${blocked.runs} of ${runs} runs`), note)
    }
  },
  accepted: async (database) => {
    for (const { feature, suite, record } of rowsOf(database, 'SELECT feature, suite, record FROM accepted')) {
      const prompt = { feature: String(feature), checks: [] } as unknown as Prompt
      const measured = { cases: async function* () {}, checkCode: async () => '' }
      const { note } = await usableScores(database, prompt, String(suite), measured)
      assert.ok(note?.includes(`accepted run on ${JSON.parse(String(record)).commit.slice(0, 7)}`), note)
    }
  },
}
