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

test('a number and its unit stay on one line, where the line has room for both', () => {
  assert.deepEqual(wrap('it is used by 1.2 % of the users', 18), ['it is used by', '1.2 % of the users'])
  assert.deepEqual(wrap('it took (at most 45 min), or 3 h', 19), ['it took (at most', '45 min), or 3 h'])
  assert.deepEqual(wrap('a cost of 0.12 USD', 14), ['a cost of', '0.12 USD'])
  assert.deepEqual(wrap('all of the 12 cases', 14), ['all of the 12', 'cases'], 'what is counted is no unit')
  assert.deepEqual(wrap('in 12 specimens', 6), ['in 12', 'specim', 'ens'])
  assert.deepEqual(wrap('0.123 %', 5), ['0.123', '%'])
  assert.deepEqual(wrap('  1 %', 9), ['  1 %'])
})

test('columns line up, numbers to the right; the widest is cut where there is no room', () => {
  const rows = [
    [{ text: 'name' }, { text: 'n', align: 'right' as const }],
    [{ text: 'a-very-long-name-indeed' }, { text: '12', align: 'right' as const }],
  ]
  assert.deepEqual(columns(rows, 80), ['name                      n', 'a-very-long-name-indeed  12'])
  assert.deepEqual(columns(rows, 14), ['name         n', 'a-very-lo…  12'])
})
