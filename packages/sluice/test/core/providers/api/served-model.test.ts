import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isModelAsked } from '../../../../src/core/providers/api/served-model.ts'
import { createProviders } from '../../../../src/core/providers/registry.ts'
import { fakeModel } from '../../../support/fake-model.ts'
import { createProject, summaryFiles } from '../../../support/project.ts'
import { chat, faultServer, json } from '../../../support/providers/fault-server.ts'
import { ask, contextOf, noFiles } from '../../../support/providers/model-call.ts'

const same = [
  ['claude-haiku-4-5', 'claude-haiku-4-5-20251001'],
  ['gpt-4.1', 'gpt-4.1-2025-04-14'],
  ['anthropic/claude-haiku-4.5', 'anthropic/claude-4.5-haiku-20251001'],
  ['mistralai/mistral-small', 'mistralai/mistral-small-24b-instruct-2501'],
  ['deepseek/deepseek-v3.2:free', 'deepseek/deepseek-v3.2'],
  ['llama3:8b', 'llama3:8b'],
  ['claude-haiku-4-5', 'us.anthropic.claude-haiku-4-5-20251001-v1:0'],
  ['gemini-flash-latest', 'models/gemini-flash'],
  ['gemini-2.5-flash', 'gemini-2.5-flash-preview-05-20'],
]
const other = [
  ['gpt-4o', 'gpt-4o-mini-2024-07-18'],
  ['gpt-4o-2024-08-06', 'gpt-4o-2024-11-20'],
  ['claude-haiku-4', 'claude-haiku-4-5'],
  ['deepseek-v4-flash', 'deepseek-flash'],
  ['openrouter/auto', 'openai/gpt-5.4-mini'],
  ['summaries-prod', 'gpt-5.4-mini-2026-03-05'],
]

test('a snapshot, a tag or another order of the same words is the model that was asked for; another name is not', () => {
  for (const [asked = '', served = ''] of same) assert.equal(isModelAsked(asked, served), true, `${asked} ${served}`)
  for (const [asked = '', served = ''] of other) assert.equal(isModelAsked(asked, served), false, `${asked} ${served}`)
})

test('an answer of another model says so', async () => {
  await using server = await faultServer(chat('Hi.'))
  const config = { providers: { local: { kind: 'openai-compatible' as const, baseURL: server.url } } }
  const provider = await createProviders(config, { env: {}, files: noFiles }).get('local')
  const request = ask('local:asked')
  const { warnings } = await provider.complete(request, contextOf(request))
  assert.deepEqual(warnings, ['the model "asked" was asked for, and the server says that "served-1" answered'])
})

test('a run whose answers came from several hosts behind a gateway says which', async () => {
  const hosts = ['Together', 'Mistral']
  await using server = await faultServer((response, request, index) =>
    json({
      model: request.body.model,
      provider: hosts[index % 2],
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Action item: none' } }],
      usage: { prompt_tokens: 20, completion_tokens: 5 },
    })(response, request, index),
  )
  using project = createProject(summaryFiles({ url: server.url, cases: 4 }))
  const notes = async () => {
    const { stdout, stderr } = await project.sluice(['eval', 'summary', '--json'])
    assert.ok(stdout.startsWith('{'), stderr)
    return JSON.parse(stdout).features[0].notes as string[]
  }
  const note = /^model-a was run by Mistral, Together, perhaps not with the same precision/
  assert.ok((await notes()).some((line) => note.test(line)))
  const asked = server.requests.length
  assert.ok(
    (await notes()).some((line) => note.test(line)),
    'and so do the kept answers',
  )
  assert.equal(server.requests.length, asked)
})

test('one host is not worth a line', async () => {
  await using model = await fakeModel(() => 'Action item: none')
  using project = createProject(summaryFiles({ url: model.url, cases: 3 }))
  const { stdout } = await project.sluice(['eval', 'summary', '--json'])
  assert.ok(stdout.startsWith('{') && !/was run by|was asked for/.test(stdout))
})
