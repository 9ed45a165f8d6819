import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fillTemplate } from '../../../src/core/suite/values/template.ts'
import { createLedger, translated } from '../../../src/gate/import/fidelity.ts'
import { fidelityMarkdown, fidelityTable } from '../../../src/gate/import/fidelity-text.ts'
import type { ImportedCase, ImportedFeature } from '../../../src/gate/import/imported.ts'
import { escapeBraces } from '../../../src/gate/import/literal.ts'
import { planProject } from '../../../src/gate/import/plan-project.ts'
import { settleFeature } from '../../../src/gate/import/settle-feature.ts'

const aCase = (id: string, more: Partial<ImportedCase> = {}): ImportedCase => ({
  id,
  vars: { q: id },
  checks: [{ contains: id }],
  rubric: [],
  ...more,
})
const asking = [{ role: 'user' as const, content: '{{q}}' }]

function settle(feature: Partial<ImportedFeature>) {
  const ledger = createLedger()
  return { ...settleFeature({ name: 'a', messages: asking, cases: [], ...feature }, ledger), rows: ledger.rows() }
}

test('ids are made valid and unique, and that is said', () => {
  const { cases, rows } = settle({ cases: [aCase('a'), aCase('a'), aCase(' \u0007 '), aCase('a-2')] })
  assert.deepEqual(
    cases.map(({ id }) => id),
    ['a', 'a-2', 'case-3', 'a-2-2'],
  )
  assert.equal(rows.find(({ name }) => name === 'id given twice')?.count, 2)
})

test('what all cases have stands once in the prompt, and each case keeps the rest', () => {
  const both = [{ notContains: 'sorry' }, { notContains: 'sorry' }]
  const { checks, cases, rubric } = settle({
    cases: [
      aCase('a', { checks: [...both, { contains: 'x' }], rubric: [{ ask: 'Is it kind?' }, { ask: 'Is it kind?' }] }),
      aCase('b', { checks: [{ notContains: 'sorry' }], rubric: [{ ask: 'Is it kind?' }] }),
    ],
  })
  assert.deepEqual(checks, [{ notContains: 'sorry' }])
  assert.deepEqual(
    cases.map((each) => each.checks),
    [[{ notContains: 'sorry' }, { contains: 'x' }], []],
  )
  assert.deepEqual(rubric, [{ id: 'Is-it-kind', ask: 'Is it kind?' }])
  assert.deepEqual(cases[0]?.rubric, [{ id: 'Is-it-kind-2', ask: 'Is it kind?' }])
})

test('a variable that nothing uses is kept under source, and one that is missing is an empty text', () => {
  const { cases, rows } = settle({ cases: [aCase('a', { vars: { other: 1 }, checks: [{ contains: '{{z}}' }] })] })
  assert.deepEqual(cases[0]?.vars, { q: '', z: '' })
  assert.deepEqual(cases[0]?.source, { vars: { other: 1 } })
  assert.deepEqual(
    rows.map(({ name, outcome }) => [name, outcome]),
    [
      ['variable q', 'approximated'],
      ['variable z', 'approximated'],
      ['variable other', 'same'],
    ],
  )
})

test('a variable called expected is the reference, under another name where the model is sent it', () => {
  const vars = { q: 'a', expected: 'yes' }
  const kept = settle({ cases: [aCase('a', { vars, checks: [{ contains: '{{expected}}' }] })] })
  assert.deepEqual([kept.cases[0]?.vars, kept.cases[0]?.expected], [{ q: 'a' }, 'yes'])
  const sent = settle({ messages: [{ role: 'user', content: '{{q}} {{ expected }}' }], cases: [aCase('a', { vars })] })
  assert.deepEqual(sent.messages[0]?.content, '{{q}} {{expected_value}}')
  assert.deepEqual(sent.cases[0]?.vars, { q: 'a', expected_value: 'yes' })
})

test('a case that nothing scores is in no suite, since it would pass whatever the answer', () => {
  const silent = aCase('b', { checks: [{ contains: 'x', weight: 0 }] })
  const { cases, unscored, rows } = settle({ cases: [aCase('a'), silent] })
  assert.deepEqual([cases.map(({ id }) => id), unscored.map(({ id }) => id)], [['a'], ['b']])
  assert.ok(rows.some(({ name, outcome }) => name === 'case without a check' && outcome === 'dropped'))
})

test('cases without a prompt get one that sends all of their variables', () => {
  const { messages } = settle({
    messages: undefined as never,
    cases: [aCase('a', { vars: { q: 'a', 'my {{name}}': 'b' } })],
  })
  assert.match(messages[0]?.content ?? '', /^q: \{\{q\}\}\nmy \\\{\{name\}\}: /)
})

test('several features have names, files and recordings of their own', () => {
  const feature = {
    name: 'Long / name',
    messages: asking,
    cases: [aCase('a')],
    recordings: [{ case: 0, model: 'm', output: 'x' }],
  }
  const { files, features, providers } = planProject({ features: [feature, feature], rows: [] }, { model: 'openai:x' })
  assert.deepEqual(
    files.map(({ path }) => path),
    [
      ['prompts/long-name.prompt.yml', 'evals/long-name.yaml', 'recordings/long-name.jsonl'],
      ['prompts/long-name-2.prompt.yml', 'evals/long-name-2.yaml', 'recordings/long-name-2.jsonl'],
    ].flat(),
  )
  assert.deepEqual(
    features.map(({ model }) => model),
    ['recorded:long-name/m', 'recorded:long-name-2/m'],
  )
  assert.deepEqual(providers, { recorded: { kind: 'replay', files: 'recordings/*.jsonl' } })
})

test('half a character is replaced, which no file can hold', () => {
  const { files } = planProject(
    { features: [{ name: 'a', messages: asking, cases: [aCase('a', { vars: { q: '\ud83d' } })] }], rows: [] },
    { model: 'openai:x' },
  )
  assert.match(files[1]?.text ?? '', /q: \ufffd/)
})

test('braces that stand for themselves are rendered as such', () => {
  for (const text of ['{{x}}', '\\{{x}}', '\\\\{{x', 'a {{{ b'])
    assert.equal(fillTemplate(escapeBraces(text), {}, { strict: true }), text)
})

test('rows are counted by what they say, and the share is that of the assertions', () => {
  const ledger = createLedger()
  const row = { kind: 'assertion', name: 'contains', note: '', place: 'a' } as const
  ledger.add({ ...row, outcome: 'same' }, 2)
  ledger.add({ ...row, outcome: 'same', place: 'b' })
  ledger.add({ ...row, outcome: 'dropped', note: 'no | pipes' })
  ledger.add({ ...row, kind: 'field', name: 'x', outcome: 'dropped' })
  const rows = ledger.rows()
  assert.deepEqual(
    rows.map(({ kind, outcome, count, place }) => [kind, outcome, count, place]),
    [
      ['assertion', 'dropped', 1, 'a'],
      ['assertion', 'same', 3, 'a'],
      ['field', 'dropped', 1, 'a'],
    ],
  )
  assert.deepEqual(translated(rows), { assertions: 4, same: 3, approximated: 0, dropped: 1, share: 0.75 })
  assert.equal(translated([]).share, null)
  assert.match(
    fidelityMarkdown(rows, { title: 'x', summary: ['y'] }),
    /\| dropped \| `contains` \| 1 \| no \\\| pipes \| `a` \|/,
  )
})

test('the table is never cut: what does not fit goes on below', () => {
  const note = 'word '.repeat(40).trim()
  const table = fidelityTable([{ kind: 'field', name: 'n', outcome: 'dropped', note, place: 'a', count: 1 }], 60)
  assert.ok(table.split('\n').every((line) => line.length <= 60))
  assert.equal(table.match(/word/g)?.length, 40)
})
