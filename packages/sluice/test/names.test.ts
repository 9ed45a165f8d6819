import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const packages = path.join(import.meta.dirname, '../..')
const definition =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:const|let|function\*?|class|interface|type|enum) ([\w$]+)/gm

/** Public names that may stay beside another of the same name. */
const kept = new Set(['Diagnostic: client/src/index.ts, sluice/src/core/suite/diagnostics/diagnostic.ts'])

/** The names in lists of exports that are defined there: by a new name, or by a definition in the same text. */
function listedNames(text: string): string[] {
  const isHere = (name: string) =>
    new RegExp(
      `^(?:async )?(?:const|let|function\\*?|class|interface|type|enum) ${name.replaceAll('$', '\\$')}\\b`,
      'm',
    ).test(text)
  return [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)]
    .flatMap(([, list = '']) => list.split(',').map((entry) => entry.trim().replace(/^type /, '')))
    .flatMap((entry) => {
      const [name = '', newName] = entry.split(/\s+as\s+/)
      return newName ?? (name !== '' && isHere(name) ? name : [])
    })
    .filter((name) => name !== 'default')
}

/** The exported names that more than one file defines, each with its files. A name that is exported again is defined once. */
function definedTwice(files: ReadonlyMap<string, string>): string[] {
  const homes = new Map<string, Set<string>>()
  for (const [file, text] of files)
    for (const name of [...[...text.matchAll(definition)].map(([, own = '']) => own), ...listedNames(text)])
      homes.set(name, (homes.get(name) ?? new Set()).add(file))
  return [...homes]
    .filter(([, places]) => places.size > 1)
    .map(([name, places]) => `${name}: ${[...places].sort().join(', ')}`)
    .sort()
}

test('no exported name is defined twice, nor in one package and in the other', () => {
  const files = globSync('{client,sluice}/src/**/*.ts', { cwd: packages })
  for (const [name, least] of Object.entries({ client: 30, sluice: 1000 }))
    assert.ok(files.filter((file) => file.startsWith(name)).length > least, `too few files of ${name} were looked at`)
  const texts = files.map((file): [string, string] => [file, readFileSync(path.join(packages, file), 'utf8')])
  const found = definedTwice(new Map(texts))
  assert.deepEqual(
    found.filter((name) => !kept.has(name)),
    [],
  )
  assert.equal(found.length, kept.size, 'names that are kept and gone')
})

test('a name that both packages define is found', () => {
  const files = new Map([
    ['client/src/connection/backoff.ts', 'export interface Backoff {}\n'],
    ['sluice/src/backoff.ts', 'export type Backoff = number\n'],
  ])
  assert.deepEqual(definedTwice(files), ['Backoff: client/src/connection/backoff.ts, sluice/src/backoff.ts'])
})

test('a name that two files define is found, and one that is exported again is not', () => {
  const files = new Map([
    ['store/share.ts', 'export interface Share {\n  part: number\n}\n'],
    ['rollout/share.ts', 'export type Share = number\nexport async function read() {}\n'],
    ['index.ts', "export { type Share } from './store/share.ts'\nexport const own = 1\n"],
  ])
  assert.deepEqual(definedTwice(files), ['Share: rollout/share.ts, store/share.ts'])
})

test('a name that a list of exports gives is found', () => {
  for (const other of ["export { part as Share } from './part.ts'\n", 'const Share = 1\nexport { Share }\n']) {
    const files = new Map([
      ['store/share.ts', 'export type Share = number\n'],
      ['rollout/share.ts', other],
    ])
    assert.deepEqual(definedTwice(files), ['Share: rollout/share.ts, store/share.ts'], other)
  }
})

test('a function with several signatures in one file is one definition', () => {
  const signatures = 'export function read(at: string): string\nexport function read(at: number): number\n'
  assert.deepEqual(definedTwice(new Map([['read.ts', signatures]])), [])
})
