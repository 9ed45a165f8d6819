import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeBlock, codeSpan, htmlText, inlineText } from '../../../../src/text/markdown-escape.ts'
import { hostileTexts } from '../../../support/report/hostile.ts'

test('plain text stays as it is', () => {
  assert.equal(
    inlineText('The mean fell by 0.12 (12 %), see case a-1; done.'),
    'The mean fell by 0.12 (12 %), see case a-1; done.',
  )
  assert.equal(codeSpan('late-order-03'), '`late-order-03`')
  assert.equal(codeBlock('a\nb', 'diff'), '```diff\na\nb\n```')
})

test('no character of inline text acts', () => {
  for (const text of hostileTexts) {
    const escaped = inlineText(text)
    assert.doesNotMatch(escaped, /@[a-z0-9]/i, 'a mention')
    assert.doesNotMatch(escaped, /:\/\/|www\.|#\d|GH-\d/, 'a link')
    assert.doesNotMatch(escaped, /[<>]/, 'HTML')
    assert.doesNotMatch(escaped, /(?<!\\)(?:\\\\)*[`*_[\]|~$]/, `an unescaped character in ${escaped}`)
    assert.doesNotMatch(escaped, /[\n\r\x1b\x07\u202e]/, 'a line break or control')
  }
  assert.equal(inlineText('&commat;octocat'), '&amp;commat;octocat')
})

test('a text cannot begin a block', () => {
  assert.equal(inlineText('1. item'), '1\\. item')
  assert.equal(inlineText('- item'), '\\- item')
  assert.equal(inlineText('+ item'), '\\+ item')
  assert.equal(inlineText('==='), '\\===')
  assert.equal(inlineText('# heading').startsWith('# '), false)
  assert.equal(inlineText('-0.12 is a number'), '-0.12 is a number')
})

test('a code span is longer than every run of backticks in it, and a pipe cannot end its cell', () => {
  assert.equal(codeSpan('a `b` c'), '``a `b` c``')
  assert.equal(codeSpan('`a`'), '`` `a` ``')
  assert.equal(codeSpan('a```'), '```` a``` ````')
  assert.equal(codeSpan('a|b'), 'a\\|b')
  assert.equal(codeSpan('a\\|b'), 'a\\\\\\|b')
  assert.equal(codeSpan('two\nlines'), '`two lines`')
})

test('a fence is longer than every run of backticks in it', () => {
  for (const text of hostileTexts) {
    const lines = codeBlock(text).split('\n')
    assert.equal(lines.at(-1), lines[0])
    const inside = lines.slice(1, -1).join('\n')
    assert.ok([...inside.matchAll(/`+/g)].every(([run]) => run.length < (lines[0]?.length ?? 0)))
    assert.doesNotMatch(inside, /<!--/)
  }
})

test('inside HTML, tags and mentions are text', () => {
  assert.equal(htmlText('</summary><b>'), '&lt;/summary&gt;&lt;b&gt;')
  assert.doesNotMatch(htmlText('@octocat'), /@o/)
})
