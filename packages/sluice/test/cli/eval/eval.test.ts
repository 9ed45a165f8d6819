import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeModel, isJudgeRequest, textOf } from '../../support/fake-model.ts'
import { commitAll, fickle, judged, mailOf, summariser, worse } from '../../support/gate-project.ts'
import { createProject, summaryFiles } from '../../support/project.ts'

test('eval prints the mean with its interval, tags, worst cases with reasons, cost, latency and coverage', async () => {
  await using model = await fakeModel(summariser((mail) => mail === 7))
  using project = createProject(summaryFiles({ url: model.url, rubric: true, message: worse }))
  const { code, stdout } = await project.sluice(['eval', 'summary'])
  assert.equal(code, 0)
  assert.match(stdout, /^SCORED {2}summary\nThe mean is 0\.900 \[0\.\d+, 1\.000\]\.\n/)
  assert.match(stdout, /\n {2}core +5 {2}0\.800/)
  assert.match(stdout, /lowest cases\n {2}case-7: 0\.000\n {4}actions: no\. Because of actions\./)
  assert.match(stdout, /coverage +10 of 10 cases scored/)
  assert.match(stdout, /cost +0\.0024 USD \(answers 0\.0012 USD, judge 0\.0012 USD\); 2,000 tokens in,\s+400 out/)
  assert.match(stdout, /latency +p50 \d/)
  assert.match(stdout, /again: sluice eval summary\n/)
})

test('--json prints the same without a comparison or a verdict', async () => {
  await using model = await fakeModel(summariser())
  using project = createProject(summaryFiles({ url: model.url, cases: 3 }))
  const { code, report } = await judged(project, ['eval', 'summary'])
  assert.equal(code, 0)
  assert.deepEqual([report.verdict, report.features[0]?.verdict, report.features[0]?.comparison], [null, null, null])
  assert.equal(report.features[0]?.score.mean, 1)
  assert.deepEqual(
    report.features[0]?.cases.map(({ id, output }) => [id, output]),
    [0, 1, 2].map((index) => [`case-${index}`, 'Action item: pay the invoice.']),
  )
})

test('--tag runs the cases with one of the tags, wherever the flag stands', async () => {
  await using model = await fakeModel(summariser())
  using project = createProject(
    summaryFiles({ url: model.url, cases: 9, fields: (index) => ({ tags: ['abc'[index % 3]] }) }),
  )
  const { report } = await judged(project, ['eval', '--tag', 'a', 'summary', '--tag', 'b'])
  assert.equal(model.requests.length, 6)
  assert.equal(report.reproduce, 'sluice eval summary --tag a --tag b')
  assert.deepEqual(
    report.features[0]?.tags.map(({ tag, cases }) => [tag, cases]),
    [
      ['a', 3],
      ['b', 3],
    ],
  )
  const none = await project.sluice(['eval', 'summary', '--tag', 'zzz'])
  assert.equal(none.code, 3)
  assert.match(none.stderr, /no case has the tag zzz: nothing was evaluated/)
})

test('--repeats asks that often and shows k of n', async () => {
  await using model = await fakeModel(fickle())
  using project = createProject(summaryFiles({ url: model.url, cases: 4 }))
  const { code, report } = await judged(project, ['eval', 'summary', '--repeats', '4'])
  assert.equal(code, 0)
  assert.equal(model.requests.length, 16)
  assert.deepEqual(
    report.features[0]?.cases.map(({ passed, score }) => [passed, score]),
    Array.from({ length: 4 }, () => [{ k: 2, n: 4 }, 0.5]),
  )
  assert.deepEqual(report.features[0]?.repeats?.passAt1.value, 0.5)
})

test('--suite chooses the cases; without it and without "fast" the first suite counts', async () => {
  await using model = await fakeModel(summariser())
  const files = summaryFiles({ url: model.url, cases: 5 })
  using project = createProject({
    ...files,
    'prompts/summary.prompt.yml': files['prompts/summary.prompt.yml'].replace(
      'suites: {fast: ../evals/summary.jsonl}',
      'suites: {small: ../evals/small.yaml, full: ../evals/summary.jsonl}',
    ),
    'evals/small.yaml': '- {id: only, vars: {email: Mail 1}, tags: [core]}\n',
  })
  const cases = async (...args: string[]) => (await judged(project, ['eval', 'summary', ...args])).report.features[0]
  assert.equal((await cases())?.coverage.cases, 1)
  assert.equal((await cases('--suite', 'full'))?.coverage.cases, 5)
  const unknown = await project.sluice(['eval', 'summary', '--suite', 'ful'])
  assert.equal(unknown.code, 3)
  assert.match(unknown.stderr, /prompts\/summary\.prompt\.yml has no suite "ful"; did you mean "full"\?/)
})

test('an unknown feature is named with the one that was meant', async () => {
  using project = createProject(summaryFiles({ url: 'http://127.0.0.1:9/v1', cases: 1 }))
  const { code, stdout, stderr } = await project.sluice(['eval', 'sumary'])
  assert.deepEqual([code, stdout], [3, ''])
  assert.match(stderr, /^there is no feature "sumary"; did you mean "summary"\? Features: summary\.\n$/)
})

test('a file with faults stops before anything is paid, with every fault at its place', async () => {
  await using model = await fakeModel(summariser())
  using project = createProject({
    ...summaryFiles({ url: model.url, cases: 1 }),
    'evals/summary.jsonl': '{"id": "a", "vars": {"email": "x"}}\n{"id": "a", "vars": {"email": "y"}, "tag": []}\n',
  })
  const { code, stderr } = await project.sluice(['eval', 'summary'])
  assert.equal(code, 3)
  assert.match(stderr, /^evals\/summary\.jsonl:2:\d+: .*"tag".*did you mean "tags"\?/m)
  assert.equal(model.requests.length, 0)
})

test('several providers and models serve one run', async () => {
  await using first = await fakeModel(summariser())
  await using second = await fakeModel(summariser())
  await using judge = await fakeModel(summariser())
  const files = (model: string) => {
    const all = summaryFiles({ url: first.url, cases: 3, rubric: true })
    return {
      ...all,
      'sluice.yaml': `sluice: 1
judge: {model: "judging:judge"}
gate: {repeats: [1]}
providers:
  local: {kind: openai-compatible, baseURL: "${first.url}"}
  other: {kind: openai-compatible, baseURL: "${second.url}"}
  judging: {kind: openai-compatible, baseURL: "${judge.url}"}
`,
      'prompts/summary.prompt.yml': all['prompts/summary.prompt.yml'].replace('local:model-a', model),
    }
  }
  using project = createProject(files('local:model-a'))
  commitAll(project, 'base')
  project.write(files('other/model-b'))
  const { report } = await judged(project, ['gate'])
  const [feature] = report.features
  assert.deepEqual([feature?.baseline?.model, feature?.candidate.model], ['local:model-a', 'other:model-b'])
  assert.deepEqual(
    first.requests.map((request) => request.model),
    ['model-a', 'model-a', 'model-a'],
  )
  assert.deepEqual(
    second.requests.map((request) => request.model),
    ['model-b', 'model-b', 'model-b'],
  )
  assert.ok(judge.requests.every(isJudgeRequest) && judge.requests.length > 0)
  assert.equal(feature?.cost.unpricedCalls, first.requests.length + second.requests.length + judge.requests.length)
  assert.equal(feature?.cost.usd, null)
})

test('variables are put in once: a value that looks like a variable stays text', async () => {
  await using model = await fakeModel(() => 'Action item: pay.')
  using project = createProject({
    ...summaryFiles({ url: model.url, cases: 1 }),
    'evals/summary.jsonl': '{"id": "a", "vars": {"email": "Mail 1 {{email}}"}, "tags": ["core"]}\n',
  })
  assert.equal((await project.sluice(['eval', 'summary'])).code, 0)
  assert.equal(textOf(model.requests[0]!), 'Summarise: Mail 1 {{email}}')
  assert.equal(mailOf(model.requests[0]!), 1)
})
