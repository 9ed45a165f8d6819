import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Completion } from '../../../src/core/providers/provider.ts'
import type { UserSimulation } from '../../../src/core/suite/cases/conversation.ts'
import { nextMessage } from '../../../src/gate/run/simulated-user.ts'
import type { CaseReport } from '../../../src/records/report/case-report.ts'
import { type ChatRequest, fakeModel } from '../../support/fake-model.ts'
import { judged } from '../../support/gate-project.ts'
import { processorMs } from '../../support/processor-time.ts'
import { createProject } from '../../support/project.ts'

const suite = `- id: refund
  tags: [core]
  simulate: {goal: A refund., persona: Impatient., maxTurns: 3, model: "local:user"}
  checks: [{contains: refunded}]
`
const say = (message: string, status = 'goOn') => JSON.stringify({ message, status })
const script = [say('Where is my order?'), say('Refund it.'), say('', 'goalReached')]
const answer = ({ messages }: ChatRequest) => (messages.at(-1)?.content === 'Refund it.' ? 'I refunded it.' : 'Late.')

/** The case after its user said these things, one after the other. */
async function simulated(
  replies: readonly string[],
): Promise<{ shown: CaseReport; asked: string[]; usd: number | null }> {
  let next = 0
  await using model = await fakeModel((request) =>
    request.model === 'user' ? (replies[Math.min(next++, replies.length - 1)] ?? '') : answer(request),
  )
  using project = createProject({
    'sluice.yaml': `providers: {local: {kind: openai-compatible, baseURL: "${model.url}"}}\nprices: {"local:*": {input: 1, output: 1}}\n`,
    'prompts/a.prompt.yml': `sluice: 1\nmodel: local:m\nmessages: [{role: system, content: Help.}]\nsuites: {fast: ../evals/a.yaml}\n`,
    'evals/a.yaml': suite,
  })
  const { report, stderr } = await judged(project, ['eval', 'a'])
  const [shown] = report.features[0]?.cases ?? []
  assert.ok(shown, stderr)
  return { shown, asked: model.requests.map((one) => one.model), usd: report.features[0]?.cost.usd ?? null }
}

test('a simulated user talks until its goal is reached; the last answer is scored, and all is paid for', async () => {
  const { shown, asked, usd } = await simulated(script)
  assert.deepEqual([shown.state, shown.score, shown.output], ['scored', 1, 'I refunded it.'])
  assert.deepEqual(asked, ['user', 'm', 'user', 'm', 'user'])
  assert.equal(shown.input, 'user: Where is my order?\n\nassistant: Late.\n\nuser: Refund it.')
  assert.deepEqual(shown.checks.map(({ name, weight, reason }) => [name, weight, reason]).at(-1), [
    'simulated user',
    0,
    'the simulated user says that its goal is reached',
  ])
  assert.equal(shown.costUsd?.toFixed(9), usd?.toFixed(9))
})

test('a user that gives up is said, and the answer keeps its score', async () => {
  const { shown } = await simulated([say('Where is my order?'), say('', 'givenUp')])
  assert.deepEqual([shown.state, shown.score], ['scored', 0])
  assert.equal(shown.checks.at(-1)?.reason, 'the simulated user gave up')
})

for (const [what, said, says] of [
  ['says nothing', [say('Hello.'), say(' ')], /turn 2: the simulated user said nothing/],
  ['repeats itself', [say('Hello.'), say('hello!')], /turn 2: the simulated user repeated itself/],
  ['speaks as the assistant', [say('How can I help you?')], /turn 1: .*broke its role/],
  ['says what the assistant said', [say('Hello.'), say('Late.')], /turn 2: .*broke its role/],
  ['never ends', [say('1'), say('2'), say('3'), say('4')], /turn 4: .*did not end the conversation within 3 turns/],
  ['ends before it began', [say('', 'goalReached')], /turn 1: .*before it began/],
  ['answers without JSON', ['Hello.'], /turn 1: .*did not answer with the JSON/],
] as const) {
  test(`a user that ${what} is an error of the simulation, never a score`, async () => {
    const { shown } = await simulated(said)
    assert.equal(shown.state, 'simulatorError')
    assert.equal(shown.score, null)
    assert.match(shown.error ?? '', says)
  })
}

test('a message in a fence is read, however many empty lines are around it', async () => {
  const simulation = { goal: 'A refund.', persona: 'Impatient.', maxTurns: 3, model: 'local:user' } as UserSimulation
  const reply = async (output: string) => {
    const ask = async () => ({ output, finishReason: 'stop' }) as Completion
    const { reply: said } = await nextMessage({ simulation, soFar: [], caseId: 'c', repeat: 1, ask })
    return said
  }
  const message = JSON.stringify({ message: 'Hello?', status: 'goOn' })
  const goOn = { message: 'Hello?', status: 'goOn' }
  assert.deepEqual(await reply(`\n\`\`\`json\n\n${message}\n\n\`\`\`\n`), goOn)
  assert.deepEqual(await reply(`\`\`\`  \n${message}\n  \`\`\``), goOn)
  const ms = await processorMs(() =>
    assert.rejects(reply(`\`\`\`${'\n'.repeat(3000)}x`), /did not answer with the JSON/),
  )
  assert.ok(ms < 1500, `${ms} ms`)
})
