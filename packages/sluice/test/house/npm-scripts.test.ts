import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import manifest from '../../../../package.json' with { type: 'json' }

const root = path.join(import.meta.dirname, '../../../..')
const scripts: Record<string, string> = manifest.scripts
const pages = ['*.md', 'docs/**/*.md', 'demo/*.md', 'examples/*/*.md'].flatMap((pattern) =>
  globSync(pattern, { cwd: root }),
)
const sources = ['scripts', 'demo'].flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root }))
const files = [...pages, ...sources]
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')

// What pages name is held by docs/command-lines.test.ts.
test('every command that a script names by npm run is there', () => {
  const named = sources.flatMap((file) =>
    [...read(file).matchAll(/npm run ([a-z][a-z-]*)/g)].map(([, name = '']) => ({ file, name })),
  )
  assert.ok(named.length > 25, `only ${named.length} were found`)
  assert.deepEqual(
    named.filter(({ name }) => !(name in scripts)),
    [],
  )
})

/** The commands that have a row in a table, each once; what follows a name is flags. */
const rowsOf = (page: string) =>
  new Set([...page.matchAll(/^\| `npm run ([\w:-]+)(?: [^`]*)?` \|/gm)].map(([, name = '']) => name))

test('the table of CONTRIBUTING names every command of package.json, and no other', () => {
  const own = Object.keys(scripts).filter((name) => name !== 'prepare' && name !== 'test')
  assert.ok(own.length > 30, `only ${own.length} were found`)
  assert.deepEqual([...rowsOf(read('CONTRIBUTING.md'))].sort(), own.sort())
})

test('a row of a command is not that of another one whose name begins alike', () => {
  assert.deepEqual(
    [...rowsOf('| `npm run simulate-judge` | a |\n| `npm run bench -- gate` | b |\n')],
    ['simulate-judge', 'bench'],
  )
})

// Of the scripts in folders knip finds those that nothing runs.
test('every script can be run by npm run, which finds the Node that it needs', () => {
  const run = Object.values(scripts).join('\n')
  const all = globSync('scripts/*.ts', { cwd: root })
  const named = [...run.matchAll(/((?:scripts|demo|packages)\/[\w/.-]+\.ts)/g)].map(([, file = '']) => file)
  assert.ok(all.length > 20 && named.length > 25, `${all.length} scripts, ${named.length} named`)
  assert.deepEqual(
    all.filter((file) => !run.includes(`node ${file}`) && !run.includes(`sluice-source ${file}`)),
    [],
  )
  assert.deepEqual(
    named.filter((file) => !existsSync(path.join(root, file))),
    [],
  )
})

// A single test is run by hand: CONTRIBUTING says how to put the right Node first.
const runByHand = (text: string) =>
  [...text.matchAll(/\bnode (?:--conditions=\S+ )?(?:scripts|demo)\/\S+/g)].map(([command]) => command)

test('no page and no script asks to be run by a Node of unknown age', () => {
  assert.ok(pages.length > 60 && sources.length > 60, `${pages.length} pages and ${sources.length} scripts were read`)
  assert.deepEqual(
    files.flatMap((file) => runByHand(read(file)).map((command) => `${file}: ${command}`)),
    [],
  )
  assert.deepEqual(runByHand('Run `node scripts/a.ts` or node --conditions=sluice-source demo/b.ts.'), [
    'node scripts/a.ts`',
    'node --conditions=sluice-source demo/b.ts.',
  ])
})
