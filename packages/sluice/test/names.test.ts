import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const src = path.join(import.meta.dirname, '../src')
const definition =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:const|let|function\*?|class|interface|type|enum) ([\w$]+)/gm

/** The exported names that more than one file defines, each with its files. A name that is exported again is defined once. */
function definedTwice(files: ReadonlyMap<string, string>): string[] {
  const homes = new Map<string, Set<string>>()
  for (const [file, text] of files)
    for (const [, name = ''] of text.matchAll(definition)) homes.set(name, (homes.get(name) ?? new Set()).add(file))
  return [...homes]
    .filter(([, places]) => places.size > 1)
    .map(([name, places]) => `${name}: ${[...places].sort().join(', ')}`)
    .sort()
}

test('no exported name is defined twice', () => {
  const files = globSync('**/*.ts', { cwd: src })
  assert.ok(files.length > 300)
  assert.deepEqual(definedTwice(new Map(files.map((file) => [file, readFileSync(path.join(src, file), 'utf8')]))), [])
})

test('a name that two files define is found, and one that is exported again is not', () => {
  const files = new Map([
    ['store/share.ts', 'export interface Share {\n  part: number\n}\n'],
    ['rollout/share.ts', 'export type Share = number\nexport async function read() {}\n'],
    ['index.ts', "export { type Share } from './store/share.ts'\nexport const own = 1\n"],
  ])
  assert.deepEqual(definedTwice(files), ['Share: rollout/share.ts, store/share.ts'])
})

test('a function with several signatures in one file is one definition', () => {
  const signatures = 'export function read(at: string): string\nexport function read(at: number): number\n'
  assert.deepEqual(definedTwice(new Map([['read.ts', signatures]])), [])
})
