import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { before, describe, test } from 'node:test'
import { pageRoutes } from '../../../src/control/server/pages/page-routes.ts'
import { routes } from '../../../src/control/server/routes.ts'
import { testPlane } from '../../support/control-plane/control-plane.ts'
import { signedIn } from '../../support/control-plane/visitor.ts'
import { guideOf, isShown } from './guide.ts'
import { rolloutScenes } from './rollout-scenes.ts'
import { serviceScenes } from './service-scenes.ts'

const guide = guideOf(readFileSync(path.join(import.meta.dirname, '../../../../../docs/operators.md'), 'utf8'))
const scenes = { ...rolloutScenes, ...serviceScenes }

describe('docs/operators.md says what the product says', () => {
  const shown = new Map<string, string[]>()
  before(async () => {
    for (const [section, scene] of Object.entries(scenes)) shown.set(section, await scene())
  })

  test('each symptom has a row, a section, and a scene in which it is brought about', () => {
    const sections = guide.sections.toSorted()
    assert.deepEqual([...new Set(guide.rows)].toSorted(), sections)
    assert.deepEqual(Object.keys(scenes).toSorted(), sections)
  })

  test('each text that is quoted is shown or sent while its symptom is brought about and mended', () => {
    assert.ok(guide.quotes.length > 60, `only ${guide.quotes.length} quotes were found`)
    const missing = guide.quotes.filter(({ section, text }) => !shown.get(section)?.some((page) => isShown(text, page)))
    assert.deepEqual(missing, [])
  })

  test('each button, heading and column that is named stands on a page', () => {
    const all = [...shown.values()].flat().join('\n').toLowerCase()
    assert.ok(guide.names.length > 15, `only ${guide.names.length} names were found`)
    assert.deepEqual(
      guide.names.filter((name) => !all.includes(name.toLowerCase())),
      [],
    )
  })

  test('each address that is named exists', () => {
    const known = new Set([...pageRoutes, ...routes].map((route) => route.path))
    assert.ok(guide.addresses.length > 5)
    assert.deepEqual(
      guide.addresses.filter((address) => !known.has(address)),
      [],
    )
  })
})

test('the guide is served with the pages: with its sections, without pictures and links that lead elsewhere', async () => {
  await using plane = await testPlane()
  const page = await (await signedIn(plane, 'viewer')).page('/help')
  assert.match(page, /<a href="\/help" aria-current="page">Help<\/a>/)
  const main = page.slice(page.indexOf('<main'))
  for (const section of guide.sections) assert.match(main, new RegExp(`<h2 id="${section}">`))
  const links = [...main.matchAll(/href="([^"]*)"/g)].map(([, href = '']) => href)
  const ids = [...main.matchAll(/ id="([^"]*)"/g)].map(([, id]) => `#${id}`)
  assert.ok(links.length > 20)
  assert.deepEqual(
    links.filter((href) => !ids.includes(href)),
    [],
  )
  assert.doesNotMatch(main, /<img|src=|style=|<script/)
})

test('a text that is not the page’s is noticed; numbers may differ, and what is left out', () => {
  assert.ok(isShown('1 of 2 instances have it; …, until 09:03:30Z', 'x 12 of 40 instances have it; 3 may, until 9:01Z'))
  assert.ok(!isShown('All 2 instances have it', 'All of the 2 instances have it'))
  assert.ok(!isShown('It failed (overloaded)', 'It failed overloaded'))
})
