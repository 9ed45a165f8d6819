import assert from 'node:assert/strict'
import { chmodSync, existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { createProject, type Project } from '../../support/project.ts'

const textOf = (project: Project, file: string) => readFileSync(path.join(project.root, file), 'utf8')

/** A project made by init, outside git. */
async function initialised(...flags: string[]): Promise<Project> {
  const project = createProject({})
  const { code, stderr } = await project.sluice(['init', ...flags])
  assert.equal(code, 0, stderr)
  return project
}

test('what exists is kept and named, the rest is written, and what is needed in it is printed', async () => {
  using project = createProject({
    'sluice.yaml': 'sluice: 1\nprompts: llm/*.yml\n',
    'evals/ticket-triage.fast.yaml': 'mine',
    '.gitignore': '.sluice/\nsluice-report/\nnode_modules/\n',
  })
  const { code, stdout, stderr } = await project.sluice(['init'])
  assert.equal(code, 0)
  assert.match(stderr, /^Written to .*:\n {2}prompts\/ticket-triage\.prompt\.yml\n/)
  assert.match(stderr, /Kept as they are .*:\n {2}sluice\.yaml\n {2}evals\/ticket-triage\.fast\.yaml\n/)
  assert.equal(textOf(project, 'evals/ticket-triage.fast.yaml'), 'mine')
  assert.match(
    stdout,
    /need what follows:\n {2}sluice\.yaml\n {4}"prompts" must match .*"\{llm\/\*\.yml,prompts\/ticket/,
  )
  assert.match(
    stdout,
    /below providers: recorded: \{kind: replay, files: recordings\/\*\.jsonl\}\n {4}judge: \{model: "rec/,
  )
  const again = await project.sluice(['init'])
  assert.match(again.stderr, /^Nothing had to be written to .*\nThere already, and the same:\n {2}prompts\//)
  const forced = await project.sluice(['init', '--force'])
  assert.equal(forced.code, 0)
  assert.match(textOf(project, 'sluice.yaml'), /^# yaml-language-server/)
  assert.equal((await project.sluice(['check'])).code, 0)
})

test('a kept sluice.yaml that is not valid is named with its fault, and the rest is written', async () => {
  using project = createProject({ 'sluice.yaml': 'sluice: 1\njudge: [\n' })
  const { code, stdout } = await project.sluice(['init', '--github'])
  assert.equal(code, 0)
  assert.match(stdout, /need what follows|Next:/)
  const example = await project.sluice(['init'])
  assert.match(example.stdout, /sluice\.yaml\n {4}fix first: sluice\.yaml:\d+:\d+: /)
  assert.ok(existsSync(path.join(project.root, 'prompts/ticket-triage.prompt.yml')))
})

test('workflows are written unless the project is elsewhere; beside a sluice.yaml nothing else is', async () => {
  const workflow = '.github/workflows/sluice.yml'
  const has = (project: Project) => existsSync(path.join(project.root, workflow))
  using fresh = createProject({})
  await fresh.sluice(['init'])
  assert.ok(has(fresh))
  using plain = createProject({})
  plain.git('init', '-q')
  plain.git('remote', 'add', 'origin', 'https://gitlab.example/ann/shop.git')
  await plain.sluice(['init'])
  assert.ok(!has(plain))
  const { stdout, stderr } = await plain.sluice(['init', '--github'])
  assert.match(stderr, /^Written to .*:\n {2}\.github\/actions\/sluice\/action\.yml\n.*\n.*nightly\.yml\n$/)
  assert.match(stdout, /Next:\n {2}1\. /)
  assert.ok(has(plain))
  using remote = createProject({})
  remote.git('init', '-q')
  remote.git('remote', 'add', 'origin', 'git@github.com:ann/shop.git')
  await remote.sluice(['init', '--no-github'])
  assert.ok(!has(remote))
  await remote.sluice(['init', '--provider', 'openai', '--feature', 'other'])
  assert.match(textOf(remote, workflow), /^ {10}OPENAI_API_KEY: \$\{\{ secrets\.OPENAI_API_KEY \}\}$/m)
  using folder = createProject({ '.github/CODEOWNERS': '' })
  await folder.sluice(['init'])
  assert.ok(has(folder))
})

test('a kept workflow of the same name that never calls sluice is told what it lacks', async () => {
  using project = createProject({ '.github/workflows/sluice.yml': 'on: push\n' })
  const { stdout } = await project.sluice(['init'])
  assert.match(stdout, /sluice\.yml\n {4}a step "uses: \.\/\.github\/actions\/sluice"/)
  assert.equal(textOf(project, '.github/workflows/sluice.yml'), 'on: push\n')
})

test('what git needs is said, command by command, for no repository, no commit, and a commit', async () => {
  using project = createProject({})
  const first = await project.sluice(['init'])
  assert.match(
    first.stdout,
    /no git repository.*:\n {2}git init\n {2}git add \.\n {2}git commit -m "Gate ticket-triage"\n/,
  )
  project.git('init', '-q')
  const second = await project.sluice(['init', '--feature', 'other'])
  assert.match(second.stdout, /Nothing is committed yet.*:\n {2}git add \.\n {2}git commit -m "Gate other"\n/)
  project.git('add', '.')
  project.git('commit', '-qm', 'base')
  const third = await project.sluice(['init', '--feature', 'third'])
  assert.match(third.stdout, /compares with what is committed:\n {2}git add evals prompts\n {2}git commit/)
})

const githubPrompt = `name: mail summary
model: openai/gpt-4.1-mini-2025-04-14
messages:
  - {role: user, content: "Sum up {{mail}}"}
`

test("--prompt gates a prompt file as it is: GitHub's with its own cases and evaluators lacks nothing", async () => {
  const complete = `${githubPrompt}testData: [{mail: "Pay 7 EUR", expected: "7 EUR"}]
evaluators: [{name: amount, string: {contains: "7"}}]
`
  using project = createProject({ '.github/prompts/mail.prompt.yml': complete, 'app/llm/short.yml': complete })
  const { code, stdout, stderr } = await project.sluice(['init', '--prompt', '.github/prompts/mail.prompt.yml'])
  assert.equal(code, 0, stderr)
  assert.doesNotMatch(stdout, /it needs these lines/)
  assert.match(stdout, /sluice eval mail\n/)
  assert.ok(!existsSync(path.join(project.root, 'evals')))
  assert.equal(textOf(project, '.github/prompts/mail.prompt.yml'), complete)
  const check = await project.sluice(['check'])
  assert.match(check.stderr, /1 feature checked: 0 errors/)
  // Where no default glob finds it, sluice.yaml names it; a kept sluice.yaml is told.
  const kept = await project.sluice(['init', '--prompt', 'app/llm/short.yml'])
  assert.match(
    kept.stdout,
    /sluice\.yaml\n {4}"prompts" must match the new file, e\.g\. prompts: "app\/llm\/short\.yml"/,
  )
  await project.sluice(['init', '--prompt', 'app/llm/short.yml', '--force'])
  assert.match((await project.sluice(['check'])).stderr, /1 feature checked: 0 errors/)
})

test('--prompt names what a bare prompt lacks, and writes no case that nobody has thought of', async () => {
  using project = createProject({ 'prompts/mail.prompt.yml': githubPrompt })
  const { stdout } = await project.sluice(['init', '--prompt', 'prompts/mail.prompt.yml'])
  const lines = ['sluice: 1', 'suites: {fast: ../evals/mail.fast.yaml}', 'rubric: [{id: faithful,']
  for (const line of lines) assert.ok(stdout.includes(`\n  ${line}`), stdout)
  const lacking = stdout.slice(stdout.indexOf('these lines:'), stdout.indexOf('Next:')).split('\n').slice(2)
  project.write({
    'prompts/mail.prompt.yml':
      githubPrompt.replace('name: mail summary\n', '') + lacking.map((line) => `${line.trim()}\n`).join(''),
  })
  const empty = await project.sluice(['check'])
  assert.equal(empty.code, 3, empty.stdout)
  assert.match(empty.stdout, /evals\/mail\.fast\.yaml/)
  project.write({ 'evals/mail.fast.yaml': textOf(project, 'evals/mail.fast.yaml').replaceAll(/^# (?=[- ] )/gm, '') })
  assert.equal((await project.sluice(['check'])).code, 0)
})

test('--prompt of what is no prompt, is missing or lies elsewhere is refused with the way out', async () => {
  using project = createProject({ 'mail.yml': 'model: [\n', 'sub/x': '' })
  const refused = async (flags: string[], message: RegExp) => {
    const { code, stderr } = await project.sluice(['init', ...flags])
    assert.deepEqual([code, message.test(stderr)], [3, true], stderr)
  }
  await refused(['--prompt', 'mail.yml'], /mail\.yml:\d+:\d+: /)
  await refused(['--prompt', 'none.yml'], /there is no such file/)
  await refused(['sub', '--prompt', 'mail.yml'], /lies outside of/)
  await refused(['--prompt', 'mail.yml', '--target', 'http'], /leave out --target/)
  assert.ok(!existsSync(path.join(project.root, 'sluice.yaml')))
})

test('--target writes an application that passes without a key, in each of the three ways', async () => {
  for (const kind of ['module', 'command', 'http']) {
    using project = await initialised('--target', kind)
    const check = await project.sluice(['check'])
    assert.match(check.stderr, /0 errors, 0 warnings/, check.stdout)
    const { code, stdout } = await project.sluice(['eval', 'ticket-triage'])
    assert.equal(code, 0, stdout)
    assert.match(stdout, /^SCORED.*\nThe mean is 1\.000/)
    if (kind !== 'module') continue
    // It sees what the application does, and not only what it says.
    const text = textOf(project, 'app/answer.mjs')
    project.write({ 'app/answer.mjs': text.replace("name: 'assign'", "name: 'refund'") })
    assert.doesNotMatch((await project.sluice(['eval', 'ticket-triage'])).stdout, /The mean is 1\.000/)
  }
  using project = createProject({})
  const { stdout } = await project.sluice(['init', '--target', 'http'])
  assert.match(stdout, /1\. \S.* eval ticket-triage\n/)
  assert.match((await project.sluice(['init', '--target', 'grpc'])).stderr, /expected one of module, command, http/)
})

test('nothing is written outside of the folder: links are kept, and with --force replaced themselves', async () => {
  using project = createProject({ 'outside/prompts/keep.txt': 'mine', 'outside/config.yaml': 'theirs', 'p/x': '' }, 'p')
  const link = (target: string, name: string) =>
    symlinkSync(path.join(project.root, target), path.join(project.root, name))
  link('outside/prompts', 'p/prompts')
  link('outside/config.yaml', 'p/sluice.yaml')
  link('outside/ignore', 'p/.gitignore')
  const { code, stdout, stderr } = await project.sluice(['init'])
  assert.equal(code, 0, stderr)
  assert.match(
    stderr,
    /Kept as they are .*\n {2}sluice\.yaml\n {2}prompts\/ticket-triage\.prompt\.yml\n {2}\.gitignore\n/,
  )
  assert.match(
    stdout,
    /prompts\/ticket-triage\.prompt\.yml\n {4}nothing is written through the link to .*outside\/prompts/,
  )
  await project.sluice(['init', '--force'])
  assert.deepEqual(readdirSync(path.join(project.root, 'outside')).sort(), ['config.yaml', 'prompts'])
  assert.deepEqual(readdirSync(path.join(project.root, 'outside/prompts')), ['keep.txt'])
  assert.equal(textOf(project, 'outside/config.yaml'), 'theirs')
  assert.match(textOf(project, 'p/sluice.yaml'), /^# yaml-language-server/)
})

test('lines are added to .gitignore once, and what it has stays', async () => {
  using project = createProject({ '.gitignore': 'node_modules/\n/.sluice' })
  for (const flags of [[], ['--force']]) {
    assert.equal((await project.sluice(['init', ...flags])).code, 0)
    assert.equal(textOf(project, '.gitignore'), 'node_modules/\n/.sluice\nsluice-report/\n')
  }
})

test('a folder that may not be written is said in one sentence', { skip: process.getuid?.() === 0 }, async () => {
  using project = createProject({ 'closed/x': '' })
  chmodSync(path.join(project.root, 'closed'), 0o500)
  const { code, stderr } = await project.sluice(['init', 'closed'])
  assert.deepEqual([code, /^the project cannot be written: EACCES/.test(stderr)], [4, true], stderr)
})

test('below the root of a repository it says where GitHub looks for workflows', async () => {
  using project = createProject({})
  project.git('init', '-q')
  const { stdout } = await project.sluice(['init', 'apps/mail', '--github'])
  assert.match(stdout, /root of the repository only: move it there, and set working-directory: apps\/mail/)
})

test('a folder that cannot be written is said in one sentence, exit 4', async () => {
  using project = createProject({ file: '' })
  const { code, stderr } = await project.sluice(['init', 'file/below'])
  assert.equal(code, 4)
  assert.match(stderr, /^the project cannot be written: (ENOTDIR|EEXIST)/)
})
