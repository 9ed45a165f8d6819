import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { parse, parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { readFailures } from '../../src/control/incident/read-failures.ts'
import type { Diagnostic } from '../../src/core/suite/diagnostics/diagnostic.ts'
import type { Source } from '../../src/core/suite/diagnostics/source.ts'
import { validate } from '../../src/core/suite/diagnostics/validate.ts'
import { modelFaults } from '../../src/core/suite/models/model-ids.ts'
import { type ProviderSettings, providersSchema } from '../../src/core/suite/models/provider-settings.ts'
import { parseYaml } from '../../src/core/suite/yaml/yaml.ts'
import { memoryFiles } from '../support/memory-files.ts'
import { allPages, type CodeBlock, type PageOfDocs, pageOf } from '../support/pages.ts'
import { type BlockKind, blockSchemas, isKind, jsonKindsOf, kindsOf } from './block-kinds.ts'
import { type Fault, scriptFaults, shellFaults } from './scripts.ts'

const root = path.join(import.meta.dirname, '../../../..')
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')

const isDrawing = /[─│┌└▲▼◄►]/

/** Languages that are shown as they are: nothing here can tell whether a block of them is right. */
const shown = [
  'text',
  'console',
  'csv',
  'diff',
  'python',
  'groovy',
  'nginx',
  'dockerfile',
  'ini',
  'toml',
  'xml',
  'html',
]

type Providers = Record<string, ProviderSettings>

/** What is wrong in the code blocks of pages, a line for each fault. */
async function blockFaults(pages: readonly PageOfDocs[]): Promise<string[]> {
  const shells = shellFaults(pages.flatMap(blocksOf))
  const faults = pages.flatMap((page) => {
    const blocks = blocksOf(page)
    const providers: Providers = Object.assign({}, ...blocks.map(providersIn))
    return blocks.map(async (block) => {
      const own = [...(await faultsIn(block, providers)), ...(shells.get(block) ?? [])]
      return own.map(({ line, message }) => `${page.file}:${block.line + line}: ${message}`)
    })
  })
  return (await Promise.all(faults)).flat()
}

const blocksOf = ({ pieces }: PageOfDocs) => pieces.filter((piece) => piece.kind === 'code')

async function faultsIn(block: CodeBlock, providers: Providers): Promise<Fault[]> {
  const { language, note, isClosed } = block
  if (!isClosed) return [{ line: 0, message: 'the block has no fence at its end, or none at all; put ``` around it' }]
  if (language === 'yaml') return yamlFaults(block, providers)
  if (language === 'json') return jsonFaults(block)
  if (language === 'jsonl') return jsonLinesFaults(block)
  if (note !== '')
    return [{ line: 0, message: `a note (${note}) stands only after yaml, json and jsonl; leave it out` }]
  if (language === 'ts' || language === 'js') return scriptFaults(block)
  if (language === '' && isDrawing.test(block.text)) return []
  if (language === 'sh' || language === 'bash' || shown.includes(language)) return []
  const way = `write one of yaml, json, jsonl, ts, js, sh, bash, or, for what is only shown, ${shown.join(', ')}`
  return [{ line: 0, message: `the language of the block is ${language || 'missing'}; ${way} after the fence` }]
}

const kindsSaid = Object.keys(blockSchemas).join(', ')

function yamlFaults({ text, note }: CodeBlock, providers: Providers): Fault[] {
  if (note !== '' && !isKind(note)) return [{ line: 0, message: `"${note}" is no kind of file; use ${kindsSaid}` }]
  if (note === 'foreign') {
    const [error] = parseAllDocuments(text).flatMap(({ errors }) => errors)
    return error === undefined ? [] : [{ line: error.linePos?.[0].line ?? 0, message: error.message }]
  }
  const { source, diagnostics } = parseYaml(text, '')
  if (source === undefined) return diagnostics
  const kinds = note === '' ? kindsOf(source.value, text.split('\n')[0] ?? '') : [note as BlockKind]
  if (kinds.length === 0)
    return [{ line: 0, message: `it is no file of Sluice; if it shall be, write what after yaml: ${kindsSaid}` }]
  const results = kinds.map((kind) => [...diagnostics, ...kindFaults(kind, source, providers)])
  return results.find((faults) => faults.length === 0) ?? results[0] ?? []
}

function kindFaults(kind: BlockKind, source: Source, providers: Providers): Diagnostic[] {
  if (kind === 'workflow') return stepFaults(source)
  const { data, diagnostics } = validate<z.ZodType>(blockSchemas[kind], source)
  const said = diagnostics.map((one) => ({
    ...one,
    message: [kind, one.path, one.message].filter((part) => part !== '').join(': '),
  }))
  const names = namedModels.safeParse(data).data ?? {}
  return [...said, ...modelsOf(names).flatMap(({ model, at }) => modelErrors(model, source, at, providers))]
}

const named = z.object({ model: z.string().optional() }).optional()
const namedModels = z.object({ model: z.string().optional(), judge: named, embedding: named })

function modelsOf({ model, judge, embedding }: z.output<typeof namedModels>): { model: string; at: string[] }[] {
  const found = [
    { model, at: ['model'] },
    { model: judge?.model, at: ['judge', 'model'] },
    { model: embedding?.model, at: ['embedding', 'model'] },
  ]
  return found.flatMap(({ model, at }) => (model === undefined ? [] : [{ model, at }]))
}

/** A model whose provider neither exists by itself nor stands in a block of sluice.yaml on the same page. */
function modelErrors(model: string, source: Source, at: string[], providers: Providers): Diagnostic[] {
  return modelFaults(model, source, at, providers)
    .filter(({ severity }) => severity === 'error')
    .map((fault) => ({ ...fault, message: `${fault.message}; show its entry of sluice.yaml on this page` }))
}

function providersIn({ language, text }: CodeBlock): Providers {
  if (language !== 'yaml') return {}
  const { source } = parseYaml(text, '')
  const part = z.object({ providers: z.unknown() }).safeParse(source?.value).data?.providers
  if (source === undefined || part === undefined) return {}
  return validate(providersSchema, { ...source, value: part }).data ?? {}
}

const inputs = Object.keys(
  z.object({ inputs: z.record(z.string(), z.unknown()) }).parse(parse(read('action.yml'))).inputs,
)

/** Inputs given to Sluice's action that it does not have. */
function stepFaults({ value, at }: Source): Diagnostic[] {
  const faults: Diagnostic[] = []
  const walk = (part: unknown, place: PropertyKey[]): void => {
    if (part === null || typeof part !== 'object') return
    const { uses, with: given } = part as { uses?: unknown; with?: unknown }
    if (typeof uses === 'string' && /(^|\/)sluice(@|$)/.test(uses))
      for (const key of Object.keys(given ?? {}).filter((key) => !inputs.includes(key))) {
        const message = `the action has no input "${key}"; it has ${inputs.join(', ')}`
        faults.push({ severity: 'error', file: '', ...at([...place, 'with'], key), path: '', message })
      }
    for (const [key, inner] of Object.entries(part)) walk(inner, [...place, key])
  }
  walk(value, [])
  return faults
}

function parsed(text: string): { value: unknown } | { message: string } {
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    return { message: error instanceof Error ? error.message : String(error) }
  }
}

function jsonFaults({ text, note }: CodeBlock): Fault[] {
  if (note !== '' && !isKind(note)) return [{ line: 0, message: `"${note}" is no kind of file; use ${kindsSaid}` }]
  const result = parsed(text)
  if ('message' in result) {
    const way = 'mend it; several values, one a line, are jsonl; what is shortened is text'
    return [{ line: 1, message: `no valid JSON: ${result.message}; ${way}` }]
  }
  const source = { file: '', value: result.value, at: () => ({ line: 1, column: 1 }) }
  const kinds = note === '' ? jsonKindsOf(result.value) : [note as BlockKind]
  return kinds.flatMap((kind) => kindFaults(kind, source, {}))
}

async function jsonLinesFaults({ text, note }: CodeBlock): Promise<Fault[]> {
  const faults = text.split('\n').map(async (line, index): Promise<Fault[]> => {
    const block = { kind: 'code', line: 0, language: 'json', note, text: line, isClosed: true } as const
    const { value } = { value: undefined, ...parsed(line) }
    const isKnown = value === undefined || note !== '' || jsonKindsOf(value).length > 0
    const found = isKnown ? jsonFaults(block) : await failureFaults(line)
    return found.map(({ message }) => ({ line: index + 1, message }))
  })
  return (await Promise.all(faults)).flat()
}

/** What is no case, recording or score may be a failure of production, as `sluice case add --from file:` takes it. */
async function failureFaults(line: string): Promise<Fault[]> {
  try {
    await readFailures(memoryFiles({ 'rows.jsonl': line }), 'rows.jsonl', ['input'])
    return []
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return [
      {
        line: 0,
        message: `${reason.replaceAll('\n', '; ')}; if it is something else, write what after jsonl: ${kindsSaid}`,
      },
    ]
  }
}

const pages = allPages()

test('every code block of a page parses, and what belongs to Sluice is valid', async () => {
  const blocks = pages.flatMap(blocksOf)
  for (const [language, least] of Object.entries({ yaml: 25, ts: 8, sh: 10, json: 1, jsonl: 2 }))
    assert.ok(blocks.filter((block) => block.language === language).length >= least, `too few blocks of ${language}`)
  assert.deepEqual(await blockFaults(pages), [])
})

/** The faults of a page that consists of one block, each without the name of the page. */
async function faultsOf(info: string, text: string, more = ''): Promise<string[]> {
  const faults = await blockFaults([pageOf('a.md', `# A\n\n\`\`\`${info}\n${text}\n\`\`\`\n${more}`)])
  return faults.map((fault) => fault.replace(/^a\.md:/, ''))
}

test('a fault of a block is named with its line and the way out', async () => {
  const prompt = 'sluice: 1\nmodel: openai:gpt-6-luna-2026-08-01\nmessages: [{role: user, content: "{{a}}"}]\n'
  const faults: [info: string, text: string, said: RegExp][] = [
    ['', 'a', /^3: the language of the block is missing; write one of yaml/],
    ['cobol', 'a', /^3: the language of the block is cobol/],
    ['ts twoslash', 'a', /^3: a note \(twoslash\) stands only after yaml/],
    ['yaml', 'a: [', /^\d+: .*not valid YAML/],
    ['yaml', `${prompt}chekcs: []`, /^7: prompt: chekcs: unknown key "chekcs"; did you mean "checks"\?/],
    ['yaml', prompt.replace('sluice: 1', 'checks: []'), /^4: prompt: sluice: missing/],
    ['yaml', prompt.replace('openai:', 'local:'), /^5: there is no provider "local".*on this page/],
    ['yaml', 'checks: [{maxWords: many}]', /^4: fragment: checks\.0\.maxWords: expected a number/],
    ['yaml', '# sluice.yaml\nchecks: []', /^5: config: checks: unknown key "checks"/],
    ['yaml', 'gate: {margin: 2}', /^4: config: gate\.margin: /],
    ['yaml', 'judge: {model: local:a}', /^4: there is no provider "local"/],
    ['yaml', '- {id: a, expcted: b}', /^4: suite: 0\.expcted: unknown key "expcted"; did you mean "expected"\?/],
    ['yaml', '- {vars: {a: b}}', /^4: suite: 0\.id: missing/],
    [
      'yaml',
      'traffic: {perHour: 1, users: 9}\ncanary: {scores: 1}',
      /^5: scenario: canary\.scores: unknown key "scores"/,
    ],
    [
      'yaml',
      'jobs:\n  a:\n    steps:\n      - uses: ./.github/actions/sluice\n        with: {modle: a}',
      /^8: the action has no input "modle"; it has command/,
    ],
    ['yaml', 'groups: []', /^3: it is no file of Sluice; if it shall be/],
    ['yaml', '# slucie.yaml\nproviders: {local: {kind: nothing}}', /^5: config: providers\.local\.kind: /],
    ['yaml secret', 'a: b', /^3: "secret" is no kind of file; use prompt/],
    ['yaml foreign', 'a: b: c', /^4: /],
    ['yaml checks', '- {maxWord: 1}', /^4: checks: 0\.maxWord: unknown key "maxWord"/],
    ['json', '{"a": 1}\n{"a": 2}', /^4: no valid JSON.*jsonl/],
    ['json report', '{}', /^4: report: schema: /],
    ['jsonl', '{"id": "a", "vars": {}}\n{"id": "a", "vars": 1}', /^5: case: vars: expected/],
    ['jsonl', '{"case": "a", "model": "m"}', /^4: recording: .*records nothing/],
    ['jsonl', '{"id": "a", "score": 2}', /^4: scores: score: /],
    ['jsonl', '{"question": "a"}', /^4: .*if it is something else, write what after jsonl/],
    ['ts', 'const a: number = ', /^4: no valid ts: /],
    ['ts', "import { SluiceClient, Slice } from '@sluice/client'", /^4: @sluice\/client exports no Slice; it exports/],
    ['ts', "import { a } from 'sluice/nothing'", /^4: there is no sluice\/nothing; use @sluice\/client/],
    ['ts', 'await sluice.ready()\nsluice.rout()', /^5: the client has no method rout; it has constructor/],
    ['js', 'a(', /^4: no valid js: /],
    ['sh', 'ls\nif true; then ls', /^\d+: no valid shell: .*; mend it/],
  ]
  for (const [info, text, said] of faults)
    assert.match((await faultsOf(info, text))[0] ?? 'none', said, `${info}\n${text}`)
  assert.match(
    (await blockFaults([pageOf('a.md', 'a\n\n    indented\n')]))[0] ?? '',
    /^a\.md:3: the block has no fence/,
  )
  assert.match(
    (await blockFaults([pageOf('a.md', '```sh\nls\n')]))[0] ?? '',
    /^a\.md:1: the block has no fence at its end/,
  )
  assert.deepEqual(await faultsOf('yaml', '# litellm.yaml\nmodel_list: []'), [])
  assert.deepEqual(await faultsOf('', 'app ──► model'), [])
  const local = '```yaml\nproviders: {local: {kind: openai-compatible, baseURL: http://127.0.0.1:1/v1}}\n```\n'
  assert.deepEqual(await faultsOf('yaml', prompt.replace('openai:', 'local:'), local), [])
})
