import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCases } from '../../../../src/core/suite/cases/read-suite.ts'
import { formatDiagnostic } from '../../../../src/core/suite/diagnostics/diagnostic.ts'
import { checkCases } from '../../../../src/core/suite/project/check-cases.ts'
import { faultsOf, goodPrompt, memoryFiles, root } from '../../../support/memory-files.ts'

async function casesIn(text: string, file = 's.csv', pieceBytes?: number) {
  return Array.fromAsync(readCases(memoryFiles({ [file]: text }, pieceBytes), file, { root }))
}

async function faultsIn(text: string): Promise<string[]> {
  const { diagnostics } = await checkCases(memoryFiles({ 's.csv': text }), 's.csv', { root })
  return diagnostics.filter(({ severity }) => severity === 'error').map(formatDiagnostic)
}

const full = [
  'id,expected,tags,weight,critical,cluster,email,account,expect',
  'one,yes,core;long,2,TRUE,c-7,"Hi, ""Ann"",\r\n\r\nbye",04109,refusal',
  'two,,core | edge,1.50,,,,1.10,',
  '',
].join('\r\n')

test('columns become a case, all other columns variables, every value as it stands', async () => {
  for (const pieceBytes of [1, 7, 1000]) {
    const [one, two] = await casesIn(`\ufeff${full}`, 's.csv', pieceBytes)
    assert.deepEqual(one, {
      id: 'one',
      expected: 'yes',
      expect: 'refusal',
      tags: ['core', 'long'],
      weight: 2,
      critical: true,
      cluster: 'c-7',
      vars: { email: 'Hi, "Ann",\r\n\r\nbye', account: '04109' },
      checks: [],
      rubric: [],
      line: 2,
    })
    assert.deepEqual(two, {
      id: 'two',
      tags: ['core', 'edge'],
      weight: 1.5,
      critical: false,
      vars: { email: '', account: '1.10' },
      checks: [],
      rubric: [],
      line: 5,
    })
  }
})

test('a semicolon or a tab divides where the header has no comma, and a tab in .tsv', async () => {
  const expected = [{ a: 'x, y', b: '1;2' }]
  assert.deepEqual(
    (await casesIn('id;a;b\n1;x, y;"1;2"\n')).map(({ vars }) => vars),
    expected,
  )
  assert.deepEqual(
    (await casesIn('id\ta\tb\n1\tx, y\t1;2\n')).map(({ vars }) => vars),
    expected,
  )
  assert.deepEqual(
    (await casesIn('id\ta,b\n1\tx\n', 's.tsv')).map(({ vars }) => vars),
    [{ 'a,b': 'x' }],
  )
})

test('every fault is reported at its place, and the rest still read', async () => {
  for (const [text, expected] of [
    ['id,a,a\n1,2,3\n', 's.csv:1:6: the column "a" is there twice'],
    ['id,,b\n1,2,3\n', 's.csv:1:4: a column without a name'],
    ['ID,a\n1,2\n', 's.csv:1:1: the header names no column "id", by which results are joined; did you mean "ID"?'],
    ['id,a\n1,x,y\n2,z\n', 's.csv:2:5: 3 fields where the header has 2'],
    ['id,a,b\n1,x\n', 's.csv:2:3: 2 fields where the header has 3'],
    ['id,a\n1,say "x"\n', 's.csv:2:3: a quote inside a field; quote the field, and write the quote twice'],
    ['id,a\n1,"x"y\n', 's.csv:2:6: text after the quote that ends the field'],
    ['id,a\n1,"x\n\n', 's.csv:2:3: the quote that begins the field is never closed'],
    ['id,a\rone,two\r', 's.csv:1:4: lines end in CR alone; save the file with LF or CRLF'],
    ['id,weight,a\n1,heavy,x\n', 's.csv:2:3: weight: expected a number, found "heavy"'],
    ['id,critical,a\n1,maybe,x\n', 's.csv:2:3: critical: expected true or false, found "maybe"'],
    ['id,tags,a\n1,x; ;y,z\n', 's.csv:2:3: tags.1: must not be empty'],
    ['id,a\n1,"line\nbreak"\n1,y\n', 's.csv:4:1: id: "1" is already the id of the case at s.csv:2'],
    ['id,a\n', 's.csv:1:1: holds no cases; add some, e.g. - {id: first, vars: {...}}'],
  ] as const) {
    assert.deepEqual(await faultsIn(text), [expected])
  }
  assert.equal((await faultsIn('id,a\n1,x,y\n2\n3,ok\n')).length, 2)
})

test('a suite in CSV is checked against its prompt like any other', async () => {
  const prompt = goodPrompt.replace('summary.jsonl', 'summary.csv')
  const faults = await faultsOf({
    'prompts/summary.prompt.yml': prompt,
    'evals/summary.csv': 'id,tags,email,mood\na,x,hi,bad\n',
  })
  assert.deepEqual(faults, [
    'evals/summary.csv:2:8: vars.mood: prompts/summary.prompt.yml does not use {{mood}}; remove it',
  ])
})

test('a field of 10 MB over 100,000 lines is read in pieces', async () => {
  const mail =
    'a line of a hundred characters, more or less, as mails have them, with, commas and so on and on..\n'.repeat(
      100_000,
    )
  const [item] = await casesIn(`id,email\n1,"${mail}"\n`, 's.csv', 1 << 16)
  assert.equal(item?.vars.email, mail)
})
