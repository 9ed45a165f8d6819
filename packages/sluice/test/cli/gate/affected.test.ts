import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { fakeModel } from '../../support/fake-model.ts'
import { commitAll, judged } from '../../support/gate-project.ts'
import { createProject, type Project } from '../../support/project.ts'

const prompt = (name: string, rest: string) => `sluice: 1
name: ${name}
messages: [{role: user, content: "{{q}}"}]
suites: {fast: ../evals/${name}.yaml}
${rest}`

const suite = '- {id: one, vars: {q: first}}\n- {id: two, vars: {q: second}}\n'

/** Three features: one on a live model, one on recordings with a check of its own, one that is an application. */
function threeFeatures(url: string, folder = ''): Project {
  const files = {
    'sluice.yaml': `sluice: 1
judge: {model: "local:judge"}
gate: {threshold: 0}
providers:
  local: {kind: openai-compatible, baseURL: "${url}"}
  recorded: {kind: replay, files: recordings/*.jsonl}
prices: {"local:*": {input: 1, output: 1}}
`,
    'prompts/answer.prompt.yml': prompt('answer', 'model: local:m\nchecks: [{contains: yes}]\n'),
    'prompts/replayed.prompt.yml': prompt('replayed', 'model: recorded:m\nchecks: [{module: ../checks/polite.ts}]\n'),
    'prompts/app.prompt.yml': prompt(
      'app',
      'model: local:m\ntarget: {module: ../app/main.ts}\nchecks: [{contains: yes}]\n',
    ),
    'evals/answer.yaml': suite,
    'evals/replayed.yaml': suite,
    'evals/app.yaml': suite,
    'recordings/m.jsonl': ['one', 'two']
      .map((id) => JSON.stringify({ case: id, model: 'm', output: 'yes' }))
      .join('\n'),
    'checks/polite.ts': 'export default ({ output }: { output: string }) => output.includes("yes")\n',
    'app/package.json': '{"name": "app"}\n',
    'app/main.ts': 'import { please } from "./words.ts"\nexport default async () => "yes, " + please\n',
    'app/words.ts': 'export const please = "please"\n',
    'notes.md': 'nothing\n',
  }
  const placed = Object.entries(files).map(([name, text]) => [path.join(folder, name), text])
  return createProject(Object.fromEntries(placed), folder)
}

test('a change reaches exactly the features that it touches', async () => {
  await using model = await fakeModel(() => 'yes')
  using project = threeFeatures(model.url)
  commitAll(project, 'base')
  const expected: Record<string, string[]> = {
    'notes.md': [],
    'prompts/answer.prompt.yml': ['answer'],
    'evals/answer.yaml': ['answer'],
    'evals/app.yaml': ['app'],
    'recordings/m.jsonl': ['replayed'],
    'checks/polite.ts': ['replayed'],
    'app/main.ts': ['app'],
    'app/words.ts': ['app'],
    'app/package.json': ['app'],
    'sluice.yaml': ['answer', 'app', 'replayed'],
  }
  for (const [file, features] of Object.entries(expected)) {
    const before = readFileSync(path.join(project.root, file), 'utf8')
    project.write({ [file]: `${before}\n` })
    const { code, report, stderr } = await judged(project, ['gate'])
    assert.equal(code, 0, `${file}: ${stderr}`)
    assert.deepEqual(
      report.features.map(({ feature }) => feature),
      features,
      file,
    )
    project.write({ [file]: before })
  }
})

test('where nothing is affected nothing is evaluated or paid, and the sentence says so', async () => {
  await using model = await fakeModel(() => 'yes')
  using project = threeFeatures(model.url)
  commitAll(project, 'base')
  project.write({ 'notes.md': 'changed\n' })
  const { code, stdout } = await project.sluice(['gate'])
  assert.equal(code, 0)
  assert.match(
    stdout,
    /^NOTHING JUDGED {2}No feature is affected by what changed since [0-9a-f]{7}: nothing\s+was evaluated/,
  )
  assert.match(stdout.replaceAll(/\s+/g, ' '), /Features: answer, app, replayed\. Use --all to judge them anyway/)
  assert.equal(model.requests.length, 0)
})

test('--all judges every feature, changed or not, and lists them', async () => {
  await using model = await fakeModel(() => 'yes')
  using project = threeFeatures(model.url)
  commitAll(project, 'base')
  const { code, stdout } = await project.sluice(['gate', '--all'])
  assert.equal(code, 0)
  assert.match(stdout, /^WEAK PASS {2}3 features: 3 passed \(1 of them weakly\)\.\n/)
  for (const name of ['answer', 'app', 'replayed']) assert.match(stdout, new RegExp(`^(WEAK )?PASS +${name} `, 'm'))
})

test('--changed-files names files from the repository or from the project', async () => {
  await using model = await fakeModel(() => 'yes')
  using project = threeFeatures(model.url, 'services/bot')
  commitAll(project, 'base')
  const lists = {
    'from-root.txt': 'services/bot/notes.md\nservices/bot/evals/answer.yaml\n',
    'from-project.txt': 'evals/answer.yaml\r\n./app/main.ts\r\n',
    'elsewhere.txt': 'services/bot/notes.md\n',
  }
  project.write(Object.fromEntries(Object.entries(lists).map(([name, text]) => [`services/bot/${name}`, text])))
  const features = async (list: string) => {
    const { report } = await judged(project, ['gate', '--changed-files', list])
    return report.features.map(({ feature }) => feature)
  }
  assert.deepEqual(await features('from-root.txt'), ['answer'])
  assert.deepEqual(await features('from-project.txt'), ['answer', 'app'])
  assert.deepEqual(await features('elsewhere.txt'), [])
  const missing = await project.sluice(['gate', '--changed-files', 'none.txt'])
  assert.equal(missing.code, 3)
  assert.match(missing.stderr, /^--changed-files none\.txt: cannot be read/)
})

test('a deleted prompt is a failure unless it is allowed; a project without any prompt is no pass', async () => {
  await using model = await fakeModel(() => 'yes')
  using project = threeFeatures(model.url)
  commitAll(project, 'base')
  rmSync(path.join(project.root, 'prompts/answer.prompt.yml'))
  const { code, report } = await judged(project, ['gate'])
  assert.deepEqual([code, report.verdict, report.features], [3, 'fail', []])
  assert.deepEqual(
    report.findings.map(({ code, severity, feature, before }) => [code, severity, feature, before]),
    [['feature-removed', 'error', 'answer', 'prompts/answer.prompt.yml']],
  )
  const allowed = await judged(project, ['gate', '--allow-removed'])
  assert.deepEqual([allowed.code, allowed.report.verdict, allowed.report.features], [0, null, []])
  assert.equal(allowed.report.findings[0]?.severity, 'note')
  rmSync(path.join(project.root, 'prompts'), { recursive: true })
  const empty = await project.sluice(['gate', '--all'])
  assert.equal(empty.code, 3)
  assert.match(
    empty.stderr,
    /^sluice\.yaml:1:1: prompts: no file matches \{prompts,\.github\/prompts\}\/\*\*\/\*\.prompt\.\{yml,yaml\}/,
  )
})

test('an unchanged version is held against the threshold alone, and the report says so', async () => {
  await using model = await fakeModel(() => 'yes')
  using project = threeFeatures(model.url)
  commitAll(project, 'base')
  project.write({ 'evals/answer.yaml': `${suite}- {id: three, vars: {q: third}}\n` })
  const { report } = await judged(project, ['gate'])
  const [feature] = report.features
  assert.deepEqual([feature?.verdict, feature?.baseline, feature?.comparison], ['pass', null, null])
  assert.match(
    feature?.notes[0] ?? '',
    /^The version [0-9a-f]{12} is that of the base commit: judged against the threshold/,
  )
  // Three cases, repeated until there are the dozen answers that the least proof takes.
  assert.equal(model.requests.length, 15)
})
