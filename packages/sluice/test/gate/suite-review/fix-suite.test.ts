import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSuite } from '../../../src/core/suite/cases/read-suite.ts'
import { fixSuite } from '../../../src/gate/suite-review/fix-suite.ts'
import type { ReviewedSuite } from '../../../src/gate/suite-review/reviewed-suite.ts'
import { memoryFiles } from '../../support/memory-files.ts'

async function suiteIn(file: string, text: string): Promise<ReviewedSuite> {
  const rows = (await Array.fromAsync(readSuite(memoryFiles({ [file]: text }), file, { root: '/' }))).flat()
  return { name: 'full', file, cases: rows.flatMap(({ data }) => data ?? []) }
}

async function fixed(file: string, text: string, labelled: readonly string[] = []) {
  const suite = await suiteIn(file, text)
  return fixSuite(suite, text, new Set(labelled))
}

const yaml = `# The mails of May.
- id: first   # the usual one
  vars: {mail: "Where is it?"}
  checks:
    - contains: track # a number

# Two of them are the same.
- id: again
  vars:
    mail: Where is it?
  checks:
    - contains: track

- {id: ann, vars: {mail: "Please tell Ann where the order 17 is right now."}, tags: [core]}
- id: bob
  # Bob writes too.
  vars:
    mail: |
      Please tell Bob where the order 18 is right now.
- id: other
  vars: {mail: Something else}
- id: last
  vars: {mail: Something of its own}
`

test('a duplicate goes and a cluster comes in YAML; every other line stays as it is', async () => {
  const { text, changes, left } = await fixed('full.yaml', yaml)
  assert.deepEqual(left, [])
  const expected = yaml
    .replace('- id: again\n  vars:\n    mail: Where is it?\n  checks:\n    - contains: track\n', '')
    .replace('{id: ann, vars', '{id: ann, cluster: like-ann, vars')
    .replace('- id: bob\n', '- id: bob\n  cluster: like-ann\n')
  assert.equal(text, expected)
  assert.deepEqual(
    changes.map(({ line, removed, added }) => [line, removed.length, added.length]),
    [
      [8, 5, 0],
      [14, 1, 1],
      [16, 0, 1],
    ],
  )
})

test('the same in JSON Lines, with the spacing and the line ends that the file has', async () => {
  const lines = [
    '{"id": "a", "vars": {"mail": "Where is it?"}, "weight": 1.50}',
    '{"id": "b", "weight": 1.50, "vars": {"mail": "Where is it?"} }',
    '{"id":"c","vars":{"mail":"Please tell Ann where the order 17 is right now."}}',
    '',
    '{"id": "d", "vars": {"mail": "Please tell Bob where the order 18 is right now."}}',
    ...['e', 'f', 'g'].map((id) => `{"id": "${id}", "vars": {"mail": "Of ${id} alone"}}`),
  ]
  const { text, changes } = await fixed('full.jsonl', `${lines.join('\r\n')}\r\n`)
  const [first = '', , third = '', blank = '', fifth = '', ...rest] = lines
  const expected = [
    first,
    third.replace(/\}$/, ',"cluster":"like-c"}'),
    blank,
    fifth.replace(/\}$/, ', "cluster": "like-c"}'),
    ...rest,
  ]
  assert.equal(text, `${expected.join('\r\n')}\r\n`)
  assert.equal(changes.length, 3)
})

test('a removal that would take a comment along is left to the reader, and nothing is half done', async () => {
  const text = '- id: a\n  vars: {mail: x}\n- id: b # the second\n  vars: {mail: x}\n'
  const { text: after, left } = await fixed('full.yaml', text)
  assert.equal(after, text)
  assert.deepEqual(left, [{ line: 3, why: 'a comment would go with it; remove it by hand' }])
})

test('an anchor that others need keeps the whole file as it is', async () => {
  const text = '- id: a\n  vars: {mail: x}\n- id: b\n  vars: &v {mail: x}\n- id: c\n  vars: *v\n  tags: [t]\n'
  const { text: after, left } = await fixed('full.yaml', text)
  assert.equal(after, text)
  assert.match(left[0]?.why ?? '', /would say something else afterwards/)
})

test('cases in brackets, and kinds of files that are not rewritten, are said', async () => {
  const listed = await fixed('full.yaml', '[{id: a, vars: {m: x}}, {id: b, vars: {m: x}}]\n')
  assert.match(listed.left[0]?.why ?? '', /not written as a list with a dash/)
  const csv = await fixed('full.csv', 'id,mail\na,x\nb,x\n')
  assert.match(csv.left[0]?.why ?? '', /only YAML and JSON Lines/)
})

test('a case that people have labelled is not removed', async () => {
  const { text, changes } = await fixed('full.yaml', yaml, ['again'])
  assert.ok(text.includes('- id: again'))
  assert.equal(changes.length, 2)
})

test('a cluster that exists is not taken for another', async () => {
  const other = '- {id: other, cluster: like-ann, vars: {mail: Something else}}'
  const { text } = await fixed('full.yaml', yaml.replace('- id: other\n  vars: {mail: Something else}', other))
  assert.ok(text.includes('cluster: like-ann-2\n'))
})
