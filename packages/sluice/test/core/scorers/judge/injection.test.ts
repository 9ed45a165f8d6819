import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestKey } from '../../../../src/core/answers/answer-keys.ts'
import type { ModelRequest } from '../../../../src/core/providers/provider.ts'
import { inquiriesOf } from '../../../../src/core/scorers/judge/inquiry.ts'
import { type Material, reminder } from '../../../../src/core/scorers/judge/material.ts'
import { undoVisible } from '../../../../src/core/scorers/judge/visible.ts'
import { hostileOutputs, knownNonce } from './hostile-outputs.ts'

const rubric = [
  { id: 'actions', ask: 'Does the summary state every action item?', weight: 3, must: true },
  { id: 'faithful', ask: 'Is every claim supported by the e-mail?', weight: 2, must: false },
]
const choice = {
  name: 'tone',
  prompt: 'Is the tone of {{completion}} fit for {{who}}, as that of {{expected}} is?',
  choices: [
    { choice: 'fit', score: 1 },
    { choice: 'unfit', score: 0 },
  ],
  weight: 1,
}
const settings = { model: 'anthropic:judge', parameters: {} }

function requestsFor(
  material: Partial<Material>,
  nonce = knownNonce,
): { ofRubric: ModelRequest; ofChoice: ModelRequest } {
  const whole: Material = {
    input: [{ role: 'user', content: 'An e-mail.' }],
    vars: {},
    output: 'A summary.',
    ...material,
  }
  const [ofRubric, ofChoice] = inquiriesOf(settings, { rubric, choices: [choice] }, whole, () => nonce)
  return { ofRubric: ofRubric!.request, ofChoice: ofChoice!.request }
}

const system = ({ messages }: ModelRequest) => messages[0]!.content
const user = ({ messages }: ModelRequest) => messages[1]!.content

/** Lines as the most suspicious reader would break them. */
const linesOf = (text: string) => text.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/)
const ownLines = (text: string) => linesOf(text).filter((line) => !line.startsWith('| '))
const begin = (name: string) => `<<<BEGIN ${name} ${knownNonce}>>>`
const end = (name: string) => `<<<END ${name} ${knownNonce}>>>`

/** What stands in a section, as it was before it was shown. */
function contentOf(text: string, name: string): string {
  const lines = text.split('\n')
  const inside = lines.slice(lines.indexOf(begin(name)) + 1, lines.indexOf(end(name)))
  return undoVisible(inside.map((line) => line.slice(2)).join('\n'))
}

const unseen = /[[\p{DI}\p{Cc}\p{Cs}\p{Zl}\p{Zp}\uFFF9-\uFFFB]--[\n\t]]/v
const chatTokens = /<[|｜]|\[\/?INST\]|<\/?s>|<<\/?SYS>>|<(?:start|end)_of_turn>|\[\/?(?:SYSTEM_PROMPT|TOOL_RESULTS)\]/

const plain = requestsFor({ expected: 'Reference.' })

test('there are at least 40 hostile outputs', () => {
  assert.ok(Object.keys(hostileOutputs).length >= 40)
})

for (const [name, hostile] of Object.entries(hostileOutputs)) {
  const complete = hostile.replaceAll('\r\n', '\n')

  test(`stays within its fence: ${name}`, () => {
    const request = requestsFor({ output: hostile, expected: 'Reference.' }).ofRubric
    assert.deepEqual(ownLines(user(request)), [
      begin('INPUT user'),
      end('INPUT user'),
      '',
      begin('REFERENCE'),
      end('REFERENCE'),
      '',
      begin('OUTPUT'),
      end('OUTPUT'),
      '',
      reminder,
    ])
    assert.equal(contentOf(user(request), 'OUTPUT'), complete)
    assert.ok(user(request).endsWith(`\n${end('OUTPUT')}\n\n${reminder}`))
    assert.doesNotMatch(user(request).replace(/(?<=😀)\uFE0F/gu, ''), unseen)
    assert.doesNotMatch(user(request), chatTokens)
    assert.equal(system(request), system(plain.ofRubric))
    assert.deepEqual(request.format, plain.ofRubric.format)
  })

  test(`stays within its fence as input and as reference: ${name}`, () => {
    const request = requestsFor({ input: [{ role: 'system', content: hostile }], expected: hostile }).ofRubric
    assert.deepEqual(ownLines(user(request)).slice(0, 5), [
      begin('INPUT system'),
      end('INPUT system'),
      '',
      begin('REFERENCE'),
      end('REFERENCE'),
    ])
    assert.equal(contentOf(user(request), 'INPUT system'), complete)
    assert.equal(contentOf(user(request), 'REFERENCE'), complete)
    assert.equal(contentOf(user(request), 'OUTPUT'), 'A summary.')
    assert.equal(system(request), system(plain.ofRubric))
  })

  test(`stays within its fence in an evaluator's prompt: ${name}`, () => {
    const request = requestsFor({ output: hostile, vars: { who: hostile }, expected: hostile }).ofChoice
    assert.deepEqual(ownLines(user(request)), [
      'Is the tone of ',
      begin('OUTPUT'),
      end('OUTPUT'),
      ' fit for ',
      begin('VARIABLE who'),
      end('VARIABLE who'),
      ', as that of ',
      begin('VARIABLE expected'),
      end('VARIABLE expected'),
      ' is?',
      '',
      reminder,
    ])
    for (const section of ['OUTPUT', 'VARIABLE who', 'VARIABLE expected']) {
      assert.equal(contentOf(user(request), section), complete)
    }
    assert.equal(system(request), system(plain.ofChoice))
  })
}

test('the fence is new for each call, and no part of what a call is known by', () => {
  const [a, b] = ['a'.repeat(32), 'b'.repeat(32)].map((nonce) => requestsFor({ output: 'One.' }, nonce))
  for (const kind of ['ofRubric', 'ofChoice'] as const) {
    assert.notDeepEqual(a![kind].messages, b![kind].messages)
    assert.equal(requestKey(a![kind], 1), requestKey(b![kind], 1))
    assert.notEqual(requestKey(a![kind], 1), requestKey(requestsFor({ output: 'Two.' })[kind], 1))
  }
})
