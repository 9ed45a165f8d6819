import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProviders } from '../../../../src/core/providers/registry.ts'
import { type FaultServer, faultServer, json } from '../../../support/providers/fault-server.ts'
import { ask, contextOf, failureOf, noFiles } from '../../../support/providers/model-call.ts'

const words = (count: number) => Array.from({ length: count }, (_, index) => `invoice ${index} is late,`).join(' ')

/** A server that reads at most `context` tokens, of four characters each. */
function cutting(context: number, fingerprint?: string): Promise<FaultServer> {
  return faultServer((response, request, index) => {
    const [message] = request.body.messages as { content: string }[]
    const counted = Math.min(context, Math.ceil((message?.content.length ?? 0) / 4))
    return json({
      model: 'm',
      ...(fingerprint !== undefined && { system_fingerprint: fingerprint }),
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hi.' } }],
      usage: { prompt_tokens: counted, completion_tokens: 2 },
    })(response, request, index)
  })
}

async function asker(server: FaultServer) {
  const config = { providers: { local: { kind: 'openai-compatible' as const, baseURL: server.url } } }
  const provider = await createProviders(config, { env: {}, files: noFiles }).get('local')
  return (content: string) => {
    const request = ask('local:m', content)
    return provider.complete(request, contextOf(request))
  }
}

test('a prompt that Ollama has cut is no answer to it: the case has none, and the way out is named', async () => {
  await using server = await cutting(1024, 'fp_ollama')
  const complete = await asker(server)
  assert.equal((await complete(words(180))).output, 'Hi.')
  const error = await failureOf(complete(words(800)))
  assert.equal(error.kind, 'too-long')
  assert.match(
    error.message,
    /^local: Ollama read 1,024 tokens of a prompt of 1\d,\d+ characters: it has cut the prompt .*OLLAMA_CONTEXT_LENGTH/,
  )
})

test('of another server the count may be wrong instead, so the answer stands and the report has a line', async () => {
  await using server = await cutting(1024)
  const { output, warnings } = await (await asker(server))(words(800))
  assert.equal(output, 'Hi.')
  assert.match(warnings.join(), /^the server counted far fewer input tokens than the prompts can have/)
})

test('equal counts for prompts of very different length are a line too, where the counts are large', async () => {
  await using server = await cutting(1024)
  const complete = await asker(server)
  const warnings: string[][] = []
  for (const count of [212, 225, 325]) warnings.push((await complete(words(count))).warnings)
  assert.deepEqual(warnings.slice(0, 2), [[], []])
  assert.match(String(warnings[2]), /1,024 input tokens for prompts of very different length/)
})

test('short prompts, long runs of one character, and servers that do not count are not suspected', async () => {
  await using server = await cutting(500, 'fp_ollama')
  const complete = await asker(server)
  for (const content of ['Hello', `${'='.repeat(30_000)}${' '.repeat(30_000)}`, words(20), words(30), words(50)])
    assert.deepEqual((await complete(content)).warnings, [])
  await using silent = await cutting(0)
  assert.deepEqual((await (await asker(silent))(words(800))).warnings, [])
})
