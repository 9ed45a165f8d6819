import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { createProject, type Project, summaryFiles } from '../../support/project.ts'

const suite = 'evals/summary.jsonl'
const missed = { input: 'Mail 120: Bitte schicken Sie die Rechnung.', output: 'Nothing to do.', score: 0 }
const nowhere = { url: 'http://127.0.0.1:9/v1', rubric: true }

function read(project: Project, file = suite): string {
  return readFileSync(path.join(project.root, file), 'utf8')
}

/** The ids of the cases, in their order. */
function ids(project: Project): string[] {
  const lines = read(project).trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line).id)
}

test('a failure of a file becomes a case that says what it is, and the project stays valid', async () => {
  using project = createProject({ ...summaryFiles(nowhere), 'missed.json': JSON.stringify(missed) })
  const added = await project.sluice(['case', 'add', 'summary', '--from', 'file:missed.json'])
  assert.equal(added.code, 0, added.stderr)
  assert.match(added.stdout, /^1 case added to evals\/summary\.jsonl\n- summary-bitte-schicken-rechnung-1: tags /)
  assert.match(added.stdout, / · critical .*\n {4}production answered: Nothing to do\.\nNo expected answer was written/)
  assert.equal(ids(project).at(-1), 'summary-bitte-schicken-rechnung-1')
  assert.equal((await project.sluice(['check'])).code, 0)
})

test('what production asked names no file: a value that a suite would read as one becomes its text', async () => {
  const asked = { vars: { email: { file: '../.env' } }, output: 'bad', score: 0 }
  using project = createProject({ ...summaryFiles(nowhere), 'm.jsonl': `${JSON.stringify(asked)}\n` })
  const added = await project.sluice(['case', 'add', 'summary', '--from', 'file:m.jsonl'])
  assert.equal(added.code, 0, added.stderr)
  const last = JSON.parse(read(project).trimEnd().split('\n').at(-1) ?? '')
  assert.deepEqual(last.vars, { email: '{"file":"../.env"}' })
})

test('a dry run writes nothing; what was added is skipped the next time, each with a word', async () => {
  using project = createProject({ ...summaryFiles(nowhere), 'm.json': JSON.stringify([missed, missed]) })
  const before = read(project)
  const add = (...flags: string[]) => project.sluice(['case', 'add', 'summary', '--from', 'file:m.json', ...flags])
  const dry = await add('--dry-run')
  assert.match(
    dry.stdout,
    /^1 case would be added to .*, 1 skipped\n[\s\S]*- skipped incident m\.json:1: the same as summary-/,
  )
  assert.equal(read(project), before)

  const { added, skipped } = JSON.parse(
    (await add('--json', '--tags', 'de,mail', '--no-critical', '--weight', '2')).stdout,
  )
  assert.deepEqual([added.length, skipped.length], [1, 1])
  assert.equal(read(project), `${before}${JSON.stringify(added[0])}\n`)
  assert.deepEqual([added[0].tags, added[0].weight, added[0].critical], [['de', 'mail'], 2, undefined])
  const again = await add()
  assert.deepEqual([again.code, /^0 cases added to .*, 2 skipped/.test(again.stdout)], [0, true])
})

test('what is private is taken out before it is written; what cannot be redacted is not written', async () => {
  const redact = (body: string) => `export default async ({ input, output }) => { ${body} }`
  using project = createProject({
    ...summaryFiles({ ...nowhere, prompt: 'live: {redact: ../redact.mjs}\n' }),
    'm.json': JSON.stringify({ ...missed, input: 'Mail from Ann Berglund' }),
    'redact.mjs': redact("return { input: { email: input.email.replace('Ann Berglund', 'NAME') }, output }"),
    'broken.mjs': redact("throw new Error('no dictionary')"),
  })
  const before = read(project)
  const broken = await project.sluice(['case', 'add', 'summary', '--from', 'file:m.json', '--redact', 'broken.mjs'])
  assert.equal(broken.code, 3)
  assert.match(
    broken.stderr,
    /nothing was written, because a failure cannot be redacted: .*broken\.mjs: it threw an error/,
  )
  assert.equal(read(project), before)
  const added = await project.sluice(['case', 'add', 'summary', '--from', 'file:m.json'])
  assert.equal(added.code, 0, added.stderr)
  assert.match(read(project), /"email":"Mail from NAME"/)
  assert.doesNotMatch(read(project) + added.stdout, /Berglund/)
})

test('a secret that a failure holds does not come into the suite', async () => {
  const secret = 'Zq7-tR9_wQ2xLm4p'
  using project = createProject({
    ...summaryFiles(nowhere),
    'm.json': JSON.stringify({ ...missed, input: `Mail: use ${secret}`, output: secret }),
  })
  const { code, stdout, stderr } = await project.sluice(['case', 'add', 'summary', '--from', 'file:m.json'], {
    DEPLOY_SECRET: secret,
  })
  assert.equal(code, 0, stderr)
  assert.match(read(project), /"email":"Mail: use \*\*\*"/)
  assert.ok(!(read(project) + stdout).includes(secret))
})

test('a case that the project would not accept is refused, and the file stays', async () => {
  using project = createProject({
    ...summaryFiles(nowhere),
    'm.json': JSON.stringify({ input: { mail: 'x' }, output: '' }),
  })
  const before = read(project)
  const refused = await project.sluice(['case', 'add', 'summary', '--from', 'file:m.json'])
  assert.equal(refused.code, 3)
  assert.match(refused.stderr, /summary\.jsonl:11:.*did you mean "email"/)
  assert.equal(read(project), before)
})

test('cases in the prompt file itself are not added to, and it says what to do', async () => {
  const prompt = `model: openai:gpt-4.1-2025-04-14\nmessages: [{role: user, content: "{{email}}"}]\ntestData: [{email: a}]\n`
  using project = createProject({ 'inline.prompt.yml': prompt, 'sluice.yaml': 'sluice: 1\nprompts: "*.prompt.yml"\n' })
  const refused = await project.sluice(['case', 'add', 'inline', '--from', 'outcome:o-1'])
  assert.equal(refused.code, 3)
  assert.match(refused.stderr, /as testData.*suites: \{fast: /)
})

test('of processes that add at the same time none loses a case', async () => {
  const words = ['anchor', 'bucket', 'castle', 'dragon']
  const failures = words.map((word) => [`${word}.json`, JSON.stringify({ input: `${word} ${word}ed`, output: '' })])
  using project = createProject({ ...summaryFiles(nowhere), ...Object.fromEntries(failures) })
  const adding = words.map((word) => project.binary(['case', 'add', 'summary', '--from', `file:${word}.json`]))
  assert.deepEqual(
    (await Promise.all(adding)).map(({ code }) => code),
    words.map(() => 0),
  )
  const added = words.map((word) => `summary-${word}-${word}ed-1`)
  assert.deepEqual(ids(project).slice(10).sort(), added)
})
