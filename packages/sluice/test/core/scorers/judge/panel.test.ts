import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ask } from '../../../../src/core/answers/ask.ts'
import type { ModelRequest } from '../../../../src/core/providers/provider.ts'
import { ProviderError } from '../../../../src/core/providers/provider-error.ts'
import { createJudge } from '../../../../src/core/scorers/judge/judge.ts'
import { majorityOf } from '../../../../src/core/scorers/judge/panel.ts'
import { judgeSettingsOf } from '../../../../src/core/suite/config/judge-settings.ts'
import { isSplit } from '../../../../src/records/report/case-detail.ts'
import { answer, answerItem, completion, output, rubric } from '../judging.ts'
import { aCase } from '../scoring.ts'

const models = ['a:one', 'b:two', 'c:three']

/** A panel whose members give the verdicts on `actions` and `faithful`, or fail. */
function panelThatHears(said: Record<string, [string, string] | Error>, panel = Object.keys(said)) {
  const asked: string[] = []
  const ask: Ask<ModelRequest> = async ({ model, messages }) => {
    asked.push(model)
    const verdicts = said[model]
    if (!verdicts || verdicts instanceof Error) throw verdicts ?? new Error(`${model} was asked`)
    if (messages[0]?.content.includes('one of "A"')) return completion(`{"reasoning": "", "choice": "${verdicts[0]}"}`)
    const [actions, faithful] = verdicts
    const items = [answerItem('actions', actions, 'Ann sends'), answerItem('faithful', faithful, 'Ann sends')]
    return completion(answer(...items))
  }
  const judge = createJudge({ ...judgeSettingsOf({ panel }), ask })
  const task = { rubric, choices: [], input: [{ role: 'user' as const, content: 'The e-mail.' }], repeat: 1 }
  const score = (more = {}) => judge.score({ case: aCase(), output }, { ...task, ...more })
  return { judge, asked, score }
}

test('of each item counts what most members say, and what each said is kept', async () => {
  const { score, asked } = panelThatHears({
    'a:one': ['no', 'yes'],
    'b:two': ['yes', 'yes'],
    'c:three': ['yes', 'yes'],
  })
  const { items, score: mean, costUsd, mustFailed } = await score()
  assert.deepEqual(asked.sort(), models)
  assert.deepEqual(
    items.map(({ id, verdict }) => [id, verdict]),
    [
      ['actions', 'yes'],
      ['faithful', 'yes'],
    ],
  )
  assert.deepEqual([mean, mustFailed], [1, false])
  assert.equal(costUsd, 0.003)
  assert.deepEqual(items[0]?.members, [
    { model: 'a:one', verdict: 'no' },
    { model: 'b:two', verdict: 'yes' },
    { model: 'c:three', verdict: 'yes' },
  ])
  assert.deepEqual(items.map(isSplit), [true, false])
})

test('without a majority the panel cannot tell; that is never a yes', async () => {
  const said = { 'a:one': ['yes', 'yes'], 'b:two': ['no', 'yes'], 'c:three': ['cannot_tell', 'yes'] } as const
  const { items } = await panelThatHears(said as never).score()
  assert.equal(items[0]?.verdict, 'cannot_tell')
  assert.equal(items[0] && 'score' in items[0], false)
  assert.match(items[0]?.reasoning ?? '', /no verdict has a majority of the panel: yes, no, cannot_tell/)
})

test('a member that fails counts against the answer unless the others have decided whatever it would say', async () => {
  const failure = new ProviderError('timeout', 'too slow')
  const decided = panelThatHears({ 'a:one': ['no', 'yes'], 'b:two': failure, 'c:three': ['no', 'yes'] })
  const { items, costUsd } = await decided.score()
  assert.deepEqual(
    items.map(({ verdict }) => verdict),
    ['no', 'yes'],
  )
  assert.deepEqual(items[0]?.members?.[1], { model: 'b:two', verdict: null })
  assert.equal(costUsd, undefined)
  const open = panelThatHears({ 'a:one': ['no', 'yes'], 'b:two': failure, 'c:three': ['yes', 'yes'] })
  await assert.rejects(open.score(), failure)
})

for (const error of [
  new ProviderError('budget', 'spent'),
  new ProviderError('aborted', 'stopped'),
  new ProviderError('auth', 'key refused', { fatal: true }),
  new ProviderError('no-model', 'gone', { unaskable: true }),
]) {
  test(`a member that cannot answer at all (${error.kind}) does not make a panel of two`, async () => {
    const { score } = panelThatHears({ 'a:one': ['yes', 'yes'], 'b:two': error, 'c:three': ['yes', 'yes'] })
    await assert.rejects(score(), error)
  })
}

test('the verdict of a panel is open as long as a missing member could change it', () => {
  assert.equal(majorityOf(['yes', 'yes'], 3), 'yes')
  assert.equal(majorityOf(['yes', 'no'], 3), undefined)
  assert.equal(majorityOf(['yes'], 3), undefined)
  assert.equal(majorityOf([], 3), undefined)
  assert.equal(majorityOf(['yes', 'no', 'cannot_tell'], 3), null)
  assert.equal(majorityOf(['yes', 'no', 'cannot_tell', 'cannot_tell'], 5), null)
  assert.equal(majorityOf(['yes', 'yes', 'no', 'cannot_tell'], 5), undefined)
})

test('evaluators are voted on too; one with its own model is asked once, of that model', async () => {
  const tone = { name: 'tone', prompt: 'Rate {{completion}}.', weight: 1 }
  const choices = [
    { ...tone, name: 'own', model: 'd:four', choices: [{ choice: 'A', score: 1 }] },
    {
      ...tone,
      choices: [
        { choice: 'A', score: 1 },
        { choice: 'B', score: 0.5 },
      ],
    },
  ]
  const votes: Record<string, [string, string]> = { 'a:one': ['A', ''], 'b:two': ['B', ''], 'c:three': ['B', ''] }
  const { score, asked } = panelThatHears({ ...votes, 'd:four': ['A', ''] }, models)
  const { items } = await score({ rubric: [], choices })
  assert.deepEqual(
    items.map(({ id, verdict, members }) => [id, verdict, members?.length]),
    [
      ['own', 'A', undefined],
      ['tone', 'B', 3],
    ],
  )
  assert.equal(asked.filter((model) => model === 'd:four').length, 1)
})

test("the id covers every member, whatever the order, and is none of a single judge's", () => {
  const ask = () => assert.fail('no call is needed')
  const id = (...panel: string[]) => createJudge({ ...judgeSettingsOf({ panel }), ask }).id
  const own = id('a:one', 'b:two', 'c:three')
  assert.match(own, /^[0-9a-f]{12}$/)
  assert.equal(id('c:three', 'a:one', 'b:two'), own)
  assert.notEqual(id('a:one', 'b:two', 'c:other'), own)
  assert.notEqual(createJudge({ ...judgeSettingsOf({ model: 'a:one' }), ask }).id, own)
})
