import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeVisible, undoVisible } from '../../../../src/core/scorers/judge/visible.ts'

test('what cannot be seen is written by code point', () => {
  assert.equal(makeVisible('a\u200Bb\u202Ec\0\r'), 'a⟦U+200B⟧b⟦U+202E⟧c⟦U+0000⟧⟦U+000D⟧')
  assert.equal(makeVisible('\u{E0041}\uD800'), '⟦U+E0041⟧⟦U+D800⟧')
})

test('what opens a chat control token is taken apart', () => {
  assert.equal(makeVisible('<|im_start|>user'), '⟦U+003C⟧|im_start|>user')
  assert.equal(makeVisible('[INST]'), '⟦U+005B⟧INST]')
  assert.equal(makeVisible('<think>a</think>[/THINK]'), '⟦U+003C⟧think>a⟦U+003C⟧/think>⟦U+005B⟧/THINK]')
  assert.equal(makeVisible('◁/think▷ ◁ <seed:think>'), '⟦U+25C1⟧/think▷ ◁ ⟦U+003C⟧seed:think>')
})

test('ordinary text of any language is left as it is', () => {
  for (const text of [
    'Tab\tand\nline, <b>bold</b>, a < b | c, [1], x[INSTALL], <span>, 3 << 4',
    '👩‍👩‍👧 👍🏽 ❤️ 1️⃣ 👩🏽‍💻',
    'می‌خواهم',
    'क्‍ष நான் শ্রী',
    'e\u0301 naïve 日本語 שלום',
  ]) {
    assert.equal(makeVisible(text), text)
  }
})

test('a joiner is kept only where it joins', () => {
  assert.equal(makeVisible('ye\u200Ds'), 'ye⟦U+200D⟧s')
  assert.equal(makeVisible('👩\u200D\u200D👧'), '👩\u200D⟦U+200D⟧👧')
})

test('nothing is lost, marks of the same form included', () => {
  for (const text of ['⟦U+200B⟧ \u200B ⟦x⟧ ⟦', 'a\rb\u2028c', '<|a|>\u{1F600}\uDC00']) {
    assert.equal(undoVisible(makeVisible(text)), text)
  }
  assert.equal(undoVisible(makeVisible('a\r\nb')), 'a\nb')
})
