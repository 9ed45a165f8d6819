import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { type JsonSchema, type Key, keysOf } from '../../../../scripts/reference/keys.ts'
import { referencePages } from '../../../../scripts/reference/pages.ts'
import { reportKeys, valuesAt } from '../../../../scripts/reference/report-page.ts'
import { inline } from '../../../../scripts/reference/value-words.ts'
import { caseSchema } from '../../src/core/suite/cases/case.ts'
import { configSchema } from '../../src/core/suite/config/config.ts'
import { defaultGateSettings } from '../../src/core/suite/config/gate-settings.ts'
import { promptSchema } from '../../src/core/suite/prompt/prompt-file.ts'
import { recordingSchema } from '../../src/core/suite/recordings.ts'
import { scoreSchema } from '../../src/core/suite/scores-file.ts'
import { jsonSchemaOf, type SchemaKind, schemaKinds } from '../../src/core/suite/shipped-schemas.ts'
import { commandExitCodes, exitCodes } from '../../src/exit-codes.ts'
import { definedCommands } from '../support/command-line.ts'

const folder = path.join(import.meta.dirname, '../../../../docs/reference')
const schemas = {
  config: configSchema,
  prompt: promptSchema,
  suite: caseSchema,
  recording: recordingSchema,
  scores: scoreSchema,
}

/** What the pages say of each key of a kind of file. */
function keysOfFile(kind: SchemaKind): Key[] {
  const schema: JsonSchema = jsonSchemaOf(kind)
  return keysOf(kind === 'suite' ? (schema.anyOf?.[1] ?? {}) : schema)
}

test('the pages of docs/reference are what npm run reference writes', async () => {
  const pages = await referencePages()
  assert.deepEqual(globSync('*', { cwd: folder }).sort(), [...pages.keys()].sort())
  for (const [name, text] of pages)
    assert.ok(readFileSync(path.join(folder, name), 'utf8') === text, `${name} is out of date: npm run reference`)
})

/** Each key of an object with its schema, those within it too. */
function keysWithin(schema: z.core.$ZodType, at = ''): [path: string, schema: z.core.$ZodType][] {
  const { def } = (schema as z.core.$ZodTypes)._zod
  switch (def.type) {
    case 'object':
      return Object.entries(def.shape).flatMap(([name, inner]) => {
        const key = at === '' ? name : `${at}.${name}`
        return [[key, inner] as [string, z.core.$ZodType], ...keysWithin(inner, key)]
      })
    case 'array':
      return keysWithin(def.element, `${at}[]`)
    case 'record':
      return keysWithin(def.valueType, `${at}.*`)
    case 'union':
      return def.options.flatMap((option) => keysWithin(option, at))
    case 'pipe':
      return keysWithin(def.in, at)
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
      return keysWithin(def.innerType, at)
    default:
      return []
  }
}

for (const kind of schemaKinds) {
  test(`every key of ${kind} files has a meaning and an example, which its schema takes`, () => {
    const known = new Map(keysWithin(schemas[kind]))
    const keys = keysOfFile(kind).map((key) => ({ ...key, path: key.path.replaceAll(/<\w+>/g, '*') }))
    assert.ok(keys.length > 1, `only ${keys.length} keys were found`)
    assert.deepEqual(keys.map(({ path: at }) => at).sort(), [...known.keys()].sort())
    const lacking = keys.filter(({ meaning, examples }) => meaning === '' || examples.length === 0)
    assert.deepEqual(
      lacking.map(({ path: at }) => at),
      [],
    )
    for (const { path: at, examples } of keys)
      for (const example of examples) {
        const schema = known.get(at)
        const shown = `${at}: ${inline(example)}`
        assert.ok(schema && z.safeParse(schema, example).success, shown)
        assert.deepEqual(parse(inline({ [at]: example })), { [at]: example }, shown)
      }
  })
}

test('a default that a description names is the one that applies', () => {
  const keys = [...keysOfFile('config'), ...keysOfFile('prompt')]
  const named = keys.flatMap(({ path: key, schema, standard }) => {
    const ofGate = /^gate\.(\w+)$/.exec(key)?.[1]
    const applied = ofGate ? defaultGateSettings[ofGate as keyof typeof defaultGateSettings] : schema.default
    const isNamed = applied !== undefined && (typeof applied !== 'object' || ofGate !== undefined)
    return isNamed ? [[key, standard, inline(applied)]] : []
  })
  assert.ok(named.length > 30, `only ${named.length} were found`)
  for (const [key, standard, applied] of named) assert.equal(standard, applied, key)
})

test('every command has its exit codes, and each code one meaning', async () => {
  const { commands } = await definedCommands()
  const listed = commandExitCodes.flatMap((group) => group.commands)
  assert.deepEqual(listed.toSorted(), commands.map((command) => command.name()).sort())
  assert.equal(new Set(Object.values(exitCodes)).size, Object.keys(exitCodes).length)
})

test('every key of a report has a meaning, and a value in the example', () => {
  const keys = reportKeys()
  assert.ok(keys.length > 300, `only ${keys.length} were found`)
  const lacking = keys.filter(({ path: at, meaning }) => meaning === '' || valuesAt(at).length === 0)
  assert.deepEqual(
    lacking.map(({ path: at }) => at),
    [],
  )
})
