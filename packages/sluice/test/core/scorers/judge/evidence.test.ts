import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { comparableText } from '../../../../src/core/scorers/checks/comparable-text.ts'
import { comparable, quoteFinder, quotePlace } from '../../../../src/core/scorers/judge/quote-finder.ts'
import { makeVisible, undoVisible } from '../../../../src/core/scorers/judge/visible.ts'
import { quoteRange } from '../../../../src/gate/report/html/quote-range.ts'
import { visibleText } from '../../../../src/text/untrusted.ts'
import { answer, answerItem, completion, judgeThatHears } from '../judging.ts'

const occurs = quoteFinder('Ann sends the\r\n  invoice by Friday.\n“It’s due”, she\u200B says. <|end|> \u202Edone')

test('a quote is found whatever its white space, case and quotation marks', () => {
  for (const quote of [
    'Ann sends the invoice',
    'ANN SENDS\nTHE INVOICE',
    '"It\'s due", she says.',
    '“Ann sends the invoice”',
    '| Ann sends the\n|   invoice by Friday.',
    'she⟦U+200B⟧ says. ⟦U+003C⟧|end|> ⟦U+202E⟧done',
    'she says. <|end|> done',
  ]) {
    assert.equal(occurs(quote), true, quote)
  }
})

test('a quote of what was not said is not found', () => {
  for (const quote of [
    'Ben sends the invoice',
    'Ann sends … by Friday',
    'invoice by Friday. Ann sends the',
    '""',

    '⟦U+200B⟧',
  ]) {
    assert.equal(occurs(quote), false, quote)
  }
})

/** Texts of pieces that are written in more than one way. */
const oddText = fc
  .array(
    fc.constantFrom(
      ...['invoice', 'Straße', 'ΣΑΣ', 'cafe\u0301', 'café', 'ﬁne', '한글', '\u1112\u1161\u11ab', 'x\u0302\u0323', '😀'],
      ...['“', '”', '„', '‟', '’', '‛', '"', '«', '|', '⟦', '⟦U+200B⟧', '⟦U+0301⟧', '1\u00a0200', 'İI', 'ŉ', '\u0344'],
      ...[' ', '\n', '\r\n', '\t', '\u0007', '\u00ad', '\u200b', '\u202e', '\ufeff', '\ufe0f', '\u2028', '\ud800'],
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

/** Ways in which a judge writes what it quotes. */
const ways: ((text: string) => string)[] = [
  ...[makeVisible, (text: string) => text.normalize('NFD'), (text: string) => text.toUpperCase()],
  ...[(text: string) => `“${text}”`, (text: string) => `| ${text}`, (text: string) => text.replace(/\s+/g, ' ')],
  (text) => text.replace(/\p{Default_Ignorable_Code_Point}/gu, ''),
]

test('what is found of any text is marked in the report, and the mark holds what was found', () => {
  let found = 0
  fc.assert(
    fc.property(oddText, oddText, oddText, fc.constantFrom(...ways), (before, said, after, written) => {
      const output = before + said + after
      const quote = written(said)
      const range = quoteRange(output, quote)
      assert.equal(range !== undefined, quoteFinder(output)(quote))
      if (!range) return
      found += 1
      const place = quotePlace(output, quote)
      const marked = output.slice(place?.start, place?.end)
      assert.ok(quoteFinder(marked)(quote), `${JSON.stringify(marked)} is marked`)
      assert.equal(visibleText(output).slice(range.start, range.end), visibleText(marked))
    }),
    { numRuns: 500 },
  )
  assert.ok(found > 200, `${found} of 500 were found`)
})

test('what is composed and spelled out in one is marked as a whole', () => {
  const output = 'cafe\u0301\u0344'
  assert.deepEqual(quotePlace(output, 'caf\u00e9\u0344'), { start: 0, end: output.length })
})

test('a text compares as the whole of it does, though it is compared piece by piece', () => {
  const whole = (text: string) =>
    comparableText(
      undoVisible(text)
        .replace(/[\p{DI}\uFFF9-\uFFFB]/gv, '')
        .replace(/[‘’‚‛]/g, "'")
        .replace(/[“”„‟«»]/g, '"'),
      false,
    )
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim()
  fc.assert(fc.property(oddText, (text) => assert.equal(comparable(text), whole(text))))
})

test('evidence that the judge made up is reported and does not change the score', async () => {
  const { score } = judgeThatHears(
    completion(
      answer(answerItem('actions', 'yes', 'Ben calls the customer'), answerItem('faithful', 'yes', 'refused')),
    ),
  )
  const judgement = await score()
  assert.deepEqual(
    judgement.items.map(({ evidenceFound }) => evidenceFound),
    [false, true],
  )
  assert.equal(judgement.score, 1)
})

test('a no may quote nothing, a yes may not', async () => {
  for (const [verdict, found] of [
    ['no', true],
    ['cannot_tell', true],
    ['yes', false],
  ] as const) {
    const { score } = judgeThatHears(completion(answer(answerItem('actions', verdict), answerItem('faithful', 'no'))))
    assert.equal((await score()).items[0]?.evidenceFound, found, verdict)
  }
})
