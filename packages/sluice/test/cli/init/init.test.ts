import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { createProject, type Project } from '../../support/project.ts'

const textOf = (project: Project, file: string) => readFileSync(path.join(project.root, file), 'utf8')

/** A project made by init with recorded answers, outside git. */
async function initialised(...flags: string[]): Promise<Project> {
  const project = createProject({})
  const { code, stderr } = await project.sluice(['init', ...flags])
  assert.equal(code, 0, stderr)
  return project
}

test('a new project passes check without a warning and gate --all without key, network and git', async () => {
  using project = await initialised()
  const check = await project.sluice(['check'])
  assert.deepEqual([check.code, check.stdout], [0, ''])
  assert.match(check.stderr, /1 feature checked: 0 errors, 0 warnings/)
  for (const suite of ['fast', 'full']) {
    const { code, stdout } = await project.sluice(['gate', '--all', '--suite', suite])
    assert.equal(code, 0, `${stdout}\n(stale after a change of the judge's instructions? npm run init-recordings)`)
    // Enough cases for a proof: the first verdict that somebody sees needs no explanation.
    assert.match(stdout, /^PASS {2}ticket-triage\n/)
    assert.doesNotMatch(stdout, /stale/)
  }
})

test('the fast suite has 32 cases of three kinds and one critical; the full one overlaps and differs', async () => {
  using project = await initialised()
  const fast = textOf(project, 'evals/ticket-triage.fast.yaml')
  const ids = [...fast.matchAll(/^- id: (.+)$/gm)].map(([, id]) => id)
  assert.equal(ids.length, 32)
  for (const tag of ['core', 'edge', 'adversarial']) {
    assert.ok((fast.match(new RegExp(`tags: \\[${tag}`, 'g')) ?? []).length >= 4, tag)
  }
  assert.equal(fast.match(/critical: true/g)?.length, 1)
  assert.match(fast, /weight: 2/)
  const full = textOf(project, 'evals/ticket-triage.full.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).id)
  const shared = full.filter((id) => ids.includes(id)).length
  assert.ok(shared > 0 && shared < full.length && shared < ids.length, `${shared} of ${full.length}`)
})

test('every written YAML file names its schema, by a path that exists where sluice is installed', async () => {
  using project = await initialised()
  for (const file of ['sluice.yaml', 'prompts/ticket-triage.prompt.yml', 'evals/ticket-triage.fast.yaml']) {
    const [, place = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(textOf(project, file)) ?? []
    const fromRoot = path.posix.join(path.posix.dirname(file), place)
    assert.match(fromRoot, /^node_modules\/sluice\/schemas\//)
    const shipped = path.join(import.meta.dirname, '../../..', fromRoot.replace('node_modules/sluice/', ''))
    assert.ok(existsSync(shipped), shipped)
  }
})

/** The commands that init prints, each on a line of its own. */
function printedCommands(stdout: string, command = 'sluice'): string[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith(`  ${command} `))
  return lines.map((line) => line.slice(command.length + 3))
}

test('the three printed commands pass, fail and pass, as strong verdicts, without key, network and git', async () => {
  using project = createProject({})
  const { stdout } = await project.sluice(['init', '--yes'])
  const commands = printedCommands(stdout)
  assert.equal(commands.length, 3)
  // Copied into a shell of Windows, macOS or Linux: nothing that one of them reads in a way of its own.
  for (const command of commands) assert.match(command, /^[\w ./-]+$/)
  const expected = [
    [0, /^PASS {2}ticket-triage\n/],
    [1, /^FAIL {2}ticket-triage\nThe mean score changed by -0\.1\d\d over 32 cases/],
    [0, /^PASS {2}ticket-triage\n/],
  ] as const
  for (const [index, [code, verdict]] of expected.entries()) {
    const run = await project.sluice(commands[index]?.split(' ') ?? [])
    assert.equal(run.code, code, `${commands[index]}\n${run.stdout}`)
    assert.match(run.stdout, verdict)
    if (code === 1) assert.match(run.stdout, /lost wish: no\. What is wanted is missing: Marit Oksanen wants one/)
  }
})

test('what the drafts change is what they say: one line of the prompt, beside version, model and comment', async () => {
  using project = await initialised()
  const linesOf = (file: string) => textOf(project, file).split('\n')
  const added = (file: string, to: string) => linesOf(file).filter((line) => !linesOf(to).includes(line))
  const isOfPrompt = (line: string) => !/^#|^version:|^model:/.test(line)
  const [newer, mended] = ['tryout/newer-model.prompt.yml', 'tryout/newer-model-mended.prompt.yml']
  assert.deepEqual(added(newer, 'prompts/ticket-triage.prompt.yml').filter(isOfPrompt), [])
  assert.deepEqual(added(mended, newer).filter(isOfPrompt).length, 1)
  assert.match(textOf(project, newer), /^model: recorded:heron-2$/m)
})

test('the next steps name the files, the folder to enter, and sluice as it was called', async () => {
  using project = createProject({})
  const { stdout } = await project.sluice(['init', 'demo'])
  assert.match(stdout, /^ {2}cd demo\n {2}sluice gate --all\n/m)
  assert.match(stdout, /two lines.*"model" in prompts\/ticket-triage\.prompt\.yml and "judge" in sluice\.yaml/)
  assert.match(stdout, /ANTHROPIC_API_KEY/)
  const byNpx = await project.sluice(['init', 'other'], { npm_command: 'exec' })
  assert.equal(printedCommands(byNpx.stdout, 'npx sluice').length, 3)
})

test('a broken recording of the critical case fails the gate and says which check', async () => {
  using project = await initialised()
  const recordings = textOf(project, 'recordings/answers.jsonl')
  const wrongTeam = (line: string) => line.replace(String.raw`\"safety\"`, String.raw`\"returns\"`)
  const broken = recordings.replace(/^\{"case":"vest-.*$/gm, wrongTeam)
  assert.notEqual(broken, recordings)
  project.write({ 'recordings/answers.jsonl': broken })
  const { code, stdout } = await project.sluice(['gate', '--all'])
  assert.equal(code, 1, stdout)
  assert.match(stdout, /^FAIL {2}ticket-triage\nCritical case vest-did-not-inflate/)
  assert.match(stdout.replace(/\s+/g, ' '), /right team \(must\): failed\. \$\.team holds "\\"returns\\""/)
})

test('an edited prompt does not pass on old answers: one sentence names both lines that set a live model', async () => {
  using project = await initialised()
  const prompt = textOf(project, 'prompts/ticket-triage.prompt.yml')
  project.write({ 'prompts/ticket-triage.prompt.yml': prompt.replace('An angry tone', 'Anger') })
  const { code, stdout } = await project.sluice(['gate', '--all', '--report-dir', 'report'])
  assert.equal(code, 4)
  assert.match(stdout.replace(/\s+/g, ' '), /Next 1: Set a live model, two lines/)
  const sentence =
    '32 cases (charged-twice, refund-overdue, where-is-it, …): these recordings (recordings/*.jsonl) answer the original prompt, cases and rubric only: set a live model, two lines: "model: …" in prompts/ticket-triage.prompt.yml and "judge: {model: …}" in sluice.yaml.'
  for (const text of [stdout, ...['md', 'html'].map((ending) => textOf(project, `report/report.${ending}`))]) {
    const plain = text.replace(/\s+/g, ' ').replaceAll('\\', '').replaceAll('&quot;', '"')
    // Once as the cause, and once more at most, where the case behind the verdict shows its own error.
    if (!text.startsWith('<!')) assert.ok(plain.split('answer the original prompt').length - 1 <= 2)
    assert.ok(plain.includes(sentence), plain.slice(0, 3000))
  }
  // With a live model the judge is next, which is the second of the two lines.
  project.write({
    'prompts/ticket-triage.prompt.yml': prompt.replace('Does the summary say what', 'Does it say what'),
  })
  const judged = await project.sluice(['gate', '--all'])
  assert.match(judged.stdout.replace(/\s+/g, ' '), /set a live judge, one line: "judge: {model: …}" in sluice\.yaml\./)
})

test('with a real provider nothing is recorded and check has nothing to warn about', async () => {
  for (const flags of [
    ['--provider', 'anthropic'],
    ['--model', 'openai:gpt-5.4-mini-2026-03-17'],
    ['--provider', 'google'],
    ['--provider', 'local', '--model', 'llama3.2'],
  ]) {
    using project = await initialised(...flags)
    const { code, stdout, stderr } = await project.sluice(['check'])
    assert.deepEqual([code, stdout], [0, ''], flags.join(' '))
    assert.match(stderr, /0 errors, 0 warnings/)
    assert.ok(!existsSync(path.join(project.root, 'recordings')))
  }
})

test('a name with slashes and spaces becomes one that files can have, and that is said', async () => {
  using project = createProject({})
  const { code, stderr } = await project.sluice(['init', '--feature', 'Billing / refunds'])
  assert.equal(code, 0)
  assert.match(stderr, /The feature is called billing-refunds/)
  assert.equal((await project.sluice(['gate', '--all'])).code, 0)
})
