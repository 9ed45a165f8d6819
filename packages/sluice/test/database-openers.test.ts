import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const src = path.join(import.meta.dirname, '../src')

/** What opens the files of databases. `project-database` gives others only calls whose errors name the store. */
const openers = /^(?:sqlite\/|core\/answers\/project-database\.ts$|control\/store\/)/

const reachesPastThem = (file: string, text: string) =>
  !openers.test(file) && /['"`]node:sqlite['"`]|\bopenDatabase\b/.test(text)

test('no module reaches a database past the store that it belongs to', () => {
  const files = globSync('**/*.ts', { cwd: src })
  assert.ok(files.length > 1000, `only ${files.length} files were looked at`)
  assert.deepEqual(
    files.filter((file) => reachesPastThem(file, readFileSync(path.join(src, file), 'utf8'))),
    [],
  )
})

/** SQL that reads JSON fails on a damaged value with an error that names no table, unless it asks first. */
const readsJsonInSql = (text: string) => /\bjson_(?:extract|object|tree|type)\(|->>? ?'\$/.test(text)

test('no SQL takes a stored JSON apart but that of `partOfJson` and of migrations', () => {
  const files = globSync('**/*.ts', { cwd: src })
  assert.deepEqual(files.filter((file) => readsJsonInSql(readFileSync(path.join(src, file), 'utf8'))).sort(), [
    'control/store/sqlite/migrations.ts',
    'core/answers/rows.ts',
  ])
  assert.ok(readsJsonInSql(`SELECT json_extract(record, '$.a') FROM nights`))
  assert.ok(readsJsonInSql(`SELECT record ->> '$.a' FROM nights`))
})

test('a module that reaches past them is found', () => {
  assert.ok(reachesPastThem('gate/costs/read.ts', "import type { DatabaseSync } from 'node:sqlite'"))
  assert.ok(reachesPastThem('cli/cache.ts', "import { openDatabase } from '../sqlite/open-database.ts'"))
})
