import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aCase, runCheck, scoreOf } from '../scoring.ts'

const output = 'Refund refused.\nInvoice 1182 is due on Friday.\n'

const single: [type: string, value: string, score: number][] = [
  ['equals', 'refund refused.\ninvoice 1182 is due on friday.', 1],
  ['equals', 'Refund refused.', 0],
  ['contains', 'INVOICE 1182', 1],
  ['contains', 'invoice 1183', 0],
  ['startsWith', 'refund', 1],
  ['startsWith', 'invoice', 0],
  ['endsWith', 'Friday.', 1],
  ['endsWith', 'refused.', 0],
  ['matches', 'invoice \\d+', 1],
  ['matches', '^invoice', 0],
]

for (const [type, value, score] of single) {
  test(`${type} ${JSON.stringify(value)} scores ${score}, its negation the opposite`, async () => {
    assert.equal(await scoreOf({ [type]: value }, output), score)
    const negation = `not${type[0]?.toUpperCase()}${type.slice(1)}`
    assert.equal(await scoreOf({ [negation]: value }, output), 1 - score)
  })
}

test('caseSensitive tells upper from lower case in every text check', async () => {
  for (const entry of [
    { equals: output.toUpperCase() },
    { contains: 'INVOICE' },
    { containsAll: ['INVOICE'] },
    { containsAny: ['INVOICE'] },
    { startsWith: 'refund' },
    { endsWith: 'FRIDAY.' },
    { matches: 'INVOICE' },
  ]) {
    assert.equal(await scoreOf(entry, output), 1, JSON.stringify(entry))
    assert.equal(await scoreOf({ ...entry, caseSensitive: true }, output), 0, JSON.stringify(entry))
  }
})

test('containsAll scores the share found, negated the share absent', async () => {
  const texts = ['invoice', 'friday', 'monday', 'voucher']
  assert.equal(await scoreOf({ containsAll: texts.slice(0, 3) }, output), 2 / 3)
  assert.equal(await scoreOf({ notContainsAll: texts.slice(0, 3) }, output), 1 / 3)
  assert.match((await runCheck({ containsAll: texts }, output)).reason, /2 of 4 found; missing: "monday", "voucher"/)
})

test('containsAny needs one, negated none', async () => {
  assert.equal(await scoreOf({ containsAny: ['monday', 'friday'] }, output), 1)
  assert.equal(await scoreOf({ containsAny: ['monday', 'tuesday'] }, output), 0)
  assert.equal(await scoreOf({ notContainsAny: ['monday', 'friday'] }, output), 0)
  assert.equal(await scoreOf({ notContainsAny: ['monday', 'tuesday'] }, output), 1)
})

test('white space at the ends is no difference, inside it is', async () => {
  assert.equal(await scoreOf({ equals: 'yes\n' }, '  yes '), 1)
  assert.equal(await scoreOf({ endsWith: 'yes\n' }, 'well, yes \n\n'), 1)
  assert.equal(await scoreOf({ startsWith: '- ' }, '-5 degrees'), 0)
  assert.equal(await scoreOf({ equals: 'a b' }, 'a  b'), 0)
})

test('case folds as Unicode has it', async () => {
  for (const [value, text] of [
    ['STRASSE', 'straße'],
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσευς'],
    ['école', 'ÉCOLE'],
    ['привет', 'ПРИВЕТ'],
    ['kelvin', '\u212Aelvin'],
  ] as const) {
    assert.equal(await scoreOf({ equals: value }, text), 1, `${value} ${text}`)
  }
})

test('what looks the same is the same: composed or not, CRLF or LF', async () => {
  assert.equal(await scoreOf({ contains: 'caf\u00E9', caseSensitive: true }, 'le cafe\u0301'), 1)
  assert.equal(await scoreOf({ equals: 'a\nb' }, 'a\r\nb'), 1)
})

test('variables and expected are substituted once', async () => {
  const subject = aCase({ vars: { who: 'Ann {{who}}', n: 3 }, expected: 'Friday' })
  assert.equal(await scoreOf({ contains: '{{who}} owes {{n}}' }, 'ann {{who}} owes 3', { case: subject }), 1)
  assert.equal(await scoreOf({ containsAll: ['{{expected}}', '{{n}}'] }, 'on friday', { case: subject }), 1 / 2)
})

test('a substituted value is no pattern', async () => {
  const subject = aCase({ vars: { amount: '$3.50 (net)', part: 'A-1' } })
  assert.equal(await scoreOf({ matches: '^costs {{amount}}$' }, 'costs $3.50 (net)', { case: subject }), 1)
  assert.equal(await scoreOf({ matches: '{{amount}}' }, '$3x50 (net)', { case: subject }), 0)
  assert.equal(await scoreOf({ matches: '^[{{part}}]+$' }, 'BCD', { case: subject }), 0)
})

test('a check without what it compares with is an error, not a score', async () => {
  const error = { name: 'CheckError', message: /late-order.*no expected answer/ }
  await assert.rejects(runCheck({ equals: '{{expected}}' }, 'x'), error)
  await assert.rejects(runCheck({ contains: '{{nobody}}' }, 'x', { deps: { strict: true } }), {
    name: 'CheckError',
    message: /late-order.*nobody/,
  })
  assert.equal(await scoreOf({ contains: '{{nobody}}' }, 'x {{nobody}}'), 1)
})

test('the result carries name, type, weight and must', async () => {
  const { reason, ...result } = await runCheck({ notContains: 'friday', name: 'no day', weight: 2, must: true }, output)
  assert.deepEqual(result, { name: 'no day', type: 'contains', score: 0, weight: 2, must: true })
  assert.equal(reason, 'the output contains "friday"')
})

test('equalsAny is met by one of its texts as a whole', async () => {
  const equalsAny = ['yes', '{{day}}']
  const subject = { case: aCase({ vars: { day: 'Friday' } }) }
  for (const [text, score] of [
    [' YES\n', 1],
    ['friday', 1],
    ['yes, friday', 0],
    ['', 0],
  ] as const) {
    assert.equal(await scoreOf({ equalsAny }, text, subject), score, text)
    assert.equal(await scoreOf({ notEqualsAny: equalsAny }, text, subject), 1 - score, text)
  }
  assert.equal(await scoreOf({ equalsAny, caseSensitive: true }, 'YES', subject), 0)
  assert.equal((await runCheck({ equalsAny }, 'no', subject)).reason, 'the output is none of "yes", "Friday"')
})
