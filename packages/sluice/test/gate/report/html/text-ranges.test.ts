import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quoteRange } from '../../../../src/gate/report/html/quote-range.ts'
import { visibleText } from '../../../../src/text/untrusted.ts'
import { diffWords } from '../../../../src/text/word-diff.ts'

function marked(before: string, after: string): [old: string, now: string] {
  const { removed, added } = diffWords(before, after)
  const show = (text: string, ranges: typeof removed) =>
    ranges
      .toReversed()
      .reduce((all, { start, end }) => `${all.slice(0, start)}[${all.slice(start, end)}]${all.slice(end)}`, text)
  return [show(before, removed), show(after, added)]
}

test('a changed word is the change, and not its line', () => {
  assert.deepEqual(marked('Pay the invoice by Friday, please.', 'Pay the invoice by Monday, please.'), [
    'Pay the invoice by [Friday], please.',
    'Pay the invoice by [Monday], please.',
  ])
})

test('what was left out, put in, or replaced as a whole', () => {
  assert.deepEqual(marked('one two three', 'one three'), ['one [two ]three', 'one three'])
  assert.deepEqual(marked('', 'new'), ['', '[new]'])
  assert.deepEqual(marked('old', ''), ['[old]', ''])
  assert.deepEqual(marked('same', 'same'), ['same', 'same'])
  assert.deepEqual(marked('日本 語', '日本 人'), ['日本 [語]', '日本 [人]'])
})

test('a word that two passages share by chance does not break them up', () => {
  const [old, now] = marked('The red car is fast and cheap.', 'Our blue bike is slow but good.')
  assert.equal(old, '[The red car is fast and cheap].')
  assert.equal(now, '[Our blue bike is slow but good].')
})

test('what is not marked is the same in both texts, for any texts', () => {
  let seed = 1
  const random = (n: number) => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % n
  }
  const sentence = () =>
    Array.from({ length: random(40) }, () => ['alpha', 'beta', 'gamma delta epsilon', '\n', ',', '  '][random(6)]).join(
      ' ',
    )
  for (let round = 0; round < 300; round += 1) {
    const [before, after] = [sentence(), sentence()]
    const { removed, added } = diffWords(before, after)
    const rest = (text: string, ranges: typeof removed) =>
      ranges.toReversed().reduce((all, { start, end }) => all.slice(0, start) + all.slice(end), text)
    assert.equal(rest(before, removed), rest(after, added))
  }
})

test('long texts that share nothing take no time', () => {
  const words = (from: number) => Array.from({ length: 20_000 }, (_, index) => `w${from + index}`).join(' ')
  const start = process.cpuUsage()
  diffWords(words(0), words(100_000))
  assert.ok(process.cpuUsage(start).user < 2_000_000)
})

test('a quote is found whatever its case, white space and quotation marks', () => {
  const text = 'Hello,\n  she said “Pay  BY\tFriday” to him.'
  const found = (quote: string) => {
    const range = quoteRange(text, quote)
    return range && visibleText(text).slice(range.start, range.end)
  }
  assert.equal(found('pay by friday'), 'Pay  BY  Friday')
  assert.equal(found('"Pay by Friday"'), '“Pay  BY  Friday”')
  assert.equal(found("'she said'"), 'she said')
  const hidden = 'The inter\u00adnational\u200b fee'
  assert.deepEqual(quoteRange(hidden, 'international fee'), {
    start: 4,
    end: 'The inter[U+00AD]national[U+200B] fee'.length,
  })
  assert.equal(found('pay by monday'), undefined)
  assert.equal(found('  '), undefined)
})
