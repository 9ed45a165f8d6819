import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { InvalidFilesError } from '../../../src/core/suite/diagnostics/diagnostic.ts'
import { findRoot, loadProject, strictProject } from '../../../src/core/suite/project/project.ts'
import { diskFiles } from '../../../src/core/suite/project-files.ts'
import { goodCases, goodPrompt } from '../../support/memory-files.ts'

const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'sluice-files-')))
after(() => rmSync(folder, { recursive: true }))

function write(name: string, text: string) {
  const file = path.join(folder, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
}

write('app/sluice.yaml', '')
write('app/prompts/b.prompt.yml', goodPrompt.replace('name: summary', 'name: b'))
write('app/prompts/deep/a.prompt.yml', goodPrompt.replace('name: summary', 'name: a').replace('../', '../../'))
write('app/prompts/node_modules/x/c.prompt.yml', 'broken: [')
write('app/evals/summary.jsonl', goodCases)
write('shared/d.prompt.yml', '')
symlinkSync(path.join(folder, 'shared/d.prompt.yml'), path.join(folder, 'app/prompts/link.prompt.yml'))
const root = path.join(folder, 'app')
const files = diskFiles(root)

test('globs list files and links to files, sorted, posix, relative to the root, without node_modules', async () => {
  assert.deepEqual(await files.list('prompts/**/*.prompt.yml'), [
    'prompts/b.prompt.yml',
    'prompts/deep/a.prompt.yml',
    'prompts/link.prompt.yml',
  ])
  assert.deepEqual(await files.list('../shared/*.yml'), ['../shared/d.prompt.yml'])
  assert.deepEqual(await files.list(`${folder}/shared/*.yml`), [`${folder}/shared/d.prompt.yml`])
  assert.deepEqual(await files.list('nowhere/*.yml'), [])
})

test('a path without wildcards is listed if it is a file', async () => {
  assert.deepEqual(await files.list('sluice.yaml'), ['sluice.yaml'])
  assert.deepEqual(await files.list('../shared/d.prompt.yml'), ['../shared/d.prompt.yml'])
  assert.deepEqual(await files.list('prompts'), [])
  assert.deepEqual(await files.list('none.yaml'), [])
})

test('a missing file rejects with ENOENT, read or streamed', async () => {
  await assert.rejects(files.read('none'), { code: 'ENOENT' })
  await assert.rejects(
    async () => {
      for await (const _ of files.stream?.('none') ?? []) assert.fail()
    },
    { code: 'ENOENT' },
  )
})

test('the root is the nearest folder upwards with a sluice.yaml, else the folder itself', async () => {
  assert.equal(await findRoot(path.join(root, 'prompts/deep')), root)
  assert.equal(await findRoot(root), root)
  assert.equal(await findRoot(path.join(folder, 'shared')), path.join(folder, 'shared'))
})

test('a project loads from disk; strictProject throws with every error and lets warnings pass', async () => {
  const project = await loadProject({ root })
  assert.deepEqual(
    project.prompts.map(({ feature }) => feature),
    ['b', 'a'],
  )
  assert.throws(
    () => strictProject(project),
    (error) => {
      assert.ok(error instanceof InvalidFilesError)
      assert.equal(error.exitCode, 3)
      assert.equal(error.message, 'prompts/link.prompt.yml:1:1: empty; expected a map')
      return true
    },
  )
  const warned = {
    ...project,
    diagnostics: project.diagnostics.map((one) => ({ ...one, severity: 'warning' as const })),
  }
  assert.equal(strictProject(warned), warned)
})

test('suites that are not asked for are not read', async () => {
  write('app/evals/summary.jsonl', '{"id":1}\n')
  const project = await loadProject({ root, suites: (_, suite) => suite !== 'fast' })
  assert.ok(project.diagnostics.every(({ file }) => file !== 'evals/summary.jsonl'))
  const all = await loadProject({ root })
  assert.ok(all.diagnostics.some(({ file }) => file === 'evals/summary.jsonl'))
  write('app/evals/summary.jsonl', goodCases)
})
