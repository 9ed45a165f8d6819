import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { ModelUse } from '../../../src/gate/retirements/model-uses.ts'
import { proposedFiles, writeChanged } from '../../../src/gate/upgrade/write-models.ts'
import type { UpgradeFeature, UpgradeJudge } from '../../../src/records/report/upgrade-report.ts'
import { createProject } from '../../support/project.ts'

const feature = (model: string, proposal: string | null, name = 'a') =>
  ({ feature: name, file: `${name}.prompt.yml`, model, proposal }) as UpgradeFeature
const judgeTo = (proposal: string) =>
  ({ model: 'x:judge', candidates: [], proposal, reason: '' }) satisfies UpgradeJudge
const use = (role: ModelUse['role'], file: string): ModelUse => ({
  role,
  model: 'x:judge',
  feature: null,
  file,
  path: [],
})

async function rewritten(
  files: Record<string, string>,
  features: UpgradeFeature[],
  judge: UpgradeJudge | null,
  uses: ModelUse[],
) {
  using project = createProject(files)
  const changed = await proposedFiles(project.root, { features, judge }, uses)
  await writeChanged(project.root, changed)
  const names = [...Object.keys(files), ...changed.map(({ file }) => file)]
  const texts = new Map(names.map((name) => [name, readFileSync(path.join(project.root, name), 'utf8')]))
  return (file: string) => texts.get(file)
}

test('the id alone is replaced: quotes, comments, separator and line ends stay', async () => {
  const cases: [before: string, after: string][] = [
    ['model: x:old # why\nb: 1\n', 'model: x:new # why\nb: 1\n'],
    ["# top\r\nb: 1\r\nmodel: 'x:old'\r\n", "# top\r\nb: 1\r\nmodel: 'x:new'\r\n"],
    ['{model: "x/old", b: 1}', '{model: "x/new", b: 1}'],
  ]
  for (const [before, after] of cases) {
    const read = await rewritten({ 'a.prompt.yml': before }, [feature('x:old', 'x:new')], null, [])
    assert.equal(read('a.prompt.yml'), after)
  }
  const kept = await rewritten({ 'a.prompt.yml': 'model: x:old\n' }, [feature('x:old', null)], null, [])
  assert.equal(kept('a.prompt.yml'), 'model: x:old\n')
})

test('a model that the project gives its prompts is replaced in sluice.yaml', async () => {
  const files = { 'a.prompt.yml': 'messages: []\n', 'sluice.yaml': 'model: x:old\nsluice: 1\n' }
  const read = await rewritten(files, [feature('x:old', 'x:new')], null, [])
  assert.deepEqual([read('sluice.yaml'), read('a.prompt.yml')], ['model: x:new\nsluice: 1\n', 'messages: []\n'])
})

test('of features that share a default only those with a proposal move, each to its own', async () => {
  const files = {
    'a.prompt.yml': '# why\nmessages: []\n',
    'b.prompt.yml': '{messages: []}',
    'c.prompt.yml': 'messages: []\r\n',
    'sluice.yaml': 'model: x:old\n',
  }
  const features = (...proposals: (string | null)[]) =>
    proposals.map((proposal, index) => feature('x:old', proposal, 'abc'[index]))
  const texts = async (...proposals: (string | null)[]) => {
    const read = await rewritten(files, features(...proposals), null, [])
    return Object.keys(files).map(read)
  }
  const before = Object.values(files)
  assert.deepEqual(await texts('x:new', null, null), ['# why\nmodel: "x:new"\nmessages: []\n', ...before.slice(1)])
  assert.deepEqual(await texts('x:new', 'y:new', 'y:new'), [
    '# why\nmodel: "x:new"\nmessages: []\n',
    '{model: "y:new", messages: []}',
    'model: "y:new"\r\nmessages: []\r\n',
    'model: x:old\n',
  ])
  assert.deepEqual(await texts('x:new', 'x:new', 'x:new'), [...before.slice(0, 3), 'model: x:new\n'])
  assert.deepEqual(await texts(null, null, null), before)
})

test('a judge is replaced where it stands, and written down where it was the default', async () => {
  const cases: [before: string | undefined, after: string][] = [
    ['judge: {model: x:judge} # ours\n', 'judge: {model: y:new} # ours\n'],
    ['judge:\n  parameters: {maxTokens: 9}\n', 'judge:\n  model: "y:new"\n  parameters: {maxTokens: 9}\n'],
    ['sluice: 1', 'sluice: 1\njudge: {model: "y:new"}\n'],
    [undefined, 'judge: {model: "y:new"}\n'],
  ]
  for (const [before, after] of cases) {
    const files: Record<string, string> = before === undefined ? {} : { 'sluice.yaml': before }
    const read = await rewritten(files, [], judgeTo('y:new'), [use('judge', 'sluice.yaml')])
    assert.equal(read('sluice.yaml'), after)
  }
})

test('every evaluator that names the judge is changed, and no other', async () => {
  const llm = (id: string) => `  - {name: n, llm: {modelId: ${id}, prompt: p}}\n`
  const before = `evaluators:\n${llm('x/judge')}${llm('x/other')}${llm('"x:judge"')}`
  const read = await rewritten({ 'a.prompt.yml': before }, [], judgeTo('y:new'), [use('evaluator', 'a.prompt.yml')])
  assert.equal(read('a.prompt.yml'), `evaluators:\n${llm('y/new')}${llm('x/other')}${llm('"y:new"')}`)
})

test('a model that stands elsewhere than it seems is left alone', async () => {
  const text = 'a: &m x:old\nmodel: *m\n'
  await assert.rejects(
    rewritten({ 'a.prompt.yml': text }, [feature('x:old', 'x:new')], null, []),
    /a\.prompt\.yml: model does not say x:old in a text of its own, so nothing was written/,
  )
})
