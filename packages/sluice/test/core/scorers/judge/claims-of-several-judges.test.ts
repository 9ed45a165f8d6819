import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ask } from '../../../../src/core/answers/ask.ts'
import type { ModelRequest } from '../../../../src/core/providers/provider.ts'
import { createJudge, JudgeError } from '../../../../src/core/scorers/judge/judge.ts'
import { judgeSettingsOf } from '../../../../src/core/suite/config/judge-settings.ts'
import { rubricItemSchema } from '../../../../src/records/rubric.ts'
import { completion } from '../judging.ts'
import { aCase } from '../scoring.ts'

const item = rubricItemSchema.parse({ claims: { in: ['vars.policy'] }, must: true })
const facts = ['One is right.', 'Two is right.', 'Three is right.', 'Four is right.']
const output = facts.join(' ')
const testCase = aCase({ vars: { policy: output } })

/** An answer that finds so many of the four claims unsupported. */
function withFaults(count: number): string {
  const claims = facts.map((claim, index) => ({
    ...{ claim, reasoning: '', source: index < count ? 'none' : 'vars.policy' },
    ...{ quote: index < count ? '' : claim, verdict: index < count ? 'unsupported' : 'supported' },
  }))
  return JSON.stringify({ claims, more: false, noClaims: false })
}

function asking(said: Record<string, number | 'fails'>) {
  const asked: string[] = []
  const ask: Ask<ModelRequest> = async ({ model }) => {
    asked.push(model)
    const count = said[model]
    if (count === undefined || count === 'fails') throw new JudgeError(`${model} fails`)
    return completion(withFaults(count))
  }
  return { ask, asked }
}

const task = { rubric: [item], choices: [], input: [], repeat: 1 }

async function byPanel(said: Record<string, number | 'fails'>) {
  const panel = Object.keys(said)
  const judge = createJudge({ ...judgeSettingsOf({ panel }), ask: asking(said).ask })
  const { items } = await judge.score({ case: testCase, output }, task)
  return items[0]
}

test('in a panel the member of the majority in the middle speaks, with its own list', async () => {
  const found = await byPanel({ 'a:one': 3, 'b:two': 1, 'c:three': 2 })
  assert.deepEqual([found?.verdict, found?.score], ['no', 0.5])
  assert.equal(found?.claims?.list.filter(({ verdict }) => verdict === 'unsupported').length, 2)
  // Of two in the majority the one with the lower score, and a member that failed counts as lower.
  assert.equal((await byPanel({ 'a:one': 1, 'b:two': 0, 'c:three': 3 }))?.score, 0.25)
  assert.equal((await byPanel({ 'a:one': 1, 'b:two': 'fails', 'c:three': 3 }))?.score, 0.25)
  const five = { 'a:one': 1, 'b:two': 2, 'c:three': 4, 'd:four': 'fails', 'e:five': 'fails' } as const
  assert.equal((await byPanel(five))?.score, 0)
  assert.deepEqual((await byPanel({ 'a:one': 0, 'b:two': 0, 'c:three': 4 }))?.score, 1)
  await assert.rejects(byPanel({ 'a:one': 0, 'b:two': 2, 'c:three': 'fails' }), JudgeError)
})

test('in a cascade a fault in an item that must hold goes on, and the list of the second judge counts', async () => {
  const { ask, asked } = asking({ 'a:first': 1, 'b:second': 0 })
  const [first, second] = ['a:first', 'b:second'].map((model) => ({ model, parameters: {} }))
  assert.ok(first && second)
  const cascade = { first, second, when: ['must-no' as const], audit: 0 }
  const judge = createJudge({ model: 'cascade', parameters: {}, cascade, ask })
  await judge.score({ case: testCase, output }, task)
  asked.length = 0
  const judgement = await judge.score({ case: testCase, output }, task)
  assert.deepEqual(asked, ['a:first', 'b:second'])
  assert.deepEqual([judgement.cascade?.wentOn, judgement.score, judgement.mustFailed], ['must-no', 1, false])
})

test('without a source a panel and a cascade ask nobody', async () => {
  const { ask, asked } = asking({ 'a:one': 0, 'b:two': 0, 'c:three': 0 })
  const bare = { case: aCase({ vars: {} }), output }
  const nothing = { name: 'JudgeError', message: /nothing to compare the claims with/ }
  const panel = createJudge({ ...judgeSettingsOf({ panel: ['a:one', 'b:two', 'c:three'] }), ask })
  await assert.rejects(panel.score(bare, task), nothing)
  const [first, second] = ['a:one', 'b:two'].map((model) => ({ model, parameters: {} }))
  assert.ok(first && second)
  const cascade = { first, second, when: [], audit: 0 }
  await assert.rejects(createJudge({ model: 'cascade', parameters: {}, cascade, ask }).score(bare, task), nothing)
  assert.equal(asked.length, 0)
})
