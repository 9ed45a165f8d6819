import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultsOf, good, goodPrompt } from '../../../support/memory-files.ts'

const file = 'prompts/summary.prompt.yml'
const suite = 'evals/summary.jsonl'
const bare = goodPrompt.slice(0, goodPrompt.indexOf('checks:'))
const a = { id: 'a', vars: { email: '1' }, tags: ['x'] }
const lines = (...cases: object[]) => cases.map((item) => JSON.stringify(item)).join('\n')

test('a case that nothing scores is an error', async () => {
  const cases = lines(a, { ...a, id: 'b', checks: [{ contains: 'x' }] }, { ...a, id: 'c' })
  assert.deepEqual(await faultsOf(good({ [file]: bare, [suite]: cases })), [
    `${suite}:1:1: nothing scores the case "a"; add checks or a rubric to it or to ${file}`,
    `${suite}:3:1: nothing scores the case "c"; add checks or a rubric to it or to ${file}`,
  ])
})

test('similarity without a reference is an error at the case, unless the check brings its own', async () => {
  const prompt = (value: string) => goodPrompt.replace('{maxWords: 180}', `{similarity: ${value}}`)
  const cases = lines({ ...a, expected: 'x' }, { ...a, id: 'b' })
  assert.deepEqual(await faultsOf(good({ [file]: prompt('{min: 0.5}'), [suite]: cases })), [
    `${suite}:2:1: the case "b" has no expected answer, which similarity {"metric":"rouge-l","min":0.5} compares with; add "expected", or "to" to the check`,
  ])
  assert.deepEqual(await faultsOf(good({ [file]: prompt('{to: y}'), [suite]: cases })), [])
})

test('similarity by embedding needs a model, in the check or in sluice.yaml', async () => {
  const prompt = (value: string) => goodPrompt.replace('{maxWords: 180}', `{similarity: ${value}}`)
  const contents = good({ [file]: prompt('{to: y, metric: embedding}') })
  assert.deepEqual(await faultsOf(contents), [
    `${file}:9:18: checks.0.similarity: needs a model; give it here, or as embedding: {model: ...} in sluice.yaml`,
  ])
  const config = { 'sluice.yaml': 'embedding: {model: "openai:text-embedding-3-small"}\n' }
  assert.deepEqual(await faultsOf({ ...contents, ...config }), [])
  assert.deepEqual(
    await faultsOf(good({ [file]: prompt('{to: y, metric: embedding, model: "opneai:x-2025-01-01"}') })),
    [`${file}:9:52: checks.0.similarity.model: there is no provider "opneai"; did you mean "openai"?`],
  )
})

test('a rubric item of a case may not take the id of one of the prompt', async () => {
  const cases = lines({ ...a, rubric: [{ id: 'actions', ask: '?' }] })
  assert.deepEqual(await faultsOf(good({ [suite]: cases })), [
    `${suite}:1:61: rubric.0.id: "actions" is already an item of the rubric of ${file}`,
  ])
  const twice = goodPrompt.replace(/(.*id: actions.*\n)/, '$1$1')
  assert.deepEqual(await faultsOf(good({ [file]: twice })), [`${file}:12:10: rubric.1.id: "actions" is already taken`])
})

test('a module that does not exist is reported', async () => {
  const prompt = goodPrompt.replace('{maxWords: 180}', '{module: ../checks/tone.ts#warm}')
  assert.deepEqual(await faultsOf(good({ [file]: prompt })), [
    `${file}:9:14: checks.0.module: there is no file checks/tone.ts`,
  ])
  assert.deepEqual(await faultsOf(good({ [file]: prompt, 'checks/tone.ts': '' })), [])
})
