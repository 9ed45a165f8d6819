import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import vectors from '../../../../../client/input-vectors.json' with { type: 'json' }
import { renderMessage, writtenMessages } from '../../../../src/core/suite/models/content-parts.ts'
import { loadPrompt } from '../../../../src/core/suite/prompt/load-prompt.ts'
import { fillTemplate } from '../../../../src/core/suite/values/template.ts'
import { good, load } from '../../../support/memory-files.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

const folder = temporaryFolder('prompt')

function written(name: string, text: string): string {
  const file = path.join(folder, name)
  writeFileSync(file, text)
  return file
}

const summary = `sluice: 1
version: "3.1"
model: openai:gpt-5.4-mini
modelParameters: {temperature: 0}
inputs: {language: {type: string, enum: [de, en], default: en}, mail: {type: string}}
defaults: {tone: kind}
messages:
  - {role: developer, content: "Answer in {{ language }}, {{tone}}. \\\\{{keep}}"}
  - {role: user, content: [{type: text, text: "{{mail}}"}, {type: text, text: Thanks}]}
`

test('a prompt file is loaded as the gate reads it, and rendered in the same way', async () => {
  const prompt = await loadPrompt(pathToFileURL(written('summary.prompt.yml', summary)), { env: {} })
  const [gates] = (await load(good({ 'prompts/summary.prompt.yml': `${summary}checks: [{contains: x}]\n` }))).prompts
  const { name, label, model, parameters, messages, defaults } = prompt
  assert.deepEqual(
    { name, label, model, parameters, messages, defaults },
    {
      name: gates?.feature,
      label: gates?.label,
      model: gates?.model,
      parameters: gates?.parameters,
      messages: gates?.messages,
      defaults: gates?.defaults,
    },
  )
  const vars = { ...defaults, mail: 'Hi {{tone}}', language: 'de' }
  assert.deepEqual(
    prompt.render(vars),
    gates?.messages.map(({ role, content }) => ({ role, content: fillTemplate(content, vars, { strict: true }) })),
  )
  assert.equal(prompt.render(vars)[0]?.content, 'Answer in de, kind. {{keep}}')
  assert.throws(() => prompt.render({ ...vars, language: 'fr' }), /\{\{language\}\}: expected one of/)
  assert.throws(() => prompt.render({ mail: 'x', language: 'de' }), /unknown variable \{\{tone\}\}/)
  const loose = await loadPrompt(written('loose.prompt.yml', 'messages: [{role: user, content: "{{a}} {{b}}"}]\n'))
  assert.deepEqual([loose.model, loose.render({ a: 1 })], [null, [{ role: 'user', content: '1 {{b}}' }]])
})

const png = Buffer.from('89504e470d0a1a0a00', 'hex')
const pictured = `sluice: 1
model: openai:gpt-5.4-mini
tools: [{name: look_up, description: Finds it.}]
toolChoice: required
maxSteps: 4
messages:
  - role: user
    content:
      - {type: text, text: "What is {{what}}?"}
      - {type: image, file: "a shop.png"}
      - {type: pdf, file: "{{bill}}"}
      - {type: image_url, image_url: {url: "https://shop.example/1.png"}}
`

test('images, PDFs and tools are those of the gate; a file is its bytes', async () => {
  writeFileSync(path.join(folder, 'a shop.png'), png)
  const prompt = await loadPrompt(written('pictured.prompt.yml', pictured), { env: {} })
  const bill = `data:application/pdf;base64,${Buffer.from('%PDF-1.7').toString('base64')}`
  const suite = JSON.stringify({ id: 'a', vars: { what: 'due', bill } })
  const checked = `${pictured}checks: [{contains: x}]\nsuites: {fast: s.jsonl}\n`
  const files = good({ 'prompts/pictured.prompt.yml': checked, 'prompts/a shop.png': png, 'prompts/s.jsonl': suite })
  const gates = (await load(files)).prompts.find(({ feature }) => feature === 'pictured') ?? assert.fail()
  assert.deepEqual(
    { tools: prompt.tools, toolChoice: prompt.toolChoice, maxSteps: prompt.maxSteps },
    { tools: gates.tools, toolChoice: gates.toolChoice, maxSteps: gates.maxSteps },
  )
  const vars = { what: 'due', bill }
  const sent = gates.messages.map((message) => renderMessage(message, vars, { strict: true }))
  const [{ content } = assert.fail()] = await writtenMessages(sent)
  assert.deepEqual(
    prompt.render(vars)[0]?.content,
    Array.isArray(content) &&
      content.map((part) => (part.type === 'text' ? part : { type: part.type, url: part.file })),
  )
  assert.throws(
    () => prompt.render({ what: 'due', bill: 'bill.pdf' }),
    /\{\{bill\}\}: expected a data: URL or an address/,
  )
})

test('variables are held to their inputs as the vectors say', async () => {
  for (const [index, { inputs, vars, faults }] of vectors.vectors.entries()) {
    const file = JSON.stringify({ sluice: 1, inputs, messages: [{ role: 'user', content: 'x' }] })
    const { render: rendered } = await loadPrompt(written(`vector-${index}.yml`, file), { env: {} })
    const [fault] = faults
    if (fault === undefined) assert.equal(rendered(vars).length, 1)
    else assert.throws(() => rendered(vars), { message: `{{${fault.replace(': ', '}}: ')}` }, file)
  }
})

test('while a version is tested it is loaded in place of the file of its feature, and of no other', async () => {
  const own = written('own.prompt.yml', 'name: mail\nmessages: [{role: user, content: old}]\n')
  const other = written('other.prompt.yml', 'name: other\nmessages: [{role: user, content: other}]\n')
  const env = {
    SLUICE_PROMPT_FILE: written(
      'tested.json',
      JSON.stringify({ name: 'mail', messages: [{ role: 'user', content: 'new' }] }),
    ),
  }
  assert.equal((await loadPrompt(own, { env })).messages[0]?.content, 'new')
  assert.equal((await loadPrompt(other, { env })).messages[0]?.content, 'other')
  await assert.rejects(loadPrompt(own, { env: { SLUICE_PROMPT_FILE: path.join(folder, 'none') } }), /ENOENT/)
})

test('what is no prompt file is refused, with the file and the fault', async () => {
  for (const [text, says] of [
    ['', /is no map/],
    ['a: [', /bad\.yml: /],
    ['sluice: 2\nmessages: [{role: user, content: x}]', /sluice must be 1/],
    ['model: a', /messages must be a list/],
    ['messages: [{role: robot, content: x}]', /a message has a role/],
    ['messages: [{role: user, content: [{type: image}]}]', /a message has a role/],
    [
      'messages: [{role: system, content: [{type: image, file: bad.yml}]}]',
      /a message has a role|bad\.yml is no image/,
    ],
    ['messages: [{role: user, content: [{type: image, file: bad.yml}]}]', /bad\.yml is no image/],
    ['messages: [{role: user, content: [{type: pdf, file: none.pdf}]}]', /none\.pdf/],
    ['tools: [look_up]\nmessages: [{role: user, content: x}]', /tools must be a list/],
    ['model: 1\nmessages: [{role: user, content: x}]', /model must be a text/],
    ['inputs: [a]\nmessages: [{role: user, content: x}]', /must be maps/],
  ] as const)
    await assert.rejects(loadPrompt(written('bad.yml', text)), says, text)
})

test('an application that loads a prompt gets less than 5 kB beside the parser of YAML', async () => {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, '../../../../src/core/suite/prompt/load-prompt.ts')],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    conditions: ['sluice-source'],
    external: ['yaml'],
    write: false,
  })
  assert.ok((outputFiles[0]?.contents.length ?? 1e6) < 5000, `${outputFiles[0]?.contents.length} bytes`)
})
