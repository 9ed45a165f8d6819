import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultJudge } from '../../src/core/suite/models/default-judge.ts'
import { fakeModel } from '../support/fake-model.ts'
import { createProject, summaryFiles } from '../support/project.ts'

const answer = 'Action item: send the invoice'
const models = {
  [defaultJudge.model]: 'ANTHROPIC_API_KEY',
  'openai:gpt-5-mini': 'OPENAI_API_KEY',
  'google:gemini-3.5-flash-lite': 'GOOGLE_GENERATIVE_AI_API_KEY',
}

for (const [model, variable] of Object.entries(models)) {
  test(`${model} without its key: nothing is asked, and ${variable} is named`, async () => {
    await using local = await fakeModel(() => answer)
    const files = summaryFiles({ url: local.url, rubric: true })
    using asCandidate = createProject({
      ...files,
      ...replaced(files, 'prompts/summary.prompt.yml', 'local:model-a', model),
    })
    using asJudge = createProject({ ...files, ...replaced(files, 'sluice.yaml', 'local:judge', model) })
    for (const project of [asCandidate, asJudge]) {
      const { code, stdout, stderr } = await project.sluice(['eval', 'summary', '--json'])
      assert.deepEqual([code, stdout], [4, ''], stderr)
      assert.match(stderr, new RegExp(`no API key; set the environment variable ${variable}$`, 'm'))
      assert.doesNotMatch(stderr, /^\s+at /m)
    }
    assert.equal(local.requests.length, 0)
  })
}

test('a judge that is not needed needs no key, and neither do kept answers', async () => {
  await using local = await fakeModel(() => answer)
  const files = summaryFiles({ url: local.url, provider: 'apiKeyEnv: LOCAL_KEY' })
  using project = createProject({ ...files, ...replaced(files, 'sluice.yaml', 'local:judge', 'openai:gpt-5-mini') })
  assert.equal((await project.sluice(['eval', 'summary'], { LOCAL_KEY: 'k' })).code, 0)
  const kept = await project.sluice(['eval', 'summary'])
  assert.equal(kept.code, 0, kept.stderr)
  assert.equal(local.requests.length, 10)
})

function replaced<T extends string>(
  files: Record<T, string>,
  name: T,
  from: string,
  to: string,
): Record<string, string> {
  assert.ok(files[name].includes(from))
  return { [name]: files[name].replaceAll(from, to) }
}
