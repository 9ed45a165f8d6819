import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeModel } from '../../support/fake-model.ts'
import { commitAll } from '../../support/gate-project.ts'
import { createProject, summaryFiles } from '../../support/project.ts'

const answer = () => 'Action item: pay.'

/** One feature whose prompt names no model; `sluice.yaml` may. */
function withoutModel(url: string, config = '') {
  const files = summaryFiles({ url, cases: 3, config })
  const prompt = files['prompts/summary.prompt.yml'].replace('model: local:model-a\n', '')
  return { ...files, 'prompts/summary.prompt.yml': prompt }
}

test('a prompt without a model takes the one of sluice.yaml', async () => {
  await using model = await fakeModel(answer)
  using project = createProject(withoutModel(model.url, 'model: local:model-c\n'))
  const { code, stdout } = await project.sluice(['eval', 'summary'])
  assert.equal(code, 0, stdout)
  assert.match(stdout, /candidate {2}[0-9a-f]{12}, local:model-c/)
  assert.ok(model.requests.every((request) => request.model === 'model-c'))
})

test('without a model anywhere the fault names both places; one of an unknown provider is named at its own', async () => {
  using project = createProject(withoutModel('http://127.0.0.1:9/'))
  const { code, stdout } = await project.sluice(['check'])
  assert.equal(code, 3)
  assert.match(stdout, /model: missing; name it here, or for all prompts as "model" in sluice\.yaml/)
  project.write(withoutModel('http://127.0.0.1:9/', 'model: nobody:x\n'))
  const unknown = await project.sluice(['check'])
  assert.equal(unknown.code, 3)
  assert.match(unknown.stdout, /^sluice\.yaml:\d+:\d+: model: there is no provider "nobody"/m)
  assert.doesNotMatch(unknown.stdout, /^prompts\/.*provider/m)
})

test('the gate sees a change of the default: the feature is affected, and compared with the model of the base', async () => {
  await using model = await fakeModel(({ model }) => (model === 'model-c' ? 'Action item: pay.' : 'Nothing.'))
  using project = createProject(withoutModel(model.url, 'model: local:model-c\n'))
  commitAll(project, 'base')
  project.write(withoutModel(model.url, 'model: local:model-d\n'))
  const { code, stdout } = await project.sluice(['gate', '--base', 'HEAD', '--json'])
  const { features } = JSON.parse(stdout)
  assert.equal(code, 1, stdout)
  assert.deepEqual([features[0].candidate.model, features[0].baseline.model], ['local:model-d', 'local:model-c'])
  assert.deepEqual([features[0].score.mean, features[0].comparison.meanDifference], [0, -1])
})
