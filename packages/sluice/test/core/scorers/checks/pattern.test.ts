import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileCheckPattern } from '../../../../src/core/scorers/checks/pattern.ts'
import { escapePattern } from '../../../../src/core/suite/values/pattern.ts'
import { runCheck, scoreOf } from '../scoring.ts'

const endless = `${'a'.repeat(40)}!`

test('a pattern that would backtrack for years is stopped and named, and the next match is not affected', async () => {
  const before = process.cpuUsage()
  await assert.rejects(runCheck({ matches: '^(a+)+$' }, endless), {
    name: 'CheckError',
    message: /\^\(a\+\)\+\$.*250 ms.*41 characters.*exclude each other/s,
  })
  const { user, system } = process.cpuUsage(before)
  assert.ok(user + system < 5_000_000, `${user + system} microseconds of processor time`)
  assert.equal(await scoreOf({ matches: '^(a|b)*!$' }, 'abba!'), 1)
})

test('so is one inside a JSON Schema or a JSONPath', async () => {
  const json = JSON.stringify({ name: endless })
  const schema = { properties: { name: { pattern: '^(a+)+$' } } }
  await assert.rejects(runCheck({ jsonSchema: schema }, json), { name: 'CheckError', message: /costly pattern/ })
  const condition = { path: '$.name', matches: '^(a+)+$' }
  await assert.rejects(runCheck({ jsonPath: condition }, json), { name: 'CheckError', message: /exclude each other/ })
  const filter = { path: '$[?match(@, "(a+)+")]', exists: true }
  await assert.rejects(runCheck({ jsonPath: filter }, json), { name: 'CheckError', message: /simplify its filters/ })
})

test('patterns that are tried without the time limit cannot explode', () => {
  const pattern = compileCheckPattern('a|aa|aaa|[ab]c|\\bthe\\b', false)
  assert.equal(pattern.test('x'.repeat(1_000_000)), false)
  assert.equal(pattern.test('so THE end'), true)
})

test('one repetition alone is stopped too on a text that is long enough', () => {
  const pattern = compileCheckPattern('a+b', false)
  assert.throws(() => pattern.test('a'.repeat(500_000)), { name: 'CheckError', message: /took more than 300 ms/ })
})

test('so is a long rest of the source that is tried after each repetition', () => {
  // Each step of a property of Unicode is slow, so that the time is over even before all of them are done.
  const pattern = compileCheckPattern(`a*${'\\p{L}'.repeat(700)}!`, false)
  assert.throws(() => pattern.test('a'.repeat(2000)), { name: 'CheckError', message: /took more than 250 ms/ })
  assert.equal(pattern.test(`${'a'.repeat(700)}!`), true)
})

test('the whole JavaScript syntax is there', async () => {
  for (const [source, text] of [
    ['\\p{Lu}\\p{Ll}+', 'Ärger'],
    ['(?<year>\\d{4})-\\k<year>', '2024-2024'],
    ['(?<=€ ?)\\d+', '€ 12'],
    ['^(?!.*refund).*$', 'nothing'],
    ['(?s:a.b)', 'a\nb'],
    ['(?m:^b)', 'a\nb'],
    ['^.$', '😀'],
    ['[\\w.-]+@example-mail', 'ann.b@example-mail'],
  ] as const) {
    assert.equal(await scoreOf({ matches: source, caseSensitive: true }, text), 1, source)
  }
})

test('^ and $ are the ends of the whole text', async () => {
  assert.equal(await scoreOf({ matches: '^b$' }, 'a\nb\nc'), 0)
})

test('a source that is no pattern once variables are in it is an error', () => {
  assert.throws(() => compileCheckPattern('(', false), {
    name: 'CheckError',
    message: /"\(" is not a regular expression/,
  })
})

test('escaped text means itself in either mode', () => {
  const text = '\\^$.*+?()[]{}|/-a1'
  for (const flags of ['u', '', 'v']) {
    assert.ok(new RegExp(`^${escapePattern(text)}$`, flags).test(text))
    assert.ok(new RegExp(`^[${escapePattern(text)}]+$`, flags).test(text))
  }
})
