import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutReasoning } from '../../../src/gate/run/reasoning.ts'
import { processorMs } from '../../support/processor-time.ts'

interface Situation {
  model?: string
  asked?: string
  chosen?: 'strip' | 'keep'
}

function spoken(output: string, { model = 'local:m', asked = 'Sum up.', chosen }: Situation = {}) {
  return withoutReasoning(output, { model, messages: [{ role: 'user', content: asked }] }, chosen)
}

const answer = '{"total": 42}'

const takenOff: [name: string, output: string, situation?: Situation][] = [
  ['a block of its own lines', `<think>\nJSON, then.\n</think>\n\n${answer}`],
  ['a block on the answer\u2019s line', `<think>JSON</think>${answer}`],
  ['an empty block, as Qwen writes it without thinking', `<think>\n\n</think>\n\n${answer}`],
  ['white space before it', `\n\n<think>x</think>${answer}`],
  ['capitals', `<THINK>x</THINK>${answer}`],
  ['two blocks', `<think>x</think>\n<think>y</think>\n${answer}`],
  ['<thinking>', `<thinking>x</thinking>\n${answer}`],
  ['attributes', `<think time="3">x</think>${answer}`],
  ['<thoughts>', `<thoughts>x</thoughts>\n${answer}`, { asked: 'Share no <thought>.' }],
  ['[THINK]', `[THINK]x[/THINK]${answer}`, { model: 'mistral:magistral-medium-2507' }],
  ['Kimi', `◁think▷x◁/think▷${answer}`],
  ['open thoughts', `<|begin_of_thought|>x<|end_of_thought|>${answer}`],
  [
    'the channels of gpt-oss',
    `<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>${answer}<|return|>`,
  ],
  ['the same without its marks', `analysisHm, JSON.assistantfinal${answer}`, { model: 'local:gpt-oss:20b' }],
  [
    'only the end, from a template that opens the block',
    `JSON.\n</think>\n\n${answer}`,
    { model: 'vllm:deepseek-ai/DeepSeek-R1' },
  ],
  ['only the end, at the end of a line, of a model that nobody knows', `JSON, then.\n</think>\n\n${answer}`],
  ['letters that are longer in lower case', `<think>\u0130\u0130</think>${answer}`],
  ['only the end, where strip says so', `JSON.\n</think>\n\n${answer}`, { chosen: 'strip' }],
  [
    'tags that were asked for, where strip says so',
    `<thinking>x</thinking>${answer}`,
    { asked: 'Use <thinking>.', chosen: 'strip' },
  ],
  [
    'what a known model writes although the question speaks of it',
    `<think>x</think>${answer}`,
    { asked: 'What is <think>?', model: 'local:qwen3:8b' },
  ],
]

for (const [name, output, situation] of takenOff) {
  test(`taken off: ${name}`, () => {
    const read = spoken(output, situation)
    assert.equal(read.output, answer)
    assert.notEqual(read.reasoning, undefined)
  })
}

const kept: [name: string, output: string, situation?: Situation][] = [
  ['an answer without any', answer],
  ['an answer that speaks of the tags further on', 'Models write <think>…</think> before they answer.'],
  [
    'one that begins with the tag it was asked about',
    '<think> and </think> are tags.',
    { asked: 'What does <think> mean?' },
  ],
  [
    'tags that the prompt asks for',
    '<thinking>a</thinking><answer>b</answer>',
    { asked: 'Reason in <thinking> tags.' },
  ],
  [
    'the same of a model known for another tag',
    '<reasoning>a</reasoning>b',
    { asked: 'Use <reasoning>.', model: 'x:qwen3' },
  ],
  ['the end alone, of a model that nobody knows', 'Close it with </think>.'],
  [
    'the end alone in an answer about it',
    'Close it with </think>.',
    { asked: 'How to end <think>?', model: 'x:qwq-32b' },
  ],
  ['everything where keep says so', `<think>x</think>${answer}`, { chosen: 'keep', model: 'x:deepseek-r1' }],
  ['a word that only begins alike', 'analysis of the channel: assistantfinal is a word'],
  ['a tag in a code fence', '```html\n<think>x</think>\n```'],
  ['both tags in a code fence', '```\n<think>\n</think>\n```'],
  ['the end of a line that the question is about', 'It is\n</think>\n', { asked: 'How do I end <think>?' }],
  ['a longer tag', '<thinker>x</thinker>'],
]

for (const [name, output, situation] of kept) {
  test(`kept: ${name}`, () => assert.deepEqual(spoken(output, situation), { output }))
}

test('a block that never ends leaves no answer', () => {
  assert.deepEqual(spoken('<think>\nThe user wants'), { output: '', reasoning: 'The user wants' })
  assert.equal(spoken('<|channel|>analysis<|message|>The user wants').output, '')
})

test('openings of tags without an end do not hold up the reading', async () => {
  const ms = await processorMs(() => spoken('text', { asked: '<think '.repeat(60_000) }))
  assert.ok(ms < 1500, `${ms} ms`)
})
