import assert from 'node:assert/strict'
import { readFileSync, renameSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { commitAll, judged, readReport } from '../../support/gate-project.ts'
import { createProject, type Project } from '../../support/project.ts'

const config = 'gate: {threshold: 0.5}\nproviders: {recorded: {kind: replay, files: recordings/*.jsonl}}\n'

const prompt = (suite: string, more = '') => `sluice: 1
model: recorded:m
messages: [{role: user, content: "{{q}}"}]
checks: [{contains: "yes"}]
suites: {fast: ${suite}}
${more}`

/** Recorded answers of a good model and of one that is worse in three cases of ten. */
const recordings = Array.from({ length: 10 }, (_, index) =>
  Array.from({ length: 8 }, (_, repeat) => [
    { case: `c${index}`, model: 'm', repeat: repeat + 1, output: 'yes' },
    { case: `c${index}`, model: 'worse', repeat: repeat + 1, output: index > 6 ? 'rubbish' : 'yes' },
  ]).flat(),
)
  .flat()
  .map((line) => `${JSON.stringify(line)}\n`)
  .join('')

const cases = Array.from({ length: 10 }, (_, index) => `- {id: c${index}, tags: [t], vars: {q: a}}\n`).join('')

/** Two features in apps/mail whose cases lie beside it, on a branch. */
function monorepo(): Project {
  const project = createProject(
    {
      'apps/mail/sluice.yaml': config,
      'apps/mail/recordings/m.jsonl': recordings,
      'apps/mail/prompts/mail.prompt.yml': prompt('../../../shared/evals/mail.yaml'),
      'apps/mail/prompts/chat.prompt.yml': prompt('../../../shared/evals/chat.yaml'),
      'shared/evals/mail.yaml': cases,
      'shared/evals/chat.yaml': cases,
      'README.md': 'hello\n',
      '.gitignore': '.sluice/\n',
    },
    'apps/mail',
  )
  commitAll(project, 'base', 'change')
  return project
}

test('cases outside of the project count, and the answer is the same from any form of the list', async () => {
  using project = monorepo()
  project.write({ 'shared/evals/mail.yaml': cases.replace('c0', 'c1x') })
  const { report } = await judged(project, ['gate'])
  assert.deepEqual(
    report.features.map(({ feature }) => feature),
    ['mail'],
  )
  project.write({ 'shared/evals/mail.yaml': cases })
  const lists = [
    'shared/evals/mail.yaml\n',
    '../../shared/evals/mail.yaml\r\n',
    `["${project.root}/shared/evals/mail.yaml"]`,
  ]
  for (const text of lists) {
    project.write({ 'apps/mail/list.txt': text })
    const { report: listed } = await judged(project, ['gate', '--changed-files', 'list.txt'])
    assert.deepEqual(
      listed.features.map(({ feature }) => feature),
      ['mail'],
      text,
    )
  }
})

test('--explain lists what is read for each feature, and evaluates nothing', async () => {
  using project = monorepo()
  symlinkSync('mail.yaml', path.join(project.root, 'shared/evals/link.yaml'))
  project.write({ 'apps/mail/prompts/mail.prompt.yml': prompt('../../../shared/evals/link.yaml') })
  const text = await project.sluice(['gate', '--explain'])
  assert.equal(text.code, 0, text.stderr)
  assert.match(text.stdout, /^chat: not affected, nothing of this changed since [0-9a-f]{12}\n/)
  assert.match(text.stdout, /^ {2}unchanged {2}shared\/evals\/chat\.yaml {2}\(suite fast\)$/m)
  assert.match(text.stdout, /^mail: affected\n {2}because apps\/mail\/prompts\/mail\.prompt\.yml \(prompt\)\n/m)
  assert.match(
    text.stdout,
    /^ {2}changed {4}shared\/evals\/link\.yaml {2}\(suite fast\): the symbolic link shared\/evals\/link\.yaml changed$/m,
  )
  assert.match(text.stdout, /Nothing was evaluated, nothing was paid\.\n$/)
  const json = await project.sluice(['gate', '--explain', '--json'])
  const { features } = JSON.parse(json.stdout) as {
    features: { feature: string; affected: boolean; files: object[] }[]
  }
  assert.deepEqual(
    features.map(({ feature, affected }) => [feature, affected]),
    [
      ['chat', false],
      ['mail', true],
    ],
  )
  assert.ok(features.every(({ files }) => files.length >= 4))
})

test('--explain names an imported file that changed once, without what the import might have meant instead', async () => {
  using project = createProject({
    'sluice.yaml': config,
    'prompts/mail.prompt.yml': prompt('../evals/mail.yaml'),
    'evals/mail.yaml': '[{id: a, vars: {q: x}, checks: [{module: ../lib/check.ts}]}]\n',
    'lib/check.ts': "import { word } from './word.ts'\nexport default ({ output }) => output === word\n",
    'lib/word.ts': "export const word = 'ok'\n",
  })
  commitAll(project, 'before')
  project.write({ 'lib/word.ts': "export const word = 'fine'\n" })
  const { code, stdout, stderr } = await project.sluice(['gate', '--explain'])
  assert.equal(code, 0, stderr)
  assert.deepEqual(stdout.match(/because .*/g), ['because lib/word.ts (imported by lib/check.ts)'])
})

test('the base that is HEAD itself compares nothing, and the first line of every format says so', async () => {
  using project = monorepo()
  const { code, stdout } = await project.sluice(['gate', '--report-dir', 'out'])
  assert.equal(code, 0)
  assert.match(stdout, /^NOTHING JUDGED {2}The base is HEAD itself \([0-9a-f]{7}\) and the working tree is clean/)
  assert.match(stdout.replaceAll(/\s+/g, ' '), /--base HEAD~1, or use --all/)
  const file = (name: string) => readFileSync(path.join(project.root, 'apps/mail/out', name), 'utf8')
  assert.match(file('report.md'), /^## Sluice: NOTHING JUDGED\n\n\*\*The base is HEAD itself/)
  assert.match(file('junit.xml'), /<skipped message="NOTHING JUDGED: The base is HEAD itself/)
  for (const name of ['report.md', 'junit.xml', 'report.html']) assert.doesNotMatch(file(name), /\bPASS\b/, name)
  assert.equal(readReport(project, 'apps/mail/out').verdict, null)
})

test('a run for which CI names no change is refused where nothing could ever be judged, and judges what is not committed', async () => {
  using project = monorepo()
  const github = { GITHUB_EVENT_NAME: 'schedule', GITHUB_REF_NAME: 'main' }
  for (const env of [
    github,
    { ...github, GITHUB_EVENT_NAME: 'workflow_dispatch' },
    { CI_PIPELINE_SOURCE: 'schedule' },
  ]) {
    const { code, stderr } = await project.sluice(['gate'], env)
    assert.equal(code, 3)
    assert.match(stderr, /names no change for the event (schedule|workflow_dispatch).*--all.*--base.*nightly/)
  }
  const silent: [NodeJS.ProcessEnv, string][] = [
    [{ JENKINS_URL: 'https://ci.example/', BRANCH_NAME: 'main', BUILD_NUMBER: '7' }, 'a run of Jenkins'],
    [{ CI: 'true', CIRCLECI: 'true', CIRCLE_BRANCH: 'main' }, 'a run of CircleCI'],
    [{ CI: 'true', BUILDKITE: 'true', BUILDKITE_PULL_REQUEST_BASE_BRANCH: '' }, 'a run of Buildkite'],
    [
      { TF_BUILD: 'True', BUILD_REASON: 'IndividualCI', BUILD_SOURCEBRANCH: 'refs/heads/main' },
      'a run of Azure Pipelines',
    ],
    [{ CI: 'true', DRONE: 'true' }, 'this run'],
  ]
  for (const [env, run] of silent) {
    const { code, stderr } = await project.sluice(['gate'], env)
    assert.deepEqual(
      [code, stderr.includes(`names no change for ${run}, and HEAD has no commit that the default branch lacks`)],
      [3, true],
      stderr,
    )
  }
  assert.equal((await project.sluice(['gate'], { CI: 'false' })).code, 0)
  assert.equal((await judged(project, ['gate', '--all'], github)).report.run?.featuresJudged, 2)
  project.write({ 'shared/evals/mail.yaml': cases.replace('q: a', 'q: b') })
  assert.equal((await judged(project, ['gate'], github)).report.run?.featuresAffected, 1)
})

test('the first push of the default branch judges every feature, since nothing was there before', async () => {
  using project = monorepo()
  project.write({
    'event.json': JSON.stringify({ before: '0'.repeat(40), repository: { default_branch: 'main' } }),
  })
  const env = { GITHUB_EVENT_NAME: 'push', GITHUB_REF_NAME: 'main', GITHUB_EVENT_PATH: `${project.root}/event.json` }
  const { report } = await judged(project, ['gate'], env)
  assert.equal(report.run?.featuresJudged, 2)
  assert.match(report.features[0]?.notes.join() ?? '', /Nothing was there before this push, so there is no baseline/)
})

test('a renamed prompt that is worse fails as it would have under its old name', async () => {
  using project = monorepo()
  const old = path.join(project.root, 'apps/mail/prompts/mail.prompt.yml')
  project.write({
    'apps/mail/prompts/mail.prompt.yml': readFileSync(old, 'utf8').replace('recorded:m', 'recorded:worse'),
  })
  const same = await judged(project, ['gate'])
  renameSync(old, path.join(project.root, 'apps/mail/prompts/reply.prompt.yml'))
  const renamed = await judged(project, ['gate'])
  assert.deepEqual([same.code, renamed.code], [1, 1])
  const [feature] = renamed.report.features
  assert.equal(feature?.comparison?.meanDifference, same.report.features[0]?.comparison?.meanDifference)
  assert.match(feature?.notes[0] ?? '', /^The file was renamed: git takes /)
})

test('features of the base that are gone end the gate with 3, and the others are judged all the same', async () => {
  using project = monorepo()
  project.write({
    'apps/mail/sluice.yaml': `${config}prompts: prompts/c*.prompt.yml\n`,
    'apps/mail/prompts/chat.prompt.yml': prompt('../../../shared/evals/chat.yaml', 'rollout: {}\n'),
  })
  const { code, report, stdout } = await judged(project, ['gate', '--report-dir', 'out'])
  assert.deepEqual([code, report.exitCode, report.verdict], [3, 3, 'fail'], stdout)
  assert.deepEqual(
    report.features.map(({ feature, verdict }) => [feature, verdict]),
    [['chat', 'pass']],
  )
  const gone = report.findings.filter(({ code }) => code === 'feature-removed')
  assert.deepEqual(
    gone.map(({ feature, severity }) => [feature, severity]),
    [['mail', 'error']],
  )
  assert.match(
    gone[0]?.message ?? '',
    /its file is still there, but does not match prompts: prompts\/c\*\.prompt\.yml.*--allow-removed/,
  )
  const markdown = readFileSync(path.join(project.root, 'apps/mail/out/report.md'), 'utf8')
  assert.match(markdown, /^## Sluice: FAIL\n/)
  assert.match(markdown, /error: mail: This feature of the base commit is no longer gated/)
  const allowed = await judged(project, ['gate', '--allow-removed'])
  assert.deepEqual([allowed.code, allowed.report.verdict], [0, 'pass'])
})

test('--expect-features holds the run to a number of judged features', async () => {
  using project = monorepo()
  project.write({ 'README.md': 'changed\n' })
  const none = await judged(project, ['gate', '--expect-features', '1'])
  assert.deepEqual([none.code, none.report.verdict], [3, 'fail'])
  assert.match(
    none.report.findings[0]?.message ?? '',
    /At least 1 feature was to be judged \(--expect-features\)\. Judged: none\./,
  )
  const both = await judged(project, ['gate', '--all', '--expect-features', '2'])
  assert.equal(both.code, 0, both.stderr)
  const more = await judged(project, ['gate', '--all', '--expect-features', '3'])
  assert.equal(more.code, 3)
  assert.match(more.report.findings[0]?.message ?? '', /Judged: chat, mail\./)
})

test('an affected feature without a single score is no pass, whatever an undecided run means', async () => {
  using project = monorepo()
  project.write({
    'apps/mail/prompts/mail.prompt.yml': prompt('../../../shared/evals/mail.yaml').replace(
      'recorded:m',
      'recorded:none',
    ),
  })
  const { code, report } = await judged(project, ['gate', '--on-inconclusive', 'warn'])
  assert.notEqual(code, 0)
  assert.notEqual(report.verdict, 'pass')
})
