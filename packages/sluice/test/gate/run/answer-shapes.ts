import type { ProviderSettings } from '../../../src/core/suite/config/config.ts'

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

const message = (stop_reason: string | null, content: object[] | null, more: object = {}) => ({
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

const response = (output: object[] | null | undefined, more: object = {}) => ({
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
  { name: 'no list of content at the limit', body: message('max_tokens', null), state: 'truncated' },
  { name: 'no reason for the end', body: message(null, says('First')), state: 'truncated', says: /without a reason/ },
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
  ...[null, undefined].map((output) => ({
    name: `incomplete by the limit, its output ${output}`,
    body: response(output, { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }),
    state: 'truncated' as const,
    says: /cut off at maxTokens 512/,
  })),
  {
    name: 'a message that is not whole',
    body: response([{ ...outputText('First'), status: 'in_progress' }]),
    state: 'truncated',
    says: /in_progress/,
  },
  { name: 'no output', body: response(null), state: 'noText' },
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
  { name: 'no reason for the end', body: gemini({ content: part('First') }), state: 'truncated' },
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

/** What the first parties answer. */
export const shapes: Shape[] = [
  ...ofAnthropic.map((shape) => ({ ...shape, kind: 'anthropic' as const })),
  ...ofOpenai.map((shape) => ({ ...shape, kind: 'openai' as const })),
  ...ofGoogle.map((shape) => ({ ...shape, kind: 'google' as const })),
]
