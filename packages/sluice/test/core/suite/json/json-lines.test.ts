import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidFilesError } from '../../../../src/core/suite/diagnostics/diagnostic.ts'
import { readJsonLines } from '../../../../src/core/suite/json/json-lines.ts'
import { parseJsonPiece, type TextPiece } from '../../../../src/core/suite/json/json-source.ts'

async function linesOf(bytes: Uint8Array, pieceBytes: number): Promise<TextPiece[]> {
  async function* pieces() {
    for (let start = 0; start < bytes.length; start += pieceBytes) yield bytes.subarray(start, start + pieceBytes)
  }
  const lines: TextPiece[] = []
  for await (const batch of readJsonLines(pieces(), 'f.jsonl')) lines.push(...batch)
  return lines
}

test('lines are the same whatever the pieces: BOM, CRLF, blank lines, multi-byte characters, no final newline', async () => {
  const bytes = Buffer.from('\ufeff{"a":"é"}\r\n\n  \n{"b":"😀"}\n{"c":1}')
  for (const size of [1, 2, 3, 5, 8, 1000]) {
    const lines = await linesOf(bytes, size)
    assert.deepEqual(
      lines.map(({ line, text }) => [line, JSON.parse(text)]),
      [
        [1, { a: 'é' }],
        [4, { b: '😀' }],
        [5, { c: 1 }],
      ],
    )
  }
})

test('bytes that are not UTF-8 are reported in their line and column', async () => {
  const bytes = Buffer.concat([Buffer.from('{"a":1}\n{"é":"'), Buffer.from([0xe9]), Buffer.from('"}\n')])
  for (const size of [4, 1000]) {
    await assert.rejects(linesOf(bytes, size), (error) => {
      assert.ok(error instanceof InvalidFilesError)
      assert.match(error.message, /^f\.jsonl:2:7: a byte that is not UTF-8/)
      return true
    })
  }
})

test('text that is not JSON is located inside the line, with the path so far', () => {
  const cases: [string, string][] = [
    ['{"id":"a","score":NaN}', '19 score: not JSON: NaN is not a JSON number'],
    ['{"id":"a","score":-Infinity}', '19 score: not JSON: -Infinity is not a JSON number'],
    ['{"id":"a"', '10 : not JSON: "}" is missing'],
    ["{'id':1}", '2 : not JSON: expected a key in double quotes'],
    ['{"a":1,}', '8 : not JSON: expected a key in double quotes'],
    ['{"a":[1 2]}', '9 a: not JSON: expected "," or "]"'],
    ['{"a":"x', '6 a: not JSON: a string that does not end'],
    ['{"a":"x\ty"}', '8 a: not JSON: a control character in a string; write e.g. \\t instead'],
    ['{"a":"\\x"}', '7 a: not JSON: not an escape that JSON knows'],
    ['{"a":01}', '6 a: not JSON: unexpected 01'],
    ['{"a" 1}', '6 : not JSON: expected ":" after the key'],
    ['{"a":1} {"b":2}', '9 : not JSON: more text after the end of the value'],
    ['- id: a', '1 : not JSON: unexpected -'],
  ]
  for (const [text, expected] of cases) {
    const [fault] = parseJsonPiece({ text, line: 7 }, 'f').diagnostics
    assert.equal(fault?.line, 7)
    assert.equal(`${fault?.column} ${fault?.path}: ${fault?.message}`, expected)
  }
})

test('values and keys are located, and what is missing at its parent', () => {
  const { source } = parseJsonPiece({ text: '{"a": {"b": [1, {"c": 2}]}}', line: 3 }, 'f')
  assert.deepEqual(source?.at(['a', 'b', 1, 'c']), { line: 3, column: 23 })
  assert.deepEqual(source?.at(['a', 'b', 1], 'c'), { line: 3, column: 18 })
  assert.deepEqual(source?.at(['a', 'x', 'y']), { line: 3, column: 7 })
})

test('a line of 10 MB is located like any other, and nesting without end does not crash', () => {
  const text = JSON.stringify({ id: 'a', vars: { x: 'y"\\'.repeat(2_500_000) }, taggs: [] })
  assert.ok(text.length > 10_000_000)
  assert.deepEqual(parseJsonPiece({ text, line: 1 }, 'f').source?.at([], 'taggs').column, text.length - 10)
  const deep = `{"x":${'['.repeat(300_000)}`
  assert.match(parseJsonPiece({ text: deep, line: 1 }, 'f').diagnostics[0]?.message ?? '', /nested too deeply/)
})

test('half a character cannot be sent, so it is an error at its place', () => {
  const faults = (text: string) => parseJsonPiece({ text, line: 1 }, 'f').diagnostics
  const [fault] = faults('{"id": "a", "vars": {"v": ["\\ud83d"]}}')
  assert.equal(`${fault?.line}:${fault?.column} ${fault?.path}`, '1:28 vars.v.0')
  assert.match(fault?.message ?? '', /half a character/)
  assert.deepEqual(faults('{"v": "\\ud83d\\ude00"}'), [])
})
