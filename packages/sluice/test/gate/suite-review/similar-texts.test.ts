import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupsOf, plainWords, similarPairs } from '../../../src/gate/suite-review/similar-texts.ts'
import { seededRandom } from '../../../src/stats/index.ts'

function shingles(text: string): Set<string> {
  const words = plainWords(text)
  return new Set(words.slice(2).map((_, at) => words.slice(at, at + 3).join(' ')))
}

function jaccard(one: Set<string>, other: Set<string>): number {
  const common = one.intersection(other).size
  return common / (one.size + other.size - common)
}

test('the pairs are those that a comparison of all with all finds', () => {
  const random = seededRandom(3)
  const word = () => `w${Math.floor(30 * random.uniform())}`
  const texts: string[] = []
  for (let at = 0; at < 120; at += 1) {
    const earlier = texts[Math.floor(texts.length * random.uniform())]?.split(' ')
    const words = earlier && random.uniform() < 0.6 ? earlier : Array.from({ length: 12 }, word)
    texts.push(words.map((own) => (random.uniform() < 0.06 ? word() : own)).join(' '))
  }
  for (const least of [0.5, 0.8, 1]) {
    const sets = texts.map(shingles)
    const expected = sets.flatMap((one, first) =>
      sets.flatMap((other, second) => (first < second && jaccard(one, other) >= least ? [[first, second]] : [])),
    )
    const found = similarPairs(texts, least).map(({ first, second }) => [first, second])
    assert.ok(expected.length > 3)
    assert.deepEqual(found, expected)
  }
})

test('case, spacing and punctuation make no difference; a text without words is like no other', () => {
  const texts = ['Where is my order, please?', 'where  is my ORDER please', '', '', '?!']
  assert.deepEqual(similarPairs(texts, 0.8), [{ first: 0, second: 1, similarity: 1 }])
})

test('pairs tie positions to groups, whatever their order', () => {
  assert.deepEqual(
    groupsOf(7, [
      [4, 6],
      [0, 4],
      [1, 2],
    ]),
    [
      [0, 4, 6],
      [1, 2],
    ],
  )
})
