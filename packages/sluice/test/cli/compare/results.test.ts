import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { judged } from '../../support/gate-project.ts'
import { createProject, type Project } from '../../support/project.ts'
import { foo, fooFile, fooRow, inspectFile, inspectSample, outcomes } from '../../support/results-files.ts'

const args = ['compare', '--candidate', 'a.json', '--baseline', 'b.json']
const project = (candidate: string | Uint8Array, baseline: string | Uint8Array): Project =>
  createProject({ 'a.json': candidate, 'b.json': Buffer.concat([Buffer.from(baseline), Buffer.from('\n')]) })

/** Scores that lie apart by noise alone. */
const noisy = (mean: number) => (index: number) => mean + ((index * 7919) % 101) / 1000

async function refused(candidate: string | Uint8Array, baseline: string | Uint8Array, more: string[] = []) {
  using files = project(candidate, baseline)
  const { code, stdout, stderr } = await files.sluice([...args, ...more])
  assert.deepEqual([code, stdout], [3, ''], stderr)
  return stderr
}

test('a drop in the results of another tool fails, equal results pass, and the files and the tool are named', async () => {
  const before = fooFile(outcomes(60, noisy(0.6)), { grader: 'openai:gpt-5' })
  using worse = project(fooFile(outcomes(60, noisy(0.3)), { grader: 'openai:gpt-5', provider: 'openai:mini' }), before)
  const failed = await judged(worse, args)
  assert.equal(failed.code, 1)
  const [feature] = failed.report.features
  assert.deepEqual([feature?.reasons[0]?.code, feature?.comparison?.pairs], ['regression', 60])
  assert.deepEqual(
    [feature?.candidate.model, feature?.baseline?.model],
    ['openai:mini, prompt 1', 'openai:gpt-5, prompt 1'],
  )
  using same = project(before, before)
  const passed = await same.sluice([...args, '--report-dir', 'out'])
  assert.equal(passed.code, 0, passed.stderr)
  const output = passed.stdout.replaceAll(/\s+/g, ' ')
  assert.match(
    output,
    /Both files are read as promptfoo results, version 3 \(promptfoo 0\.119\.0\); compared is the overall score of a test/,
  )
  assert.match(output, /Graded by openai:gpt-5 in both\./)
  assert.match(output, /again: sluice compare --candidate a\.json --baseline b\.json/)
  for (const file of ['report.json', 'report.md', 'report.html', 'junit.xml'])
    assert.ok(readFileSync(path.join(same.root, 'out', file), 'utf8').length > 100, file)
})

test('errors are never 0: they lower the coverage, and all of them decide nothing', async () => {
  const before = fooFile(outcomes(40, () => 1))
  const failing = (share: number) => fooFile(outcomes(40, (index) => (index < share ? { error: '500' } : 1)))
  using some = project(failing(10), before)
  const { code, report } = await judged(some, args)
  assert.deepEqual([code, report.features[0]?.verdict, report.features[0]?.score.mean], [2, 'inconclusive', 1])
  using all = project(failing(40), before)
  assert.equal((await all.sluice([...args, '--on-inconclusive', 'warn'])).code, 4)
})

test('ids of one file are counted and named; where nothing pairs it is invalid, and a few pairs decide nothing', async () => {
  const before = fooFile(outcomes(100, noisy(0.5)))
  using nearly = project(fooFile(outcomes(99, noisy(0.5))), before)
  const { code, report } = await judged(nearly, args)
  assert.equal(code, 0)
  assert.match(report.features[0]?.notes[0] ?? '', /^1 case is only in b\.json, so not compared: q99 #/)
  const other = fooFile(outcomes(5, () => 1).map(({ id, score }) => ({ id: `other ${id}`, score })))
  assert.match(
    await refused(other, before),
    /no case is in both files[\s\S]*a\.json has 5 cases: other q0 #[\s\S]*b\.json has 100 cases/,
  )
  using few = project(fooFile(outcomes(3, () => 1)), fooFile(outcomes(3, () => 1)))
  const undecided = await judged(few, args)
  assert.deepEqual([undecided.code, undecided.report.features[0]?.verdict], [2, 'inconclusive'])
  assert.match(undecided.report.features[0]?.notes.join() ?? '', /3 cases in common: below 20/)
})

test('other graders, other assertions and another task are said above every number', async () => {
  const side = (grader: string, value: string) =>
    foo(
      outcomes(30, () => 1).map((each) => {
        const row = fooRow(each, { grader })
        return { ...row, testCase: { ...row.testCase, assert: [{ type: 'llm-rubric', value }] } }
      }),
    )
  using judges = project(side('openai:gpt-5', 'Is it right?'), side('openai:gpt-4o', 'Is it kind?'))
  const { report } = await judged(judges, args)
  const found = report.findings.map(({ code, severity, before, after }) => [code, severity, before, after])
  assert.deepEqual(found, [
    ['graders-differ', 'warning', 'openai:gpt-4o', 'openai:gpt-5'],
    ['measures-differ', 'warning', null, null],
  ])
  assert.match(report.findings[1]?.message ?? '', /30 of 30 cases were held against something else/)
  const scorers = [{ name: 'match', options: { model: 'x' } }]
  const samples = Array.from({ length: 30 }, (_, index) => inspectSample(index, 'C'))
  using tasks = project(inspectFile(samples, { scorers }), inspectFile(samples))
  const codes = (await judged(tasks, args)).report.findings.map(({ code }) => code)
  assert.deepEqual(codes, ['graders-differ', 'settings-differ'])
})

test('one file may hold both sides', async () => {
  const rows = (provider: string, mean: number) => outcomes(40, noisy(mean)).map((each) => fooRow(each, { provider }))
  using both = createProject({ 'a.json': foo([...rows('openai:gpt-5', 0.6), ...rows('openai:mini', 0.3)]) })
  const { code, report } = await judged(both, ['compare', '--candidate', 'a.json#mini', '--baseline', 'a.json#gpt-5'])
  assert.equal(code, 1)
  assert.equal(report.features[0]?.feature, 'a.json#mini')
  assert.match(report.reproduce ?? '', /--candidate 'a\.json#mini'|--candidate a\.json#mini/)
})

test('results of two tools are compared with a warning, two different metrics of one are not', async () => {
  const questions = outcomes(30, () => 1)
  const samples = questions.map(({ id }) => inspectSample(id, 'C'))
  const items = questions.map(({ id }) => ({
    experimentItemId: id,
    scores: [{ name: 'ok', value: 1, dataType: 'NUMERIC' }],
  }))
  using tools = project(inspectFile(samples), JSON.stringify({ data: items, meta: {} }))
  const { report } = await judged(tools, args)
  assert.deepEqual(report.findings.map(({ code }) => code).slice(0, 1), ['tools-differ'])
  assert.match(report.features[0]?.notes.join(' ') ?? '', /does not record which model graded/)
  const named = (name: string) =>
    JSON.stringify({ data: items.map((item) => ({ ...item, scores: [{ name, value: 1 }] })), meta: {} })
  assert.match(
    await refused(named('one'), named('two')),
    /two different scores: the score one in a\.json, the score two in b\.json/,
  )
})

test('flags: a format is forced, a scale is two numbers, and none of them is taken silently elsewhere', async () => {
  const text = fooFile(outcomes(3, () => 1))
  assert.match(
    await refused(text, text, ['--format', 'deepeval']),
    /a\.json is no file of deepeval; it looks like promptfoo/,
  )
  assert.match(await refused(text, text, ['--format', 'excel']), /expected one of promptfoo, deepeval, inspect/)
  assert.match(await refused(text, text, ['--scale', '1']), /expected the worst and the best score, such as 1,5/)
  assert.match(await refused(text, text, ['--scale', '5,5']), /expected the worst and the best score/)
  using files = createProject({ 'a.json': text, 's.jsonl': '{"id":"a","score":1}\n' })
  const scores = ['compare', '--candidate-scores', 's.jsonl', '--baseline-scores', 's.jsonl', '--metric', 'x']
  assert.match((await files.sluice(scores)).stderr, /--metric is for results files/)
  assert.match(
    (await files.sluice(['compare', 'mail', '--baseline', 'main', '--metric', 'x'])).stderr,
    /--metric is for results files/,
  )
  assert.match((await files.sluice(['compare', '--candidate', 'a.json'])).stderr, /two results files/)
  const own = await files.sluice(['compare', '--candidate', 's.jsonl', '--baseline', 's.jsonl'])
  assert.match(own.stderr, /Scores of your own are compared with --candidate-scores/)
})

test('files that are not there, empty, of another encoding or of nothing that is known are refused by name', async () => {
  const text = fooFile(outcomes(3, () => 1))
  assert.match(await refused('', text), /^a\.json is empty/)
  assert.match(
    await refused(Buffer.from(text.replace('q0', 'caf\xe9'), 'latin1'), text),
    /^a\.json:1:\d+: a byte that is not UTF-8/,
  )
  assert.match(await refused('{"a": 1}', text), /a\.json is no results file that is known \(promptfoo, deepeval/)
  using files = createProject({ 'b.json': text })
  assert.match((await files.sluice(args)).stderr, /^a\.json: there is no such file/)
})

test('a file is not held against itself or its copy', async () => {
  const text = fooFile(outcomes(30, () => 1))
  using files = createProject({ 'a.json': text, 'b.json': text })
  for (const baseline of ['a.json', './a.json', 'b.json']) {
    const { code, stderr } = await files.sluice(['compare', '--candidate', 'a.json', '--baseline', baseline])
    assert.equal(code, 3)
    assert.match(stderr, /hold the same results, byte for byte/)
  }
})

test('names that a map has by itself are names like others', async () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
  const text = inspectFile(
    names.map((name) => inspectSample(name, 'C', { metadata: JSON.parse('{"__proto__": {"cluster": "x"}}') })),
  )
  using files = project(text, text)
  const { report } = await judged(files, args)
  assert.deepEqual(report.features[0]?.cases.map(({ id }) => id).toSorted(), names.toSorted())
  assert.match(await refused(text, text, ['--metric', 'constructor']), /no result has the metric "constructor"/)
  assert.match(await refused(text, text, ['--cluster', 'toString']), /no case has a field "toString"/)
})

test('hostile names are shown as text: in the terminal, in Markdown and in HTML', async () => {
  const hostile = '\u001b[2J<img src=x onerror=alert(1)> @everyone [link](http://evil) `x`\u202e'
  const side = (mean: number) =>
    fooFile(
      outcomes(30, () => mean).map(({ id, score }) => ({ id: `${hostile} ${id}`, score })),
      { provider: hostile, grader: `${hostile}${mean}` },
    )
  using files = project(side(0.2), side(0.9))
  const { code, stdout } = await files.sluice([...args, '--report-dir', 'out'])
  assert.equal(code, 1)
  assert.doesNotMatch(stdout, /[\u001b\u202e]/)
  const read = (file: string) => readFileSync(path.join(files.root, 'out', file), 'utf8')
  const markdown = read('report.md').replaceAll(/(`+)[^\n]*?[^`]\1(?!`)/g, 'code')
  assert.match(markdown, /everyone/)
  assert.doesNotMatch(markdown, /<img|[\u001b\u202e]|(?<!\\)\[link\]\(/)
  assert.doesNotMatch(read('report.html'), /<img src=x/)
  const refusal = await refused(side(0.2), side(0.9), ['--metric', hostile])
  assert.doesNotMatch(refusal, /\u001b/)
})

test('thousands of results are read, paired and judged', async () => {
  const row = JSON.stringify(fooRow({ id: '#', score: 1 }))
  const text = Array.from({ length: 2_000 }, (_, index) => row.replaceAll('"#"', `"q${index}"`)).join('\n')
  using files = project(text, text)
  const { code, stdout } = await files.sluice(args)
  assert.equal(code, 0)
  assert.match(stdout, /2,000 of 2,000 cases scored/)
})

test('what a file says to be missing lowers the coverage, so that the rest is no pass', async () => {
  const before = JSON.parse(fooFile(outcomes(60, () => 1)))
  const candidate = { ...before, results: { ...before.results, stats: { successes: 60, failures: 0, errors: 30 } } }
  using part = project(JSON.stringify(candidate), JSON.stringify(before))
  const { code, report } = await judged(part, args)
  const [feature] = report.features
  assert.deepEqual([code, feature?.verdict, feature?.coverage.answers], [2, 'inconclusive', 90])
  assert.match(feature?.reasons[0]?.message ?? '', /^Only 60 of 90 answers of the candidate have a score/)
  using other = project(JSON.stringify(before), JSON.stringify(candidate))
  assert.match(
    (await judged(other, args)).report.features[0]?.reasons[0]?.message ?? '',
    /of the baseline have a score/,
  )
})

test('no pass rests on totals that contradict the tests, nor on tests that the tool itself failed', async () => {
  const tests = Array.from({ length: 40 }, (_, index) => `<testcase name="${index}"/>`).join('')
  const suite = (totals: string) => `<testsuite name="s"${totals}>${tests}</testsuite>`
  using junit = project(suite(' failures="40"'), suite(''))
  const contradicting = await judged(junit, args)
  assert.deepEqual([contradicting.code, contradicting.report.features[0]?.reasons[0]?.code], [2, 'totals-differ'])
  const side = (failing: number) =>
    foo(outcomes(60, () => 1).map((each, index) => fooRow(each, { more: { success: index >= failing } })))
  using all = project(side(60), side(0))
  const { code, report } = await judged(all, args)
  assert.deepEqual([code, report.features[0]?.verdict, report.features[0]?.strength], [2, 'inconclusive', 'weak'])
  assert.match(report.features[0]?.reasons[0]?.message ?? '', /^60 tests failed by promptfoo's own rule that passed/)
  using few = project(side(2), side(0))
  const noise = await judged(few, args)
  assert.deepEqual([noise.code, noise.report.findings.map(({ code: found }) => found)], [0, ['own-verdict']])
})
