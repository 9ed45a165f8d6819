import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { openProjectDatabase } from '../../../src/core/answers/project-database.ts'
import { createResults, type ResultRow } from '../../../src/gate/run/results.ts'

function temporaryFolder() {
  const root = mkdtempSync(path.join(tmpdir(), 'sluice-store-'))
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) }
}

test('details of a run are read back by position, role and repeat; old runs go', () => {
  using folder = temporaryFolder()
  const database = openProjectDatabase(folder.root)
  const detail = (score: number) => ({ state: 'scored' as const, score, checks: [], judge: [] })
  const results = createResults(database, { id: 'run-0', command: 'eval', startedAt: 0 })
  results.add('f', { position: 1, role: 'candidate', repeat: 1, detail: detail(0.3) })
  results.add('f', { position: 0, role: 'candidate', repeat: 2, detail: detail(0.2) })
  results.add('f', { position: 0, role: 'candidate', repeat: 1, detail: detail(0.1) })
  results.add('g', { position: 0, role: 'candidate', repeat: 1, detail: detail(0.9) })
  assert.deepEqual(
    [...results.rows('f')].map((row) => row.detail.score),
    [0.1, 0.2, 0.3],
  )
  results.end()
  for (let n = 1; n <= 20; n += 1) createResults(database, { id: `run-${n}`, command: 'eval', startedAt: n })
  assert.deepEqual([...results.rows('f')], [])
  database.close()
})

test('details of a run that is still under way stay, however many have begun since', () => {
  using folder = temporaryFolder()
  const database = openProjectDatabase(folder.root)
  const now = Date.now()
  const long = createResults(database, { id: 'long', command: 'nightly', startedAt: now })
  const row = (repeat: number): ResultRow => ({
    position: 0,
    role: 'candidate',
    repeat,
    detail: { state: 'scored', score: 1, checks: [], judge: [] },
  })
  long.add('f', row(1))
  long.flush()
  const others = (from: number) => {
    for (let n = 1; n <= 25; n += 1) {
      createResults(database, { id: `${from + n}`, command: 'eval', startedAt: from + n }).end()
    }
  }
  others(now)
  long.add('f', row(2))
  assert.equal([...long.rows('f')].length, 2)
  long.end()
  others(now + 100)
  assert.deepEqual([...long.rows('f')], [])
  assert.equal(database.prepare('SELECT count(*) AS n FROM runs').get()?.n, 20)
  database.close()
})

const damages: Record<string, string> = {
  'cut off': `'{"state":"scored","sco'`,
  'no score': `json_set(detail, '$.score', 'high')`,
  'a score beyond 1': `json_set(detail, '$.score', 1.5)`,
  'a check without a score': `json_set(detail, '$.checks', json('[{"name":"c","type":"json","weight":1,"must":false,"reason":""}]'))`,
  'a state that nobody knows': `json_set(detail, '$.state', 'fine')`,
}

for (const [name, damage] of Object.entries(damages)) {
  test(`a detail that is damaged (${name}) is an error with file, table and way out`, () => {
    using folder = temporaryFolder()
    const database = openProjectDatabase(folder.root)
    const results = createResults(database, { id: 'r', command: 'eval', startedAt: 1 })
    const detail: ResultRow['detail'] = { state: 'scored', score: 1, checks: [], judge: [] }
    results.add('f', { position: 0, role: 'candidate', repeat: 1, detail })
    assert.deepEqual([...results.rows('f')], [{ position: 0, role: 'candidate', repeat: 1, detail }])
    database.exec(`UPDATE results SET detail = ${damage}`)
    assert.throws(() => [...results.rows('f')], {
      code: 'cannot-run',
      message:
        /^the store \S+sluice\.db cannot be used: a row of its table results is damaged \(detail.*\)\. Put a copy/,
    })
    database.close()
  })
}
