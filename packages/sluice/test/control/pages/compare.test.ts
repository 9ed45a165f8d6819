import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PromptVersion } from '@sluice/client'
import { comparePage } from '../../../src/control/pages/feature/compare.ts'

const words = 'Never invent a date, a name or a sum that is not in the mail. '
const line = (index: number) => `${index}. ${words}\n`
const long = Array.from({ length: 1600 }, (_, index) => line(index)).join('')

function version(id: string, ...contents: string[]): PromptVersion {
  return {
    ...{ id, model: 'openai:gpt-4.1', parameters: {}, format: { type: 'text' }, strict: true },
    messages: contents.map((content) => ({ role: 'user', content })),
  }
}

function compared(from: PromptVersion, to: PromptVersion): string {
  const side = (content: PromptVersion) => ({ id: content.id, label: null, content, publishedAt: 0, gate: null })
  return comparePage({ feature: 'mail', from: side(from), to: side(to) }).main.markup
}

const folds = (page: string) => [...page.matchAll(/<summary>([^<]*)<\/summary><pre[^>]*>([^<]*)/g)]
const seen = (page: string) => page.replaceAll(/<details.*?<\/details>/gs, '').replaceAll(/<[^>]+>/g, '')

test('of a message of 100 kB the change is seen at once with what stands around it, and the rest is folded', () => {
  assert.ok(long.length > 100_000)
  const changed = long.replace('800. Never invent', '800. Never ever invent')
  const page = compared(version('a', long), version('b', changed))
  assert.match(page, /<pre[^>]* aria-label="After">[^<]*800\. Never <ins>ever <\/ins>invent a date/)
  assert.ok(page.length < 300_000, `${page.length}`)
  const [before, after, ...more] = folds(page)
  assert.deepEqual(more, [])
  assert.match(before?.[1] ?? '', /^5\d,\d{3} more characters, the same in both$/)
  assert.ok(before?.[2]?.startsWith('0. Never invent') && after?.[2]?.endsWith('not in the mail. \n'))
  assert.match(page, /aria-label="Before">797\. Never.*803\. Never[^\n]*\n<\/pre>/s, 'whole lines')
  assert.match(seen(page), /798\. Never.*800\. Never ever invent.*802\. Never/s)
  assert.doesNotMatch(seen(page), /\b700\. Never/)
  const read = `${before?.[2]}${/aria-label="After">(.*?)<\/pre>/s.exec(page)?.[1]?.replaceAll(/<[^>]+>/g, '')}${after?.[2]}`
  assert.equal(read, changed, 'unfolded it is the whole message')
})

test('a change at the end of a long message is seen, as are several in different places', () => {
  const changed = `${long.replace('10. Never', '10. Do not').replace('900. Never', '900. Do not')}And be brief.`
  const page = compared(version('a', long), version('b', changed))
  assert.equal(folds(page).length, 3)
  assert.match(seen(page), /10\. Do not.*900\. Do not.*And be brief\./s)
})

test('of more messages than are compared word by word, what is the same at their ends is not shown as changed', () => {
  const versions = ['', ' Be brief.'].map((more, index) =>
    version(`${index}`, ...Array.from({ length: 30 }, (_, number) => `${number}. Never invent a date.${more}`)),
  )
  const [from = version('a'), to = version('b')] = versions
  assert.equal(compared(from, to).match(/Be brief\.<\/ins>/g)?.length, 30)
})

test('a text that is new, or whose other version has nothing in common with it, is folded after its beginning', () => {
  const other = long.toUpperCase().replaceAll(/[AEIOU]/g, 'x')
  for (const page of [compared(version('a', long), version('b', other)), compared(version('a'), version('b', long))]) {
    assert.match(page, /more characters that only the other one has/)
    assert.ok(page.length < 300_000, `${page.length}`)
  }
})

test('a page stays small whatever it compares, and says what it leaves out', () => {
  const angles = '<b>"&'.repeat(20_000)
  const many = Array.from({ length: 3000 }, (_, index) => `message ${index}`)
  const places = Array.from({ length: 350 }, (_, index) => `${index}: ${words.repeat(10)}\n`)
  const parameters = (mark: string) =>
    Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`p${index}`, mark.repeat(300)]))
  const pairs: [PromptVersion, PromptVersion, RegExp][] = [
    [version('a', angles), version('b', angles.replaceAll('b', 'i')), /more characters are left out here/],
    [version('a', ...many), version('b', ...many.map((text) => `${text}.`)), /and [\d,]+ more messages that differ/],
    [
      version('a', places.join('')),
      version('b', places.map((text) => `new ${text}`).join('')),
      /and [\d,]+ more places that differ/,
    ],
    [
      { ...version('a'), parameters: parameters('<') },
      { ...version('b'), parameters: parameters('>') },
      /and 2,950 more settings that differ/,
    ],
  ]
  for (const [from, to, left] of pairs) {
    const page = compared(from, to)
    assert.ok(page.length < 300_000, `${left}: ${page.length}`)
    assert.match(page, left)
    assert.doesNotMatch(page, /<b>"/)
  }
})

test('no character is cut in two where a text is folded or left out', () => {
  const page = compared(version('a', '😀'.repeat(40_000)), version('b', `${'😀'.repeat(40_000)}x`))
  assert.doesNotMatch(page, /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|\ufffd/)
})
