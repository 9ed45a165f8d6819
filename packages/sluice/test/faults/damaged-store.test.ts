import assert from 'node:assert/strict'
import { rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
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
