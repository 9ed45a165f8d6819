import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProviderError } from '../../../../src/core/providers/provider-error.ts'
import { createJudge } from '../../../../src/core/scorers/judge/judge.ts'
import type { ModelParameters } from '../../../../src/core/suite/models/model.ts'
import { answer, answerItem, completion, judgeThatHears, output, rubric } from '../judging.ts'

test('one call answers the whole rubric; the score is the weighted share of yes', async () => {
  const answers = answer(answerItem('faithful', 'no'), answerItem('actions', 'yes', 'Ann sends the invoice'))
  const { score, calls } = judgeThatHears(completion(answers))
  const judgement = await score()
  assert.equal(calls.length, 1)
  assert.equal(judgement.state, 'scored')
  assert.equal(judgement.score, 0.6)
  assert.equal(judgement.weight, 5)
  assert.equal(judgement.mustFailed, false)
  assert.equal(judgement.costUsd, 0.001)
  assert.deepEqual(judgement.items[0], {
    id: 'actions',
    verdict: 'yes',
    score: 1,
    evidence: 'Ann sends the invoice',
    reasoning: 'because of actions',
    evidenceFound: true,
    must: true,
    weight: 3,
  })
  assert.deepEqual(
    judgement.items.map(({ id }) => id),
    ['actions', 'faithful'],
  )
})

test('the request holds questions, ids and a schema whose reasoning comes before the verdict', async () => {
  const { score, calls } = judgeThatHears(
    completion(answer(answerItem('actions', 'yes'), answerItem('faithful', 'yes'))),
  )
  await score()
  const { request, context } = calls[0]!
  assert.equal(request.model, 'anthropic:claude-test')
  assert.deepEqual(request.parameters, { temperature: 0, maxTokens: 1100 })
  assert.equal(context.caseId, 'late-order')
  assert.equal(context.repeat, 2)
  assert.match(request.nonce ?? '', /^[0-9a-f]{32}$/)
  for (const { id, ask } of rubric) assert.ok(request.messages[0]?.content.includes(`id: ${id}\nquestion: ${ask}`))
  for (const text of ['| The e-mail.', '| Ann: invoice, Friday.', `| ${output}`]) {
    assert.ok(request.messages[1]?.content.includes(text), text)
  }
  const schema = JSON.stringify(request.format)
  assert.match(schema, /"id":{"type":"string","enum":\["actions","faithful"\]}/)
  assert.match(schema, /"evidence".*"reasoning".*"verdict"/)
})

test('nothing is cut from a long output', async () => {
  const long = `${'word '.repeat(200_000)}last`
  const { score, calls } = judgeThatHears(
    completion(answer(answerItem('actions', 'yes'), answerItem('faithful', 'yes'))),
  )
  await score({}, long)
  assert.ok(calls[0]?.request.messages[1]?.content.includes(`| ${long}\n`))
})

test('must and no is a failure; cannot_tell on everything is an abstention', async () => {
  const failed = judgeThatHears(completion(answer(answerItem('actions', 'no'), answerItem('faithful', 'yes'))))
  assert.equal((await failed.score()).mustFailed, true)
  const unsure = judgeThatHears(
    completion(answer(answerItem('actions', 'cannot_tell'), answerItem('faithful', 'cannot_tell'))),
  )
  const judgement = await unsure.score()
  assert.equal(judgement.state, 'abstained')
  assert.equal(judgement.score, undefined)
  assert.equal(judgement.mustFailed, false)
})

test('a call without a known price leaves the cost unknown', async () => {
  const { costUsd: _, ...unpriced } = completion(answer(answerItem('actions', 'yes'), answerItem('faithful', 'yes')))
  assert.equal('costUsd' in (await judgeThatHears(unpriced).score()), false)
})

const tone = {
  name: 'tone',
  model: 'openai:gpt-test',
  systemPrompt: 'You know letters.',
  prompt: 'Rate {{completion}} against {{expected}}.',
  choices: [
    { choice: 'A', score: 1 },
    { choice: 'B', score: 0.25 },
  ],
  weight: 2,
}

test("an evaluator asks its own model its own prompt and scores by the choice's worth", async () => {
  const { score, calls } = judgeThatHears(completion('{"reasoning": "stiff", "choice": "B"}'))
  const judgement = await score({ rubric: [], choices: [tone] })
  assert.equal(judgement.score, 0.25)
  assert.equal(judgement.weight, 2)
  const { id, verdict, reasoning } = judgement.items[0]!
  assert.deepEqual({ id, verdict, reasoning }, { id: 'tone', verdict: 'B', reasoning: 'stiff' })
  const { request } = calls[0]!
  assert.equal(request.model, 'openai:gpt-test')
  assert.ok(request.messages[0]?.content.startsWith('You know letters.'))
  assert.match(request.messages[0]?.content ?? '', /one of "A", "B", word for word/)
  assert.match(request.messages[1]?.content ?? '', /^Rate \n<<<BEGIN OUTPUT/)
})

test('an evaluator that forgets the completion still sees it', async () => {
  const { score, calls } = judgeThatHears(completion('{"reasoning": "", "choice": "A"}'))
  await score({ rubric: [], choices: [{ ...tone, prompt: 'Is the tone fit?' }] })
  assert.ok(calls[0]?.request.messages[1]?.content.includes(`| ${output}`))
})

test('rubric and evaluators make one judgement', async () => {
  const answers = answer(answerItem('actions', 'yes'), answerItem('faithful', 'no'))
  const { score } = judgeThatHears(completion(answers), completion('{"reasoning": "", "choice": "B"}'))
  const judgement = await score({ choices: [tone] })
  assert.equal(judgement.score, (3 + 0 + 2 * 0.25) / 7)
  assert.equal(judgement.costUsd, 0.002)
})

test('too long for the model is a judge error; other failures of the call stay what they are', async () => {
  const tooLong = new ProviderError('too-long', 'prompt is too long: 300000 tokens')
  await assert.rejects(judgeThatHears(tooLong).score(), {
    name: 'JudgeError',
    message: /late-order.*nothing is ever cut.*300000/,
    cause: tooLong,
  })
  const refused = new ProviderError('auth', 'key refused', { fatal: true })
  await assert.rejects(judgeThatHears(refused).score(), refused)
})

test('an id that prompt and case share is a fault of the files', async () => {
  const { score, calls } = judgeThatHears()
  await assert.rejects(score({ rubric: [rubric[0]!, rubric[0]!] }), {
    code: 'invalid-input',
    message: /"actions"; rename/,
  })
  assert.equal(calls.length, 0)
})

test("the judge's id follows model and parameters, not the rubric or the call", () => {
  const id = (model: string, parameters: ModelParameters) =>
    createJudge({ model, parameters, ask: () => assert.fail('no call is needed') }).id
  const own = id('anthropic:a', {})
  assert.match(own, /^[0-9a-f]{12}$/)
  assert.equal(id('anthropic:a', {}), own)
  assert.equal(id('anthropic:a', { temperature: 0 }), own)
  assert.notEqual(id('anthropic:b', {}), own)
  assert.notEqual(id('anthropic:a', { temperature: 0.5 }), own)
})
