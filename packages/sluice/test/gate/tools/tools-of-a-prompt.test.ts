import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AnswerTrace, callsOf } from '../../../src/records/answer-trace.ts'
import { commitAll, judged } from '../../support/gate-project.ts'
import { createProject } from '../../support/project.ts'
import { agentFiles, chatAnswer, evalIn, fakeAgent, type ToolRequest } from './agent-project.ts'

const lookup = 'mocks: [{tool: lookup, args: {order: "{{order}}"}, result: {status: late}}]\n'

test('a model calls a tool, a mock answers, and the answer is scored with the way to it', async () => {
  await using model = await fakeAgent((_, step) => (step === 0 ? [['lookup', { order: '1182' }]] : 'It is late.'))
  using project = createProject(agentFiles({ url: model.url, prompt: lookup }))
  const { cases } = await evalIn(project)
  assert.deepEqual([cases[0]?.state, cases[0]?.score, cases[0]?.costUsd], ['scored', 1, 0.00024])
  const messages = cases[0]?.trace?.trajectory.messages.map(({ text, calls }) => text ?? calls[0]?.result)
  assert.deepEqual(messages, ['Where is order 1182?', { status: 'late' }, 'It is late.'])
})

test('a run that ended in the middle of a case pays for what is missing alone', async () => {
  let fails = true
  await using model = await fakeAgent((_, step) => {
    if (step === 0) return [['lookup', { order: '1182' }]]
    return fails ? { status: 400 } : 'It is late.'
  })
  using project = createProject(agentFiles({ url: model.url, prompt: lookup }))
  assert.equal((await evalIn(project)).cases[0]?.state, 'modelError')
  fails = false
  const { cases, stderr } = await evalIn(project)
  assert.deepEqual([cases[0]?.state, cases[0]?.costUsd], ['scored', 0.00024])
  assert.equal(model.requests.length, 3)
  assert.match(stderr, /0\.00012 USD/)
  await evalIn(project)
  assert.equal(model.requests.length, 3)
})

test('a missing mock and a loop without end are states of the case, never scores', async () => {
  await using model = await fakeAgent((request) => {
    const isLost = request.messages.some(({ content }) => content?.includes('1'))
    return [[isLost ? 'lookup' : 'close', isLost ? { order: 'x' } : {}]]
  })
  const cases = `- {id: a, vars: {order: "1182"}, tags: [core]}
- {id: b, vars: {order: "two"}, tags: [core], expect: truncated, mocks: [{tool: close, result: ok}]}`
  using project = createProject(agentFiles({ url: model.url, prompt: `${lookup}maxSteps: 3\n`, cases }))
  const { cases: found, stderr } = await evalIn(project)
  assert.deepEqual(
    found.map(({ state, score }) => [state, score]),
    [
      ['mockMissing', null],
      ['truncated', null],
    ],
    stderr,
  )
  assert.match(found[0]?.error ?? '', /no mock answers this call of lookup/)
  // What was done before is shown all the same.
  assert.deepEqual(found[0]?.trace?.trajectory.messages[1]?.calls[0]?.arguments, { order: 'x' })
  assert.match(found[1]?.error ?? '', /stopped after maxSteps 3: it still called tools/)
  assert.equal(model.requests.length, 4)
})

test('a module of the user answers; what it throws is an error of the tool', async () => {
  await using model = await fakeAgent((_, step) =>
    step === 0
      ? [
          ['lookup', { order: '1182' }],
          ['refund', { order: '1182', amount: 5 }],
        ]
      : 'It is late.',
  )
  const prompt = 'mocks: [{tool: lookup, module: ../shop.mjs#lookup}, {tool: refund, module: ../shop.mjs#refund}]\n'
  const shop = `export const lookup = ({order}, {vars, caseId}) => ({order, of: vars.order, caseId})
export function refund() { throw new Error('only within 30 days') }`
  using project = createProject(agentFiles({ url: model.url, prompt, files: { 'shop.mjs': shop } }))
  const { cases } = await evalIn(project)
  const [found, refunded] = cases[0]?.trace?.trajectory.messages[1]?.calls ?? []
  assert.deepEqual(found?.result, { order: '1182', of: '1182', caseId: 'a' })
  assert.equal(refunded?.error, 'only within 30 days')
})

test('a refusal after a call is no refusal in time: the checks of the case look at what was called', async () => {
  const refused = JSON.stringify(chatAnswer('')).replace('"stop"', '"content_filter"')
  await using model = await fakeAgent((_, step) =>
    step === 0 ? [['refund', { order: '1182', amount: 5 }]] : { status: 200, body: refused },
  )
  const cases = `- {id: a, vars: {order: "1182"}, tags: [core], expect: refusal, checks: [{noToolCalled: refund}]}
- {id: b, vars: {order: "1183"}, tags: [core], expect: refusal, checks: [{noToolCalled: lookup}]}`
  const prompt = 'mocks: [{tool: refund, result: ok}]\n'
  using project = createProject(agentFiles({ url: model.url, prompt, cases }))
  const { cases: found } = await evalIn(project)
  assert.deepEqual(
    found.map(({ state, score }) => [state, score]),
    [
      ['scored', 0],
      ['scored', 1],
    ],
  )
})

test('the gate holds two versions with tools of their own against each other, by the mocks of the candidate', async () => {
  const names = (request: ToolRequest) => request.tools?.map((tool) => tool.function.name) ?? []
  await using model = await fakeAgent((request, step) => {
    if (step === 0) return [[names(request).includes('lookup') ? 'lookup' : 'find', { order: '1182' }]]
    return request.messages.at(-1)?.content?.includes('late') ? 'It is late.' : 'No idea.'
  })
  const base = agentFiles({ url: model.url, prompt: 'mocks: [{tool: lookup, result: gone}]\n' })
  using project = createProject(base)
  commitAll(project, 'base')
  const file = 'prompts/agent.prompt.yml'
  const mocks = 'mocks: [{tool: lookup, result: late}, {tool: find, result: gone}]\n'
  const renamed = base[file].replace('name: lookup', 'name: find').replace(/mocks: .*\n/, mocks)
  project.write({ [file]: renamed })
  const { report } = await judged(project, ['gate', '--base', 'HEAD'])
  const [feature] = report.features
  assert.deepEqual([feature?.cases[0]?.score, feature?.cases[0]?.baselineScore], [0, 1])
  const calls = ({ trajectory }: AnswerTrace = {}) => callsOf(trajectory ?? { messages: [] }).map(({ name }) => name)
  assert.deepEqual([calls(feature?.cases[0]?.trace), calls(feature?.cases[0]?.baselineTrace)], [['find'], ['lookup']])
  const asked = JSON.stringify(feature?.asked)
  assert.match(asked, /"tool find"/)
})
