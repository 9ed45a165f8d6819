import assert from 'node:assert/strict'
import { test } from 'node:test'
import { excerpt, visibleJson, visibleLine, visibleText } from '../../src/text/untrusted.ts'

test('what a terminal would obey is shown', () => {
  assert.equal(visibleText('\x1b[31mred\x07\x7f'), '␛[31mred␇␡')
  assert.equal(visibleText('a\x9b1mb'), 'a[U+009B]1mb')
  assert.equal(visibleText('\u202eabc\u2066'), '[U+202E]abc[U+2066]')
  assert.equal(visibleText('\u{e0041}'), '[U+E0041]')
  assert.equal(visibleText('\ud800'), '\ufffd')
})

test('what takes no room is shown, so that no two names look the same', () => {
  assert.equal(visibleText('ad\u200bmin'), 'ad[U+200B]min')
  for (const hidden of ['\xad', '\u2060', '\u2063', '\u206a', '\ufeff', '\u3164', '\u180e', '\ufffa'])
    assert.notEqual(visibleText(`ann${hidden}`), `ann${hidden}`)
  assert.equal(visibleJson('{"name":"a\u200b"}'), '{"name":"a\\u200b"}')
})

test('ordinary text of any script stays as it is', () => {
  for (const text of ['Grüße, 漢字, हिन्दी, 👩‍💻', 'line 1\nline 2']) assert.equal(visibleText(text), text)
  assert.equal(visibleText('a\r\nb\tc\u2028d'), 'a\nb  c\nd')
  assert.equal(visibleText('over\rwritten'), 'over␍written')
  assert.equal(visibleLine('  a\r\n\tb\u2028c  '), 'a b c')
})

test('an excerpt says what it leaves out and cuts no character in half', () => {
  assert.equal(excerpt('short', 10), 'short')
  assert.equal(excerpt('one two three four', 14), 'one two three … (5 more characters)')
  assert.equal(excerpt('😀'.repeat(10), 5), '😀😀 … (16 more characters)')
  assert.equal(excerpt('x'.repeat(10_000), 10), `${'x'.repeat(10)} … (9,990 more characters)`)
})
