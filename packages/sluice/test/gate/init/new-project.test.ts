import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { modelsFor } from '../../../src/gate/init/models.ts'
import { featureName, newProject } from '../../../src/gate/init/new-project.ts'
import { workflowFiles } from '../../../src/gate/init/workflows.ts'

const repository = path.join(import.meta.dirname, '../../../../..')

test('a feature is named as it was asked for, or made to fit file names', () => {
  const names = ['mail_v2.1', 'Billing / refunds', 'Réponse rapide', '../../etc/passwd', '日本', '-x-']
  assert.deepEqual(names.map(featureName), [
    'mail_v2.1',
    'billing-refunds',
    'reponse-rapide',
    'etc-passwd',
    'feature',
    'x',
  ])
})

test('no placeholder is left over, whatever the models', async () => {
  for (const choice of [{}, { provider: 'openai' }, { provider: 'local', model: 'llama3.2' }]) {
    for (const { path: file, text } of await newProject({ feature: 'mail', models: modelsFor(choice) })) {
      assert.doesNotMatch(text, /__[A-Z]+__/, file)
      assert.notEqual(text.trim(), '', file)
    }
  }
})

test('a real provider gets its pinned model, a judge on the same key, and its secret in the workflows', async () => {
  assert.deepEqual(modelsFor({ provider: 'openai' }), {
    model: 'openai:gpt-5.4-mini-2026-03-17',
    parameters: '{maxTokens: 300, reasoningEffort: none}',
    judge: 'openai:gpt-5.4-mini-2026-03-17',
    isRecorded: false,
    keyVariable: 'OPENAI_API_KEY',
  })
  assert.equal(modelsFor({ model: 'google:gemini-2.5-pro' }).model, 'google:gemini-2.5-pro')
  assert.equal(modelsFor({ provider: 'anthropic', model: 'claude-opus-4-6' }).model, 'anthropic:claude-opus-4-6')
  const files = await newProject({ feature: 'mail', models: modelsFor({ provider: 'openai' }) })
  for (const { path: file, text } of await workflowFiles(['OPENAI_API_KEY', 'ANTHROPIC_API_KEY'])) {
    assert.doesNotMatch(text, /__[A-Z]+__/, file)
    if (!file.includes('workflows')) continue
    const [, opened, closed] =
      /( +)OPENAI_API_KEY: \$\{\{ secrets\.OPENAI_API_KEY \}\}\n( +)ANTHROPIC_API_KEY: /.exec(text) ?? []
    assert.deepEqual([opened, closed], [' '.repeat(10), ' '.repeat(10)])
  }
  assert.ok(!files.some((file) => file.path.startsWith('recordings/')))
})

test('a provider or model that cannot be is refused with the way out', () => {
  const refused = (choice: Parameters<typeof modelsFor>[0], message: RegExp) =>
    assert.throws(() => modelsFor(choice), { code: 'invalid-input', message })
  refused({ provider: 'anthropc' }, /did you mean "anthropic"/)
  refused({ model: 'gpt-5' }, /begin with the provider, e\.g\. anthropic:/)
  refused({ provider: 'openai', model: 'anthropic:claude-opus-4-6' }, /contradict/)
  refused({ provider: 'local' }, /needs --model/)
  refused({ provider: 'recorded', model: 'x:y' }, /--model x:y/)
})

test('the action that a new project gets is the one at the root of the repository', () => {
  const own = readFileSync(path.join(repository, 'action.yml'), 'utf8')
  assert.equal(readFileSync(path.join(repository, 'packages/sluice/templates/action.yml'), 'utf8'), own)
})
