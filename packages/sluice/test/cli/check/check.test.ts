import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { createProject, summaryFiles } from '../../support/project.ts'

const files = summaryFiles({ url: 'http://127.0.0.1:9/v1', cases: 2, rubric: true })

test('a project without faults is counted, on stderr, with exit 0', async () => {
  using project = createProject(files)
  const { code, stdout, stderr } = await project.sluice(['check'])
  assert.deepEqual([code, stdout], [0, ''])
  assert.equal(stderr, '1 feature checked: 0 errors, 0 warnings.\n')
})

test('every fault of every file is reported at once, at its place, with exit 3', async () => {
  using project = createProject({
    ...files,
    'sluice.yaml': 'sluice: 1\ngate: {treshold: 0.9}\n',
    'evals/summary.jsonl':
      '{"id": "a", "vars": {"email": "x"}, "tags": ["t"]}\n{"id": "a", "vars": {"email": "y"}}\nnot json\n',
  })
  const { code, stdout } = await project.sluice(['check'])
  assert.equal(code, 3)
  assert.match(stdout, /^sluice\.yaml:2:8: .*"treshold".*did you mean "threshold"\?$/m)
  assert.match(
    stdout,
    /^evals\/summary\.jsonl:2:\d+: id: "a" is already the id of the case at evals\/summary\.jsonl:1$/m,
  )
  assert.match(stdout, /^evals\/summary\.jsonl:3:\d+: /m)
})

test('paths choose what is reported, from whichever folder', async () => {
  using project = createProject(
    {
      ...files,
      'sluice.yaml': 'sluice: 1\ngate: {treshold: 0.9}\nproviders: {local: {kind: replay, files: x.jsonl}}\n',
      'evals/summary.jsonl': 'not json\n',
    },
    'evals',
  )
  const suite = await project.sluice(['check', 'summary.jsonl'])
  assert.equal(suite.code, 3)
  assert.match(suite.stdout, /^evals\/summary\.jsonl:1:/)
  assert.doesNotMatch(suite.stdout, /sluice\.yaml/)
  assert.match((await project.sluice(['check', '..'])).stdout, /^sluice\.yaml:2:8: /m)
  const prompts = await project.sluice(['check', path.join(project.root, 'prompts')])
  assert.deepEqual([prompts.code, prompts.stdout], [0, ''])
  const outside = await project.sluice(['check', '../..'])
  assert.equal(outside.code, 3)
  assert.match(outside.stderr, /outside of the project/)
  const missing = await project.sluice(['check', 'sumary.jsonl'])
  assert.equal(missing.code, 3)
  assert.match(missing.stderr, /sumary\.jsonl.*no such file/)
})

test('warnings: unpinned models, suites without tags, checks that cannot fail; they fail nothing', async () => {
  using project = createProject({
    'prompts/plain.prompt.yml': `sluice: 1
model: openai:gpt-4o
messages: [{role: user, content: "{{q}}"}]
suites: {fast: ../evals/plain.yaml}
checks: [{minWords: 0}]
`,
    'evals/plain.yaml': '- {id: one, vars: {q: x}}\n',
  })
  const { code, stdout, stderr } = await project.sluice(['check'])
  assert.equal(code, 0)
  assert.match(stdout, /^prompts\/plain\.prompt\.yml:2:\d+: model: warning: .*gpt-4o/m)
  assert.match(stdout, /^evals\/plain\.yaml:1:1: warning: no case has tags/m)
  assert.match(stdout, /^prompts\/plain\.prompt\.yml:5:\d+: checks\.0.*: warning: /m)
  assert.match(stderr, /^1 feature checked: 0 errors, \d+ warnings\.\n$/)
})

test('--json prints the findings as one document', async () => {
  using project = createProject({ ...files, 'evals/summary.jsonl': 'not json\n' })
  const { code, stdout } = await project.sluice(['check', '--json'])
  assert.equal(code, 3)
  const found = JSON.parse(stdout)
  assert.deepEqual([found.errors, found.warnings], [1, 0])
  assert.deepEqual([found.diagnostics[0].file, found.diagnostics[0].line], ['evals/summary.jsonl', 1])
})

test('schema prints the JSON Schema of each kind, and names the kinds for another', async () => {
  using project = createProject({})
  for (const kind of ['prompt', 'suite', 'config', 'recording', 'scores', 'report']) {
    const { code, stdout, stderr } = await project.sluice(['schema', kind])
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(JSON.parse(stdout).$schema, /^https:\/\/json-schema\.org\//)
  }
  const unknown = await project.sluice(['schema', 'promt'])
  assert.deepEqual([unknown.code, unknown.stdout], [3, ''])
  assert.match(unknown.stderr, /^there is no schema "promt"; did you mean "prompt"\?\n$/)
  const far = await project.sluice(['schema', 'xyzzy'])
  assert.match(far.stderr, /; known: prompt, suite, config, recording, scores, report/)
})

test('a suite of pull requests whose cases are all held out is warned of; one with others is not', async () => {
  const heldOut = (cases: number) =>
    summaryFiles({
      url: 'http://127.0.0.1:9/v1',
      cases: 2,
      rubric: true,
      fields: (index) => (index < cases ? { holdout: true } : {}),
    })
  using project = createProject(heldOut(2))
  const { code, stdout } = await project.sluice(['check'])
  assert.equal(code, 0)
  assert.match(stdout, /^evals\/summary\.jsonl:1:1: warning: every case is held out, and pull requests run this suite/m)
  project.write(heldOut(1))
  assert.equal((await project.sluice(['check'])).stdout, '')
})
