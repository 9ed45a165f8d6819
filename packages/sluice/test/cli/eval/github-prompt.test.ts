import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CaseReport } from '../../../src/records/report/case-report.ts'
import { type ChatRequest, fakeModel, isJudgeRequest, judgement, type Reply, textOf } from '../../support/fake-model.ts'
import { commitAll, judged } from '../../support/gate-project.ts'
import { createProject } from '../../support/project.ts'

/** A file as GitHub's documentation shows them, with every kind of evaluator. */
const prompt = `name: Text summariser
description: Summarises a text
model: openai/gpt-4o-mini-2024-07-18
modelParameters:
  temperature: 0.5
messages:
  - role: system
    content: You are a text summariser.
  - role: user
    content: "Summarise the text: {{input}}"
testData:
  - input: The quick fox.
    expected: A fox.
  - input: The lazy dog.
    expected: A dog.
evaluators:
  - name: Speaks of an animal
    string: {contains: fox}
  - name: Concise
    llm:
      modelId: openai/gpt-4o-2024-08-06
      systemPrompt: You grade summaries.
      prompt: "Is this concise? {{completion}} for {{input}}, where {{expected}} was wanted"
      choices:
        - {choice: concise, score: 1.0}
        - {choice: wordy, score: 0.25}
  - name: Means the same
    uses: github/similarity
`

const config = (url: string) => `sluice: 1
judge: {model: "openai:gpt-4.1-2025-04-14"}
providers:
  openai: {kind: openai-compatible, baseURL: "${url}"}
`

const isChoice = ({ response_format: format }: ChatRequest) =>
  Object.hasOwn(format?.json_schema?.schema.properties ?? {}, 'choice')

function answer(request: ChatRequest): Reply {
  const aboutFox = textOf(request).includes('fox')
  if (isChoice(request)) return JSON.stringify({ reasoning: 'Short.', choice: aboutFox ? 'concise' : 'wordy' })
  if (isJudgeRequest(request)) return judgement({ similarity: 'yes' })
  return aboutFox ? 'A fox jumps.' : 'A dog sleeps.'
}

test("GitHub's file runs unchanged, with its testData and all its evaluators", async () => {
  await using model = await fakeModel(answer)
  using project = createProject({ 'sluice.yaml': config(model.url), 'prompts/summariser.prompt.yml': prompt })
  const { code, report, stderr } = await judged(project, ['eval', 'summariser'])
  assert.equal(code, 0, stderr)
  const [feature] = report.features
  const [fox, dog] = feature?.cases ?? []
  assert.deepEqual(
    fox?.checks.map(({ name, score }) => [name, score]),
    [['Speaks of an animal', 1]],
  )
  const verdicts = (row: CaseReport | undefined) => row?.judge.map(({ id, verdict, score }) => [id, verdict, score])
  assert.deepEqual(verdicts(fox), [
    ['similarity', 'yes', 1],
    ['Concise', 'concise', 1],
  ])
  assert.deepEqual(verdicts(dog), [
    ['similarity', 'yes', 1],
    ['Concise', 'wordy', 0.25],
  ])
  assert.equal(fox?.score, 1)
  assert.ok(Math.abs((dog?.score ?? 0) - (0 + 1 + 0.25) / 3) < 1e-12)
})

test('each request goes to the model that the file names for it, with the right text', async () => {
  await using model = await fakeModel(answer)
  using project = createProject({ 'sluice.yaml': config(model.url), 'prompts/summariser.prompt.yml': prompt })
  await project.sluice(['eval', 'summariser'])
  const models = model.requests.map((request) => request.model).toSorted()
  assert.deepEqual(models, [
    ...Array.from({ length: 2 }, () => 'gpt-4.1-2025-04-14'),
    ...Array.from({ length: 2 }, () => 'gpt-4o-2024-08-06'),
    ...Array.from({ length: 2 }, () => 'gpt-4o-mini-2024-07-18'),
  ])
  const generation = model.requests.filter((request) => request.model === 'gpt-4o-mini-2024-07-18')
  assert.deepEqual(generation.map(textOf).toSorted(), [
    'You are a text summariser.\nSummarise the text: The lazy dog.',
    'You are a text summariser.\nSummarise the text: The quick fox.',
  ])
  const choices = model.requests.filter(isChoice).map(textOf)
  assert.ok(choices.every((text) => text.includes('You grade summaries.') && /A (fox jumps|dog sleeps)\./.test(text)))
})

test('a budget asks for the price of every model that may be called, evaluators included', async () => {
  await using model = await fakeModel(answer)
  const prices = 'prices: {"openai:gpt-4o-mini*": {input: 1, output: 1}, "openai:gpt-4.1*": {input: 1, output: 1}}\n'
  const unpriced = prompt.replace('openai/gpt-4o-2024-08-06', 'openai/house-model-1')
  using project = createProject({
    'sluice.yaml': config(model.url) + prices,
    'prompts/summariser.prompt.yml': unpriced,
  })
  const { code, stderr } = await project.sluice(['eval', 'summariser', '--budget-usd', '1'])
  assert.equal(code, 3)
  assert.match(stderr, /^openai:house-model-1 has no known price/)
  assert.equal(model.requests.length, 0)
})

test('the gate compares two versions of such a file', async () => {
  await using model = await fakeModel((request) => (isJudgeRequest(request) ? answer(request) : 'A fox jumps.'))
  using project = createProject({ 'sluice.yaml': config(model.url), 'prompts/summariser.prompt.yml': prompt })
  commitAll(project, 'base')
  project.write({ 'prompts/summariser.prompt.yml': prompt.replace('Summarise the text', 'Sum up') })
  const { code, report } = await judged(project, ['gate'])
  assert.equal(code, 0, JSON.stringify(report.features[0]?.reasons))
  assert.equal(report.features[0]?.comparison?.pairs, 2)
})

test('a vendor without a provider ends the run before anything is paid, with what to write', async () => {
  await using model = await fakeModel(answer)
  using project = createProject({
    'sluice.yaml': config(model.url),
    'prompts/a.prompt.yml': prompt,
    '.github/prompts/triage.prompt.yml': prompt
      .replace('Text summariser', 'triage')
      .replace('openai/gpt-4o-mini-2024-07-18', 'mistral-ai/mistral-medium-2505'),
  })
  for (const args of [['eval', 'triage'], ['nightly']]) {
    const { code, stderr } = await project.sluice(args)
    assert.equal(code, 3, stderr)
    assert.match(stderr, /no provider "mistral-ai"; to run this model, .* baseURL: "https:\/\/api\.mistral\.ai\/v1"/)
  }
  assert.equal(model.requests.length, 0)
})
