import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Prompt } from '../../../src/core/suite/prompt/prompt.ts'
import { baselineOf as baselineIn } from '../../../src/gate/base/baseline.ts'
import { defaultLiveSettings, defaultRolloutSettings } from '../../../src/records/rollout/rollout-settings.ts'

function prompt(id: string, content: string, more: Partial<Prompt> = {}): Prompt {
  return {
    feature: 'summary',
    id,
    model: 'local:m',
    parameters: {},
    messages: [{ role: 'user', content }],
    format: { type: 'text' },
    checks: [],
    rubric: [],
    choices: [],
    suites: {},
    inlineCases: [],
    gate: {},
    rollout: defaultRolloutSettings,
    live: defaultLiveSettings,
    strict: true,
    file: 'prompts/summary.prompt.yml',
    ...more,
  }
}

const providers = { local: { kind: 'openai-compatible' as const, baseURL: 'http://127.0.0.1:1/v1' } }
const baselineOf = (candidate: Prompt, base: Parameters<typeof baselineIn>[1]) =>
  baselineIn(candidate, base, { providers })

function at(prompt?: Prompt) {
  return { predecessor: prompt && { prompt, note: null }, invalid: [] }
}

test('the same feature in the base commit is the baseline', () => {
  const old = prompt('old', 'Summarise {{email}}')
  assert.equal(baselineOf(prompt('new', 'Shorten {{ email }}'), at(old)).prompt, old)
})

test('a baseline whose variables the cases no longer have is not run on them', () => {
  const { prompt: baseline, note } = baselineOf(prompt('new', '{{mail}}'), at(prompt('old', '{{email}} {{ tone }}')))
  assert.equal(baseline, undefined)
  assert.match(note ?? '', /needs \{\{email\}\}, \{\{tone\}\}.*threshold alone/)
})

test('a baseline whose provider is gone is not asked, one of a built-in provider is', () => {
  const gone = prompt('old', '{{email}}', { model: 'bedrock:m' })
  assert.match(baselineOf(prompt('new', '{{email}}'), at(gone)).note ?? '', /provider "bedrock" is no longer/)
  const builtIn = prompt('old', '{{email}}', { model: 'openai:gpt' })
  assert.equal(baselineOf(prompt('new', '{{email}}'), at(builtIn)).prompt, builtIn)
})

test('an application is compared with what came before it, also where the prompt is the same', () => {
  const target = { kind: 'http' as const, url: 'http://127.0.0.1:1' }
  const [app, bare] = [prompt('new', '{{email}}', { target }), prompt('new', '{{email}} {{tone}}')]
  assert.equal(baselineOf(app, at(app)).prompt, app)
  assert.equal(baselineOf(app, at(bare)).prompt, bare)
})

test('without a baseline the note says why', () => {
  const candidate = prompt('new', '{{email}}')
  assert.match(baselineOf(candidate, { missing: 'There is no git repository' }).note ?? '', /no git repository/)
  assert.match(baselineOf(candidate, at()).note ?? '', /New feature/)
  assert.match(baselineOf(candidate, at(prompt('new', '{{email}}'))).note ?? '', /The version new is that of the base/)
  const broken = { predecessor: undefined, invalid: [candidate.file] }
  assert.match(baselineOf(candidate, broken).note ?? '', /not valid in the base commit/)
})
