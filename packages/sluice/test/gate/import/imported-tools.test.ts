import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLedger } from '../../../src/gate/import/fidelity.ts'
import { toolsOf } from '../../../src/gate/import/imported-tools.ts'
import { runImport } from './import-run.ts'
import { importYaml, notesOf } from './source-of.ts'

const parameters = { type: 'object', properties: { order: { type: 'string' } }, required: ['order'] }
const tool = { name: 'look_up', description: 'Finds it.', parameters }

function read(given: unknown, choice?: unknown) {
  const ledger = createLedger()
  const found = toolsOf(given, choice, { name: 'tools', place: 'p', ledger })
  return { ...found, rows: ledger.rows().map(({ name, outcome, note }) => `${outcome} ${name}: ${note}`) }
}

test('each form of a function with a schema becomes the same tool', () => {
  const { name, description } = tool
  const capitals = { type: 'OBJECT', properties: { order: { type: 'STRING' } }, required: ['order'] }
  for (const given of [
    [{ type: 'function', function: tool }],
    [{ type: 'function', ...tool, strict: false }],
    [{ name, description, input_schema: parameters }],
    [{ functionDeclarations: [{ name, description, parameters: capitals }] }],
    [{ name, kind: 'function', description, parameters }],
    [{ name, description, inputSchema: { order: 'string' } }],
  ]) {
    const { tools, rows } = read(given)
    const [found] = tools ?? []
    assert.deepEqual([found?.name, found?.description], [name, description], JSON.stringify(given))
    assert.deepEqual(found?.parameters?.properties, parameters.properties)
    assert.deepEqual(rows, ['same tools: a tool of the prompt file; write mocks that answer its calls'])
  }
})

test('what is lost of a tool is said, and a tool without a schema is dropped by name', () => {
  assert.match(
    read([{ type: 'function', function: { ...tool, strict: true } }]).rows[0] ?? '',
    /^approximated .*without strict$/,
  )
  for (const [given, why] of [
    ['file://tools.json', /a name or a file without its schema/],
    [['look_up'], /a name or a file without its schema/],
    [[{ type: 'web_search' }], /run by the provider/],
    [[{ name: 'mcp', kind: 'mcp', url: 'x' }], /run by the provider/],
    [[{ name: 'look up', parameters }], /at most 64 letters/],
    [[{ name: 'look_up', parameters: { type: 'array' } }], /arguments are an object/],
    [[{ name: 'look_up', parameters: { properties: [{ name: 'order' }] } }], /no JSON Schema/],
  ] as const) {
    const { tools, rows } = read(given)
    assert.equal(tools, undefined, JSON.stringify(given))
    assert.match(rows[0] ?? '', why)
  }
  assert.match(read([tool, tool]).rows.join(), /dropped tools: "look_up" is already a tool/)
})

test('the choice among tools is kept where a prompt file has it', () => {
  for (const [choice, kept] of [
    ['required', 'required'],
    [{ type: 'any' }, 'required'],
    [{ type: 'function', function: { name: 'look_up' } }, { name: 'look_up' }],
    [{ type: 'tool', name: 'look_up' }, { name: 'look_up' }],
    [{ type: 'tool', name: 'other' }, undefined],
  ] as const) {
    const { toolChoice, rows } = read([tool], choice)
    assert.deepEqual(toolChoice, kept, JSON.stringify(choice))
    assert.match(rows.join(), kept === undefined ? /dropped tool_choice/ : /same tool_choice/)
  }
})

test('tools stand in the prompt file that is written, and those of promptfoo beside the parameters', async () => {
  const given = `name: Orders
model: openai/gpt-4o
messages: [{role: user, content: "{{question}}"}]
testData: [{question: Late?, expected: "yes"}]
evaluators: [{name: yes, string: {contains: "yes"}}]
tools: [{type: function, function: ${JSON.stringify(tool)}}]
`
  const { written, fidelity, stderr } = await runImport('github-models', { 'a.prompt.yml': given })
  assert.deepEqual(written('prompts/orders.prompt.yml')?.tools, [tool], stderr)
  assert.ok(fidelity.includes('same tools: a tool of the prompt file; write mocks that answer its calls'))
  const imported = await importYaml(`
prompts: [x]
providers: [{id: "openai:chat:gpt-4o", config: {temperature: 0, tools: [{type: function, function: ${JSON.stringify(tool)}}], tool_choice: auto}}]
tests: [{assert: [{type: contains, value: a}]}]
`)
  assert.deepEqual(imported.features[0]?.tools, [tool])
  assert.equal(imported.features[0]?.toolChoice, 'auto')
  assert.equal(notesOf(imported, 'provider config.tools', 'same').length, 1)
})
