import type { Shape } from './answer-shapes.ts'

const usage = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 }

const choice = (message: object, finish_reason: unknown = 'stop', more: object = {}, top: object = {}) => ({
  id: 'chatcmpl-7',
  object: 'chat.completion',
  created: 1_764_000_000,
  model: 'served',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason, ...more }],
  usage,
  ...top,
})
const spent = (reasoning_tokens: number) => ({
  usage: { ...usage, completion_tokens: 512, completion_tokens_details: { reasoning_tokens } },
})
const call = [{ id: 'call_1', type: 'function', function: { name: 'lookup', arguments: '{}' } }]

const moderation = {
  error: {
    code: 403,
    message: 'This model requires moderation, your input was flagged.',
    metadata: { reasons: ['violence'], flagged_input: 'Say', provider_name: 'x', model_slug: 'm' },
  },
}

/** What servers answer that call themselves compatible with OpenAI. */
export const ofCompatible: Omit<Shape, 'kind'>[] = [
  { name: 'an answer', body: choice({ content: 'Fine.' }), state: 'scored' },
  ...[null, '', 'eos', 'end_turn', 'COMPLETE', 'eos_token', 'stop_sequence'].map((finish) => ({
    name: `an answer that ends with ${JSON.stringify(finish)}`,
    body: choice({ content: 'Fine.' }, finish),
    state: 'scored' as const,
  })),
  { name: 'an end that nobody knows', body: choice({ content: 'Fine.' }, 'voila'), state: 'scored' },
  { name: 'an end that nobody knows, without text', body: choice({ content: '' }, 'voila'), state: 'noText' },
  ...(
    [
      ['truncated', ['repetition_truncation', 'in_progress', 'out_of_tokens', 'context_overflow']],
      ['refused', ['unsafe', 'policy_violation', 'risk_control']],
      ['modelError', ['overloaded', 'rate_limit', 'budget_exceeded', 'request_failed']],
    ] as const
  ).flatMap(([state, ends]) =>
    ends.map((finish) => ({ name: `ends with ${finish}`, body: choice({ content: 'First' }, finish), state })),
  ),
  ...['\u0000', '\u3164\u2800', '\ufe0f', '<|im_end|>\n', '</s>'].map((content) => ({
    name: `${JSON.stringify(content)} alone`,
    body: choice({ content }),
    state: 'noText' as const,
  })),
  ...[true, false].map((filtered) => {
    const filters = { content_filter_results: { violence: { filtered, severity: 'high' }, error: null } }
    const name = `a stop that Azure's filter ${filtered ? 'cut' : 'only remarked on'}`
    return {
      name,
      body: choice({ content: 'First' }, 'stop', filters),
      state: filtered ? 'refused' : 'scored',
    } as const
  }),
  {
    name: 'a stop that was an error behind the gateway',
    body: choice({ content: 'First' }, 'stop', { native_finish_reason: 'error' }),
    state: 'modelError',
  },
  ...[{ code: 502 }, { type: 'server_error', message: null }, 'crashed'].map((error) => ({
    name: `an answer beside the error ${JSON.stringify(error)}`,
    body: choice({ content: 'Fine.' }, 'stop', {}, { error }),
    state: 'modelError' as const,
    says: /502|server_error|crashed/,
  })),
  ...[{}, false, '', { code: 0, message: '' }].map((error) => ({
    name: `an answer beside ${JSON.stringify(error)}, which is no error`,
    body: choice({ content: 'Fine.' }, 'stop', { error }, { error }),
    state: 'scored' as const,
  })),
  { name: 'content null', body: choice({ content: null }), state: 'noText' },
  { name: 'white space alone', body: choice({ content: ' \n\t\u200b\n' }), state: 'noText', says: /empty/ },
  {
    name: 'all of the limit spent on reasoning',
    body: choice({ content: '', reasoning_content: 'Hm' }, 'length', {}, spent(498)),
    state: 'truncated',
    says: /cut off at maxTokens 512: 512 tokens, of them 498 reasoning/,
  },
  {
    name: 'half an answer at the limit',
    body: choice({ content: 'First' }, 'length'),
    state: 'truncated',
    output: 'First',
  },
  { name: 'MAX_TOKENS', body: choice({ content: 'First' }, 'MAX_TOKENS'), state: 'truncated' },
  { name: 'model_length', body: choice({ content: 'First' }, 'model_length'), state: 'truncated' },
  {
    name: 'the refusal field',
    body: choice({ content: null, refusal: 'I cannot help with that.' }),
    state: 'refused',
    output: 'I cannot help with that.',
  },
  {
    name: 'the refusal field beside an end of null',
    body: choice({ content: null, refusal: 'No.' }, null),
    state: 'refused',
  },
  { name: 'refusal: false, as some servers say', body: choice({ content: 'Fine.', refusal: false }), state: 'scored' },
  { name: 'content_filter', body: choice({ content: 'First' }, 'content_filter'), state: 'refused' },
  { name: 'guardrail_intervened', body: choice({ content: 'Blocked.' }, 'guardrail_intervened'), state: 'refused' },
  { name: 'SAFETY through a gateway', body: choice({ content: null }, 'SAFETY'), state: 'refused' },
  {
    name: 'a stop that was a refusal behind the gateway',
    body: choice({ content: 'I' }, 'stop', { native_finish_reason: 'refusal' }),
    state: 'refused',
  },
  {
    name: 'a stop behind the gateway too',
    body: choice({ content: 'Fine.' }, 'stop', { native_finish_reason: 'STOP' }),
    state: 'scored',
  },
  { name: 'sensitive', body: choice({ content: '' }, 'sensitive'), state: 'refused' },
  { name: 'a call of a tool', body: choice({ content: null, tool_calls: call }, 'tool_calls'), state: 'noText' },
  { name: 'a call of a tool that ends with stop', body: choice({ content: '', tool_calls: call }), state: 'noText' },
  {
    name: 'an error beside half an answer',
    body: choice({ content: 'Ann calls' }, 'error', { error: { code: 502, message: 'Provider disconnected' } }),
    state: 'modelError',
    says: /Provider disconnected/,
  },
  {
    name: 'an error beside a whole answer',
    body: choice({ content: 'Fine.' }, 'stop', {}, { error: { code: 502, message: 'Upstream failed' } }),
    state: 'modelError',
    says: /Upstream failed/,
  },
  { name: 'the end is an error', body: choice({ content: 'Ann' }, 'error'), state: 'modelError' },
  { name: 'an abort', body: choice({ content: 'Ann' }, 'abort'), state: 'modelError', says: /abort/ },
  {
    name: 'error: null beside an answer',
    body: choice({ content: 'Fine.' }, 'stop', { error: null }, { error: null }),
    state: 'scored',
  },
  {
    name: 'an error instead of an answer',
    body: { error: { code: 502, message: 'Provider returned error' } },
    state: 'modelError',
    says: /Provider returned error/,
  },
  { name: 'the same in words', body: { error: 'model crashed' }, state: 'modelError', says: /model crashed/ },
  { name: 'moderation before the model', body: moderation, status: 403, state: 'modelError', says: /moderation/ },
  { name: 'moderation with status 200', body: moderation, state: 'modelError', says: /moderation/ },
  {
    name: 'the content filter of Azure',
    status: 400,
    body: {
      error: {
        message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
        type: null,
        param: 'prompt',
        code: 'content_filter',
        status: 400,
        innererror: { code: 'ResponsibleAIPolicyViolation', content_filter_result: { hate: { filtered: true } } },
      },
    },
    state: 'refused',
    says: /filtered/,
  },
  {
    name: 'the policy on content of an image or text',
    status: 400,
    body: {
      error: {
        code: 'content_policy_violation',
        message: 'Rejected by the safety system.',
        type: 'invalid_request_error',
      },
    },
    state: 'refused',
  },
  {
    name: 'a fault whose text quotes an input about filters',
    status: 400,
    body: {
      error: { message: 'bad input: "what is a content_filter? content_policy_violation"', code: 'invalid_value' },
    },
    state: 'modelError',
  },
]
