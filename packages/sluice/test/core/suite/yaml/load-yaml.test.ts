import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSuite } from '../../../../src/core/suite/cases/read-suite.ts'
import { loadYaml } from '../../../../src/core/suite/yaml/load-yaml.ts'
import { memoryFiles } from '../../../support/memory-files.ts'

test('a text is parsed once for all who read it, and anew when it is another', async () => {
  const before = memoryFiles({ 'a.yaml': 'x: 1\nx: 2\n', 'b.yaml': 'x: 1\nx: 2\n' })
  const first = await loadYaml(before, 'a.yaml')
  first.diagnostics.push({ ...first.diagnostics[0], message: 'of the first reader' } as never)
  const second = await loadYaml(before, 'a.yaml')
  assert.equal(second.source, first.source)
  assert.deepEqual(
    second.diagnostics.map(({ file, message }) => [file, message]),
    [['a.yaml', 'the key x is there twice']],
  )
  const other = await loadYaml(before, 'b.yaml')
  assert.deepEqual([other.source?.file, other.diagnostics[0]?.file], ['b.yaml', 'b.yaml'])
  const after = await loadYaml(memoryFiles({ 'a.yaml': 'x: 3\n' }), 'a.yaml')
  assert.deepEqual([after.source?.value, after.diagnostics], [{ x: 3 }, []])
})

test('what was parsed longest ago is forgotten where all of it is too much', async () => {
  const files = memoryFiles({ 'a.yaml': 'x: 1\n', 'big.yaml': `x: ${'y'.repeat(4_000_000)}\n` })
  const first = await loadYaml(files, 'a.yaml')
  await loadYaml(files, 'big.yaml')
  assert.notEqual((await loadYaml(files, 'a.yaml')).source, first.source)
})

test('the cases of a text are checked once, and each reader gets its own list of them', async () => {
  const files = memoryFiles({ 'evals/a.yaml': '- id: one\n  vars: { x: 1 }\n  checks:\n    - contains: a\n' })
  const read = async () => {
    for await (const rows of readSuite(files, 'evals/a.yaml', { root: '/' })) return rows
    return []
  }
  const [first, second] = [await read(), await read()]
  assert.equal(first[0]?.data?.id, 'one')
  assert.notEqual(first[0], second[0])
  assert.equal(first[0]?.source, second[0]?.source)
})
