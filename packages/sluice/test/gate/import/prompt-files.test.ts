import assert from 'node:assert/strict'
import { existsSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { picoschema } from '../../../src/gate/import/picoschema.ts'
import { createProject } from '../../support/project.ts'
import { type Parsed, runImport } from './import-run.ts'

const triage = `
name: Ticket triage
description: Routes tickets
model: openai/gpt-4o-mini
modelParameters: {maxTokens: 200, temperature: 0.2, novel: 1}
responseFormat: json_schema
jsonSchema: '{"name": "team", "strict": true, "schema": {"type": "object"}}'
messages:
  - {role: system, content: Route the ticket to one team.}
  - {role: user, content: "{{ticket}} {{ lang }}"}
testData:
  - {ticket: Card was charged twice, lang: en, expected: billing}
  - {ticket: Cannot log in, lang: de, expected: access}
evaluators:
  - {name: names-team, string: {contains: "{{expected}}"}}
  - {name: tone, llm: {modelId: meta/llama-3, prompt: "Is it kind? {{completion}}", choices: [{choice: "yes", score: 1}, {choice: "no", score: 0}]}}
  - {name: same, uses: github/similarity}
  - {name: odd, regex: x}
  - {name: empty, string: {contains: ""}}
novel: 1
`

test('GitHub Models: a folder of prompts, each with its data and evaluators', async () => {
  const files = {
    'a/triage.prompt.yml': triage,
    'b/plain.prompt.yaml': 'model: meta/llama-3\nmessages: [{role: user, content: Hi}]\n',
    'readme.md': '',
  }
  const { written, fidelity, document, stderr } = await runImport('github-models', files, { from: '.' })
  assert.deepEqual(
    document.features.map(({ feature, cases, unscored }: Parsed) => [feature, cases, unscored]),
    [
      ['ticket-triage', 2, 0],
      ['plain', 0, 0],
    ],
    stderr,
  )
  const prompt = written('prompts/ticket-triage.prompt.yml')
  assert.equal(prompt.model, 'openai:gpt-4o-mini')
  assert.deepEqual(prompt.modelParameters, { maxTokens: 200, temperature: 0.2 })
  assert.deepEqual(prompt.jsonSchema, { name: 'team', strict: true, schema: { type: 'object' } })
  assert.deepEqual(
    prompt.evaluators.map(({ name }: Parsed) => name),
    ['names-team', 'tone', 'same'],
  )
  assert.equal(Object.hasOwn(prompt.evaluators[1].llm, 'modelId'), false)
  assert.deepEqual(written('evals/ticket-triage.yaml')[0], {
    id: 'testData-1',
    vars: { ticket: 'Card was charged twice', lang: 'en' },
    expected: 'billing',
  })
  for (const note of [
    'same string',
    'approximated llm: judged by the judge of sluice.yaml, and not by meta/llama-3',
    'approximated github/similarity: a question of the same meaning for the judge, answered by yes or no',
    'dropped string: no evaluator that is known here: there is no text to compare with',
    'dropped model parameter novel: no parameter of a prompt file',
    "dropped novel: no field of GitHub's files that is known here",
    'approximated {{ name }}: with spaces GitHub sends it as it stands; here it is the variable',
    'dropped model: meta/llama-3 needs a provider of its own (docs/providers.md); the prompt has that of --model',
  ])
    assert.ok(fidelity.includes(note), `${note} in\n${fidelity.join('\n')}`)
  assert.ok(fidelity.some((line) => line.startsWith('dropped evaluator: no evaluator that is known here')))
})

test('GitHub Models: a folder without prompts, a cut file and one of Sluice are refused', async () => {
  assert.match(
    (await runImport('github-models', { 'a.md': '' }, { from: '.' })).stderr,
    /holds no file that ends in \.prompt\.yml/,
  )
  assert.match(
    (await runImport('github-models', { 'a.prompt.yml': 'messages: [{role: user' })).stderr,
    /a\.prompt\.yml:\d+:\d+/,
  )
  assert.match(
    (await runImport('github-models', { 'a.prompt.yml': `sluice: 1\n${triage}` })).stderr,
    /of Sluice already/,
  )
  assert.match((await runImport('github-models', { 'a.prompt.yml': 'name: x' })).stderr, /it has no messages/)
})

test('a link out of the folder is not followed', async () => {
  using project = createProject({ 'secret.prompt.yml': triage, 'in/a.prompt.yml': triage })
  symlinkSync(path.join(project.root, 'secret.prompt.yml'), path.join(project.root, 'in/b.prompt.yml'))
  const { stdout } = await project.sluice(['import', 'github-models', 'in', '--out', 'new', '--json'])
  assert.equal(JSON.parse(stdout).features.length, 1)
  assert.equal(existsSync(path.join(project.root, 'new/prompts/ticket-triage-2.prompt.yml')), false)
})

const version1 = `---
name: Basic
description: Answers
authors: [ann]
model:
  api: chat
  configuration: {type: openai, name: gpt-4o, api_key: "\${env:KEY}"}
  parameters: {max_tokens: 128, temperature: 0.2, response_format: {type: json_object}}
sample: sample.json
---
system:
You are {{role}}.

# context
![photo](a.png)

user:
{{question}} {% for x in y %}{{x.z}}{% endfor %}
`

test('Prompty 1: the sample is a case, tags of the template are named', async () => {
  const files = { 'basic.prompty': version1, 'sample.json': '{"question": "Who?", "role": "kind"}' }
  const { written, fidelity, stderr, document } = await runImport('prompty', files)
  const prompt = written('prompts/basic.prompt.yml') ?? assert.fail(stderr)
  assert.deepEqual(
    [prompt.model, prompt.modelParameters, prompt.responseFormat],
    ['openai:gpt-4o', { maxTokens: 128, temperature: 0.2 }, 'json_object'],
  )
  assert.deepEqual(
    prompt.messages.map(({ role }: Parsed) => role),
    ['system', 'user'],
  )
  assert.match(prompt.messages[0].content, /^You are \{\{role\}\}\.\n\n# context/)
  assert.deepEqual([document.features[0].cases, document.features[0].unscored], [0, 1])
  assert.deepEqual(written('evals/basic.unscored.jsonl')[0].vars.question, 'Who?')
  for (const note of [
    'dropped authors: no field of a prompt file',
    'dropped model.configuration.api_key: credentials and addresses come from the environment and sluice.yaml',
    'dropped image: messages are text: the reference to the image stays in it',
    'same sample: the variables of a case',
  ])
    assert.ok(fidelity.includes(note), `${note} in\n${fidelity.join('\n')}`)
  assert.ok(fidelity.some((line) => line.startsWith('dropped template: tags such as {% are not evaluated here')))
  const outside = await runImport('prompty', {
    'in/basic.prompty': version1.replace('sample.json', '../secret.json'),
    'secret.json': '{}',
  })
  assert.match(outside.stderr, /lies outside of/)
})

test('Prompty 2: inputs with examples, options under other names', async () => {
  const text = `---
name: two
displayName: Two
model: {id: claude-x, provider: anthropic, apiType: chat, connection: {kind: key}, options: {maxOutputTokens: 9, topP: 0.5}}
inputs:
  - {name: question, kind: string, required: true, example: Who?}
  - {name: lang, kind: string, default: de, enumValues: [de, en]}
  - {name: photo, kind: image}
  - {name: n, kind: integer, default: many}
template: {format: mustache, parser: prompty}
---
user:
{{question}} in {{lang}}
`
  const { written, stderr, fidelity } = await runImport('prompty', { 'two.prompty': text })
  const prompt = written('prompts/two.prompt.yml') ?? assert.fail(stderr)
  assert.deepEqual(
    [prompt.model, prompt.modelParameters, prompt.messages],
    ['anthropic:claude-x', { maxTokens: 9, topP: 0.5 }, [{ role: 'user', content: '{{question}} in {{lang}}' }]],
  )
  assert.deepEqual(prompt.inputs, {
    question: { type: 'string', required: true },
    lang: { type: 'string', enum: ['de', 'en'], default: 'de' },
    photo: { required: false },
    n: { type: 'integer' },
  })
  for (const note of [
    'same input: inputs of the prompt file',
    'approximated input: inputs of the prompt file, without the type image',
    'approximated input: inputs of the prompt file, without a default that is not of its type',
    'same input.example: the value in a case',
  ])
    assert.ok(fidelity.includes(note), `${note} in\n${fidelity.join('\n')}`)
})

test('dotprompt: roles, schema and settings; tags are named and stand as text', async () => {
  const text = `---
model: googleai/gemini-2.5-flash
config: {temperature: 0.3, safetySettings: []}
input: {schema: {ticket: string}, default: {lang: en}}
output: {format: json, schema: {team(enum): [billing, support], note?: "string, why"}}
tools: [search]
sluice.gate: strict
---
{{role "system"}}Route the ticket in {{{lang}}}.
{{role "user"}}{{ticket}}{{#if vip}} (VIP){{/if}}
`
  const { written, fidelity, stderr } = await runImport(
    'dotprompt',
    { 'p/triage.prompt': text, 'p/_part.prompt': 'x' },
    { from: 'p' },
  )
  const prompt = written('prompts/triage.prompt.yml') ?? assert.fail(stderr)
  assert.deepEqual([prompt.model, prompt.modelParameters], ['google:gemini-2.5-flash', { temperature: 0.3 }])
  assert.deepEqual(prompt.messages, [
    { role: 'system', content: 'Route the ticket in {{lang}}.' },
    { role: 'user', content: String.raw`{{ticket}}\{{#if vip}} (VIP)\{{/if}}` },
  ])
  assert.deepEqual(prompt.jsonSchema.required, ['team'])
  assert.deepEqual(prompt.inputs, { ticket: { type: 'string', required: true }, lang: { default: 'en' } })
  for (const note of [
    'dropped sluice.gate: an extension of another tool',
    'dropped tools: a name or a file without its schema; write name, description and parameters',
    'same input.schema: inputs of the prompt file',
    'same input.default: inputs of the prompt file',
    'dropped model parameter safetySettings: no parameter of a prompt file',
  ])
    assert.ok(fidelity.includes(note), `${note} in\n${fidelity.join('\n')}`)
})

test('Picoschema is JSON Schema', () => {
  assert.deepEqual(picoschema({ 'tags(array, all of them)': 'string', 'at?(object)': { x: 'number' }, '(*)': 'any' }), {
    type: 'object',
    properties: {
      tags: { type: 'array', items: { type: 'string' }, description: 'all of them' },
      at: {
        type: ['object', 'null'],
        properties: { x: { type: 'number' } },
        required: ['x'],
        additionalProperties: false,
      },
    },
    required: ['tags'],
    additionalProperties: {},
  })
  assert.deepEqual([picoschema('Team'), picoschema({ type: 'object' })], [undefined, { type: 'object' }])
})

test('settings that never end are refused', async () => {
  assert.match(
    (await runImport('dotprompt', { 'a.prompt': '---\nmodel: x\nHi' })).stderr,
    /the settings that begin with --- never end/,
  )
  assert.match((await runImport('prompty', { 'a.prompty': '---\nmodel: [\n---\nHi' })).stderr, /a\.prompty:\d+:\d+/)
})
