import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateText, jsonSchema, stepCountIs, tool, wrapLanguageModel } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import { sluiceMiddleware } from '../../src/ai-sdk.ts'
import { SluiceClient } from '../../src/index.ts'
import { fakePlane } from '../support/fake-plane.ts'
import { featureWith, snapshot, version } from '../support/snapshots.ts'

const usage = {
  inputTokens: { total: 10, noCache: 10, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 5, text: 5, reasoning: 0 },
}

test('the tools of a version are those that the model sees, and their results follow its messages', async () => {
  const parameters = { type: 'object', properties: { order: { type: 'string' } } }
  const tools = [{ name: 'lookUp', description: 'Finds an order.', parameters }]
  const withTools = { ...version('a'), tools, toolChoice: 'required' as const }
  const plane = fakePlane(snapshot(1, featureWith(undefined, { versions: { a: withTools } })))
  const sluice = new SluiceClient({ url: 'http://plane.test', fetch: plane.fetch })
  await sluice.ready()
  const mock = new MockLanguageModelV4({
    doGenerate: async ({ prompt }) => ({
      content: prompt.some(({ role }) => role === 'tool')
        ? [{ type: 'text', text: 'late' }]
        : [{ type: 'tool-call', toolCallId: 'c1', toolName: 'lookUp', input: '{"order":"7"}' }],
      finishReason: { unified: 'stop', raw: 'end_turn' },
      usage,
      warnings: [],
    }),
  })
  const execute = () => 'state: late'
  const { text } = await generateText({
    model: wrapLanguageModel({ model: mock, middleware: sluiceMiddleware(sluice, { feature: 'mail' }) }),
    prompt: 'unused',
    tools: {
      lookUp: tool({ description: 'Old words.', inputSchema: jsonSchema({ type: 'object' }), execute }),
      other: tool({ inputSchema: jsonSchema({ type: 'object' }), execute }),
    },
    stopWhen: stepCountIs(3),
    providerOptions: { sluice: { vars: { email: 'x' } } },
  })
  await sluice.close()
  assert.equal(text, 'late')
  const [first, second] = mock.doGenerateCalls
  const sent = [{ type: 'function', name: 'lookUp', description: 'Finds an order.', inputSchema: parameters }]
  assert.deepEqual([first?.tools, second?.tools], [sent, sent])
  assert.deepEqual([first?.toolChoice?.type, second?.toolChoice?.type], ['required', 'auto'])
  assert.deepEqual(
    second?.prompt.map(({ role }) => role),
    ['user', 'assistant', 'tool'],
  )
  assert.match(JSON.stringify(second?.prompt[0]), /a: x/)
})
