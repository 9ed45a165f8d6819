import assert from 'node:assert/strict'
import { closeSync, openSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { fakeModel } from '../support/fake-model.ts'
import { createProject, summaryFiles } from '../support/project.ts'
import { storedAnswers, storeFile } from './stored-answers.ts'

const cases = 20
const evalSummary = ['eval', 'summary', '--json']

async function finishedRun() {
  const model = await fakeModel(() => 'Action item: send the invoice')
  const project = createProject(summaryFiles({ url: model.url, cases }))
  assert.equal((await project.sluice(evalSummary)).code, 0)
  return {
    ...{ model, project },
    async [Symbol.asyncDispose]() {
      project[Symbol.dispose]()
      await model[Symbol.asyncDispose]()
    },
  }
}

test('stored answers that are damaged are paid for once more, and then kept', async () => {
  await using run = await finishedRun()
  const database = new DatabaseSync(storeFile(run.project.root))
  const damage = database.prepare('UPDATE answers SET completion = ? WHERE rowid = ?')
  const damaged = ['', '{"output": "Act', '{"output": 7}', 'null']
  for (const [index, text] of damaged.entries()) damage.run(text, 3 + index)
  database.close()
  for (const _ of ['asks for them', 'has them']) {
    const { code, stdout, stderr } = await run.project.sluice(evalSummary)
    assert.equal(code, 0, stderr)
    assert.equal(JSON.parse(stdout).features[0].coverage.scored, cases)
    assert.equal(run.model.requests.length, cases + damaged.length)
  }
  assert.deepEqual(storedAnswers(run.project.root), { integrity: 'ok', answers: cases })
})

const damages: Record<string, (file: string) => void> = {
  'cut in half': (file) => truncateSync(file, statSync(file).size / 2),
  'overwritten with text': (file) => writeFileSync(file, 'no database, just text\n'.repeat(1000)),
}

for (const [name, damage] of Object.entries(damages)) {
  test(`a store that is ${name} is named with the way out, and nothing is paid`, async () => {
    await using run = await finishedRun()
    damage(storeFile(run.project.root))
    const { code, stdout, stderr } = await run.project.sluice(evalSummary)
    assert.deepEqual([code, stdout], [4, ''], stderr)
    const folder = path.join(run.project.root, '.sluice')
    assert.ok(stderr.includes(`the store ${folder} cannot be used: `), stderr)
    assert.match(stderr, /damaged: .*delete the folder/)
    assert.doesNotMatch(stderr, /^\s+at /m)
    assert.equal(run.model.requests.length, cases)

    rmSync(folder, { recursive: true })
    assert.equal((await run.project.sluice(evalSummary)).code, 0)
  })
}

for (const command of [
  ['suite', 'review', 'summary'],
  ['suite', 'pick', 'summary', '--budget-cases', '6', '--from', 'fast'],
  ['plan', 'gate', 'summary'],
]) {
  test(`sluice ${command.join(' ')} names table and way out where a kept result is cut off`, async () => {
    await using run = await finishedRun()
    const database = new DatabaseSync(storeFile(run.project.root))
    database.exec('UPDATE results SET detail = substr(detail, 1, 40) WHERE position = 3')
    database.close()
    const { code, stderr } = await run.project.sluice(command)
    assert.equal(code, 4, stderr)
    assert.match(stderr, /sluice\.db cannot be used: a row of its table results is damaged \(detail: .*Put a copy of/)
    assert.doesNotMatch(stderr, /free some space/)
  })
}

/** Overwrites where a table and its indexes begin, so that the file still opens. */
function damageTable(file: string, table: string): void {
  const database = new DatabaseSync(file)
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  const size = Number(database.prepare('PRAGMA page_size').get()?.page_size)
  const roots = database.prepare('SELECT rootpage FROM sqlite_master WHERE tbl_name = ?').all(table)
  database.close()
  assert.ok(roots.length > 0, `there is no table ${table}`)
  const opened = openSync(file, 'r+')
  for (const { rootpage } of roots) writeSync(opened, Buffer.alloc(size, 0xff), 0, size, (Number(rootpage) - 1) * size)
  closeSync(opened)
}

const readers: [table: string, command: string[]][] = [
  ['answers', evalSummary],
  ['spending', ['costs']],
  ['nights', ['nightly', 'export']],
  ['nights', ['trends']],
  ['incidents', ['nightly', 'export']],
  ['results', ['suite', 'review', 'summary']],
  ['results', ['plan', 'gate', 'summary']],
  ['results', ['cache', 'prune']],
  ['unchanged', ['gate', '--all', '--base', 'HEAD']],
]

for (const [table, command] of readers) {
  test(`sluice ${command.join(' ')} says so where the table ${table} is damaged, with the way out`, async () => {
    await using run = await finishedRun()
    run.project.git('init')
    run.project.git('add', '.')
    run.project.git('commit', '-m', 'first')
    damageTable(storeFile(run.project.root), table)
    const { code, stdout, stderr } = await run.project.sluice(command)
    assert.deepEqual([code, stdout], [4, ''], stderr)
    const folder = path.join(run.project.root, '.sluice')
    const lines = stderr.trim().split('\n')
    const said = `the store ${folder} cannot be used: database disk image is malformed. The file is damaged: put a copy`
    assert.ok(lines.at(-1)?.startsWith(said), stderr)
    assert.doesNotMatch(stderr, /fault of its own|^\s+at /m)
  })
}
