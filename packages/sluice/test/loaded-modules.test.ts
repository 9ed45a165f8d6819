import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const src = path.join(import.meta.dirname, '../src')

/** What a file loads when it is loaded: all but types, and what is imported only when a command runs. */
function loadedBy(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  if (!file.endsWith('.ts')) return seen
  const text = readFileSync(path.join(src, file), 'utf8')
  for (const [, names = '', from = ''] of text.matchAll(/^import (?!type)([^']*?)from '([^']+)'/gms)) {
    const types = names
      .replace(/[{}]/g, '')
      .split(',')
      .filter((name) => name.trim() !== '')
    if (types.every((name) => name.trim().startsWith('type '))) continue
    loadedBy(from.startsWith('.') ? path.join(path.dirname(file), from) : from, seen)
  }
  return seen
}

test('help and version load no schema, so that they answer at once', () => {
  const loaded = loadedBy('cli/main.ts')
  assert.ok(loaded.has('cli/usage/gating.ts') && loaded.has('commander'))
  assert.ok(!loaded.has('zod'), [...loaded].join('\n'))
  assert.ok(loadedBy('cli/gate.ts').has('zod'))
})

test("the gate loads none of Node's fetch, which a run on stored answers does not need", () => {
  const loaded = loadedBy('cli/gate.ts')
  assert.ok(loaded.has('core/providers/http/lean-fetch.ts'))
  assert.deepEqual(
    [...loaded].filter((module) => /^node:(?:http|https|http2)$/.test(module)),
    [],
  )
})
