import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

/** A folder may import only itself and the folders before it. The order is the data flow. */
const layers = [
  'errors',
  'sqlite',
  'masking',
  'stats',
  'suite',
  'providers',
  'answers',
  'scorers',
  'run',
  'verdict',
  'report',
  'gate',
  'ci',
  'notify',
  'nightly',
  'costs',
  'release',
  'store',
  'rollout',
  'plan',
  'live',
  'drift',
  'telemetry',
  'server',
  'remote',
  'simulate',
  'incident',
  'init',
  'cli',
]
const src = path.join(import.meta.dirname, '../src')
const imports = /(?:from|import)\s*\(?\s*'(\.[^']+)'/g

/** The layer of a path relative to src: the folder's name, or the file's for a file at the top. */
const layerOf = (file: string) => file.split('/')[0]?.replace(/\.ts$/, '') ?? ''

function wrongImports(file: string, text: string): string[] {
  const own = layers.indexOf(layerOf(file))
  return [...text.matchAll(imports)]
    .filter((match) => match[1]?.endsWith('.ts'))
    .map((match) => path.join(path.dirname(file), match[1] ?? ''))
    .filter((target) => layers.indexOf(layerOf(target)) > own || !layers.includes(layerOf(target)))
    .map((target) => `${file} imports ${target}`)
}

test('imports point one way', () => {
  const files = globSync('**/*.ts', { cwd: src }).filter((file) => file !== 'index.ts')
  assert.ok(files.length > 5)
  assert.deepEqual(
    files.flatMap((file) => wrongImports(file, readFileSync(path.join(src, file), 'utf8'))),
    [],
  )
})

test('an import against the direction is found', () => {
  assert.deepEqual(wrongImports('stats/holm.ts', "import { gate } from '../gate/decide.ts'"), [
    'stats/holm.ts imports gate/decide.ts',
  ])
})

test('stats imports nothing but itself', () => {
  for (const file of globSync('stats/*.ts', { cwd: src })) {
    for (const match of readFileSync(path.join(src, file), 'utf8').matchAll(/from '([^']+)'/g)) {
      assert.match(match[1] ?? '', /^\.\//, `${file} imports ${match[1]}`)
    }
  }
})
