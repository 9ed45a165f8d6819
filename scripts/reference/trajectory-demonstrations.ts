const looked = { name: 'look_up', arguments: { order: 1182 }, result: { status: 'late' } }
const refunded = { name: 'refund', arguments: { order: 1182, amount: 40 }, result: 'done' }
const output = 'Refunded.'
const exactly = 'Names are compared exactly; `caseSensitive` plays no part'

/** What the page of checks says of those of trajectories: what was done on the way to the answer. */
export const trajectoryParts = {
  toolCalled: {
    detail: `A name alone, or a map. ${exactly}, nor does it for arguments: they are compared as data, numbers exactly, lists in order and whole. Arguments that are no JSON never match. A text in \`args\` that is one variable alone stands for its value, too.`,
    demonstrations: [
      {
        check: { toolCalled: { name: 'refund', args: { order: '{{order}}' }, max: 1 } },
        answers: [
          { output, vars: { order: 1182 }, toolCalls: [looked, refunded] },
          { output, vars: { order: 1183 }, toolCalls: [looked, refunded] },
          { output, vars: { order: 1182 }, toolCalls: [refunded, { ...refunded }] },
        ],
      },
      { check: { toolCalled: 'look_up' }, answers: [{ output, toolCalls: [] }] },
    ],
  },
  noToolCalled: {
    detail: `Whatever the arguments are. ${exactly}.`,
    demonstrations: [
      { check: { noToolCalled: 'refund', must: true }, answers: [{ output, toolCalls: [looked, refunded] }] },
      { check: { noToolCalled: true }, answers: [{ output, toolCalls: [] }] },
    ],
  },
  toolOrder: {
    detail:
      'Each step is one message of the assistant, since calls of one message are made before the result of any of them is known.',
    demonstrations: [
      {
        check: { toolOrder: { steps: ['look_up', { name: 'refund', args: { amount: 40 } }] } },
        answers: [
          { output, toolCalls: [looked, { name: 'note' }, refunded] },
          { output, toolCalls: [refunded, looked] },
        ],
      },
      {
        check: { toolOrder: { steps: ['look_up', 'refund'], mode: 'exact' } },
        answers: [{ output, toolCalls: [looked, refunded, { name: 'delete_account' }] }],
      },
      {
        check: { toolOrder: { steps: [['look_up', 'refund']] } },
        answers: [{ output, toolCalls: [looked, refunded] }],
      },
    ],
  },
  onlyTools: {
    detail: `${exactly}.`,
    demonstrations: [
      {
        check: { onlyTools: ['look_up', 'refund'] },
        answers: [
          { output, toolCalls: [looked] },
          { output, toolCalls: [looked, { name: 'delete_account' }] },
        ],
      },
    ],
  },
  maxSteps: {
    detail:
      'The answer itself is a step where `messages` are reported. A list of `toolCalls` says nothing of messages: there each call is a step.',
    demonstrations: [{ check: { maxSteps: 1 }, answers: [{ output, toolCalls: [looked, refunded] }] }],
  },
  noToolErrors: {
    detail:
      'What counts: a reported error, a result that is a map with `error` or `isError: true`, a text that begins with `Error:`, arguments that are no JSON. A call without a reported result or error is a `checkError`: nobody knows what came of it.',
    demonstrations: [
      {
        check: { noToolErrors: true },
        answers: [
          { output, toolCalls: [looked, refunded] },
          { output, toolCalls: [{ ...looked, error: 'timeout' }] },
        ],
      },
    ],
  },
  state: {
    detail:
      'As `jsonPath`, but in the `state` that the application reports. A state that was not reported is a `checkError`.',
    demonstrations: [
      {
        check: { state: { path: '$.order.status', equals: 'refunded' } },
        answers: [
          { output, state: { order: { status: 'refunded' } } },
          { output, state: { order: { status: 'late' } } },
        ],
      },
    ],
  },
  oneOf: {
    detail:
      'Each alternative is scored like a case: the weighted mean of its checks, 0 where a `must` of it fails. The best whole one counts, so an answer never passes by pieces of two. Alternatives hold checks of any type but `oneOf`.',
    demonstrations: [
      {
        check: { oneOf: [[{ toolOrder: { steps: ['look_up', 'refund'] } }], [{ toolCalled: 'escalate' }]] },
        answers: [
          { output, toolCalls: [looked, refunded] },
          { output, toolCalls: [refunded] },
        ],
      },
    ],
  },
}
