import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { fakeModel } from '../support/fake-model.ts'
import { changedProject, commitAll, readReport } from '../support/gate-project.ts'
import { createProject, type Project, summaryFiles } from '../support/project.ts'

const answer = () => 'Action item: pay the invoice.'
const env = { LOCAL_API_KEY: 'local-key-0815', OTHER_SECRET: 'other-secret-0815' }
const inCi = { ...env, CI: 'true', GITHUB_BASE_REF: 'main' }
const gate = ['gate', '--report-dir', 'report']
/** Every command that asks models. */
const asking = [
  ...[gate, [...gate, '--all'], ['eval', 'summary'], ['eval', 'summary', '--compare', 'local:other'], ['nightly']],
  ...[
    ['drill', 'summary'],
    ['drill', 'summary', '--unchanged', '2'],
    ['upgrade', '--from', 'local:judge', '--to', 'local:other'],
  ],
  ...['attack', 'rubric', 'calibrate'].map((name) => ['judge', name, 'summary']),
]

/** A branch that sends the key of the base's server to `url` instead. */
function movedProject(from: string, url: string, provider?: string): Project {
  const project = changedProject({ url: from, cases: 2 }, { url, ...(provider && { provider }) })
  commitAll(project, 'move')
  project.git('branch', '-f', 'main', 'HEAD~1')
  return project
}

test('in CI a change cannot send a key to another address: nothing is sent, and the way out is named', async () => {
  await using here = await fakeModel(answer)
  await using there = await fakeModel(answer)
  using project = movedProject(here.url, there.url)
  for (const command of asking) {
    const { code, stderr } = await project.sluice(command, inCi)
    assert.equal(code, 3, stderr)
    const [from, to] = [here, there].map(({ url }) => url.replace('http://', ''))
    assert.ok(
      stderr.includes(`would send LOCAL_API_KEY to ${to}; at the base commit it went to ${from} [local]`),
      stderr,
    )
    assert.match(stderr, /--allow-endpoint local/)
  }
  assert.deepEqual([here.requests.length, there.requests.length], [0, 0])
  assert.equal((await project.sluice(gate, { ...inCi, CI: '', GITHUB_ACTIONS: 'true' })).code, 3)
  const jenkins = { ...env, JENKINS_URL: 'https://jenkins.example/', CHANGE_TARGET: 'main' }
  assert.equal((await project.sluice(gate, jenkins)).code, 3, 'Jenkins sets no CI in its older versions')
})

test('the workflow allows it by name, or for one address; the report says so at its top', async () => {
  await using here = await fakeModel(answer)
  await using there = await fakeModel(answer)
  using project = movedProject(here.url, there.url)
  assert.equal((await project.sluice([...gate, '--allow-endpoint', 'another'], inCi)).code, 3)
  assert.equal((await project.sluice([...gate, '--allow-endpoint', `local=${here.url}`], inCi)).code, 3)
  for (const allowed of ['local', `local=${there.url}`]) {
    const { code, stderr } = await project.sluice([...gate, '--allow-endpoint', allowed], inCi)
    assert.equal(code, 0, stderr)
    assert.match(readReport(project, 'report').findings?.[0]?.message ?? '', /^This run sends LOCAL_API_KEY to 127/)
  }
  assert.ok(there.requests.length > 0)
})

test('outside of CI it is said before anything else, on stderr and in the report', async () => {
  await using here = await fakeModel(answer)
  await using there = await fakeModel(answer)
  using project = movedProject(here.url, there.url)
  const { code, stderr } = await project.sluice(gate, env)
  assert.equal(code, 0, stderr)
  assert.match(stderr, /^This run sends LOCAL_API_KEY to 127\.0\.0\.1:\d+\/v1; at the base commit it went to 127/)
  const markdown = readFileSync(path.join(project.root, 'report/report.md'), 'utf8')
  for (const command of [
    ['judge', 'attack', 'summary'],
    ['judge', 'rubric', 'summary'],
  ]) {
    const told = (await project.sluice(command, env)).stderr.match(/This run sends LOCAL_API_KEY/g)
    assert.equal(told?.length, 1, command.join(' '))
  }
  assert.ok(markdown.indexOf('This run sends') > 0 && markdown.indexOf('This run sends') < 300, markdown.slice(0, 600))
})

test('in CI another variable is refused as well, and a server that gets no secret is not', async () => {
  await using here = await fakeModel(answer)
  await using there = await fakeModel(answer)
  using renamed = movedProject(here.url, here.url, 'apiKeyEnv: OTHER_SECRET')
  const refused = await renamed.sluice(gate, inCi)
  assert.equal(refused.code, 3)
  assert.match(refused.stderr, /would send OTHER_SECRET to .*; at the base commit it went nowhere/)
  using moved = movedProject(here.url, there.url)
  const { code, stderr } = await moved.sluice(gate, { CI: 'true', GITHUB_BASE_REF: 'main' })
  assert.equal(code, 0, stderr)
  assert.ok(there.requests.length > 0)
})

test('a project without any base: in CI a key goes to the providers’ own addresses only', async () => {
  await using model = await fakeModel(answer)
  using project = createProject(summaryFiles({ url: model.url, cases: 2 }))
  project.git('init', '-q')
  const baseless = { ...env, CI: 'true' }
  const refused = await project.sluice([...gate, '--all'], baseless)
  assert.equal(refused.code, 3)
  assert.match(refused.stderr, /no base commit could be read; with actions\/checkout set fetch-depth: 0/)
  assert.notEqual((await project.sluice([...gate, '--all', '--allow-endpoint', 'local'], baseless)).code, 3)
  assert.ok(model.requests.length > 0)
})

test('where git fails nothing is sent, and its words are told', async () => {
  await using model = await fakeModel(answer)
  using project = movedProject(model.url, `${model.url}/other`)
  rmSync(path.join(project.root, '.git/HEAD'))
  // The temporary folder may be a mount point, beyond which git would not look.
  const GIT_CEILING_DIRECTORIES = path.dirname(project.root)
  const { code, stderr } = await project.sluice(['eval', 'summary'], { ...env, GIT_CEILING_DIRECTORIES })
  assert.equal(code, 3, stderr)
  assert.match(stderr, /git cannot be asked here.*not a git repository.*git fsck/s)
  assert.equal(model.requests.length, 0)
})
