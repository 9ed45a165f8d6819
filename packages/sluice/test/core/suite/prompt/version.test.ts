import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { canonicalJson } from '../../../../src/core/suite/values/canonical-json.ts'
import { good, goodPrompt, load } from '../../../support/memory-files.ts'

async function idOf(prompt: string): Promise<string | undefined> {
  return (await load(good({ 'prompts/summary.prompt.yml': prompt }))).prompts[0]?.id
}

test('canonical JSON sorts keys at every depth and keeps lists in order', () => {
  assert.equal(canonicalJson({ b: [3, { z: 1, a: null }], a: 'é' }), '{"a":"é","b":[3,{"a":null,"z":1}]}')
  assert.equal(canonicalJson({ b: undefined, a: 1 }), '{"a":1}')
  assert.equal(canonicalJson(JSON.parse('{"__proto__":1,"a":2}')), '{"__proto__":1,"a":2}')
})

test('the id is the start of the SHA-256 of messages, model, parameters and format', async () => {
  const text =
    '{"format":{"type":"text"},"messages":[{"content":"Summarise.","role":"system"},{"content":"{{email}}","role":"user"}],' +
    '"model":"anthropic:claude-haiku-4-5-20251001","parameters":{}}'
  assert.equal(await idOf(goodPrompt), createHash('sha256').update(text).digest('hex').slice(0, 12))
})

test('comments, spacing, key order, labels, checks and the spelling of the model id do not change the id', async () => {
  const same = [
    `# a comment\n${goodPrompt}`,
    goodPrompt.replace('{role: system, content: Summarise.}', '{ content: "Summarise." ,  role: system }'),
    `${goodPrompt}version: "3.1"\n`,
    goodPrompt.replace('maxWords: 180', 'maxWords: 90'),
    goodPrompt.replace('anthropic:', 'anthropic/'),
    `${goodPrompt}modelParameters: {}\nresponseFormat: text\n`,
  ]
  for (const prompt of same) assert.equal(await idOf(prompt), await idOf(goodPrompt))
})

test('whatever the model is asked does', async () => {
  const others = [
    goodPrompt.replace('Summarise.', 'Summarise!'),
    goodPrompt.replace('20251001', '20251002'),
    `${goodPrompt}modelParameters: {temperature: 0}\n`,
    `${goodPrompt}responseFormat: json_object\n`,
  ]
  const ids = await Promise.all([goodPrompt, ...others].map(idOf))
  assert.equal(new Set(ids).size, ids.length)
  for (const id of ids) assert.match(id ?? '', /^[0-9a-f]{12}$/)
})
