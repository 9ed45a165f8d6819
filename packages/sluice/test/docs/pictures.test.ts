import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { demoPictures, demoScale, pictures } from '../../../../scripts/pictures/pictures.ts'
import { allPages } from '../support/pages.ts'

const root = path.join(import.meta.dirname, '../../../..')
const most = 200_000

/** Pictures of docs/images that a page shows, with their texts; a link is the other form of one, for dark pages. */
const shown = allPages().flatMap(({ file, pieces }) =>
  pieces.flatMap((piece) => {
    if (piece.kind !== 'image' && piece.kind !== 'link') return []
    const target = path.posix.join(path.posix.dirname(file), piece.target)
    return target.startsWith('docs/images/') ? [{ file, target, kind: piece.kind, words: piece.words }] : []
  }),
)

test('every photograph of a page is taken by npm run screenshots, and each that it takes is shown', () => {
  const made = pictures.map(({ name }) => `docs/images/${name}.png`).toSorted()
  assert.deepEqual(globSync('docs/images/*.png', { cwd: root }).toSorted(), made)
  const used = new Set(shown.map(({ target }) => target).filter((target) => target.endsWith('.png')))
  assert.deepEqual([...used].toSorted(), made)
})

test('pictures are small, and as wide as the script takes them', () => {
  const scaled = new Set<string>(Object.values(demoPictures).map(({ name }) => name))
  for (const { name, width } of pictures) {
    const png = readFileSync(path.join(root, `docs/images/${name}.png`))
    assert.ok(png.length < most, `${name} has ${png.length} bytes`)
    assert.equal(png.readUInt32BE(16), width * (scaled.has(name) ? demoScale : 1), name)
  }
})

test('the text of a picture says what it shows, to who cannot see it', () => {
  const images = shown.filter(({ kind }) => kind === 'image')
  assert.ok(images.length > 10)
  const poor = images.filter(({ words }) => words.split(/\s+/).length < 4 || /\.png|screenshot|picture of/i.test(words))
  assert.deepEqual(poor, [])
  const ofText = Map.groupBy(images, ({ words }) => words)
  const same = [...ofText].filter(([, uses]) => new Set(uses.map(({ target }) => target)).size > 1)
  assert.deepEqual(same, [], 'two pictures with one text')
})
