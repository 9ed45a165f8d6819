import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeFamilyWarnings } from '../../../../src/core/scorers/judge/judge-family.ts'

for (const [judge, candidate, family] of [
  ['anthropic:claude-haiku-4-5-20251001', 'openrouter:anthropic/claude-sonnet-4', 'Claude'],
  ['openai:o3-mini', 'openai:gpt-4.1', 'GPT'],
  ['openai:chatgpt-4o-latest', 'azure:o1', 'GPT'],
  ['google:gemini-2.5-pro', 'local:gemma3:12b', 'Gemini'],
  ['groq:llama-3.3-70b', 'local:Meta-Llama-3-8B', 'Llama'],
  ['mistral:mixtral-8x7b', 'mistral:codestral-latest', 'Mistral'],
  ['local:qwen2.5', 'local:QwQ-32B', 'Qwen'],
  ['deepseek:deepseek-chat', 'together:deepseek-ai/DeepSeek-V3', 'DeepSeek'],
  ['recorded:claude-2', 'anthropic:claude-haiku-4-5', 'Claude'],
] as const) {
  test(`${judge} warns about ${candidate}`, () => {
    assert.match(judgeFamilyWarnings([judge], candidate).join(), new RegExp(`${family} family.*human labels`))
  })
}

for (const [judge, candidate] of [
  ['anthropic:claude-haiku-4-5', 'openai:gpt-4.1'],
  ['groq:llama-3.3-70b', 'openai:gpt-4.1'],
  ['local:my-model', 'local:my-model-2'],
  ['local:turbo1-mini', 'openai:o1'],
] as const) {
  test(`${judge} does not warn about ${candidate}`, () => {
    assert.deepEqual(judgeFamilyWarnings([judge], candidate), [])
  })
}

test('of several judges each of the family of the candidate is named', () => {
  const judges = ['openai:gpt-5.4-mini', 'anthropic:claude-haiku-5-5', 'openai:o3']
  const warnings = judgeFamilyWarnings(judges, 'openai:gpt-5.4')
  assert.deepEqual(
    warnings.map((warning) => warning.split(' ')[1]),
    ['openai:gpt-5.4-mini', 'openai:o3'],
  )
})
