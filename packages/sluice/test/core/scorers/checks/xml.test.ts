import assert from 'node:assert/strict'
import { test } from 'node:test'
import { xmlElementsIn } from '../../../../src/core/scorers/checks/xml-elements.ts'
import { runCheck, scoreOf } from '../scoring.ts'

async function agree(key: string, negation: string, text: string, score: number): Promise<void> {
  assert.equal(await scoreOf({ [key]: true }, text), score, `${key}: ${text}`)
  assert.equal(await scoreOf({ [negation]: true }, text), 1 - score, `${negation}: ${text}`)
}

test('xml is one well-formed document and nothing else', async () => {
  for (const text of [
    '<a/>',
    ' <a x="1">t<b/></a>\n',
    '<?xml version="1.0"?>\n<a>&amp;&#65;</a>',
    '<x:a xmlns:x="u"/>',
  ])
    await agree('xml', 'notXml', text, 1)
  for (const text of [
    '',
    'text',
    '<a>',
    '<a></b>',
    '<a/><b/>',
    '<a/> done',
    '<a>AT&T</a>',
    '<a x=1/>',
    '<a>\u0000</a>',
  ])
    await agree('xml', 'notXml', text, 0)
  assert.match((await runCheck({ xml: true }, '<a><b></a>')).reason, /not XML: 1:\d+: unexpected close tag/)
})

test('wanted elements are found by their paths, whatever stands beside them', async () => {
  const order = '<order><item><id>1</id></item><item><name>x</name></item><total/></order>'
  const elements = (...paths: string[]) => ({ xml: { elements: paths } })
  assert.equal(await scoreOf(elements('order', 'order.item.name', 'order.item.id', 'order.total'), order), 1)
  const missing = await runCheck(elements('order.item.price', 'order.name', 'item', 'order.total'), order)
  assert.deepEqual([missing.score, missing.reason], [0, 'the output is XML without order.item.price, order.name, item'])
  assert.equal(await scoreOf({ notXml: { elements: ['order.name'] } }, order), 1)
  assert.equal(await scoreOf({ notXml: { elements: ['order.total'] } }, order), 0)
  // A name met on another branch does not complete a path.
  assert.equal(await scoreOf(elements('a.b.c'), '<a><x><b/></x><b/><c/></a>'), 0)
  assert.equal(await scoreOf(elements('a.b.c'), '<a><x><c/><c/></x></a>'), 0)
})

test('entities are never expanded, and a document that declares its own is neither XML nor none', async () => {
  const bomb = `<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "${'&a;'.repeat(50)}">]><l>&b;</l>`
  const harmless = '<!DOCTYPE l [<!ENTITY a "x">]><l>y</l>'
  const external = '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>'
  for (const text of [bomb, harmless, external])
    for (const key of ['xml', 'notXml', 'containsXml', 'notContainsXml']) {
      const { score, reason } = await runCheck({ [key]: true }, text)
      assert.equal(score, 0, `${key}: ${text}`)
      assert.match(reason, /declares entities/)
    }
  await agree('xml', 'notXml', '<l>&a;</l>', 0)
  await agree('xml', 'notXml', '<!DOCTYPE l SYSTEM "http://example.com/[x].dtd"><l/>', 1)
})

test('containsXml finds a well-formed element in any text', async () => {
  for (const text of [
    'Here: <a>1</a>.',
    '```xml\n<a b="x > y"/>\n```',
    'if a < b then <ok/>',
    '<p>AT&T <b>x</b></p>',
    '<br> <a>1</a>',
    '<a><!-- > --><![CDATA[<c>]]></a>',
  ])
    await agree('containsXml', 'notContainsXml', text, 1)
  for (const text of ['', 'a < b > c', '<a>', '</a>', '<a>1</b>', '<a x=1>1</a>', '<!-- <a/> -->', '<1a/>'])
    await agree('containsXml', 'notContainsXml', text, 0)
})

test('wanted elements may stand in several pieces of one text', async () => {
  const text = 'So: <thinking>x</thinking>\n<answer><id>1</id></answer> Done.'
  assert.equal(await scoreOf({ containsXml: { elements: ['thinking', 'answer.id'] } }, text), 1)
  const { score, reason } = await runCheck({ containsXml: { elements: ['answer.name', 'id'] } }, text)
  assert.deepEqual([score, reason], [0, 'the output contains XML without answer.name, id'])
})

test('the outermost and the innermost elements are told apart', () => {
  const text = '<a><b>1</b><c/></a> <d><e></d>'
  const shown = (places: { start: number; end: number }[]) => places.map(({ start, end }) => text.slice(start, end))
  const { outermost, innermost } = xmlElementsIn(text)
  assert.deepEqual(shown(outermost), ['<a><b>1</b><c/></a>', '<d><e></d>'])
  assert.deepEqual(shown(innermost), ['<b>1</b>', '<c/>', '<d><e></d>'])
})

test('large and hostile texts end in a score or in an error, soon', async () => {
  const large = `<r>${'<a x="1">hello</a>'.repeat(10_000)}</r>`
  assert.equal(await scoreOf({ xml: true }, large), 1)
  assert.equal(await scoreOf({ containsXml: true }, '<a '.repeat(50_000)), 0)
  assert.equal(await scoreOf({ containsXml: true }, '<!--'.repeat(50_000)), 0)
  assert.equal(await scoreOf({ containsXml: true }, '<![CDATA['.repeat(50_000)), 0)
  assert.equal(await scoreOf({ xml: { elements: ['a.a.a'] } }, `${'<a>'.repeat(20_000)}${'</a>'.repeat(20_000)}`), 1)
  assert.equal(await scoreOf({ xml: true }, 'x'.repeat(1_000_000)), 0)
})
