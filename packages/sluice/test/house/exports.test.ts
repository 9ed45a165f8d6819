import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { publicTypes } from './public-types.ts'
import { assertAsRecorded } from './recorded.ts'

const packages = path.join(import.meta.dirname, '../../..')

/** By the name that an application imports from, the source file behind it. */
function entryPoints(name: string): [string, string][] {
  const folder = path.join(packages, name)
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const entries = Object.entries<string | Record<string, string>>(manifest.exports)
  return entries.flatMap(([at, target]) => {
    if (typeof target === 'string') return []
    const source = target.default?.replace(/^\.\/dist(\/lib)?/, 'src').replace(/\.js$/, '.ts')
    return [[path.posix.join(manifest.name, at), path.join(folder, source ?? '')] as [string, string]]
  })
}

/** What a file exports of types alone: they are gone when it runs. */
function exportedTypes(file: string): string[] {
  const text = readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
  assert.doesNotMatch(text, /^export (\*|default)/m, `${file}: exports without names`)
  const lists = [...text.matchAll(/^export (type )?\{([^}]*)\}/gm)].flatMap(([, all, list = '']) => {
    const names = list.split(',').map((name) => name.trim())
    return names
      .filter((name) => name !== '' && (all || name.startsWith('type ')))
      .map((name) => name.split(' ').at(-1) ?? '')
  })
  const declared = [...text.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name = '']) => name)
  return [...lists, ...declared]
}

function kindOf(value: unknown): string {
  if (typeof value !== 'function') return typeof value
  return /^class\b/.test(Function.prototype.toString.call(value)) ? 'class' : 'function'
}

test('both packages export the names that were recorded, each of its kind', async () => {
  const found: Record<string, Record<string, string>> = {}
  for (const [name, file] of [...entryPoints('client'), ...entryPoints('sluice')]) {
    const values = Object.entries<unknown>(await import(file)).map(([key, value]) => [key, kindOf(value)])
    const types = exportedTypes(file).map((key) => [key, 'type'])
    found[name] = Object.fromEntries([...values, ...types].sort())
  }
  assertAsRecorded('exports.json', found)
})

test('every field of what both packages export has the types that were recorded', () => {
  const types = publicTypes([...entryPoints('client'), ...entryPoints('sluice')])
  assert.ok(Object.keys(types).length > 1000)
  assertAsRecorded('public-types.json', types)
})

test('both packages have the entry points, files and commands that were recorded', () => {
  const published = ['client', 'sluice'].map((folder) => {
    const manifest = JSON.parse(readFileSync(path.join(packages, folder, 'package.json'), 'utf8'))
    const { name, type, engines, bin, files, exports, peerDependencies } = manifest
    return { name, type, engines, bin, files, exports, peerDependencies }
  })
  assertAsRecorded('packages.json', published)
})
