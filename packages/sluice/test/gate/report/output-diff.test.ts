import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diffOutputs } from '../../../src/gate/report/output-diff.ts'

const marks = { same: ' ', removed: '-', added: '+' } as const
const diff = (before: string, after: string) => diffOutputs(before, after).map(({ kind, text }) => marks[kind] + text)

test('lines that went and lines that came', () => {
  assert.deepEqual(diff('a\nb\nc\nd', 'a\nx\nc\nd'), [' a', '-b', '+x', ' c', ' d'])
  assert.deepEqual(diff('a\nb', 'a\nb'), [' a', ' b'])
  assert.deepEqual(diff('', 'a'), ['-', '+a'])
})

test('a long line is compared by sentence', () => {
  const kept = 'This sentence is long enough that the whole line has to be broken up into sentences, as it is here.'
  assert.deepEqual(diff(`${kept} Send the invoice by Friday. Bye.`, `${kept} Bye.`), [
    ` ${kept}`,
    '-Send the invoice by Friday.',
    ' Bye.',
  ])
})

test('what stayed is found behind what came before it', () => {
  assert.deepEqual(diff('c\nd\ne', 'a\nb\nc\nd\ne\nx'), ['+a', '+b', ' c', ' d', ' e', '+x'])
  assert.deepEqual(diff('x\nc\nd\nc', 'c\nd\ny'), ['-x', ' c', ' d', '-c', '+y'])
})

test('line ends and trailing blanks are no change', () => {
  assert.deepEqual(diff('a \r\nb\r\n', 'a\nb\n'), [' a', ' b', ' '])
})

test('either text can be had back from the difference', () => {
  const words = 'abcab'.split('')
  const texts = Array.from({ length: 60 }, (_, seed) =>
    words.map((word, index) => ((seed * 31 + index * 17) % 3 === 0 ? 'z' : word)),
  )
  for (const [index, before] of texts.entries()) {
    const after = texts[(index * 7 + 3) % texts.length] ?? []
    const lines = diffOutputs(before.join('\n'), after.join('\n'))
    assert.deepEqual(
      lines.filter(({ kind }) => kind !== 'added').map(({ text }) => text),
      before,
    )
    assert.deepEqual(
      lines.filter(({ kind }) => kind !== 'removed').map(({ text }) => text),
      after,
    )
  }
})

test('texts too long to compare are shown whole', () => {
  const lines = (letter: string) => Array.from({ length: 3_000 }, (_, index) => `${letter}${index}`).join('\n')
  const result = diffOutputs(lines('a'), lines('b'))
  assert.equal(result.filter(({ kind }) => kind === 'removed').length, 3_000)
  assert.equal(result.filter(({ kind }) => kind === 'added').length, 3_000)
})
