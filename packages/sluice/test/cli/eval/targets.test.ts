import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { test } from 'node:test'
import { type ChatRequest, fakeModel } from '../../support/fake-model.ts'
import { commitAll, judged } from '../../support/gate-project.ts'
import { createProject } from '../../support/project.ts'

const files = (target: string) => ({
  'prompts/app.prompt.yml': `sluice: 1
model: anthropic:claude-haiku-4-5-20251001
target: ${target}
suites: {fast: ../evals/app.yaml}
checks: [{equals: "{{expected}}"}]
`,
  'evals/app.yaml':
    '- {id: one, vars: {word: ab}, expected: AB, tags: [core]}\n- {id: two, vars: {word: cd}, expected: xx, tags: [core]}\n',
})

const program = `let text = ''
process.stdin.on('data', (chunk) => { text += chunk })
process.stdin.on('end', () => {
  process.stdout.write(JSON.parse(text).word.toUpperCase())
})
`

async function scores(target: string, more: Record<string, string> = {}) {
  using project = createProject({ ...files(target), ...more })
  const { code, report, stderr } = await judged(project, ['eval', 'app'])
  assert.equal(code, 0, stderr)
  return report.features[0]
}

test('an http target gets the variables and its answer is scored, with the cost that it reports', async () => {
  const bodies: unknown[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    bodies.push(JSON.parse(text))
    const output = (JSON.parse(text) as { word: string }).word.toUpperCase()
    response.end(JSON.stringify({ output, inputTokens: 7, outputTokens: 3, costUsd: 0.25 }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const feature = await scores(`{http: {url: "http://127.0.0.1:${(server.address() as AddressInfo).port}/"}}`)
    assert.deepEqual(
      feature?.cases.map(({ output, score }) => [output, score]),
      [
        ['AB', 1],
        ['CD', 0],
      ],
    )
    assert.deepEqual([feature?.cost.usd, feature?.cost.inputTokens, feature?.cost.outputTokens], [0.5, 14, 6])
    assert.deepEqual(bodies, [{ word: 'ab' }, { word: 'cd' }])
  } finally {
    server.close()
  }
})

test('a command target reads JSON on stdin and writes its answer', async () => {
  const feature = await scores('{command: [node, app.cjs]}', { 'app.cjs': program })
  assert.deepEqual(
    feature?.cases.map(({ output, score }) => [output, score]),
    [
      ['AB', 1],
      ['CD', 0],
    ],
  )
  assert.equal(feature?.cost.unpricedCalls, 2)
})

test('a module target is called as a function', async () => {
  const feature = await scores('{module: "../app.ts#shout"}', {
    'app.ts':
      'export const shout = async ({ word }: { word: string }) => ({ output: word.toUpperCase(), costUsd: 0.01 })\n',
  })
  assert.equal(feature?.score.mean, 0.5)
  assert.equal(feature?.cost.usd, 0.02)
})

test('--fresh asks an application anew, which is compared with that of the base commit', async () => {
  using project = createProject({
    ...files('{module: ../app.ts}'),
    'sluice.yaml': 'sluice: 1\ngate: {threshold: 0}\n',
    'app.ts': "export default () => 'AB'\n",
  })
  commitAll(project, 'base')
  project.write({ 'evals/app.yaml': '- {id: one, vars: {word: ab}, expected: AB, tags: [core]}\n' })
  await judged(project, ['gate'])
  const { code, report } = await judged(project, ['gate', '--fresh'])
  assert.equal(code, 0)
  assert.ok(Number(report.run?.calls) > 0)
  assert.equal(report.run?.fromStore, 0)
  assert.match(
    report.features[0]?.notes[0] ?? '',
    /^The baseline is the application of [0-9a-f]{7}, run from a worktree/,
  )
})

test('each version of a prompt inside an application reaches it, side by side', async () => {
  const prompt = (content: string) =>
    files('{command: [node, app.mjs]}')['prompts/app.prompt.yml'].replace(
      'target:',
      `messages: [{role: user, content: "${content} {{word}}"}]\ntarget:`,
    )
  using project = createProject({
    ...files('{command: [node, app.mjs]}'),
    'prompts/app.prompt.yml': prompt('Shout'),
    'app.mjs': `import { readFileSync } from 'node:fs'
const { name, messages } = JSON.parse(readFileSync(process.env.SLUICE_PROMPT_FILE, 'utf8'))
console.log(name === 'app' && messages[0].content.startsWith('Shout') ? 'AB' : 'ab')
`,
  })
  commitAll(project, 'base')
  project.write({ 'prompts/app.prompt.yml': prompt('Whisper') })
  const { report } = await judged(project, ['gate'])
  assert.deepEqual(
    report.features[0]?.cases.map(({ output, baselineOutput }) => [baselineOutput, output]),
    [
      ['AB', 'ab'],
      ['AB', 'ab'],
    ],
  )
  assert.deepEqual(readdirSync(path.join(project.root, '.sluice/versions')), [])
})

test('similarity by embedding asks the embedding model, once for each text', async () => {
  const vectors: Record<string, number[]> = { invoice: [1, 0], bill: [0.9, 0.1], weather: [0, 1] }
  const embedded: string[] = []
  await using model = await fakeModel((request: ChatRequest & { input?: string[] }) => {
    const { input } = request
    if (!input) return request.messages[0]?.content.includes('first') ? 'bill' : 'weather'
    embedded.push(...input)
    const data = input.map((text, index) => ({ object: 'embedding', index, embedding: vectors[text] ?? [1, 1] }))
    const usage = { prompt_tokens: 4, total_tokens: 4 }
    return { status: 200, body: JSON.stringify({ object: 'list', model: 'e', data, usage }) }
  })
  using project = createProject({
    'sluice.yaml': `sluice: 1\nembedding: {model: "local:e"}\nproviders:\n  local: {kind: openai-compatible, baseURL: "${model.url}"}\nprices: {"local:*": {input: 1, output: 1}}\n`,
    'prompts/near.prompt.yml': `sluice: 1
model: local:m
messages: [{role: user, content: "{{q}}"}]
suites: {fast: ../evals/near.yaml}
checks: [{similarity: {metric: embedding, min: 0.9}}]
`,
    'evals/near.yaml':
      '- {id: one, vars: {q: first}, expected: invoice, tags: [core]}\n- {id: two, vars: {q: second}, expected: invoice, tags: [core]}\n',
  })
  const { code, report } = await judged(project, ['eval', 'near'])
  assert.equal(code, 0)
  assert.deepEqual(
    report.features[0]?.cases.map(({ score }) => score),
    [1, 0],
  )
  assert.deepEqual(embedded.toSorted(), ['bill', 'invoice', 'weather'])
  const { cost } = report.features[0] ?? {}
  assert.ok(Math.abs((cost?.usd ?? 0) - (2 * 120 + 3 * 4) / 1e6) < 1e-12)
  assert.ok(Math.abs((cost?.generationUsd ?? 0) - (2 * 120) / 1e6) < 1e-12)
  model.requests.length = 0
  await project.sluice(['eval', 'near'])
  assert.equal(model.requests.length, 0)
})
