import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Alias } from 'yaml'
import { parseYaml } from '../../../../src/core/suite/yaml/yaml.ts'

function faults(text: string): string[] {
  return parseYaml(text, 'f.yaml').diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`)
}

test('the faults of YAML itself are located and worded for its users', () => {
  const cases: [string, RegExp][] = [
    ['a:\n\t- b\n', /^2:1 a tab is used as indentation; YAML allows spaces only$/],
    ['a: 1\n---\nb: 2\n', /^2:1 a second YAML document/],
    ['a: x: y\n', /^1:4 a second ": " in one line/],
    ['a: @x\n', /^1:4 .*put it in quotes$/],
    ['a: *nope\n', /^1:4 there is no anchor &nope$/],
    ['a: &a [1, *a]\n', /^1:11 \*a contains itself$/],
    ['a: !include x\n', /^1:4 .*!include/],
    ['a: !!binary aGVsbG8=\n', /^1:4 the tag !!binary gives no value/],
    ['a: !!omap [b: 1]\n', /^1:4 the tag !!omap/],
    ['a: !!timestamp 2026-01-02\n', /^1:4 the tag !!timestamp/],
    ['['.repeat(100_000), /nested too deeply$/],
  ]
  for (const [text, expected] of cases) {
    assert.equal(faults(text).length, 1, text.slice(0, 20))
    assert.match(faults(text)[0] ?? '', expected)
  }
})

test('every key given twice is reported, and the rest of the file still counts', () => {
  const { source, diagnostics } = parseYaml('a: 1\nb: {"c d": 2, "c d": 3}\na: 4\n', 'f.yaml')
  assert.deepEqual(
    diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`),
    ['2:15 the key "c d" is there twice', '3:1 the key a is there twice'],
  )
  assert.ok(source)
})

test('an alias bomb is refused, honest use of aliases and merge keys is not', () => {
  const levels = [...'bcdefghij'].map((name, index) => {
    return `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[index]}`).join(', ')}]`
  })
  assert.match(faults(['a: &a [1]', ...levels].join('\n'))[0] ?? '', /aliases expand to too much data/)
  const shared = parseYaml(`x: &x {a: 1}\ny: {<<: *x, b: 2}\nl:\n${'- *x\n'.repeat(2000)}`, 'f.yaml')
  assert.deepEqual(shared.diagnostics, [])
  assert.match(JSON.stringify(shared.source?.value), /"y":\{"a":1,"b":2\}/)
})

test('keys that could pollute prototypes are plain keys', () => {
  const { source } = parseYaml('__proto__: {polluted: 1}\nconstructor: {prototype: {polluted: 1}}\n', 'f.yaml')
  assert.ok(JSON.stringify(source?.value).startsWith('{"__proto__":{"polluted":1}'))
  assert.equal(({} as { polluted?: number }).polluted, undefined)
})

test('values and keys are located, and what is missing at its parent, with CRLF as well', () => {
  for (const end of ['\n', '\r\n']) {
    const { source } = parseYaml(['a:', '  - {x: 1, yy: 2}', '  - x: 3', ''].join(end), 'f.yaml')
    assert.deepEqual(source?.at(['a', 0, 'yy']), { line: 2, column: 16 })
    assert.deepEqual(source?.at(['a', 0], 'yy'), { line: 2, column: 12 })
    assert.deepEqual(source?.at(['a', 1, 'z', 'deep']), { line: 3, column: 5 })
    assert.deepEqual(source?.at(['nothing']), { line: 1, column: 1 })
  }
})

test('an empty file is null', () => {
  for (const text of ['', '# nothing\n', '\n\n']) assert.equal(parseYaml(text, 'f.yaml').source?.value, null)
})

test('each of many aliases is looked up once, and not through the whole file', (context) => {
  const resolve = context.mock.method(Alias.prototype, 'resolve')
  const items = Array.from({ length: 2000 }, (_, index) => `- {id: c${index}, vars: *v}`)
  const { source, diagnostics } = parseYaml(['- vars: &v {email: hello}', ...items].join('\n'), 'f.yaml')
  assert.deepEqual(diagnostics, [])
  const cases = source?.value as { vars: unknown }[]
  assert.equal(cases.length, 2001)
  assert.ok(cases.every(({ vars }) => vars === cases[0]?.vars))
  assert.equal(resolve.mock.callCount(), 0)
})

test('an anchor may be given again, and holds from there on', () => {
  const { source } = parseYaml('[&a 1, *a, &a 2, *a, {? &k x : *a}, *k]', 'f.yaml')
  assert.deepEqual(source?.value, [1, 1, 2, 2, { x: 2 }, 'x'])
})

test('merge keys take what is not there already, from a list the earlier first', () => {
  const { source, diagnostics } = parseYaml(
    'a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {z: 3, <<: [*a, *b]}\nd: {<<: *a, x: 4}\ne: {"<<": 5}\n',
    'f.yaml',
  )
  assert.deepEqual(diagnostics, [])
  const value = source?.value as Record<string, unknown>
  assert.deepEqual([value.c, value.d, value.e], [{ z: 3, x: 1, y: 1 }, { x: 4, y: 1 }, { '<<': 5 }])
  assert.match(faults('a: {<<: 1}')[0] ?? '', /^1:9 << needs a map/)
})

test('what YAML takes away from a text without a word is said', () => {
  const warnings = (text: string) => {
    const { source, diagnostics } = parseYaml(text, 'f.yaml')
    assert.ok(source)
    assert.ok(diagnostics.every(({ severity }) => severity === 'warning'))
    return diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`)
  }
  assert.match(warnings('co: &Sons Ltd\n').join(), /^1:\d+ &Sons is taken as the name of an anchor.*in quotes$/)
  assert.match(warnings('v: order #12 came late\n').join(), /^1:4 ends before #12 came late, which YAML takes/)
  assert.deepEqual(warnings('a: &a text\nb: *a\nc: 5 # why\nd: text #why\ne: "order #12"\nf: &f {x: 1}\n'), [])
  assert.match(faults('v: "\\ud83d"\n').join(), /^1:4 holds half a character/)
  assert.deepEqual(faults('v: "\\ud83d\\ude00"\n'), [])
})
