import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runCheck, scoreOf } from '../scoring.ts'

async function agree(key: string, negation: string, text: string, score: number): Promise<void> {
  assert.equal(await scoreOf({ [key]: true }, text), score, `${key}: ${text}`)
  assert.equal(await scoreOf({ [negation]: true }, text), 1 - score, `${negation}: ${text}`)
}

test('html is a document or a fragment without text outside of its elements', async () => {
  for (const text of [
    '<p>Hello</p>',
    '<ul><li>a<li>b</ul>',
    '<!DOCTYPE html>\n<html><head><title>x</title></head><body>Hello</body></html>',
    '<!-- note --><div><img src="a.png"><br></div>',
    '<my-card>Hi</my-card>',
    '<table><tr><td>1</td></tr></table>',
    '<p>a</p>\n<svg><path d="M0 0"/></svg>',
  ])
    await agree('html', 'notHtml', text, 1)
})

test('what a browser would mend or move is not html', async () => {
  for (const [text, reason] of [
    ['', /no element/],
    ['Just text.', /outside/],
    ['Here: <p>x</p>', /outside/],
    ['<p>x</p> Hope this helps!', /outside/],
    ['<html><body>x</body></html> Hope this helps!', /outside/],
    ['<!doctype html><title>x</title>Hello', /outside/],
    ['<div><p>cut', /<div> is not closed/],
    ['<p>x</p><div class="a', /ends in the middle \(eof-in-tag\)/],
    ['<!-- x', /ends in the middle/],
    ['<script>let a = 1', /ends in the middle/],
    ['<note>x</note>', /no element of HTML/],
    ['<?xml version="1.0"?><p>x</p>', /XML/],
    ['```html\n<p>x</p>\n```', /outside/],
  ] as const) {
    await agree('html', 'notHtml', text, 0)
    assert.match((await runCheck({ html: true }, text)).reason, reason, text)
  }
})

test('containsHtml finds a tag of HTML, closed or not', async () => {
  for (const text of [
    'a <b>word</b>',
    'x<br>y',
    'end</div>',
    '<!doctype html>',
    '<FONT color=red>',
    '<x-y>z',
    'old <center>',
  ])
    await agree('containsHtml', 'notContainsHtml', text, 1)
  for (const text of [
    '',
    'a < b and c > d',
    '<answer>x</answer>',
    '<p',
    '&amp; &lt;p&gt;',
    '<!-- <p> -->',
    'List<String>',
  ])
    await agree('containsHtml', 'notContainsHtml', text, 0)
})

test('large and hostile texts end in a score', async () => {
  assert.equal(await scoreOf({ html: true }, `<div>${'<p class="x">hello</p>'.repeat(2_000)}</div>`), 1)
  assert.equal(await scoreOf({ html: true }, '<i>'.repeat(3_000)), 0)
  assert.equal(await scoreOf({ containsHtml: true }, '<a '.repeat(200_000)), 0)
})
