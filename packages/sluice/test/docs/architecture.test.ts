import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { importedPaths, loadedPaths } from '../support/imported-paths.ts'

const root = path.join(import.meta.dirname, '../../../..')
const src = path.join(import.meta.dirname, '../../src')
const page = readFileSync(path.join(root, 'docs/architecture.md'), 'utf8')

/** The text below a heading, up to the next one. */
function section(heading: string): string {
  const [, text = ''] = page.split(`\n## ${heading}\n`)
  return text.split('\n## ')[0] ?? ''
}

const rows = (text: string) => text.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('|---'))
const cells = (row: string) =>
  row
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim())
const quoted = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)

/** The source of each package, and the heading of the table of its rooms. */
const tables = [
  { heading: 'The rooms', home: src },
  { heading: 'The client', home: path.join(root, 'packages/client/src') },
]

/** The rooms: core and the wings by the folders in them, all others by their own. */
function rooms(home: string): string[] {
  const files = globSync('**/*.ts', { cwd: home })
  const wings = ['core', 'gate', 'control']
  const folders = files.map((file) => {
    const [first = '', second = ''] = path.dirname(file).split('/')
    return wings.includes(first) && second !== '' ? `${first}/${second}` : first
  })
  return [...new Set(folders)].filter((folder) => folder !== '.' && folder !== 'core' && folder !== 'control').sort()
}

const table = (heading: string) => rows(section(heading)).slice(1).map(cells)

test('each room has its line, and each line its room', () => {
  for (const { heading, home } of tables) {
    const named = table(heading).flatMap(([folder = '']) => quoted(folder))
    assert.ok(named.length > 5, heading)
    assert.deepEqual(named.sort(), rooms(home))
  }
})

test('each line says what comes in and what goes out, and its heart is a file of the room', () => {
  for (const { heading, home } of tables)
    for (const [folder = '', takes = '', gives = '', heart = ''] of table(heading)) {
      assert.ok(gives !== '' && (takes !== '' || folder.startsWith('files')), folder)
      const [room = '.'] = quoted(folder)
      const files = quoted(heart)
      assert.ok(files.length > 0 || heart === 'one file per thing', folder)
      for (const file of files)
        assert.ok(existsSync(path.join(home, `${file}.ts`)) && `${path.dirname(file)}/`.startsWith(`${room}/`), file)
    }
})

test('the files beside the folders are all named', () => {
  for (const { heading, home } of tables) {
    const beside = globSync('*.ts', { cwd: home }).map((file) => path.basename(file, '.ts'))
    const [, , gives = ''] = table(heading).find(([folder = '']) => folder.startsWith('files')) ?? []
    assert.deepEqual(quoted(gives).sort(), beside.filter((name) => name !== 'index').sort())
  }
})

test('where to look: each path is there', () => {
  const files = rows(section('Where to look'))
    .slice(1)
    .flatMap((row) => quoted(cells(row)[1] ?? ''))
  assert.ok(files.length > 100)
  const isThere = (name: string) =>
    [src, root].some((home) => ['', '.ts'].some((ending) => existsSync(path.join(home, name + ending))))
  assert.deepEqual(
    files.filter((name) => name.includes('/') && !isThere(name)),
    [],
  )
})

interface WalkedCode {
  home: string
  /** Whether what a walk quotes is a file of it. */
  isFile(name: string): boolean
}

const sluice: WalkedCode = { home: src, isFile: (name) => /^(?:cli|gate|core|control)\/[\w/-]+$/.test(name) }
const clientHome = path.join(root, 'packages/client/src')
const client: WalkedCode = {
  home: clientHome,
  isFile: (name) => /^[\w/-]+$/.test(name) && existsSync(path.join(clientHome, `${name}.ts`)),
}

/** Interfaces that each store implements: whoever hands something to the store imports their types alone. */
const interfaces = new Set(['control/store/outcome-log'])

/** What a file imports, as the walks name it. A type alone is no step of a walk, but to an interface. */
function followedFrom(name: string, home: string): string[] {
  const text = readFileSync(path.join(home, `${name}.ts`), 'utf8')
  const named = (target: string) => path.join(path.dirname(name), target).replace(/\.ts$/, '')
  const byType = importedPaths(text)
    .map(named)
    .filter((target) => interfaces.has(target))
  return [...loadedPaths(text).map(named), ...byType]
}

/**
 * The files of a walk, apart from the first one, that none of those before them imports, and those that are named first
 * before the file of their step that imports them, where no other file of it does.
 */
function unreached(walk: string, { home, isFile }: WalkedCode = sluice): string[] {
  const steps = walk.split(/^(?=\d+\. )/m).map((step) => quoted(step).filter(isFile))
  const earlier: string[] = []
  return steps.flatMap((step) => {
    const fresh = step.filter((name) => !earlier.includes(name))
    const wrong = step.filter((name, at) => {
      if (earlier.length === 0 && at === 0) return false
      const imports = (other: string) => followedFrom(other, home).includes(name)
      const before = step.slice(0, at)
      if (![...earlier, ...before].some(imports)) return true
      return fresh.includes(name) && !before.some(imports) && fresh.slice(fresh.indexOf(name) + 1).some(imports)
    })
    earlier.push(...step)
    return wrong
  })
}

for (const walk of ['A case, from file to exit code', 'An outcome, from the application to a rollback'])
  test(`the walk goes from file to file by their imports: ${walk}`, () => {
    assert.ok(quoted(section(walk)).length > 20)
    assert.deepEqual(unreached(section(walk)), [])
  })

test('the walk of an outcome goes through the client by its imports, too', () => {
  const walk = section('An outcome, from the application to a rollback')
  assert.ok(quoted(walk).filter(client.isFile).length > 8)
  assert.deepEqual(unreached(walk, client), [])
  assert.deepEqual(unreached('`client`, `route`, `outcomes/outcome-delivery`', client), ['outcomes/outcome-delivery'])
})

test('a leap in a walk is found', () => {
  assert.deepEqual(unreached('`cli/gate`, `gate/scope`, `gate/base/base-commit`, `gate/run/pool`'), ['gate/run/pool'])
})

test('a file in a walk before the one that leads to it is found', () => {
  const [scope, affected, files] = ['`gate/scope`', '`gate/affected/affected`', '`gate/affected/feature-files`']
  assert.deepEqual(unreached(`1. \`cli/gate\`, ${scope}\n2. ${affected}, ${files}`), [])
  assert.deepEqual(unreached(`1. \`cli/gate\`, ${scope}\n2. ${files}, ${affected}`), ['gate/affected/feature-files'])
})
