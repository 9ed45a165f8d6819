import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answer, answerItem, completion, judgeThatHears } from './judging.ts'

const actions = answerItem('actions', 'yes')
const faithful = answerItem('faithful', 'yes')
const good = answer(actions, faithful)

const refused: Record<string, [text: string, message: RegExp]> = {
  'a wrong id': [answer(actions, answerItem('truthful', 'yes')), /has "truthful" though nobody asked it/],
  'an id in other letters': [answer(actions, answerItem('Faithful', 'yes')), /"Faithful" though nobody/],
  'a missing item': [answer(actions), /leaves out "faithful"/],
  'an extra item': [answer(actions, faithful, answerItem('more', 'yes')), /has "more"/],
  'an item given twice': [answer(actions, faithful, actions), /has "actions" twice/],
  'no items': [answer(), /leaves out "actions"/],
  'another verdict': [answer(actions, answerItem('faithful', 'Yes')), /items\.1\.verdict/],
  'a missing verdict': [answer(actions, { id: 'faithful', evidence: '', reasoning: '' }), /items\.1\.verdict/],
  'a score instead of a verdict': [answer(actions, { ...faithful, verdict: 0.9 }), /items\.1\.verdict/],
  'an unknown key': [answer(actions, { ...faithful, score: 1 }), /score/],
  'prose before the JSON': [`Here you are: ${good}`, /is not JSON; it begins "Here you are/],
  'prose after the JSON': [`${good}\nI hope this helps.`, /is not JSON/],
  'prose around a code fence': [`Sure:\n\`\`\`json\n${good}\n\`\`\``, /is not JSON/],
  'two code fences': [`\`\`\`json\n${good}\n\`\`\`\n\`\`\`json\n${good}\n\`\`\``, /is not JSON/],
  'two documents': [`${good}\n${good}`, /is not JSON/],
  'truncated JSON': [good.slice(0, -20), /is not JSON/],
  'a verdict in words': ['Both answers are yes. SCORE: 1.0', /is not JSON/],
  'an empty answer': ['', /the answer was empty/],
  'a bare list': [JSON.stringify([actions, faithful]), /not as asked/],
  null: ['null', /not as asked/],
}

for (const [name, [text, message]] of Object.entries(refused)) {
  test(`refused: ${name}`, async () => {
    await assert.rejects(judgeThatHears(completion(text)).score(), { name: 'JudgeError', code: 'cannot-run', message })
  })
}

test('the error names the judge and the case', async () => {
  await assert.rejects(judgeThatHears(completion('x')).score(), {
    message: /^judge anthropic:claude-test on case "late-order": the answer is not JSON/,
  })
})

test('an answer that was cut off or withheld is refused even if it parses', async () => {
  await assert.rejects(judgeThatHears(completion(good, { finishReason: 'length' })).score(), {
    name: 'JudgeError',
    message: /cut off; raise judge.parameters.maxTokens/,
  })
  await assert.rejects(judgeThatHears(completion(good, { finishReason: 'filter' })).score(), {
    name: 'JudgeError',
    message: /refused by the model or its provider/,
  })
})

test('one code fence around the whole answer is taken off', async () => {
  for (const text of [`\`\`\`json\n${good}\n\`\`\``, `\n\`\`\`\n${good}\n\`\`\`\n`]) {
    assert.equal((await judgeThatHears(completion(text)).score()).score, 1)
  }
})

const choices = [
  { choice: 'yes', score: 1 },
  { choice: 'no', score: 0 },
]
const evaluator = { name: 'tone', prompt: '{{completion}}', choices, weight: 1 }

for (const [name, text] of Object.entries({
  'a choice that is none': '{"reasoning": "", "choice": "maybe"}',
  'a choice in other letters': '{"reasoning": "", "choice": "Yes"}',
  'a choice with more to it': '{"reasoning": "", "choice": "yes, clearly"}',
  'no choice': '{"reasoning": "yes"}',
  'the bare choice': 'yes',
})) {
  test(`refused of an evaluator: ${name}`, async () => {
    const { score } = judgeThatHears(completion(text))
    await assert.rejects(score({ rubric: [], choices: [evaluator] }), { name: 'JudgeError' })
  })
}
