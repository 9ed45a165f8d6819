import type { ProviderSettings } from '../../src/suite/config.ts'

/** One body as a provider sends it, and the state that a case comes to with it. */
export interface Shape {
  name: string
  kind: ProviderSettings['kind']
  body: unknown
  /** HTTP status (default 200). */
  status?: number
  /** `openai:...` goes to the Responses API, `openai-chat` to a compatible server. */
  state: 'scored' | 'refused' | 'truncated' | 'noText' | 'modelError'
  /** What the report says, beside the state. */
  says?: RegExp
  /** The output that is kept for the reader. */
  output?: string
}

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

const message = (stop_reason: string, content: object[], more: object = {}) => ({
  id: 'msg_7',
  type: 'message',
  role: 'assistant',
  model: 'claude-haiku-4-5',
  content,
  stop_reason,
  stop_sequence: null,
  usage: { input_tokens: 9, output_tokens: 4 },
  ...more,
})
const says = (text: string) => [{ type: 'text', text }]

const response = (output: object[], more: object = {}) => ({
  id: 'resp_7',
  object: 'response',
  created_at: 1_764_000_000,
  status: 'completed',
  error: null,
  incomplete_details: null,
  model: 'gpt-5-mini',
  output,
  usage: {
    input_tokens: 9,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 512,
    output_tokens_details: { reasoning_tokens: 500 },
  },
  ...more,
})
const spoken = (content: object) => ({
  type: 'message',
  id: 'msg_7',
  role: 'assistant',
  status: 'completed',
  content: [content],
})
const outputText = (text: string) => spoken({ type: 'output_text', text, annotations: [] })
const thought = { type: 'reasoning', id: 'rs_7', summary: [] }

const gemini = (candidate: object | undefined, more: object = {}) => ({
  ...(candidate && { candidates: [{ index: 0, ...candidate }] }),
  usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 4, totalTokenCount: 13 },
  modelVersion: 'gemini-2.5-flash',
  ...more,
})
const part = (text: string) => ({ role: 'model', parts: [{ text }] })

const ofAnthropic: Omit<Shape, 'kind'>[] = [
  { name: 'an answer', body: message('end_turn', says('Fine.')), state: 'scored', output: 'Fine.' },
  { name: 'an answer that a stop sequence ends', body: message('stop_sequence', says('Fine.')), state: 'scored' },
  {
    name: 'a refusal without a word',
    body: message('refusal', [], { stop_details: { type: 'refusal', category: 'cyber', explanation: 'Blocked.' } }),
    state: 'refused',
    says: /cyber/,
  },
  {
    name: 'a refusal in the middle',
    body: message('refusal', says('First you')),
    state: 'refused',
    output: 'First you',
  },
  {
    name: 'the limit',
    body: message('max_tokens', says('First')),
    state: 'truncated',
    says: /cut off at maxTokens 512/,
  },
  {
    name: 'the context window',
    body: message('model_context_window_exceeded', says('First')),
    state: 'truncated',
    says: /context_window/,
  },
  { name: 'no content', body: message('end_turn', []), state: 'noText', says: /empty/ },
  {
    name: 'a call of a tool',
    body: message('tool_use', [
      ...says('Let me look.'),
      { type: 'tool_use', id: 'toolu_1', name: 'lookup', input: {} },
    ]),
    state: 'noText',
    says: /tools.*lookup/,
  },
  { name: 'a turn that pauses', body: message('pause_turn', says('Let me')), state: 'truncated', says: /pause_turn/ },
  {
    name: 'an error with status 200',
    body: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    state: 'modelError',
    says: /Overloaded/,
  },
  {
    name: 'output that the policy blocks',
    status: 400,
    body: {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'Output blocked by content filtering policy' },
    },
    state: 'refused',
  },
]

const ofOpenai: Omit<Shape, 'kind'>[] = [
  { name: 'an answer', body: response([thought, outputText('Fine.')]), state: 'scored', output: 'Fine.' },
  {
    name: 'a refusal',
    body: response([spoken({ type: 'refusal', refusal: 'I cannot help with that.' })]),
    state: 'refused',
    output: 'I cannot help with that.',
  },
  {
    name: 'incomplete by the limit, all of it reasoning',
    body: response([thought], { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }),
    state: 'truncated',
    says: /512 tokens, of them 500 reasoning/,
  },
  {
    name: 'incomplete by the limit, half said',
    body: response([outputText('First')], {
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
    }),
    state: 'truncated',
    output: 'First',
  },
  {
    name: 'incomplete by the filter',
    body: response([outputText('First')], { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }),
    state: 'refused',
    says: /content_filter/,
  },
  {
    name: 'incomplete without a reason',
    body: response([outputText('First')], { status: 'incomplete' }),
    state: 'truncated',
    says: /incomplete/,
  },
  { name: 'reasoning alone', body: response([thought]), state: 'noText' },
  {
    name: 'a call of a function',
    body: response([
      { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'lookup', arguments: '{}', status: 'completed' },
    ]),
    state: 'noText',
    says: /lookup/,
  },
  {
    name: 'a response that failed',
    body: response([], { status: 'failed', error: { code: 'server_error', message: 'The server had an error.' } }),
    state: 'modelError',
    says: /had an error/,
  },
  {
    name: 'a prompt that the policy flags',
    status: 400,
    body: {
      error: {
        message: 'Invalid prompt: your prompt was flagged as potentially violating our usage policy. Try again.',
        type: 'invalid_request_error',
        param: null,
        code: 'invalid_prompt',
      },
    },
    state: 'refused',
  },
]

const ofGoogle: Omit<Shape, 'kind'>[] = [
  { name: 'an answer', body: gemini({ content: part('Fine.'), finishReason: 'STOP' }), state: 'scored' },
  ...['SAFETY', 'RECITATION', 'PROHIBITED_CONTENT', 'BLOCKLIST', 'SPII'].map((finishReason) => ({
    name: finishReason,
    body: gemini({ content: part('First'), finishReason }),
    state: 'refused' as const,
    says: new RegExp(finishReason),
  })),
  { name: 'SAFETY without content', body: gemini({ finishReason: 'SAFETY', safetyRatings: [] }), state: 'refused' },
  {
    name: 'a blocked prompt',
    body: gemini(undefined, { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }),
    state: 'refused',
    says: /PROHIBITED_CONTENT/,
  },
  {
    name: 'thinking that used the limit up',
    body: gemini(
      { content: { role: 'model' }, finishReason: 'MAX_TOKENS' },
      { usageMetadata: { promptTokenCount: 9, thoughtsTokenCount: 509, totalTokenCount: 518 } },
    ),
    state: 'truncated',
    says: /509 reasoning/,
  },
  {
    name: 'MALFORMED_FUNCTION_CALL',
    body: gemini({ content: {}, finishReason: 'MALFORMED_FUNCTION_CALL' }),
    state: 'noText',
  },
  {
    name: 'OTHER with text',
    body: gemini({ content: part('First'), finishReason: 'OTHER' }),
    state: 'truncated',
    says: /OTHER/,
  },
  { name: 'no candidates', body: gemini(undefined), state: 'noText' },
  {
    name: 'a call of a function',
    body: gemini({
      content: { role: 'model', parts: [{ functionCall: { name: 'lookup', args: {} } }] },
      finishReason: 'STOP',
    }),
    state: 'noText',
    says: /lookup/,
  },
]

const moderation = {
  error: {
    code: 403,
    message: 'This model requires moderation, your input was flagged.',
    metadata: { reasons: ['violence'], flagged_input: 'Say', provider_name: 'x', model_slug: 'm' },
  },
}

const ofCompatible: Omit<Shape, 'kind'>[] = [
  { name: 'an answer', body: choice({ content: 'Fine.' }), state: 'scored' },
  ...[null, '', 'eos', 'end_turn', 'COMPLETE', 'eos_token', 'stop_sequence'].map((finish) => ({
    name: `an answer that ends with ${JSON.stringify(finish)}`,
    body: choice({ content: 'Fine.' }, finish),
    state: 'scored' as const,
  })),
  { name: 'an end that nobody knows', body: choice({ content: 'Fine.' }, 'voila'), state: 'scored' },
  { name: 'an end that nobody knows, without text', body: choice({ content: '' }, 'voila'), state: 'noText' },
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

/** All of them. */
export const shapes: Shape[] = [
  ...ofAnthropic.map((shape) => ({ ...shape, kind: 'anthropic' as const })),
  ...ofOpenai.map((shape) => ({ ...shape, kind: 'openai' as const })),
  ...ofGoogle.map((shape) => ({ ...shape, kind: 'google' as const })),
  ...ofCompatible.map((shape) => ({ ...shape, kind: 'openai-compatible' as const })),
]
