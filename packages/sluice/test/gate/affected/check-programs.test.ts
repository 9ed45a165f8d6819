import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commitAll } from '../../support/gate-project.ts'
import { committed, prompt, reasons } from './committed-project.ts'

test("a check's program counts with what lies beside it; data elsewhere does not", async () => {
  using project = committed({
    'prompts/a.prompt.yml': prompt('checks: [{command: "python3 -u checks/tone.py --strict"}]\n'),
    'checks/tone.py': 'import words\n',
    'checks/words.py': '\n',
    'checks/data/list.txt': '\n',
    'notes.txt': '\n',
  })
  for (const file of ['checks/tone.py', 'checks/words.py', 'checks/data/list.txt'])
    assert.match((await reasons(project, '', () => project.write({ [file]: 'changed\n' }))) ?? '', /checks\//, file)
  assert.equal(await reasons(project, '', () => project.write({ 'notes.txt': 'changed\n' })), null)
})

test("a check's program beside the prompts, one in a module of Python, and one that names no file", async () => {
  const check = (command: string) => prompt(`checks: [{command: ${command}}]\n`)
  using project = committed({
    'prompts/a.prompt.yml': check('python3 tone.py'),
    'tone.py': '\n',
    'checks/tone.py': '\n',
    'checks/words.py': '\n',
    'notes.txt': '\n',
  })
  const changed = (file: string) => reasons(project, '', () => project.write({ [file]: 'changed\n' }))
  // What the script reads cannot be told, and beside it lies everything.
  assert.match((await changed('notes.txt')) ?? '', /around python3 tone\.py/)
  const commit = (command: string) => {
    project.write({ 'prompts/a.prompt.yml': check(command) })
    project.git('commit', '-qam', 'other')
  }
  commit('[python3, -m, checks.tone]')
  assert.match((await changed('checks/words.py')) ?? '', /beside tone\.py/)
  assert.equal(await changed('notes.txt'), null)
  commit('[jq, -e, .total]')
  assert.match((await changed('notes.txt')) ?? '', /around jq/)
  commit('[node, checks/fine.mjs]')
  project.write({ 'checks/fine.mjs': 'import "./deep.mjs"\n', 'checks/deep.mjs': '\n' })
  commitAll(project, 'scripts')
  assert.match((await changed('checks/deep.mjs')) ?? '', /imported by checks\/fine\.mjs/)
  assert.equal(await changed('checks/words.py'), null)
})
