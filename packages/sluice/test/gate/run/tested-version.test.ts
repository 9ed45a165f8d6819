import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { judged } from '../../support/gate-project.ts'
import { createProject } from '../../support/project.ts'

const loader = pathToFileURL(path.join(import.meta.dirname, '../../../src/core/suite/prompt/load-prompt.ts'))

test('an application gets the tools and the images of the version under test, in both ways', async () => {
  using project = createProject({
    'sluice.yaml': 'judge: {model: openai:gpt-4.1-2025-04-14}\n',
    'app.mjs': `import { loadPrompt } from '${loader.href}'
export default async (vars, { version }) => {
  const prompt = await loadPrompt('prompts/a.prompt.yml')
  const [{ content }] = prompt.render(vars)
  return JSON.stringify({ loaded: { content, tools: prompt.tools, maxSteps: prompt.maxSteps }, told: version })
}
`,
    'prompts/a.prompt.yml': `sluice: 1
model: openai:gpt-4.1-2025-04-14
target: {module: ../app.mjs}
tools: [{name: look_up, description: Finds it.}]
maxSteps: 4
messages: [{role: user, content: [{type: text, text: "{{what}}"}, {type: image, file: shop.png}]}]
suites: {fast: ../evals/a.jsonl}
checks: [{contains: look_up}]
`,
    'evals/a.jsonl': '{"id": "a", "vars": {"what": "Due?"}, "tags": ["core"]}\n',
  })
  const png = Buffer.from('89504e470d0a1a0a00', 'hex')
  writeFileSync(path.join(project.root, 'prompts/shop.png'), png)
  const { report, stderr } = await judged(project, ['eval', 'a'])
  const output = report.features[0]?.cases[0]?.output
  assert.ok(output, stderr + report.features[0]?.cases[0]?.error)
  const { loaded, told } = JSON.parse(output)
  const url = `data:image/png;base64,${png.toString('base64')}`
  assert.deepEqual(loaded.content, [
    { type: 'text', text: 'Due?' },
    { type: 'image', url },
  ])
  assert.deepEqual([loaded.tools[0].name, loaded.maxSteps], ['look_up', 4])
  assert.deepEqual(told.messages[0].content[1], { type: 'image', file: url })
  assert.deepEqual([told.tools, told.maxSteps], [loaded.tools, 4])
})
