import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { allPages, type PageOfDocs, pageOf } from '../support/pages.ts'

const root = path.join(import.meta.dirname, '../../../..')
const pages = allPages()
const known = new Map(pages.map((page) => [page.file, page]))

const isElsewhere = (target: string) => /^[a-z][a-z\d+.-]*:/i.test(target)

/** What is wrong with the target of a link or an image; undefined if nothing is. */
function targetFault(target: string, page: PageOfDocs): string | undefined {
  const [before = '', section] = decodeURIComponent(target).split('#')
  if (before.startsWith('/')) return 'a path from the root works in few places; write it relative to this page'
  const file = before === '' ? page.file : path.posix.join(path.posix.dirname(page.file), before)
  if (file.startsWith('..')) return 'it leaves the project; link a file of the project, or an address with https:'
  const place = statSync(path.join(root, file), { throwIfNoEntry: false })
  const isOwn = file === page.file
  if (!isOwn && place === undefined) return `there is no ${file}; mend the path, or write that file`
  if (!isOwn && place?.isDirectory() && file.startsWith('docs')) return 'this is a folder; name its README.md'
  return section === undefined ? undefined : sectionFault(file, section, page)
}

function sectionFault(file: string, section: string, page: PageOfDocs): string | undefined {
  const line = /^L(\d+)$/.exec(section)?.[1]
  if (line !== undefined && !file.endsWith('.md')) {
    const lines = readFileSync(path.join(root, file), 'utf8').split('\n').length
    return Number(line) <= lines ? undefined : `${file} has ${lines} lines only; name one of them`
  }
  const ids = (file === page.file ? page : known.get(file))?.pieces.flatMap((piece) =>
    piece.kind === 'section' ? [piece.id] : [],
  )
  if (ids === undefined) return `${file} is no page with sections; leave out #${section}`
  return ids.includes(section) ? undefined : `${file} has no section #${section}; it has ${ids.join(', ') || 'none'}`
}

/** A line for each link and image of a page that leads nowhere. */
function linkFaults(page: PageOfDocs): string[] {
  return page.pieces.flatMap((piece) => {
    const at = `${page.file}:${piece.line}`
    if (piece.kind === 'text' && /\]\[|\]\(/.test(piece.text))
      return [`${at}: "${piece.text.trim()}" looks like a link and is none; write [words](path), without spaces in it`]
    if (piece.kind !== 'link' && piece.kind !== 'image') return []
    if (piece.kind === 'image' && piece.words === '')
      return [
        `${at}: the picture ${piece.target} says nothing to who cannot see it; write what it shows as its alt text`,
      ]
    const fault = isElsewhere(piece.target) ? undefined : targetFault(piece.target, page)
    return fault === undefined ? [] : [`${at}: ${piece.target}: ${fault}`]
  })
}

test('every link, section and picture that a page names is there', () => {
  const links = pages.flatMap(({ pieces }) => pieces.filter(({ kind }) => kind === 'link' || kind === 'image'))
  assert.ok(pages.length > 35 && links.length > 200, `only ${links.length} links on ${pages.length} pages were found`)
  assert.deepEqual(pages.flatMap(linkFaults), [])
})

/** Pages that the site and its readers cannot find: `docs/README.md` names none of them, and no named README.md beside them. */
function lostPages(all: readonly PageOfDocs[]): string[] {
  const named = (file: string) =>
    all
      .find((page) => page.file === file)
      ?.pieces.flatMap((piece) => {
        const target = piece.kind === 'link' && !isElsewhere(piece.target) ? piece.target.split('#')[0] : undefined
        return target ? [path.posix.join(path.posix.dirname(file), target)] : []
      }) ?? []
  const first = named('docs/README.md')
  const second = first.filter((file) => file.endsWith('/README.md')).flatMap(named)
  const found = new Set(['docs/README.md', ...first, ...second])
  return all.map(({ file }) => file).filter((file) => file.startsWith('docs/') && !found.has(file))
}

test('docs/README.md leads to every page of docs, or the README.md of its folder does', () => {
  assert.deepEqual(lostPages(pages), [])
  const lost = pageOf('docs/recipes/lost.md', '# Lost')
  assert.deepEqual(lostPages([...pages, lost]), ['docs/recipes/lost.md'])
})

test('a link that leads nowhere is named with its line and the way out', () => {
  const faults = (text: string) => linkFaults(pageOf('docs/made-up.md', text))
  assert.deepEqual(faults('[a](init.md) [b](../README.md#more) [c](#two-words)\n\n## Two `words`!\n'), [])
  assert.deepEqual(faults('# One\n\na line and\n[words\nmore](no-such.md)\n'), [
    'docs/made-up.md:4: no-such.md: there is no docs/no-such.md; mend the path, or write that file',
  ])
  assert.match(faults('[a](#three)\n\n# One\n# One')[0] ?? '', /has no section #three; it has one, one-1$/)
  assert.match(faults('[a](init.md#no-such)')[0] ?? '', /docs\/init\.md has no section #no-such/)
  assert.match(faults('[a](/docs/init.md)')[0] ?? '', /from the root/)
  assert.match(faults('[a](../../elsewhere.md)')[0] ?? '', /leaves the project/)
  assert.match(faults('[a](images)')[0] ?? '', /is a folder/)
  assert.match(faults('[a](../action.yml#L99999)')[0] ?? '', /lines only/)
  assert.match(faults('![a](images/no-such.png)')[0] ?? '', /there is no docs\/images\/no-such\.png/)
  assert.match(faults('<img src="images/none.png" alt="a">')[0] ?? '', /there is no docs\/images\/none\.png/)
  assert.match(faults('![](images/report.png)')[0] ?? '', /alt text/)
  assert.match(faults('[a][undefined]')[0] ?? '', /looks like a link/)
  assert.match(faults('| a |\n|---|\n| x |\n| `b\\|c` [d](none.md) |')[0] ?? '', /^docs\/made-up\.md:4: none\.md/)
  assert.match(faults('- a\n\n  ```sh\n  ls\n  ```\n\n  [d](none.md)')[0] ?? '', /^docs\/made-up\.md:7: none\.md/)
})
