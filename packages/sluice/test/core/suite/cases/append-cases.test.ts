import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parse } from 'yaml'
import { appendCases, type NewCase } from '../../../../src/core/suite/cases/append-cases.ts'
import { anyCharacter } from '../../../support/any-character.ts'

const long: NewCase = {
  id: 'summary-refund-1',
  vars: { email: 'Dear team:\n\n  - the refund # was refused\n---\nAnn', copies: 2, reply: 'no' },
  tags: ['core', 'incident'],
  critical: true,
  source: { outcome: 'o-1', failed: ['actions'] },
}
const short: NewCase = { id: 'summary-2', vars: { email: 'yes: {no}' }, tags: ['incident'], source: { outcome: 'o-2' } }

const suite = `# Golden cases, by hand.

- id: first   # the "oldest"
  vars: {email: 'single', "other": "double"}
  tags: [core]

# Thread
- id: second
  vars:
    email: >
      folded
      text
`

test('a YAML suite keeps every byte, and gets cases that stand as its own do', () => {
  const added = appendCases(suite, [long, short], 'a.yaml')
  assert.equal(
    added,
    `${suite}
- id: summary-refund-1
  vars:
    email: |-
      Dear team:

        - the refund # was refused
      ---
      Ann
    copies: 2
    reply: no
  tags: [core, incident]
  critical: true
  source: {outcome: o-1, failed: [actions]}

- id: summary-2
  vars:
    email: "yes: {no}"
  tags: [incident]
  source: {outcome: o-2}
`,
  )
  assert.deepEqual(parse(added), [...parse(suite), long, short])
})

test('indentation, line endings and an unended last line are kept', () => {
  assert.equal(
    appendCases('list: of\n', [short], 'a.jsonl').split('\n')[1],
    JSON.stringify(short),
    'JSON Lines are not looked into',
  )
  const indented = appendCases('  - id: a\n  - id: b', [short], 'a.yaml')
  assert.ok(indented.startsWith('  - id: a\n  - id: b\n  - id: summary-2\n    vars:\n'))
  assert.ok(indented.endsWith('  source: {outcome: o-2}'))
  const windows = appendCases('- id: a\r\n- id: b\r\n', [long], 'a.yaml')
  assert.equal(windows.replaceAll('\r\n', '').includes('\n'), false)
  assert.deepEqual(parse(windows).at(-1), long)
})

test('a list in brackets, and so a JSON file, is added to before its bracket', () => {
  const json = '[\n  {"id": "a"},\n  {"id": "b"}\n]\n'
  assert.deepEqual(JSON.parse(appendCases(json, [long, short], 'a.json')), [{ id: 'a' }, { id: 'b' }, long, short])
  assert.ok(appendCases(json, [long], 'a.json').startsWith('[\n  {"id": "a"},\n  {"id": "b"},\n  {\n    "id"'))
  for (const text of ['[]', '[{id: a} # why\n]', '[{id: a}, # why\n]', '# none yet\n[ ]\n'])
    assert.deepEqual(parse(appendCases(text, [short], 'a.yaml')), [...parse(text), short], text)
})

test('an empty suite gets its first case; comments alone are kept', () => {
  assert.deepEqual(parse(appendCases('', [short], 'a.yaml')), [short])
  assert.ok(appendCases('# to come\n', [short], 'a.yaml').startsWith('# to come\n- id: summary-2\n'))
})

test('JSON Lines keep their endings and whether the last line is ended', () => {
  const lines = (text: string) => appendCases(text, [short, short], 'a.jsonl')
  const line = JSON.stringify(short)
  assert.equal(lines('{"id":"a"}\n'), `{"id":"a"}\n${line}\n${line}\n`)
  assert.equal(lines('{"id":"a"}'), `{"id":"a"}\n${line}\n${line}`)
  assert.equal(lines('{"id":"a"}\r\n'), `{"id":"a"}\r\n${line}\r\n${line}\r\n`)
  assert.equal(lines(''), `${line}\n${line}\n`)
})

test('a file that cannot be added to without a change of what is there is refused', () => {
  for (const text of ['- id: a\n...\n# end\n', '- id: a\n---\n- id: b\n', 'cases:\n  - id: a\n'])
    assert.throws(() => appendCases(text, [short], 'a.yaml'), /a\.yaml: cases cannot be added without changing/, text)
})

test('any text survives as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), fc.constantFrom('a.yaml', 'a.jsonl'), (email, file) => {
      const one = { ...short, vars: { email } }
      const added = appendCases('', [one], file)
      assert.deepEqual(file === 'a.yaml' ? parse(added) : [JSON.parse(added)], [one])
    }),
    { seed: 6, numRuns: 100 },
  )
})
