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

test('the table of CONTRIBUTING names every command of package.json', () => {
  const table = read('CONTRIBUTING.md')
  const own = Object.keys(scripts).filter((name) => name !== 'prepare' && name !== 'test')
  assert.deepEqual(
    own.filter((name) => !table.includes(`| \`npm run ${name}`)),
    [],
  )
})

test('every script can be run by npm run, which finds the Node that it needs', () => {
  const run = Object.values(scripts).join('\n')
  const alone = globSync('scripts/*.ts', { cwd: root }).filter(
    (file) => !run.includes(`node ${file}`) && !run.includes(`sluice-source ${file}`),
  )
  assert.deepEqual(alone, [])
  for (const [, file = ''] of run.matchAll(/((?:scripts|demo|packages)\/[\w/.-]+\.ts)/g))
    assert.ok(existsSync(path.join(root, file)), file)
})

test('no page and no script asks to be run by a Node of unknown age', () => {
  // A single test is run by hand: CONTRIBUTING says how to put the right Node first.
  const byHand = files.flatMap((file) => {
    const commands = read(file).matchAll(/\bnode (?:--conditions=\S+ )?(?:scripts|demo)\/\S+/g)
    return [...commands].map(([command]) => `${file}: ${command}`)
  })
  assert.deepEqual(byHand, [])
})
