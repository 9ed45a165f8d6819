import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCases } from '../../../../src/core/suite/cases/read-suite.ts'
import { formatDiagnostic } from '../../../../src/core/suite/diagnostics/diagnostic.ts'
import { checkCases } from '../../../../src/core/suite/project/check-cases.ts'
import { memoryFiles, root } from '../../../support/memory-files.ts'

async function faultsIn(content: string | Uint8Array, pieceBytes = 64): Promise<string[]> {
  const { diagnostics } = await checkCases(memoryFiles({ 's.json': content }, pieceBytes), 's.json', { root })
  return diagnostics.filter(({ severity }) => severity === 'error').map(formatDiagnostic)
}

const list = `\ufeff
[
  {"id": "one", "tags": ["t"], "vars": {"v": "brackets ]}[{, \\"quotes\\", é 😀"}},
  {
    "id": "two"
  } , {"id": "three", "vars": {"deep": [[{"x": []}]]}}
]
`

test('a list is read item by item, whatever the pieces, each at its line', async () => {
  for (const pieceBytes of [1, 2, 3, 7, 1000]) {
    const cases = await Array.fromAsync(readCases(memoryFiles({ 's.json': list }, pieceBytes), 's.json', { root }))
    assert.deepEqual(
      cases.map(({ id, line, vars }) => [id, line, vars]),
      [
        ['one', 3, { v: 'brackets ]}[{, "quotes", é 😀' }],
        ['two', 4, {}],
        ['three', 6, { deep: [[{ x: [] }]] }],
      ],
    )
  }
})

test('faults are at their place, also inside an item of several lines', async () => {
  for (const pieceBytes of [1, 5, 1000]) {
    assert.deepEqual(await faultsIn('[{"id": "é😀", "tags": ["t"]}, {"tags": ["t"],\n "idd": "b"}]', pieceBytes), [
      's.json:1:32: id: missing; expected a text',
      's.json:2:2: idd: unknown key "idd"; did you mean "id"?',
    ])
    for (const [text, expected] of [
      ['{"cases": []}', 's.json:1:1: expected a list of cases: [{"id": "...", "vars": {...}}, ...]'],
      ['', 's.json:1:1: holds no list of cases'],
      [' [] ', 's.json:1:1: holds no cases; add some, e.g. - {id: first, vars: {...}}'],
      ['[{"id": "a"},]', 's.json:1:14: not JSON: expected a value'],
      ['[,{"id": "a"}]', 's.json:1:2: not JSON: expected a value'],
      ['[{"id": "a"}\n{"id": "b"}]', 's.json:2:1: not JSON: more text after the end of the value'],
      ['[{"id": "a"}] x', 's.json:1:15: not JSON: more text after the end of the list'],
      ['[{"id": "a"}', 's.json:1:13: not JSON: "]" is missing'],
      [
        '[{"id": "a}]\n, {"id": "b"}]',
        's.json:1:13: id: not JSON: a control character in a string; write e.g. \\t instead',
      ],
      ['[{"id": "a", "id": "b"}]', 's.json:1:14: the key "id" is there twice'],
    ] as const) {
      assert.equal((await faultsIn(text, pieceBytes))[0], expected)
    }
  }
})

test('what is no UTF-8 is said', async () => {
  assert.match((await faultsIn(Buffer.from('\ufeff[]', 'utf16le'))).join(), /encoded as UTF-16; save it as UTF-8/)
  const latin1 = Buffer.from('[{"id": "a"},\n{"id": "\xe9"}]', 'latin1')
  assert.match((await faultsIn(latin1)).join(), /^s\.json:2:\d+: a byte that is not UTF-8/)
})
