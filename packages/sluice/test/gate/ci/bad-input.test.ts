import assert from 'node:assert/strict'
import { renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { fakeModel } from '../../support/fake-model.ts'
import { changedProject, commitAll, summariser } from '../../support/gate-project.ts'
import { fakeGithub } from '../../support/github/fake-github.ts'
import { githubRun } from '../../support/github/github-run.ts'
import { createProject, type Project } from '../../support/project.ts'

const promptFile = 'prompts/summary.prompt.yml'

/** A clone of a project, made as a workflow's checkout does: detached, with origin. */
function checkout(project: Project, ...flags: string[]): Project {
  const clone = createProject({})
  clone.git('clone', '-q', ...flags, `file://${project.root}`, '.')
  clone.git('checkout', '-q', '--detach')
  return clone
}

test('faults of files are annotated at their lines, and nothing is run', async () => {
  await using model = await fakeModel(summariser())
  await using github = await fakeGithub()
  using project = changedProject({ url: model.url })
  project.write({ [promptFile]: 'sluice: 1\nname: team / mail summary\nmodell: local:model-a\nmessages: []\n' })
  const { code, stdout, outputs, summary } = await githubRun(project, github.url)
  assert.deepEqual([code, outputs.verdict, outputs.paid], [3, 'invalid', 'false'])
  assert.match(stdout, /^::error file=prompts\/summary\.prompt\.yml,line=2,col=7,title=Sluice::name: must consist of/m)
  assert.match(stdout, /^::error file=prompts\/summary\.prompt\.yml,line=3,.*did you mean "model"/m)
  assert.match(summary, /^## Sluice: INVALID FILES[\s\S]*prompts\/summary\.prompt\.yml:2:7/)
  assert.match(github.comments[0]?.body ?? '', /INVALID FILES/)
  assert.equal(model.requests.length, 0)
})

test('a project below the root of the repository: annotations have the whole path, the comment its own marker', async () => {
  await using github = await fakeGithub()
  using repository = createProject({ 'apps/mail/sluice.yaml': 'sluice: 1\nprompts: nowhere/*.yml\n' }, 'apps/mail')
  commitAll(repository, 'base')
  const { code, stdout } = await githubRun(repository, github.url)
  assert.equal(code, 3)
  assert.match(stdout, /^::error file=apps\/mail\/sluice\.yaml,line=2/m)
  assert.match(github.comments[0]?.body ?? '', /^<!-- sluice report apps%2Fmail%2F -->\n/)
})

test('no prompts at all is said at the key that looks for them', async () => {
  await using github = await fakeGithub()
  using project = createProject({ 'sluice.yaml': 'sluice: 1\nprompts: nowhere/*.yml\n' })
  commitAll(project, 'base')
  const { code, stdout } = await githubRun(project, github.url)
  assert.equal(code, 3)
  assert.match(stdout, /^::error file=sluice\.yaml,line=2,.*::prompts: no file matches nowhere\/\*\.yml$/m)
})

test('a prompt that is renamed keeps its baseline; one that is deleted leaves nothing to judge', async () => {
  await using model = await fakeModel(summariser())
  await using github = await fakeGithub()
  using project = changedProject({ url: model.url, rubric: true })
  renameSync(path.join(project.root, promptFile), path.join(project.root, 'prompts/mails.prompt.yml'))
  commitAll(project, 'rename')
  const renamed = await githubRun(project, github.url)
  assert.equal(renamed.code, 1)
  assert.match(renamed.stdout, /^::error file=prompts\/mails\.prompt\.yml/m)
  project.write({
    'prompts/other.prompt.yml':
      'sluice: 1\nmodel: local:a\nmessages: [{role: user, content: "{{email}}"}]\nsuites: {fast: ../evals/summary.jsonl}\nchecks: [{contains: x}]\n',
  })
  rmSync(path.join(project.root, 'prompts/mails.prompt.yml'))
  const gone = await githubRun(project, github.url)
  assert.deepEqual([gone.code, gone.outputs.verdict], [1, 'fail'], gone.summary)
  assert.doesNotMatch(gone.summary, /`summary`/)
})

test('the merge commit of a pull request, detached, is compared with its target', async () => {
  await using model = await fakeModel(summariser())
  await using github = await fakeGithub()
  using project = changedProject({ url: model.url, rubric: true })
  commitAll(project, 'shorter')
  project.git('checkout', '-q', 'main')
  project.write({ 'NEWS.md': 'main went on' })
  commitAll(project, 'main goes on')
  project.git('merge', '-q', '--no-ff', '-m', 'merge', 'change')
  const merged = project.git('rev-parse', 'HEAD')
  project.git('reset', '-q', '--hard', 'HEAD^')
  using clone = checkout(project)
  clone.git('fetch', '-q', 'origin', merged)
  clone.git('checkout', '-q', merged)
  const { code, outputs, summary } = await githubRun(clone, github.url)
  assert.deepEqual([code, outputs.verdict], [1, 'fail'], summary)
})

test('a shallow clone, and a base branch that is gone, end with the way out in the comment', async () => {
  await using model = await fakeModel(summariser())
  await using github = await fakeGithub()
  using project = changedProject({ url: model.url })
  commitAll(project, 'shorter')
  using shallow = checkout(project, '--depth=1', '--branch=change')
  const cut = await githubRun(shallow, github.url)
  assert.deepEqual([cut.code, cut.outputs.verdict], [3, 'invalid'])
  assert.match(github.comments[0]?.body ?? '', /no branch to compare with[\s\S]*fetch-depth: 0/)
  using clone = checkout(project)
  const gone = await githubRun(clone, github.url, { env: { GITHUB_BASE_REF: 'release/1' } })
  assert.equal(gone.code, 3)
  assert.match(gone.summary, /none of origin\/release\/1, release\/1 exists here/)
  const named = await githubRun(clone, github.url, { env: { GITHUB_BASE_REF: 'release/1', INPUT_BASE: 'origin/main' } })
  assert.equal(named.code, 1, named.summary)
  assert.equal(github.comments.length, 1)
})

test('a report directory that cannot be written ends the job and is said', async () => {
  await using model = await fakeModel(summariser())
  await using github = await fakeGithub()
  using project = changedProject({ url: model.url })
  project.write({ file: '' })
  const { code, summary, outputs } = await githubRun(project, github.url, { env: { INPUT_REPORT_DIR: 'file/report' } })
  assert.deepEqual([code, outputs.verdict, outputs.report], [4, 'error', ''])
  assert.match(summary, /COULD NOT RUN[\s\S]*file\/report.*cannot be written: ENOTDIR/)
})

test('an old report in the folder is not taken for this run’s', async () => {
  await using model = await fakeModel(summariser())
  await using github = await fakeGithub()
  using project = changedProject({ url: model.url })
  await githubRun(project, github.url)
  const { code, outputs, summary } = await githubRun(project, github.url, { env: { INPUT_BASE: 'nowhere' } })
  assert.deepEqual([code, outputs.score, outputs.report], [3, '', ''])
  assert.match(summary, /^## Sluice: INVALID INPUT[\s\S]*git knows no commit "nowhere"/)
})

test('pull_request_target is refused before anything is read or run', async () => {
  await using github = await fakeGithub()
  using project = createProject({})
  const { code, stderr } = await githubRun(project, github.url, { env: { GITHUB_EVENT_NAME: 'pull_request_target' } })
  assert.equal(code, 3)
  assert.match(stderr, /does not run gate on pull_request_target/)
})

test('outside of GitHub Actions it says what to run instead', async () => {
  using project = createProject({})
  const { code, stderr } = await project.sluice(['ci', 'github'])
  assert.equal(code, 3)
  assert.match(stderr, /GITHUB_REPOSITORY[\s\S]*Elsewhere run sluice gate/)
})

test('40 changed features: ten errors are annotated and the comment keeps within the limit', async () => {
  await using model = await fakeModel(summariser())
  await using github = await fakeGithub()
  using project = changedProject({ url: model.url, cases: 2 })
  const prompt = (index: number) =>
    `sluice: 1\nname: feature-${index}\nmodel: local:model-a\nmessages: [{role: user, content: "Shorten: {{email}}"}]\nsuites: {fast: ../evals/summary.jsonl}\nchecks: [{contains: Action item}]\ngate: {repeats: [1]}\n`
  project.write(
    Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`prompts/f${index}.prompt.yml`, prompt(index)])),
  )
  const startedAt = performance.now()
  const { code, stdout, summary } = await githubRun(project, github.url)
  assert.ok(performance.now() - startedAt < 60_000)
  assert.notEqual(code, 0)
  assert.ok((stdout.match(/^::error /gm) ?? []).length <= 10)
  assert.ok((stdout.match(/^::warning /gm) ?? []).length <= 10)
  const body = github.comments[0]?.body ?? ''
  assert.ok(body.length <= 65_536 && body.length > 2_000, `${body.length}`)
  assert.match(summary, /4[01] features/)
})
