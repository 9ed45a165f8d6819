import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PromptVersion } from '@sluice/client'
import { type CompareLimits, comparePage } from '../../../src/control/pages/feature/compare.ts'

const words = 'Never invent a date, a name or a sum that is not in the mail. '
const line = (index: number) => `${index}. ${words}\n`
const long = Array.from({ length: 1600 }, (_, index) => line(index)).join('')

function version(id: string, ...contents: string[]): PromptVersion {
  return {
    ...{ id, model: 'openai:gpt-4.1', parameters: {}, format: { type: 'text' }, strict: true },
    messages: contents.map((content) => ({ role: 'user', content })),
  }
}

function compared(from: PromptVersion, to: PromptVersion, limits?: CompareLimits): string {
  const side = (content: PromptVersion) => ({ id: content.id, label: null, content, publishedAt: 0, gate: null })
  return comparePage({ feature: 'mail', from: side(from), to: side(to) }, limits).main.markup
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
  assert.doesNotMatch(page, /not shown here|left out|no room/)
})

test('a change at the end of a long message is seen, as are several in different places', () => {
  const changed = `${long.replace('10. Never', '10. Do not').replace('900. Never', '900. Do not')}And be brief.`
  const page = compared(version('a', long), version('b', changed))
  assert.equal(folds(page).length, 3)
  assert.match(seen(page), /10\. Do not.*900\. Do not.*And be brief\./s)
})

test('of many messages what is the same at their ends is not shown as changed', () => {
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
      /and 2,98\d more settings that differ/,
    ],
    [
      { ...version('a', '\u200b'.repeat(77_000)), parameters: parameters('\u200b') },
      { ...version('b', '\u200c'.repeat(77_000)), parameters: parameters('\u200e') },
      /and 2,99\d more settings that differ/,
    ],
  ]
  for (const [from, to, left] of pairs) {
    const page = compared(from, to)
    assert.ok(page.length < 300_000, `${left}: ${page.length}`)
    assert.match(page, left)
    assert.doesNotMatch(page, /<b>"/)
  }
})

const notShown = (page: string) => Number(/<b>([\d,]+) changes? (?:is|are) not shown here/.exec(page)?.[1] ?? 0)

test('the end of a changed message is shown, or it is said at the top and at its place that it is left out', () => {
  const many = (word: string) => Array.from({ length: 23 }, (_, index) => `${index} ${`${word} `.repeat(700)}`)
  const from = version('a', ...many('old'), `${'X'.repeat(2000)} be nice`)
  const to = version('b', ...many('new'), `${'Y'.repeat(2000)} leak all data`)
  const page = compared(from, to)
  const [top, places] = page.split('<h2>Messages</h2>')
  assert.doesNotMatch(page, /leak all data/)
  const left = [...(places?.matchAll(/and (\d+) more (?:messages?|places?) that differ/g) ?? [])]
  assert.ok(left.length > 0)
  const folded = places?.match(/<summary>[^<]*are left out/g)?.length ?? 0
  assert.equal(notShown(top ?? ''), left.reduce((sum, [, count]) => sum + Number(count), 0) + folded)
  assert.match(top ?? '', /All of each version, as JSON: <a href="\/features\/mail\/versions\/a\/content" download>/)
})

test('the rest of a long change is a change too, where there is no room even to fold it', () => {
  const [from, to] = [version('a', `${'X'.repeat(2000)} be nice`), version('b', `${'Y'.repeat(2000)} leak all data`)]
  const room = { shown: 1000, folded: 1e5, left: 0 }
  const limits = { messages: room, settings: { ...room }, budget: { edits: 100, characters: 1e5 } }
  const page = compared(from, to, limits)
  assert.doesNotMatch(page, /leak all data/)
  assert.match(page, /<b>2 changes are not shown here<.*Message 1, user.*and 2 more places that differ/s)
})

test('whatever is changed is on the page or counted as left out, for any texts and any room', () => {
  let seed = 7
  const random = (n: number) => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % n
  }
  let marks = 0
  /** So many characters of which each hundredth occurs nowhere else. */
  const marked = (length: number) =>
    Array.from({ length: Math.ceil(length / 100) }, () => {
      marks += 1
      return `${String.fromCharCode(0xe000 + marks)}${'<x" '.repeat(random(50))}`
    }).join('')
  const differing = () => (random(3) === 0 ? marked(random(5000)) : marked(random(200)))
  const marksOf = (text: string) => text.match(/[\ue000-\uf8ff]/g) ?? []
  for (let round = 0; round < 150; round += 1) {
    marks = 0
    const pairs = Array.from({ length: 1 + random(6) }, (_, number) => {
      const texts = [`${number}: `, `${number}: `]
      for (let places = random(4); places >= 0; places -= 1) {
        const same = words.repeat(random(30))
        for (const side of [0, 1]) texts[side] += `${same}${random(4) === 0 ? '' : differing()}`
      }
      return texts
    })
    const sides = ['a', 'b'].map((id, side) => ({
      ...version(id, ...pairs.map((texts) => texts[side] ?? '')),
      parameters: { first: differing(), second: differing() },
    }))
    const [from = version('a'), to = version('b')] = sides
    const room = (most: number) => ({ shown: random(most), folded: random(most), left: 0 })
    const limits = {
      ...{ messages: room(20_000), settings: room(6000) },
      budget: { edits: random(200), characters: random(30_000) },
    }
    const page = compared(from, to, limits)
    const isMissing = (text: string) => marksOf(text).some((mark) => !page.includes(mark))
    const missing = pairs.map((texts) => texts.some(isMissing))
    const settings = (['first', 'second'] as const).filter((name) =>
      sides.some(({ parameters }) => isMissing(parameters[name])),
    )
    const count = missing.filter(Boolean).length + settings.length
    assert.ok(notShown(page) >= count, `round ${round}: ${notShown(page)} of ${count}`)
    const articles = new Map(
      [...page.matchAll(/<h3>Message (\d+)(.*?)<\/article>/gs)].map(([, number, text]) => [Number(number), text]),
    )
    for (const [index, lacks] of missing.entries())
      if (lacks)
        assert.match(
          articles.get(index + 1) ?? page,
          articles.has(index + 1) ? /no room|left out/ : /more messages? that differ/,
        )
  }
})

test('all messages of a page share what comparing them word by word may take', () => {
  const rewritten = (word: string) => Array.from({ length: 60 }, (_, index) => `${word}${index}`).join(' ')
  const far = (word: string) => `${word} begins. ${words.repeat(2)}It ${word} ends.`
  const sides = (more: number) => [
    version('a', ...Array.from({ length: more }, () => rewritten('old')), far('so')),
    version('b', ...Array.from({ length: more }, () => rewritten('new')), far('thus')),
  ]
  const room = () => ({ shown: 1e6, folded: 1e6, left: 0 })
  const afterOf = (more: number, budget: CompareLimits['budget']) => {
    const [from = version('a'), to = version('b')] = sides(more)
    const page = compared(from, to, { messages: room(), settings: room(), budget })
    return page.slice(page.lastIndexOf('<article')).match(/<ins>/g)?.length
  }
  const enough = { edits: 100, characters: 1e6 }
  assert.equal(afterOf(0, enough), 2)
  assert.equal(enough.edits, 96, 'two words that are gone, and two that came')
  const used = { edits: 100, characters: 1e6 }
  assert.equal(afterOf(3, used), 1, 'from the first difference to the last')
  assert.equal(used.edits, 0)
  const short = { edits: 1e6, characters: 1600 }
  assert.equal(afterOf(3, short), 1)
  assert.ok(short.characters >= 0 && short.characters < 300, `${short.characters}`)
})

test('long messages take no room from the settings, and no tool hides another one of the same name', () => {
  const long = (word: string) => Array.from({ length: 60 }, () => `${word} `.repeat(1500))
  const tool = (description: string) => ({ name: 'pay', description, parameters: {} })
  const page = compared(
    { ...version('a', ...long('old')), tools: [tool('pays')] },
    { ...version('b', ...long('new')), model: 'openai:other', tools: [tool('pays Mallory'), tool('pays')] },
  )
  assert.match(page, /no room/)
  assert.match(page, /<code>&quot;openai:other&quot;<\/code>/)
  assert.match(page, /pays Mallory/)
  assert.match(page, /tool pay \(2\)/)
})

test('no character is cut in two where a text is folded or left out', () => {
  const page = [
    compared(version('a', '😀'.repeat(40_000)), version('b', `${'😀'.repeat(40_000)}x`)),
    compared(version('a', `${'😀'.repeat(120_000)}😀`), version('b', `${'😀'.repeat(120_000)}😁`)),
    compared(version('a', `\u{1f400}${'😀'.repeat(120_000)}`), version('b', `\u{1f800}${'😀'.repeat(120_000)}`)),
  ].join('')
  assert.doesNotMatch(page, /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|\ufffd/)
})
