import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertionOf, csvTests } from '../../../src/gate/import/promptfoo/csv-tests.ts'

test('columns with two underscores mean something, every other is a variable', async () => {
  const text = [
    '\ufeffquestion,__expected1,__expected2,__description,__metric,__threshold,__metadata:tags[],__config:__expected1:threshold,__proto__',
    '"What, ""now""?",similar:soon,icontains: x,a case,Tone,0.5,"a, b",0.9,p',
    'plain,,,,,,,,',
  ].join('\r\n')
  const [first, second] = await csvTests(text.slice(1), 'tests.csv')
  assert.deepEqual(first, {
    description: 'a case',
    threshold: 0.5,
    vars: Object.fromEntries([
      ['question', 'What, "now"?'],
      ['__proto__', 'p'],
    ]),
    assert: [
      { type: 'similar', value: 'soon', threshold: 0.9, metric: 'Tone' },
      { type: 'icontains', value: ' x', metric: 'Tone' },
    ],
    metadata: { tags: ['a', 'b'] },
  })
  assert.deepEqual(second?.assert, [])
})

const shortForms: [text: string, assertion: Record<string, unknown>][] = [
  ['Paris', { type: 'equals', value: 'Paris' }],
  ['contains:Paris', { type: 'contains', value: 'Paris' }],
  ['not-contains-any:a, b', { type: 'not-contains-any', value: ['a', 'b'] }],
  ['similar:x', { type: 'similar', value: 'x', threshold: 0.8 }],
  ['levenshtein(3):x', { type: 'levenshtein', value: 'x', threshold: 3 }],
  ['levenshtein:x', { type: 'levenshtein', value: 'x', threshold: 0.75 }],
  ['latency(1000)', { type: 'latency', value: '', threshold: 1000 }],
  ['is-json', { type: 'is-json', value: '' }],
  ['fn:output.length', { type: 'javascript', value: 'output.length' }],
  ['grade: is kind', { type: 'llm-rubric', value: ' is kind' }],
  ['python:len(output)', { type: 'python', value: 'len(output)' }],
  ['file://check.py:grade', { type: 'python', value: 'file://check.py:grade' }],
  ['note: see below', { type: 'equals', value: 'note: see below' }],
  ['http://example.com', { type: 'equals', value: 'http://example.com' }],
]

for (const [text, assertion] of shortForms) {
  test(`${text} is read as promptfoo reads it`, () => {
    assert.deepEqual(assertionOf(text), assertion)
  })
}

test('a fault of the file has its place', async () => {
  await assert.rejects(csvTests('a,b\n1,2,3', 'tests.csv'), /tests\.csv:2:5: 3 fields where the header has 2/)
  await assert.rejects(csvTests('a\n"open', 'tests.csv'), /tests\.csv:2:1: the quote/)
})

test('100,000 rows are read', async () => {
  const rows = Array.from({ length: 100_000 }, (_, index) => `q${index},contains:${index}`)
  const tests = await csvTests(['q,__expected', ...rows].join('\n'), 'tests.csv')
  assert.equal(tests.length, 100_000)
  assert.deepEqual(tests.at(-1), { vars: { q: 'q99999' }, assert: [{ type: 'contains', value: '99999' }] })
})
