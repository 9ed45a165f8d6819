import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const root = path.join(import.meta.dirname, '../../..')
const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', ...globSync('docs/*.md', { cwd: root })]
const read = (page: string) => readFileSync(path.join(root, page), 'utf8')

test('every link of a page leads to a file of the project', () => {
  for (const page of pages) {
    const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, link = '']) => link)
    for (const link of links) assert.ok(existsSync(path.join(root, path.dirname(page), link)), `${page}: ${link}`)
  }
})

test('the page for applications says of every diagnostic what to do', () => {
  const sources = globSync('packages/client/src/*.ts', { cwd: root }).map(read).join('')
  const codes = [...sources.matchAll(/report\(\s*'(?:info|warn)',\s*'([a-z-]+)'/g)].map(([, code = '']) => code)
  assert.ok(codes.length > 15)
  const [, table = ''] = read('docs/app.md').split('## What a diagnostic asks')
  const known = new Set([...(table.split('\n## ')[0] ?? '').matchAll(/`([a-z-]+)`/g)].map(([, code]) => code))
  assert.deepEqual(
    codes.filter((code) => !known.has(code)),
    [],
  )
})

test('every test that a page names is there', () => {
  for (const page of ['docs/never-green.md', 'docs/threat-model.md']) {
    const heldBy = read(page)
      .split('\n')
      .filter((line) => !line.includes('held by'))
      .flatMap((line) => [...(line.match(/\| ([^|]*) \|$/)?.[1] ?? '').matchAll(/`([a-z]+(?:\/[a-z-]+)+)`/g)])
    const names = heldBy.map(([, name = '']) => name)
    assert.ok(names.length > 10, page)
    for (const name of names)
      assert.ok(existsSync(path.join(import.meta.dirname, `${name}.test.ts`)), `${page}: ${name}`)
  }
})
