import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ModelRequest } from '../../../../src/core/providers/provider.ts'
import { ProviderError } from '../../../../src/core/providers/provider-error.ts'
import { createAnswerModes } from '../../../../src/core/scorers/judge/answer-modes.ts'
import { createJudge } from '../../../../src/core/scorers/judge/judge.ts'
import { JudgeError } from '../../../../src/core/scorers/judge/judge-error.ts'
import { completion } from '../judging.ts'

const request: ModelRequest = {
  model: 'local:judge',
  messages: [{ role: 'user', content: 'Is it so?' }],
  parameters: {},
  format: { type: 'json_schema', name: 'answers', schema: {} },
}

type Answer = string | Error

/** A server that answers as `reply` says, and the formats in which it was asked, in their order. */
function server(reply: (format: string, call: number) => Answer | Promise<Answer>) {
  const asked: string[] = []
  return {
    asked,
    async ask({ format }: ModelRequest) {
      asked.push(format.type)
      const answered = await reply(format.type, asked.length)
      if (answered instanceof Error) throw answered
      return completion(answered)
    },
    isKept: async () => false,
  }
}

const refusal = (message: string, kind: ProviderError['kind'] = 'bad-request') =>
  new ProviderError(kind, `local: http://127.0.0.1/v1 answered 400: ${message}`, { status: 400 })

for (const [name, words] of Object.entries({
  DeepSeek: 'This response_format type is unavailable now',
  'LM Studio': "'response_format.type' must be 'json_schema' or 'text'",
  OpenAI: "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
  Groq: 'This model does not support response format `json_schema`.',
  Gemini: 'responseSchema is not supported by this model',
  'a silent one': 'Bad Request',
})) {
  test(`a server that refuses the schema in the words of ${name} is asked for JSON, and from then on for nothing else`, async () => {
    const modes = createAnswerModes()
    const model = server((format) => (format === 'json_schema' ? refusal(words) : 'yes'))
    assert.equal((await modes.ask(request, model)).output, 'yes')
    await modes.ask(request, model)
    assert.deepEqual(model.asked, ['json_schema', 'json_object', 'json_object'])
    assert.equal(modes.of(request.model), 'json_object')
  })
}

test('a server that knows no format at all is asked plainly', async () => {
  const modes = createAnswerModes()
  const model = server((format) => (format === 'text' ? 'yes' : refusal('unknown field response_format', 'server')))
  await modes.ask(request, model)
  assert.deepEqual(model.asked, ['json_schema', 'json_object', 'text'])
  assert.equal(modes.of(request.model), 'text')
})

test('of many questions at once one alone finds the mode, and all are asked in it', async () => {
  const modes = createAnswerModes()
  const model = server(async (format) => {
    await new Promise(setImmediate)
    return format === 'json_object' ? 'yes' : refusal('response_format')
  })
  await Promise.all(Array.from({ length: 20 }, () => modes.ask(request, model)))
  assert.deepEqual(model.asked, ['json_schema', ...Array.from({ length: 20 }, () => 'json_object')])
})

test('what is no refusal of a format changes no mode, and the next question searches', async () => {
  for (const error of [
    new ProviderError('rate-limit', 'local: 429', { status: 429 }),
    new ProviderError('server', 'local: 500: boom', { status: 500 }),
    new ProviderError('too-long', 'local: 400: the prompt is too long', { status: 400 }),
    new ProviderError('auth', 'local: 401: json_schema', { status: 401, fatal: true }),
    new ProviderError('bad-request', 'local: 404: no such model', { status: 404, fatal: true }),
  ]) {
    const modes = createAnswerModes()
    const model = server((_format, call) => (call === 1 ? error : 'yes'))
    const [first, second] = await Promise.allSettled([modes.ask(request, model), modes.ask(request, model)])
    assert.equal(first?.status === 'rejected' && first.reason, error)
    assert.equal(second?.status, 'fulfilled')
    assert.deepEqual(model.asked, ['json_schema', 'json_schema'])
  }
})

test('a question that is refused in every mode is refused in the words of the first, and soon tried once only', async () => {
  const modes = createAnswerModes()
  const model = server((_format, call) => refusal(`temperature, call ${call}`))
  for (let call = 0; call < 5; call += 1)
    await assert.rejects(modes.ask(request, model), {
      message: new RegExp(`temperature, call ${call < 3 ? 3 * call + 1 : 7 + call}$`),
    })
  assert.equal(model.asked.length, 3 * 3 + 2)
})

test('an answer that is not as asked came in a mode that the server takes', async () => {
  const modes = createAnswerModes()
  const model = server(() => new JudgeError('the answer is not JSON'))
  await assert.rejects(modes.ask(request, model), JudgeError)
  await assert.rejects(modes.ask(request, model), JudgeError)
  assert.deepEqual(model.asked, ['json_schema', 'json_schema'])
})

test('a server that turns back on a format costs the case its score, and never brings another mode into the run', async () => {
  const reply = (format: string, call: number) =>
    call === 2 ? refusal('response_format') : format === 'json_schema' ? 'yes' : 'no'
  const modes = createAnswerModes()
  const model = server(reply)
  await modes.ask(request, model)
  await assert.rejects(modes.ask(request, model), {
    name: 'JudgeError',
    message: /refused the answer format json_schema/,
  })
  assert.equal((await modes.ask(request, model)).output, 'yes')

  const lasting = createAnswerModes({ searchesAgain: true })
  const other = server((format, call) => (call > 1 && format === 'json_schema' ? refusal('response_format') : 'yes'))
  await lasting.ask(request, other)
  await assert.rejects(lasting.ask(request, other), JudgeError)
  await lasting.ask(request, other)
  assert.equal(lasting.of(request.model), 'json_object')
})

test('an answer that is kept tells the mode without asking', async () => {
  const modes = createAnswerModes()
  const model = server((format) => (format === 'json_object' ? 'yes' : refusal('response_format')))
  const kept = { ...model, isKept: async ({ format }: ModelRequest) => format.type === 'json_object' }
  await modes.ask(request, kept)
  await modes.ask(request, model)
  assert.deepEqual(model.asked, ['json_object', 'json_object'])
})

test('the mode is part of the judge, and each model has its own', async () => {
  const modes = createAnswerModes()
  const judge = createJudge({ model: 'local:judge', parameters: {}, modes, ask: () => assert.fail('not asked') })
  const [id] = [judge.id]
  await modes.ask(
    request,
    server((format) => (format === 'text' ? 'yes' : refusal('response_format'))),
  )
  assert.equal(judge.mode, 'text')
  assert.notEqual(judge.id, id)
  assert.equal(modes.of('local:other'), 'json_schema')
})
