import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { renameSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { fakeModel } from '../../support/fake-model.ts'
import { changedProject, commitAll, countRequests, judged, summariser, worse } from '../../support/gate-project.ts'
import { createProject, summaryFiles } from '../../support/project.ts'

const file = 'prompts/summary.prompt.yml'

test('the working tree, the index and the branch stay as they are', async () => {
  await using model = await fakeModel(summariser())
  using project = changedProject({ url: model.url, cases: 5 })
  const state = () => [
    project.git('status', '--porcelain', '--branch'),
    project.git('diff'),
    project.git('stash', 'list'),
  ]
  const before = state()
  assert.equal((await project.sluice(['gate'])).code, 1)
  assert.deepEqual(state(), before)
})

test('--base names the commit to compare with', async () => {
  await using model = await fakeModel(summariser())
  using project = changedProject({ url: model.url, cases: 5 })
  const first = project.git('rev-parse', 'HEAD')
  project.git('commit', '-qam', 'worse')
  project.write({ 'README.md': 'hello\n' })
  const { report } = await judged(project, ['gate', '--base', 'HEAD'])
  assert.deepEqual(report.features, [])
  const { code, report: older } = await judged(project, ['gate', '--base', 'HEAD~1'])
  assert.equal(code, 1)
  assert.equal(older.git?.base, first)
})

test('a base that does not exist is invalid input', async () => {
  using project = changedProject({ url: 'http://127.0.0.1:9/v1', cases: 5 })
  const { code, stdout, stderr } = await project.sluice(['gate', '--base', 'origin/nowhere'])
  assert.deepEqual([code, stdout], [3, ''])
  assert.match(stderr, /^git knows no commit "origin\/nowhere"\. Check the spelling, or fetch it first/)
})

test('outside git the gate says what to do, and --all judges against the threshold', async () => {
  await using model = await fakeModel(summariser())
  using project = createProject(summaryFiles({ url: model.url, cases: 5 }))
  const { code, stderr } = await project.sluice(['gate'])
  assert.equal(code, 3)
  assert.match(stderr, /is not in a git repository.*git init.*--changed-files.*--all/)
  const based = await project.sluice(['gate', '--all', '--base', 'main'])
  assert.equal(based.code, 3)
  assert.equal(model.requests.length, 0)
  const all = await judged(project, ['gate', '--all'])
  assert.equal(all.code, 0)
  assert.equal(all.report.git, null)
  assert.deepEqual(all.report.features[0]?.notes.slice(0, 1), [
    'There is no git repository, so there is no baseline: judged against the threshold alone.',
  ])
})

test('a repository without a commit has no baseline: --all works, and plain gate says why not', async () => {
  await using model = await fakeModel(summariser())
  using project = createProject(summaryFiles({ url: model.url, cases: 5 }))
  project.git('init', '-q')
  const { code, stderr } = await project.sluice(['gate'])
  assert.equal(code, 3)
  assert.match(stderr, /no branch to compare with, since there is no commit yet: git add --all.*--all/)
  const all = await judged(project, ['gate', '--all'])
  assert.equal(all.code, 0, all.stderr)
  assert.deepEqual(all.report.git, { head: null, base: null })
  assert.match(all.report.features[0]?.notes[0] ?? '', /no baseline: judged against the threshold alone/)
})

test('a shallow clone tells the fetch-depth fix', async () => {
  using project = changedProject({ url: 'http://127.0.0.1:9/v1', cases: 5 })
  project.git('commit', '-qam', 'worse')
  using clone = createProject({})
  const source = `file://${project.root}`
  execFileSync('git', ['clone', '-q', '--depth', '1', '--branch', 'change', source, '.'], { cwd: clone.root })
  const { code, stderr } = await clone.sluice(['gate', '--base', 'origin/main'])
  assert.equal(code, 3)
  assert.match(stderr, /shallow clone.*actions\/checkout: fetch-depth: 0/)
})

test('a renamed prompt file keeps its baseline by its name', async () => {
  await using model = await fakeModel(summariser())
  using project = changedProject({ url: model.url, cases: 5 })
  renameSync(path.join(project.root, file), path.join(project.root, 'prompts/short-summary.prompt.yml'))
  const { code, report } = await judged(project, ['gate'])
  assert.equal(code, 1)
  assert.ok(report.features[0]?.comparison)
})

test('prompts that moved with the glob of sluice.yaml keep their baseline too', async () => {
  await using model = await fakeModel(summariser())
  const base = { url: model.url, cases: 5 }
  using project = changedProject(base, { message: worse, config: 'prompts: ai/*.prompt.yml\n' })
  project.git('mv', 'prompts', 'ai')
  const { code, report } = await judged(project, ['gate'])
  assert.equal(code, 1)
  assert.ok(report.features[0]?.baseline)
})

test('a prompt that is not valid at the base is judged against the threshold alone, and the report says so', async () => {
  await using model = await fakeModel(summariser())
  const base = { url: model.url, cases: 5 }
  using project = createProject({ ...summaryFiles(base), [file]: 'sluice: 1\nmodle: x\n' })
  commitAll(project, 'broken')
  project.write(summaryFiles(base))
  const { code, report } = await judged(project, ['gate'])
  assert.equal(code, 0)
  assert.equal(
    report.features[0]?.notes[0],
    `${file} is not valid in the base commit, so there is no baseline: judged against the threshold alone.`,
  )
})

test('a new feature is judged against the threshold alone, and says so', async () => {
  await using model = await fakeModel(summariser())
  using project = createProject({ 'README.md': 'empty\n' })
  commitAll(project, 'before')
  project.write(summaryFiles({ url: model.url, cases: 5, message: worse }))
  const { code, report } = await judged(project, ['gate'])
  assert.equal(code, 1)
  const [feature] = report.features
  assert.deepEqual(
    feature?.reasons.map(({ code }) => code),
    ['below-threshold'],
  )
  assert.equal(feature?.notes[0], 'New feature, so there is no baseline: judged against the threshold alone.')
})

test('both versions run on the cases, checks and rubric of the candidate', async () => {
  await using model = await fakeModel(summariser(() => false))
  const base = { url: model.url, cases: 5, config: 'gate: {margin: 0.5, threshold: 0.4}\n' }
  using project = changedProject(base, { message: worse, cases: 8, rubric: true })
  const { report } = await judged(project, ['gate'])
  assert.deepEqual(countRequests(model.requests), [16, 16, 32])
  assert.equal(report.features[0]?.comparison?.pairs, 8)
})
