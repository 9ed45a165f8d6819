import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Case } from '../../../../src/core/suite/cases/case.ts'
import { readCases } from '../../../../src/core/suite/cases/read-suite.ts'
import { formatDiagnostic } from '../../../../src/core/suite/diagnostics/diagnostic.ts'
import { checkCases } from '../../../../src/core/suite/project/check-cases.ts'
import { casesOf } from '../../../../src/core/suite/prompt/suites.ts'
import { type Contents, good, load, memoryFiles, root } from '../../../support/memory-files.ts'

async function collect(cases: AsyncIterable<Case>): Promise<Case[]> {
  const all: Case[] = []
  for await (const item of cases) all.push(item)
  return all
}

async function faultsIn(contents: Contents, file: string): Promise<string[]> {
  return (await checkCases(memoryFiles(contents), file, { root })).diagnostics.map(formatDiagnostic)
}

const full = `- id: late-order-03
  vars: {email: "Where is it?"}
  expected: On its way.
  checks: [{containsAll: [invoice 1182, Friday]}, {module: ./check.ts#polite}]
  rubric: [{id: refund, ask: Was it refused?}]
  tags: [core, long]
  weight: 2
  critical: true
  cluster: customer-7
  source: {incident: INC-204}
- {id: plain, vars: {}}
`
const fullCase: Case = {
  id: 'late-order-03',
  vars: { email: 'Where is it?' },
  expected: 'On its way.',
  checks: [
    {
      type: 'containsAll',
      value: ['invoice 1182', 'Friday'],
      name: 'containsAll ["invoice 1182","Friday"]',
      negate: false,
      weight: 1,
      must: false,
      caseSensitive: false,
    },
    {
      type: 'module',
      value: '/project/evals/check.ts#polite',
      name: 'module "./check.ts#polite"',
      negate: false,
      weight: 1,
      must: false,
      caseSensitive: false,
    },
  ],
  rubric: [{ id: 'refund', ask: 'Was it refused?', weight: 1, must: false }],
  tags: ['core', 'long'],
  weight: 2,
  critical: true,
  cluster: 'customer-7',
  source: { incident: 'INC-204' },
  line: 1,
}

test('YAML and JSON Lines give the same cases', async () => {
  const lines = [
    {
      ...fullCase,
      checks: [{ containsAll: ['invoice 1182', 'Friday'] }, { module: './check.ts#polite' }],
      line: undefined,
    },
    { id: 'plain', vars: {} },
  ]
  const jsonl = lines.map((line) => JSON.stringify(line)).join('\n')
  const files = memoryFiles({ 'evals/a.yaml': full, 'evals/a.jsonl': jsonl })
  const plain: Case = { id: 'plain', vars: {}, checks: [], rubric: [], tags: [], weight: 1, critical: false, line: 11 }
  assert.deepEqual(await collect(readCases(files, 'evals/a.yaml', { root })), [fullCase, plain])
  assert.deepEqual(await collect(readCases(files, 'evals/a.jsonl', { root })), [fullCase, { ...plain, line: 2 }])
})

test('reading stops at the first fault, checking goes on to the last', async () => {
  const contents = { 's.jsonl': '{"id":"a"}\n{"id":1}\n{"id":"c","wieght":2}\n{"id":"d","weight":0}\n' }
  const seen: string[] = []
  await assert.rejects(
    async () => {
      for await (const { id } of readCases(memoryFiles(contents, 8), 's.jsonl', { root })) seen.push(id)
    },
    { name: 'InvalidFilesError', message: 's.jsonl:2:7: id: expected a text, found 1; put it in quotes: "1"' },
  )
  assert.deepEqual(seen, ['a'])
  assert.deepEqual(
    (await faultsIn(contents, 's.jsonl')).filter((fault) => !fault.includes('no case has tags')),
    [
      's.jsonl:2:7: id: expected a text, found 1; put it in quotes: "1"',
      's.jsonl:3:11: wieght: unknown key "wieght"; did you mean "weight"?',
      's.jsonl:4:20: weight: must be more than 0, found 0',
    ],
  )
})

test('an id that is there twice names both places, in both formats', async () => {
  const jsonl = '{"id":"a","tags":["x"]}\n{"tags":["x"],"id":"b"}\n{"tags":["x"],"id":"a"}\n{"id":"a"}\n'
  assert.deepEqual(await faultsIn({ 's.jsonl': jsonl }, 's.jsonl'), [
    's.jsonl:3:20: id: "a" is already the id of the case at s.jsonl:1',
    's.jsonl:4:7: id: "a" is already the id of the case at s.jsonl:1',
  ])
  const yaml = '- id: a\n  tags: [x]\n- id: b\n- tags: [x]\n  id: a\n'
  assert.deepEqual(await faultsIn({ 's.yaml': yaml }, 's.yaml'), [
    's.yaml:5:7: id: "a" is already the id of the case at s.yaml:1',
  ])
})

test('an empty suite is an error, a suite without tags a warning', async () => {
  for (const [file, text] of [
    ['s.jsonl', '\n \n'],
    ['s.yaml', '# none yet\n'],
    ['s.yaml', '[]\n'],
  ] as const) {
    assert.match((await faultsIn({ [file]: text }, file)).join(), /:1:1: holds no cases; add some/)
  }
  const { diagnostics } = await checkCases(memoryFiles({ 's.jsonl': '{"id":"a"}\n' }), 's.jsonl', { root })
  assert.deepEqual(
    diagnostics.map(({ severity }) => severity),
    ['warning'],
  )
  assert.match(diagnostics[0]?.message ?? '', /^no case has tags/)
})

test('a suite that is a map, or not there, says so', async () => {
  assert.match(
    (await faultsIn({ 's.yaml': 'cases:\n  - id: a\n' }, 's.yaml'))[0] ?? '',
    /1:1: expected a list of cases; .*"cases:"/,
  )
  assert.deepEqual(await faultsIn({}, 's.jsonl'), ['s.jsonl:1:1: the file does not exist'])
  await assert.rejects(
    collect(readCases(memoryFiles({}), 's.jsonl', { root })),
    /s\.jsonl:1:1: the file does not exist/,
  )
})

test('counts cases and tags', async () => {
  const jsonl = '{"id":"a","tags":["x","y"]}\n{"id":"b","tags":["x","x"],"rubric":[{"id":"q","ask":"?"}]}\n'
  const { count, tags, specific } = await checkCases(memoryFiles({ 's.jsonl': jsonl }), 's.jsonl', { root })
  assert.deepEqual([count, Object.fromEntries(tags), specific], [2, { x: 2, y: 1 }, 1])
})

test('of very many faults the first hundred are shown and the rest counted', async () => {
  const faults = await faultsIn({ 's.jsonl': '{"ID":"a"}\n'.repeat(200) }, 's.jsonl')
  assert.equal(faults.length, 101)
  assert.match(faults.at(-1) ?? '', /^s\.jsonl:51:\d+: 300 more faults from here on$/)
})

test('a case of 10 MB is read, in either format', async () => {
  const text = 'word '.repeat(2_000_000)
  const yaml = `- id: a\n  tags: [x]\n  vars:\n    email: |\n${`      ${'word '.repeat(20)}\n`.repeat(100_000)}`
  const files = memoryFiles(
    { 's.jsonl': JSON.stringify({ id: 'a', tags: ['x'], vars: { email: text } }), 's.yaml': yaml },
    1 << 16,
  )
  for (const file of ['s.jsonl', 's.yaml']) {
    const [item] = await collect(readCases(files, file, { root }))
    assert.ok(String(item?.vars.email).length >= 10_000_000)
    assert.deepEqual((await checkCases(files, file, { root })).diagnostics, [])
  }
})

test('keys that could pollute prototypes do nothing in vars, and are unknown elsewhere', async () => {
  const jsonl = '{"id":"a","tags":["x"],"vars":{"__proto__":{"polluted":1},"constructor":"c"}}\n'
  const files = memoryFiles({ 's.jsonl': jsonl })
  const [item] = await collect(readCases(files, 's.jsonl', { root }))
  assert.equal(Object.getPrototypeOf(item?.vars), Object.prototype)
  assert.equal(({} as { polluted?: number }).polluted, undefined)
  assert.match(
    (await faultsIn({ 's.jsonl': '{"id":"a","__proto__":{"x":1}}' }, 's.jsonl'))[0] ?? '',
    /1:1: no case|__proto__/,
  )
})

test('the suite is chosen by name; without suites the test data stand for all', async () => {
  const contents = good()
  const { prompts } = await load(contents)
  const prompt = prompts[0]!
  const files = memoryFiles(contents)
  assert.equal((await collect(casesOf(files, prompt, 'fast', { root }))).length, 2)
  assert.throws(() => casesOf(files, prompt, 'fats', { root }), {
    code: 'invalid-input',
    message: 'prompts/summary.prompt.yml has no suite "fats"; did you mean "fast"?',
  })
  const bare = { ...prompt, suites: {} }
  assert.throws(() => casesOf(files, bare, 'fast', { root }), /has no cases; add "suites/)
  const inline = { ...bare, inlineCases: [fullCase] }
  assert.deepEqual(await collect(casesOf(files, inline, 'whatever', { root })), [fullCase])
})

test('a weight whose square is no number any more would make every interval NaN or 0', async () => {
  for (const weight of ['1e308', '1e-300', '.inf']) {
    const [fault] = await faultsIn({ 'a.yaml': `- {id: a, vars: {}, weight: ${weight}}\n` }, 'a.yaml')
    assert.match(fault ?? '', /^a\.yaml:1:\d+: weight: /, weight)
  }
  const [ofCheck] = await faultsIn(
    { 'a.yaml': '- {id: a, vars: {}, checks: [{contains: a, weight: 1e308}]}\n' },
    'a.yaml',
  )
  assert.match(ofCheck ?? '', /weight/)
})
