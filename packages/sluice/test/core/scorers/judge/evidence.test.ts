import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quoteFinder } from '../../../../src/core/scorers/judge/judge-answer.ts'
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
