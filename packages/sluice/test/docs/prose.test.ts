import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const root = path.join(import.meta.dirname, '../../../..')
const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root }).sort()
const read = (page: string) => readFileSync(path.join(root, page), 'utf8')

/** The lines of a page that people write: no code, tables and headings, and nothing that a simulation writes between its markers. */
function prose(text: string): string[] {
  const kept = text
    .replaceAll(/^<!-- simulate-canary, (\w+): begin -->$.*?^<!-- simulate-canary, \1: end -->$/gms, '')
    .replaceAll(/^ *```.*?^ *```$/gms, '')
  // The heading of a section is one line, however long it is.
  return kept.split('\n').filter((line) => !/^\s*(\||#)/.test(line))
}

const tooLong = (text: string) => prose(text).filter((line) => line.length > 120)

test('no line of a page is longer than 120 characters, outside of tables and code', () => {
  const readmes = globSync(['packages/*/README.md', 'examples/*/README.md', 'demo/README.md'], { cwd: root })
  assert.ok(pages.length > 50 && readmes.length > 3, `${pages.length} pages and ${readmes.length} readmes`)
  const long = [...pages, ...readmes].flatMap((page) => tooLong(read(page)).map((line) => `${page}: ${line}`))
  assert.deepEqual(long, [])
})

test('a long line is found in prose, not in a table, in code or in what a simulation wrote', () => {
  const long = 'word '.repeat(30).trim()
  assert.deepEqual(tooLong(`short\n${long}\n`), [long])
  assert.deepEqual(tooLong(`| ${long} |\n\`\`\`sh\n${long}\n\`\`\`\n`), [])
  const [begin, end] = ['begin', 'end'].map((edge) => `<!-- simulate-canary, drift: ${edge} -->`)
  assert.deepEqual(tooLong(`${begin}\n${long}\n${end}\nshort`), [])
})

test('the page for applications says of every diagnostic what to do', () => {
  const sources = globSync('packages/client/src/**/*.ts', { cwd: root }).map(read).join('')
  const codes = [...sources.matchAll(/report\(\s*'(?:info|warn)',\s*'([a-z-]+)'/g)].map(([, code = '']) => code)
  assert.ok(codes.length > 15, `only ${codes.length} were found`)
  const [, table = ''] = read('docs/app.md').split('## What a diagnostic asks')
  const known = new Set([...(table.split('\n## ')[0] ?? '').matchAll(/`([a-z-]+)`/g)].map(([, code]) => code))
  assert.deepEqual(
    codes.filter((code) => !known.has(code)),
    [],
  )
})

const namedPath = /`((?:packages\/\w+|src|test|scripts|core|gate|control|cli|stats|records)\/[\w./-]*\w)`/g

/** Whether a path is there as it stands, or within the source or the tests, with or without its ending. */
function isThere(name: string): boolean {
  const homes = ['', 'packages/sluice', 'packages/sluice/src', 'packages/sluice/test']
  return homes.some((home) =>
    ['', '.ts', '.test.ts'].some((ending) => existsSync(path.join(root, home, name + ending))),
  )
}

const pathsIn = (text: string) => [...text.matchAll(namedPath)].map(([, name = '']) => name)

test('a path that a page names is found, and so is that it is not there', () => {
  const names = pathsIn('See `src/gate/verdict/decide.ts`, `test/docs/prose`, `core/nowhere` and `a/b.ts`.')
  assert.deepEqual(names, ['src/gate/verdict/decide.ts', 'test/docs/prose', 'core/nowhere'])
  assert.deepEqual(names.map(isThere), [true, true, false])
})

test('every file and folder of the code that a page names is there', () => {
  const named = pages
    .filter((page) => page !== 'CHANGELOG.md')
    .flatMap((page) => pathsIn(read(page)).map((name) => ({ page, name })))
  assert.ok(named.length > 50, `only ${named.length} were found`)
  // The recipes of CONTRIBUTING name the files that one would add.
  const missing = named.filter(({ name }) => !isThere(name) && !/iso-date|greet|NAME/.test(name))
  assert.deepEqual(missing, [])
})

/** The tests that the last column of a table names. */
function testsIn(page: string): string[] {
  const cells = page
    .split('\n')
    .flatMap((line) => (line.includes('held by') ? [] : (/\| ([^|]*) \|$/.exec(line)?.[1] ?? [])))
  return cells.flatMap((cell) => [...cell.matchAll(/`([a-z]+(?:\/[a-z-]+)+)`/g)].map(([, name = '']) => name))
}

const hasTest = (name: string) => existsSync(path.join(import.meta.dirname, '..', `${name}.test.ts`))

test('every test that a page names is there', () => {
  for (const page of ['docs/never-green.md', 'docs/threat-model.md']) {
    const names = testsIn(read(page))
    assert.ok(names.length > 10, `${page}: only ${names.length} were found`)
    assert.deepEqual(
      names.filter((name) => !hasTest(name)),
      [],
      page,
    )
  }
  const names = testsIn('| rule | held by |\n| `no/test` | `docs/prose`, `docs/no-such` |\n')
  assert.deepEqual(
    [names, names.map(hasTest)],
    [
      ['docs/prose', 'docs/no-such'],
      [true, false],
    ],
  )
})
