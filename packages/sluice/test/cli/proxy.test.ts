import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProject } from '../support/project.ts'
import { chat, faultServer } from '../support/providers/fault-server.ts'
import { playProxy } from '../support/providers/play-proxy.ts'

const prompt = `sluice: 1
model: corp:m
messages: [{role: user, content: "{{mail}}"}]
checks: [{contains: Friday}]
testData: [{mail: "Can we meet on Friday?"}]
`
const config = `providers: {corp: {kind: openai-compatible, baseURL: "http://models.corp.test/v1"}}
prices: {"corp:*": {input: 0, output: 0}}
`

test('models and the control plane are reached by the proxy that the environment names', async () => {
  await using model = await faultServer(chat('On Friday.'))
  await using proxy = await playProxy({ upstream: Number(new URL(model.url).port) })
  using project = createProject({ 'sluice.yaml': config, 'prompts/reply.prompt.yml': prompt })
  const env = { HTTP_PROXY: proxy.url, http_proxy: undefined, NO_PROXY: 'example.test', no_proxy: undefined }
  const evaluated = await project.sluice(['eval', 'reply'], env)
  assert.equal(evaluated.code, 0, evaluated.stderr)
  await project.sluice(['rollout', 'status', 'reply'], { ...env, SLUICE_URL: 'http://plane.corp.test:4050' })
  assert.equal(proxy.seen[0], 'POST http://models.corp.test/v1/chat/completions')
  assert.ok(
    proxy.seen.slice(1).some((seen) => seen.startsWith('GET http://plane.corp.test:4050/v1/')),
    proxy.seen.join('\n'),
  )
})
