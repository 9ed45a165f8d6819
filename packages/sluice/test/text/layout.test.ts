import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columns, displayWidth, truncate, wrap } from '../../src/text/layout.ts'

test('width is in columns', () => {
  assert.equal(displayWidth('abc'), 3)
  assert.equal(displayWidth('漢字'), 4)
  assert.equal(displayWidth('e\u0301'), 1)
  assert.equal(displayWidth('👩‍💻'), 2)
  assert.equal(displayWidth('a\u200bb'), 2)
})

test('text is cut between characters', () => {
  assert.equal(truncate('abcdef', 6), 'abcdef')
  assert.equal(truncate('abcdef', 4), 'abc…')
  assert.equal(truncate('漢字漢字', 4), '漢…')
})

test('text is wrapped between words and loses none of them', () => {
  assert.deepEqual(wrap('the quick brown fox', 10), ['the quick', 'brown fox'])
  assert.deepEqual(wrap('abcdefgh ij', 3), ['abc', 'def', 'gh', 'ij'])
  assert.deepEqual(wrap('one\n\ntwo', 10), ['one', '', 'two'])
  assert.deepEqual(wrap('漢字漢字', 4), ['漢字', '漢字'])
  assert.deepEqual(wrap('', 5), [''])
  assert.deepEqual(wrap('漢', 1), ['漢'])
  assert.deepEqual(wrap('  indented text', 12), ['  indented', 'text'])
})

test('columns line up, numbers to the right; the widest is cut where there is no room', () => {
  const rows = [
    [{ text: 'name' }, { text: 'n', align: 'right' as const }],
    [{ text: 'a-very-long-name-indeed' }, { text: '12', align: 'right' as const }],
  ]
  assert.deepEqual(columns(rows, 80), ['name                      n', 'a-very-long-name-indeed  12'])
  assert.deepEqual(columns(rows, 14), ['name         n', 'a-very-lo…  12'])
})
