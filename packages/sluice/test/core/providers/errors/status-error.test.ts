import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statusError } from '../../../../src/core/providers/errors/status-error.ts'

const errorOf = (status: number, body: unknown, from: 'model' | 'application' = 'model') =>
  statusError({
    source: 'p',
    url: 'http://p.example/v1',
    status,
    header: () => undefined,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    credentials: 'Set the key',
    now: 0,
    from,
    mask: (text) => text,
  })

/** In the forms that providers and gateways give them. */
const told: { what: string; status: number; body: unknown; kind: string; fatal?: true }[] = [
  { what: 'openai, key', status: 401, body: { error: { code: 'invalid_api_key' } }, kind: 'auth', fatal: true },
  {
    what: 'google, key',
    status: 400,
    body: {
      error: {
        code: 400,
        message: 'API key not valid.',
        status: 'INVALID_ARGUMENT',
        details: [{ reason: 'API_KEY_INVALID' }],
      },
    },
    kind: 'auth',
    fatal: true,
  },
  {
    what: 'google, in a list',
    status: 403,
    body: [{ error: { code: 403, status: 'PERMISSION_DENIED', message: 'no' } }],
    kind: 'auth',
    fatal: true,
  },
  {
    what: 'anthropic, permission',
    status: 403,
    body: { type: 'error', error: { type: 'permission_error', message: 'no' } },
    kind: 'auth',
    fatal: true,
  },
  { what: 'a 403 without a code', status: 403, body: { error: 'Forbidden' }, kind: 'bad-request' },
  { what: 'payment required', status: 402, body: 'pay', kind: 'rate-limit', fatal: true },
  {
    what: 'openai, quota',
    status: 429,
    body: { error: { type: 'insufficient_quota' } },
    kind: 'rate-limit',
    fatal: true,
  },
  {
    what: 'openai, hard limit',
    status: 400,
    body: { error: { code: 'billing_hard_limit_reached' } },
    kind: 'rate-limit',
    fatal: true,
  },
  {
    what: 'anthropic, credit',
    status: 400,
    body: {
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: 'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.',
      },
    },
    kind: 'rate-limit',
    fatal: true,
  },
  {
    what: 'openrouter, moderation',
    status: 403,
    body: {
      error: {
        code: 403,
        message: 'Your input was flagged for "violence". No credits were charged.',
        metadata: { reasons: ['violence'], flagged_input: 'insufficient credits' },
      },
    },
    kind: 'moderated',
  },
  {
    what: 'azure, filter',
    status: 400,
    body: {
      error: { code: 'content_filter', innererror: { code: 'ResponsibleAIPolicyViolation' }, message: 'filtered' },
    },
    kind: 'refused',
  },
  {
    what: 'azure by way of litellm',
    status: 400,
    body: {
      error: { code: '400', provider_specific_fields: { innererror: { code: 'ResponsibleAIPolicyViolation' } } },
    },
    kind: 'refused',
  },
  { what: 'openai, model', status: 404, body: { error: { code: 'model_not_found' } }, kind: 'no-model' },
  { what: 'openai, model by 403', status: 403, body: { error: { code: 'model_not_found' } }, kind: 'no-model' },
  {
    what: 'anthropic, model',
    status: 404,
    body: { error: { type: 'not_found_error', message: 'model: x' } },
    kind: 'no-model',
  },
  { what: 'google, model', status: 404, body: { error: { code: 404, status: 'NOT_FOUND' } }, kind: 'no-model' },
  { what: 'azure, deployment', status: 404, body: { error: { code: 'DeploymentNotFound' } }, kind: 'no-model' },
  { what: 'github, model', status: 400, body: { error: { code: 'unknown_model' } }, kind: 'no-model' },
  { what: 'mistral, model', status: 400, body: { type: 'invalid_model', code: '1500' }, kind: 'no-model' },
  { what: 'groq, retired', status: 400, body: { error: { code: 'model_decommissioned' } }, kind: 'no-model' },
  {
    what: 'ollama, model',
    status: 404,
    body: { error: { message: 'model "llama3" not found, try pulling it first', type: 'api_error', code: null } },
    kind: 'no-model',
  },
  { what: 'ollama, native', status: 404, body: { error: "model 'deepseek-r1:8b' not found" }, kind: 'no-model' },
  { what: 'deepseek, model', status: 400, body: { error: { message: 'Model Not Exist' } }, kind: 'no-model' },
  {
    what: 'openrouter, model',
    status: 400,
    body: { error: { message: 'a/b is not a valid model ID' } },
    kind: 'no-model',
  },
  { what: 'a 404 of a path', status: 404, body: '<html>404 Not Found</html>', kind: 'bad-request' },
  {
    what: 'anthropic, length',
    status: 400,
    body: { error: { type: 'invalid_request_error', message: 'prompt is too long: 210000 tokens > 200000 maximum' } },
    kind: 'too-long',
  },
  {
    what: 'vllm, length',
    status: 400,
    body: {
      message: "This model's maximum context length is 4096 tokens. However, you requested 5000",
      type: 'BadRequestError',
    },
    kind: 'too-long',
  },
  {
    what: 'vllm of 2026, length',
    status: 400,
    body: {
      error: {
        message:
          "You passed 30721 input tokens and requested 2048 output tokens. However, the model's context length is only 32768 tokens",
        type: 'BadRequestError',
        code: 400,
      },
    },
    kind: 'too-long',
  },
  {
    what: 'ollama, length of a model whose prompts it does not cut',
    status: 400,
    body: { error: { message: 'the prompt is longer than the context length currently available to the model' } },
    kind: 'too-long',
  },
  {
    what: 'ollama, model',
    status: 404,
    body: { error: { message: 'model "qwen3:8b" not found, try pulling it first', type: 'not_found_error' } },
    kind: 'no-model',
  },
  {
    what: 'litellm, length',
    status: 400,
    body: {
      error: { message: 'litellm.BadRequestError: AnthropicException: prompt is too long: 9 tokens', code: '400' },
    },
    kind: 'too-long',
  },
]

for (const { what, status, body, kind, fatal = false } of told) {
  test(`${what}: ${status} is ${kind}${fatal ? ', for all calls' : ''}`, () => {
    const error = errorOf(status, body)
    assert.deepEqual([error.kind, error.fatal], [kind, fatal])
  })
}

const quotes = [
  'insufficient credits',
  'insufficient_quota',
  'Invalid API key',
  'invalid_api_key',
  'your credit balance is too low to access the API',
  'prompt is too long: 300000 tokens',
  "this model's maximum context length is 8192 tokens",
  'You passed 9 input tokens',
  'The model `gpt-4` does not exist',
]
for (const quote of quotes) {
  for (const status of [400, 403, 422]) {
    test(`an error ${status} that quotes the input "${quote}" is that call's alone`, () => {
      const message = `Invalid value for messages[0].content: "${quote}"`
      for (const body of [{ error: { message } }, { detail: [{ msg: message, input: { code: quote } }] }, message]) {
        const error = errorOf(status, body)
        assert.deepEqual([error.kind, error.fatal], ['bad-request', false])
      }
    })
  }
}

test('what an application answers is never taken for the word of a provider', () => {
  for (const status of [400, 401, 402, 403, 404, 429]) {
    const error = errorOf(status, { error: { code: 'invalid_api_key', type: 'insufficient_quota' } }, 'application')
    assert.equal(error.fatal, false, String(status))
  }
})

test('the words of an error come from where its provider puts them', () => {
  const messageFor = (body: unknown) => errorOf(400, body).message.replace(/^.* answered 400: /, '')
  assert.equal(messageFor({ error: { message: 'a' } }), 'a')
  assert.equal(messageFor({ error: 'b' }), 'b')
  assert.equal(messageFor({ detail: 'c' }), 'c')
  assert.equal(messageFor({ detail: [{ msg: 'd' }] }), 'd')
  assert.equal(messageFor([{ error: { message: 'e.' } }]), 'e')
  assert.equal(messageFor('plain'), 'plain')
})
