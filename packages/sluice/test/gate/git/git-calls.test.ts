import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { fakeModel } from '../../support/fake-model.ts'
import { changedProject, commitAll, judged, summariser } from '../../support/gate-project.ts'
import { createProject, type Project } from '../../support/project.ts'

/** The commands of git that a command line of Sluice starts, without their options, in alphabetical order. */
async function callsOf(project: Project, args: string[]): Promise<string[]> {
  const bin = path.join(project.root, '.git/bin')
  const log = path.join(bin, 'log')
  rmSync(log, { force: true })
  project.write({ '.git/bin/git': `#!/bin/sh\necho "$@" >> '${log}'\nPATH="\${PATH#*:}" exec git "$@"\n` })
  chmodSync(path.join(bin, 'git'), 0o755)
  const { code, stderr } = await judged(project, args, { PATH: `${bin}${path.delimiter}${process.env.PATH}` })
  assert.equal(code, args[0] === 'eval' ? 0 : 1, stderr)
  const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []
  return lines.map((line) => /^(?:-c \S+ )*(\S+)/.exec(line)?.[1] ?? '').sort()
}

/** The place of the repository, its branches, where this one left its base, the files of that, and those that are read. */
const base = ['cat-file', 'for-each-ref', 'ls-tree', 'rev-parse', 'rev-parse']

test('a run with a bare prompt asks git for each thing once', async () => {
  await using model = await fakeModel(summariser())
  using project = changedProject({ url: model.url })
  assert.deepEqual(await callsOf(project, ['gate']), [...base, 'diff', 'ls-files'].sort())
  // From the second run on git is asked whether it has the stored answers.
  const stored = [...base, 'ls-files'].sort()
  assert.deepEqual(await callsOf(project, ['eval', 'summary']), stored)
  assert.deepEqual(
    await callsOf(project, ['compare', 'summary', '--baseline', 'main']),
    [...stored, 'rev-parse'].sort(),
    'the base commit and the named one are read from the same repository',
  )
})

const application = (change: string) => `import fs from 'node:fs'
process.stdout.write(JSON.parse(fs.readFileSync(0, 'utf8')).word${change})
`

const files = {
  'package.json': '{"name": "app", "type": "module"}',
  '.gitignore': '.sluice/\n',
  'prompts/app.prompt.yml': `sluice: 1
model: anthropic:claude-haiku-4-5-20251001
target: {command: [node, app.mjs]}
suites: {fast: ../evals/app.yaml}
checks: [{equals: "{{expected}}", caseSensitive: true}]
`,
  'evals/app.yaml': ['a', 'b', 'c', 'd']
    .map((word) => `- {id: ${word}, vars: {word: ${word}}, expected: ${word.toUpperCase()}}\n`)
    .join(''),
  'sluice.yaml': 'sluice: 1\ngate: {threshold: 0.05, margin: 0.05, repeats: [1]}\n',
}

test('a run with an application asks for its files as often as they may have changed', async () => {
  using project = createProject({ ...files, 'app.mjs': application('.toUpperCase()') })
  commitAll(project, 'base', 'change')
  project.write({ 'app.mjs': application('.toLowerCase()') })
  const calls = (await callsOf(project, ['gate'])).filter(
    (call) => !['cat-file', 'for-each-ref', 'ls-tree'].includes(call),
  )
  assert.deepEqual(calls, [
    // Of the project, and of the worktree before and after.
    ...['diff', 'diff', 'diff'],
    // Of the project; then of both versions before they are asked, once they were asked, and of the one that is judged.
    ...Array(1 + 2 + 2 + 1).fill('ls-files'),
    // What git ignores, before and after.
    ...['ls-files', 'ls-files', 'ls-files', 'ls-files'],
    ...['rev-parse', 'rev-parse', 'rev-parse', 'rev-parse'],
    'worktree',
  ])
})

test('an application that loses its repository while it is asked has changed', async () => {
  const losing = `import fs from 'node:fs'
export default ({ word }) => {
  fs.rmSync(new URL('.git', import.meta.url), { recursive: true, force: true })
  return word.toUpperCase()
}
`
  const prompt = files['prompts/app.prompt.yml'].replace('{command: [node, app.mjs]}', '{module: ../app.mjs}')
  using project = createProject({ ...files, 'prompts/app.prompt.yml': prompt, 'app.mjs': losing })
  commitAll(project, 'base')
  const { report, stderr } = await judged(project, ['gate', '--all'])
  assert.match(report.features[0]?.notes.join('\n') ?? stderr, /Files of the application changed while it was asked/)
})
