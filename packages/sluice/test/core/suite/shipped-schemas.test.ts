import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { caseSchema } from '../../../src/core/suite/cases/case.ts'
import { configSchema } from '../../../src/core/suite/config/config.ts'
import { promptSchema } from '../../../src/core/suite/prompt/prompt-file.ts'
import { recordingSchema } from '../../../src/core/suite/recordings.ts'
import { scoreSchema } from '../../../src/core/suite/scores-file.ts'
import { jsonSchemaOf, type SchemaKind, schemaKinds, shippedSchemas } from '../../../src/core/suite/shipped-schemas.ts'
import { goodPrompt } from '../../support/memory-files.ts'
import { createProject } from '../../support/project.ts'

const schemas = {
  prompt: promptSchema,
  suite: caseSchema,
  config: configSchema,
  recording: recordingSchema,
  scores: scoreSchema,
}

/** Good and bad files of each kind; both validators must say so. */
const samples: Record<SchemaKind, { good: string[]; bad: string[] }> = {
  prompt: {
    good: [
      goodPrompt,
      `${goodPrompt}target: {http: {url: "http://127.0.0.1:{port}/"}, start: node s.mjs, ready: {path: /up}, setup: [[npm, ci]]}\n`,
      `${goodPrompt}target: {command: [node, app.js]}\njsonSchema: '{}'\nresponseFormat: json_schema\n`,
      `${goodPrompt}target: {http: {url: "https://x.example"}}\ngate: {repeats: [1, 2]}\ntestData: [{a: 1}]\nevaluators: [{name: a, uses: github/fluency}]\n`,
    ],
    bad: [
      goodPrompt.replace('sluice: 1\n', ''),
      goodPrompt.replace('sluice: 1', 'sluice: 2'),
      goodPrompt.replace('checks:', 'chekcs:'),
      goodPrompt.replace('role: user', 'role: robot'),
      goodPrompt.replace('{maxWords: 180}', '{maxWords: 180, contains: x}'),
      goodPrompt.replace('{maxWords: 180}', '{must: true}'),
      goodPrompt.replace('{maxWords: 180}', '{similarity: {min: 2}}'),
      goodPrompt.replace('{maxWords: 180}', '{jsonPath: {path: $.a}}'),
      goodPrompt.replace('model: anthropic:', 'model: '),
      `${goodPrompt}target: {http: {url: "https://x"}, command: x}\n`,
      `${goodPrompt}target: {http: {url: "ftp://x"}}\n`,
      `${goodPrompt}target: {command: x, concurrency: 0}\n`,
      `${goodPrompt}modelParameters: {temprature: 1}\n`,
      `${goodPrompt}gate: {confidence: 1}\n`,
    ],
  },
  suite: {
    good: [
      '{id: a}',
      '{id: a, vars: {x: [1]}, expected: e, tags: [t], weight: 0.5, critical: true, cluster: c, source: {a: 1}}',
    ],
    bad: [
      '{}',
      '{id: 1}',
      '{id: ""}',
      '{id: a, weight: 0}',
      '{id: a, tags: t}',
      '{id: a, var: {}}',
      '{id: a, checks: [{}]}',
    ],
  },
  config: {
    good: [
      '{}',
      '{sluice: 1, prompts: "a/*.yml", judge: {}, gate: {repeats: [1]}, providers: {a: {kind: replay, files: [x]}}}',
    ],
    bad: [
      '{judge: {model: x}}',
      '{gate: {threshold: 2}}',
      '{providers: {"a:b": {kind: openai}}}',
      '{prices: {"a:b": {input: 1}}}',
      '[]',
    ],
  },
  recording: {
    good: ['{case: a, model: m, output: o}', '{case: a, model: m, error: e, repeat: null}'],
    bad: [
      '{case: a, output: o}',
      '{case: a, model: m, output: o, repeat: 0}',
      '{case: a, model: m, output: 1}',
      '{case: a, model: m, output: o, x: 1}',
    ],
  },
  scores: {
    good: [
      '{id: a, score: 0}',
      '{id: a, score: null, error: e}',
      '{id: a, score: 1, repeat: 3, tags: [], critical: true}',
    ],
    bad: [
      '{id: a, score: 1.7}',
      '{id: a, score: -1}',
      '{score: 1}',
      '{id: a, score: "1"}',
      '{id: a, score: 1, weight: 0}',
      '{id: a, score: 1, y: 2}',
    ],
  },
}

for (const kind of schemaKinds) {
  test(`the JSON Schema of ${kind} agrees with Zod`, () => {
    const date = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))
    const formats = { uri: (text: string) => URL.canParse(text), date }
    const valid = new Ajv2020({ formats }).compile(jsonSchemaOf(kind))
    for (const [verdict, texts] of Object.entries(samples[kind])) {
      for (const text of texts) {
        const value: unknown = parse(text)
        const expected = verdict === 'good'
        assert.equal(valid(value), expected, `ajv, ${verdict}: ${text}`)
        assert.equal(schemas[kind].safeParse(value).success, expected, `zod, ${verdict}: ${text}`)
      }
    }
  })
}

const shippedFiles = path.join(import.meta.dirname, '../../../schemas')

for (const [kind, jsonSchema] of shippedSchemas)
  test(`the committed schema of ${kind} is up to date: npm run schemas`, () => {
    const shipped: unknown = JSON.parse(readFileSync(path.join(shippedFiles, `${kind}.schema.json`), 'utf8'))
    assert.deepEqual(shipped, JSON.parse(JSON.stringify(jsonSchema())))
  })

test('the schemas that are committed, and those that the help names, are all that there are', async () => {
  const kinds = [...shippedSchemas.keys()].sort()
  const files = globSync('*.json', { cwd: shippedFiles }).map((file) => file.replace('.schema.json', ''))
  assert.deepEqual(files.sort(), kinds)
  using project = createProject({})
  const { stdout } = await project.sluice(['schema', '--help'])
  const [, named = ''] = /^ +kind +(.*?)\n\n/ms.exec(stdout) ?? []
  assert.deepEqual(named.split(/,\s+|\s+or\s+/).sort(), kinds)
})

test('every key that a user may write is described', () => {
  const undescribed: string[] = []
  const visit = (node: unknown, at: string) => {
    if (node === null || typeof node !== 'object') return
    const { properties, examples: _, ...rest } = node as Record<string, unknown>
    for (const [key, value] of Object.entries(properties ?? {})) {
      if (!Object.hasOwn(value as object, 'description')) undescribed.push(`${at}.${key}`)
      visit(value, `${at}.${key}`)
    }
    for (const [key, value] of Object.entries(rest)) visit(value, `${at}/${key}`)
  }
  for (const kind of schemaKinds) visit(jsonSchemaOf(kind), kind)
  assert.deepEqual(undescribed, [])
})

test('a suite may be a list as well as one case', () => {
  const valid = new Ajv2020().compile(jsonSchemaOf('suite'))
  assert.deepEqual([valid([{ id: 'a' }]), valid([]), valid([{ id: 'a' }, {}])], [true, false, false])
})
