import assert from 'node:assert/strict'
import { test } from 'node:test'
import { highlightsOf } from '../../../../src/gate/report/highlights.ts'
import { renderMarkdown } from '../../../../src/gate/report/markdown/markdown.ts'
import { renderTerminal } from '../../../../src/gate/report/terminal/terminal.ts'
import { sideText, traceSections } from '../../../../src/gate/report/trace/trace-sections.ts'
import type { AnswerTrace, ToolCall } from '../../../../src/records/answer-trace.ts'
import { caseReport, incidentFeature, incidentReport } from '../../../support/report/incident.ts'

const call = (name: string, more: Partial<ToolCall> = {}): ToolCall => ({
  ...{ id: null, name, arguments: {}, result: null, error: null, durationMs: null },
  ...more,
})

/** One step for each list of calls, and the answer at the end. */
function agent(...steps: ToolCall[][]): AnswerTrace {
  const called = steps.map((calls) => ({ role: 'assistant' as const, text: null, calls }))
  const user = { role: 'user' as const, text: 'Where is 1182?', calls: [] }
  return { trajectory: { messages: [user, ...called, { role: 'assistant', text: 'It is late.', calls: [] }] } }
}

const lookUp = call('lookUp', { arguments: { order: 1182 }, result: { state: 'late' }, durationMs: 12 })
const refund = call('refund', { arguments: null, unreadable: '{"order": 11', error: 'not\nallowed' })
const before = agent([lookUp, call('policy', { arguments: null })], [refund])
const now = agent([{ ...refund, durationMs: 3 }], [{ ...lookUp, durationMs: 40 }])

const limits = { lines: 60, characters: 400 }
const told = (trace: AnswerTrace, baselineTrace?: AnswerTrace) =>
  traceSections({ trace, output: 'It is late.', baselineOutput: 'It is late.', baselineTrace }, limits)

test('the steps of both versions, calls of one step together, with the first difference', () => {
  const [steps, ...more] = told(now, before)
  assert.deepEqual(more, [])
  assert.ok(steps?.now && steps.before)
  assert.deepEqual(sideText(steps.before, true), [
    'user: Where is 1182?',
    '1 lookUp({"order":1182}) -> {"state":"late"} (12 ms)',
    '1 policy(arguments not recorded)',
    '2 refund(not JSON: {"order": 11) failed: not allowed',
    '3 answers with the output',
  ])
  assert.equal(steps.firstDifference, 1)
  assert.deepEqual(
    steps.before.lines.filter(({ isOther }) => isOther).map(({ text }) => text),
    ['policy(arguments not recorded)'],
  )
})

test('a duration is no difference; a call that is made in another step is one', () => {
  const same = told(agent([{ ...lookUp, durationMs: 99 }]), agent([lookUp]))[0]
  assert.deepEqual([same?.isSame, same?.firstDifference], [true, null])
  const apart = told(agent([lookUp], [refund]), agent([lookUp, refund]))[0]
  assert.deepEqual([apart?.isSame, apart?.firstDifference], [false, 2])
})

test('of many steps those around the first difference are shown, and the others counted', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => [call(`t${index}`)])
  const [steps] = told(agent(...many(10_000)), agent(...many(5_000)))
  assert.ok(steps?.now && steps.before)
  assert.deepEqual(
    [steps.firstDifference, steps.now.skipped, steps.now.lines.length, steps.now.left],
    [5001, 4998, 60, 4944],
  )
  assert.deepEqual([steps.before.lines.length, steps.before.left], [4, 0])
  assert.equal(sideText(steps.now, true)[0], '… 4,998 equal lines before')
})

test('documents, state and what cannot be read have parts of their own', () => {
  const trace = {
    retrieved: [
      { id: 'a', text: 'A'.repeat(900) },
      { id: null, text: null },
    ],
    endState: { a: 1 },
    unread: 'steps.0: odd',
  }
  const sections = told(trace, { retrieved: [] })
  assert.deepEqual(
    sections.map(({ title, now: side }) => [title, side && sideText(side, false)]),
    [
      ['Retrieved documents', [`1 a: ${'A'.repeat(400)} … (500 more characters)`, '2 without an id']],
      ['State afterwards', ['{', '"a": 1', '}']],
      ['Reported, but not readable', ['steps.0: odd']],
    ],
  )
  assert.equal(sections[1]?.before, null)
})

const shown = {
  ...caseReport({ id: 'late-1182' }),
  score: 0,
  baselineScore: 1,
  output: 'It is late.',
  baselineOutput: 'It is late.',
}
const highlights = [highlightsOf([{ ...shown, trace: now, baselineTrace: before }])]

test('in Markdown as what changed, in the terminal as the first difference', () => {
  const report = incidentReport({ features: [incidentFeature()] })
  const markdown = renderMarkdown(report, highlights)
  assert.match(markdown, /Steps, old \(-\) and new \(\+\):\n\n```diff\n {2}user: Where is 1182\?\n/)
  assert.match(markdown, /^- 1 policy\(arguments not recorded\)$/m)
  assert.match(markdown, /^\+ 2 lookUp\(/m)
  const terminal = renderTerminal(report, highlights, { width: 200, color: false })
  assert.match(terminal, /calls differ first: refund\(not JSON: .+, step 1 \(before: lookUp\(/)
})
