import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProject } from '../../support/project.ts'
import { runImport } from './import-run.ts'

interface Row {
  vars?: Record<string, unknown>
  output?: unknown
  assert: Record<string, unknown>[]
  pass: boolean
  verdicts?: boolean[]
  threshold?: number
  description?: string
  failureReason?: number
  error?: string
  graderError?: boolean
  promptIdx?: number
  provider?: string
}

/** A results file of promptfoo, as its version 3 writes it. */
function results(rows: Row[], version: unknown = 3) {
  const list = rows.map((row, index) => ({
    testIdx: index,
    promptIdx: row.promptIdx ?? 0,
    prompt: { raw: 'sent', label: 'p' },
    provider: { id: row.provider ?? 'openai:gpt-4o', label: '' },
    vars: row.vars ?? {},
    ...('output' in row && { response: { output: row.output, tokenUsage: { prompt: 3, completion: 2 } } }),
    ...(row.error !== undefined && { error: row.error }),
    success: row.pass,
    score: row.pass ? 1 : 0,
    failureReason: row.failureReason ?? (row.pass ? 0 : 1),
    latencyMs: 20,
    cost: 0.001,
    testCase: {
      vars: row.vars ?? {},
      assert: row.assert,
      threshold: row.threshold,
      description: row.description,
      options: {},
    },
    gradingResult:
      row.failureReason === 2 && !('output' in row)
        ? null
        : {
            pass: row.pass,
            score: 1,
            reason: '',
            metadata: row.graderError ? { graderError: true } : {},
            componentResults: row.assert.map((assertion, nth) => {
              const pass = row.verdicts?.[nth] ?? row.pass
              return { pass, score: Number(pass), reason: '', assertion }
            }),
          },
  }))
  const prompts = [
    { raw: 'Say {{word}}.', label: 'p', provider: 'openai:gpt-4o' },
    { raw: 'Write {{word}}.', label: 'q', provider: 'openai:gpt-4o' },
  ]
  return JSON.stringify({
    evalId: 'e',
    results: { version, prompts, results: list, stats: {} },
    config: { description: 'Words' },
  })
}

const contains = (value: string) => ({ type: 'contains', value })

test('results become cases and recordings, and a run on them needs no model', async () => {
  using project = createProject({
    'results.json': results([
      { vars: { word: 'a' }, output: 'a!', assert: [contains('{{word}}')], pass: true },
      { vars: { word: 'b' }, output: { b: 1 }, assert: [contains('b')], pass: true },
      { vars: { word: 'c' }, assert: [contains('c')], pass: false, failureReason: 2, error: 'HTTP 500' },
    ]),
  })
  const done = await project.sluice(['import', 'promptfoo', 'results.json', '--out', 'new'])
  assert.equal(done.code, 0, done.stderr)
  assert.match(done.stdout, /Next: cd new && sluice check && sluice eval words/)
  const checked = await project.sluice(['check', 'new/prompts'])
  assert.notEqual(checked.code, 4)
})

test('the written project is evaluated from its recordings', async () => {
  using project = createProject(
    {
      'new/results.json': results([
        { vars: { word: 'a' }, output: 'a!', assert: [contains('{{word}}')], pass: true },
        { vars: { word: 'b' }, output: 'x', assert: [contains('b')], pass: false },
      ]),
    },
    'new',
  )
  assert.equal((await project.sluice(['import', 'promptfoo', 'results.json'])).code, 0)
  const done = await project.sluice(['eval', 'words', '--json'])
  assert.equal(done.code, 0, done.stderr)
  const [feature] = JSON.parse(done.stdout).features
  assert.equal(feature.score.mean, 0.5)
})

const config = `
description: Words
prompts: ["Say {{word}}."]
tests:
  - {vars: {word: a}, assert: [{type: contains, value: a}, {type: not-contains, value: sorry}]}
  - {vars: {word: b}, assert: [{type: llm-rubric, value: kind}, {type: contains, value: b}]}
  - {vars: {word: c}, threshold: 0.5, assert: [{type: contains, value: c}, {type: contains, value: never}]}
  - {vars: {word: d}, assert: [{type: python, value: "False"}, {type: contains, value: d}]}
  - {vars: {word: e}, assert: [{type: contains, value: e, weight: 0}, {type: javascript, value: "output.length > 3"}]}
`
const plain = [contains('a'), { type: 'not-contains', value: 'sorry' }]
const judged = [{ type: 'llm-rubric', value: 'kind' }, contains('b')]
const scored = [contains('c'), contains('never')]
const coded = [{ type: 'python', value: 'False' }, contains('d')]
const weightless = [
  { ...contains('e'), weight: 0 },
  { type: 'javascript', value: 'output.length > 3' },
]

test('each kept answer is scored anew, and what differs is listed with its reason', async () => {
  using project = createProject({
    'promptfooconfig.yaml': config,
    'results.json': results([
      { vars: { word: 'a' }, output: 'a', assert: plain, pass: true },
      // The file says that it passed, which no check can have said of this output.
      { vars: { word: 'a' }, output: 'A', assert: plain, pass: true },
      { vars: { word: 'b' }, output: 'b', assert: judged, pass: true },
      { vars: { word: 'b' }, output: 'x', assert: judged, pass: false, verdicts: [true, false] },
      { vars: { word: 'c' }, output: 'c', assert: scored, pass: true, verdicts: [true, false], threshold: 0.5 },
      { vars: { word: 'c' }, output: 'c', assert: scored, pass: false, failureReason: 2, error: 'HTTP 500' },
      { vars: { word: 'b' }, output: 'b', assert: judged, pass: false, graderError: true },
      { vars: { word: 'd' }, output: 'd', assert: coded, pass: false, verdicts: [false, true] },
      { vars: { word: 'e' }, output: 'long', assert: weightless, pass: true },
      { vars: { word: 'z' }, output: 'z', assert: [contains('z')], pass: true },
    ]),
  })
  const flags = ['--out', 'new', '--verify', 'results.json', '--report', 'mapping.md', '--json']
  const done = await project.sluice(['import', 'promptfoo', 'promptfooconfig.yaml', ...flags])
  assert.equal(done.code, 1, done.stderr)
  const { verification } = JSON.parse(done.stdout)
  assert.deepEqual(verification.cases, { all: 10, same: 4, differs: 2, notComparable: 4 })
  const { all, same, differs, notComparable } = verification.assertions
  assert.equal(same + differs + notComparable, all)
  const found = (agreement: string) =>
    verification.findings
      .filter((each: { agreement: string }) => each.agreement === agreement)
      .map(({ name, place, reason }: { name: string; place: string; reason: string }) => [
        name,
        place.split(',')[0],
        reason,
      ])
  assert.deepEqual(found('differs'), [
    ['test-1', 'results[1]', 'contains: the output does not contain "a"'],
    ['test-4', 'results[7]', found('differs')[1]?.[2]],
    ['test-1: contains', 'results[1]', 'the output does not contain "a"'],
  ])
  assert.match(found('differs')[1]?.[2] ?? '', /all checks pass: .*, but python: it was dropped/)
  const reasons = found('notComparable').map(([, , reason]: string[]) => reason)
  for (const reason of [
    /needs the judge/,
    /an error: HTTP 500/,
    /an error: the grader failed/,
    /no imported case/,
    /weight is 0/,
  ])
    assert.ok(
      reasons.some((each: string) => reason.test(each)),
      String(reason),
    )
})

test('what cannot be compared at all is no proof', async () => {
  using project = createProject({
    'promptfooconfig.yaml': config,
    'results.json': results([{ vars: { word: 'b' }, output: 'b', assert: judged.slice(0, 1), pass: true }]),
  })
  const run = ['import', 'promptfoo', 'promptfooconfig.yaml', '--out', 'new', '--dry-run', '--verify', 'results.json']
  const done = await project.sluice(run)
  assert.equal(done.code, 2, done.stdout)
  assert.match(done.stdout, /1 kept answer: 0 same, 0 differ, 1 not comparable\./)
})

test('results of another version, without results, or of another shape are refused', async () => {
  const row = { vars: { word: 'a' }, output: 'a', assert: plain, pass: true }
  using project = createProject({
    'next.json': results([row], 4),
    'none.json': results([]),
    'odd.json': JSON.stringify({ results: { version: 3, results: [{ success: 'yes' }] } }),
    'cut.json': results([row]).slice(0, -20),
  })
  for (const [file, message] of [
    ['next.json', /results of version 4; versions 2 and 3 are read\. Export them again/],
    ['none.json', /the results are empty/],
    ['odd.json', /odd\.json: results\[0\]\.\w+: /],
    ['cut.json', /cut\.json:1:\d+: .*not JSON/],
  ] as const) {
    const done = await project.sluice(['import', 'promptfoo', file, '--out', 'new'])
    assert.deepEqual([done.code, message.test(done.stderr)], [3, true], done.stderr)
  }
})

test('answers of several prompts and repeats are told apart', async () => {
  const row = { vars: { word: 'a' }, assert: plain, pass: true }
  using project = createProject({
    'results.json': results([
      { ...row, output: 'a1' },
      { ...row, output: 'a2' },
      { ...row, output: 'a3', promptIdx: 1 },
      { ...row, output: 'a4', provider: 'my provider' },
    ]),
  })
  const done = await project.sluice(['import', 'promptfoo', 'results.json', '--out', 'new', '--json'])
  const { features } = JSON.parse(done.stdout)
  assert.deepEqual(
    features.map(({ feature, model, cases }: Record<string, unknown>) => [feature, model, cases]),
    [
      ['p', 'recorded:p/openai:gpt-4o', 1],
      ['q', 'recorded:q/openai:gpt-4o', 1],
    ],
  )
})

test('an answer is compared with the test of its assertions, also where several tests have the same variables', async () => {
  const tests = [contains('a'), contains('b')].map((assertion) =>
    JSON.stringify({ vars: { word: 'x' }, assert: [assertion] }),
  )
  using project = createProject({
    'promptfooconfig.yaml': `prompts: ["{{word}}"]\ntests: [${tests.join(', ')}]`,
    'results.json': results([
      { vars: { word: 'x' }, output: 'b', assert: [contains('b')], pass: true },
      { vars: { word: 'x' }, output: 'b', assert: [contains('a')], pass: false },
      // The configuration was changed since.
      { vars: { word: 'x' }, output: 'c', assert: [contains('c')], pass: true },
    ]),
  })
  const flags = ['--out', 'new', '--verify', 'results.json', '--json']
  const done = await project.sluice(['import', 'promptfoo', 'promptfooconfig.yaml', ...flags])
  const { cases, findings } = JSON.parse(done.stdout).verification
  assert.deepEqual(cases, { all: 3, same: 2, differs: 0, notComparable: 1 })
  assert.match(findings[0].reason, /of other assertions than the file that was imported/)
})

test('a prompt gets the tests that were run with it, and no others', async () => {
  const run = await runImport('promptfoo', {
    'results.json': results([
      { vars: { word: 'a' }, output: 'a', assert: [contains('a')], pass: true },
      { vars: { word: 'b' }, output: 'b', assert: [contains('b')], pass: true },
      { vars: { word: 'b' }, output: 'b', assert: [contains('b')], pass: true, promptIdx: 1 },
    ]),
  })
  const words = (name: string) =>
    run.written(`evals/${name}.yaml`).map(({ vars }: { vars: { word: string } }) => vars.word)
  assert.deepEqual([words('p'), words('q')], [['a', 'b'], ['b']])
  assert.ok(run.fidelity.some((line) => line.startsWith('same test of another prompt')))
})
