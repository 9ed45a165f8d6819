import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ask, Question } from '../../../../src/core/answers/ask.ts'
import type { ModelRequest } from '../../../../src/core/providers/provider.ts'
import { ProviderError } from '../../../../src/core/providers/provider-error.ts'
import { createAnswerModes, createJudge } from '../../../../src/core/scorers/judge/judge.ts'
import type { CascadeRule } from '../../../../src/core/suite/config/judge-settings.ts'
import { answer, answerItem, completion, output, rubric } from '../judging.ts'
import { aCase } from '../scoring.ts'

type Verdicts = [actions: string, faithful: string]
type Said = Verdicts | string | Error

interface Situation {
  /** What the first judge says, vote by vote. */
  first: Said[]
  second?: Said
  when?: CascadeRule[]
  audit?: number
}

/** A cascade whose second judge is known already, unless `isNew`. */
function cascadeThatHears({ first, second, when = ['cannot_tell', 'must-no'], audit = 0 }: Situation, isNew = false) {
  const calls: { model: string; items: string[]; repeat: number }[] = []
  const ask: Ask<ModelRequest> = async ({ model, format }, { repeat }: Question) => {
    const ids = /"id":\{"type":"string","enum":\[([^\]]*)\]/.exec(JSON.stringify(format))?.[1] ?? ''
    calls.push({ model, items: ids.replaceAll('"', '').split(','), repeat })
    const said = model === 'b:second' ? second : first.shift()
    if (said === undefined || said instanceof Error) throw said ?? new Error(`${model} was asked`)
    if (typeof said === 'string') return completion(said)
    const [actions, faithful] = said
    const items = [answerItem('actions', actions, 'Ann sends'), answerItem('faithful', faithful, 'Ann sends')]
    return completion(answer(...items), { costUsd: model === 'b:second' ? 0.01 : 0.001 })
  }
  const modes = createAnswerModes()
  const known = isNew ? modes : { ...modes, isKnown: () => true }
  const [cheap, dear] = ['a:first', 'b:second'].map((model) => ({ model, parameters: {} }))
  const cascade = { first: cheap!, second: dear!, when, audit }
  const judge = createJudge({ model: 'cascade', parameters: {}, cascade, ask, modes: known })
  const task = { rubric, choices: [], input: [{ role: 'user' as const, content: 'The e-mail.' }], repeat: 2 }
  const score = (more = {}, said = output) => judge.score({ case: aCase(), output: said }, { ...task, ...more })
  return { judge, calls, score }
}

const verdictsOf = ({ items }: { items: { verdict: string }[] }) => items.map(({ verdict }) => verdict)
const models = (calls: { model: string }[]) => calls.map(({ model }) => model)

test('where the first judge is sure, the second is not asked', async () => {
  const { score, calls } = cascadeThatHears({ first: [['yes', 'no']] })
  const judgement = await score()
  assert.deepEqual(verdictsOf(judgement), ['yes', 'no'])
  assert.deepEqual(models(calls), ['a:first'])
  assert.deepEqual(judgement.cascade, { wentOn: null, drawn: false, differing: null, firstUsd: 0.001, secondUsd: 0 })
  assert.equal(judgement.costUsd, 0.001)
})

for (const [why, first] of [
  ['cannot_tell', ['yes', 'cannot_tell']],
  ['must-no', ['no', 'yes']],
] as const) {
  test(`${why}: the second judges the whole answer anew and alone decides`, async () => {
    const { score, calls } = cascadeThatHears({ first: [[...first]], second: ['yes', 'no'] })
    const judgement = await score()
    assert.deepEqual(verdictsOf(judgement), ['yes', 'no'])
    assert.deepEqual(calls.at(-1), { model: 'b:second', items: ['actions', 'faithful'], repeat: 2 })
    assert.equal(judgement.cascade?.wentOn, why)
    assert.ok(judgement.cascade?.differing?.includes('faithful'))
    assert.equal(judgement.costUsd, 0.011)
  })
}

test('a no to an item that is no must is no reason to go on, nor is a rule that was not named', async () => {
  await cascadeThatHears({ first: [['yes', 'no']] }).score()
  await cascadeThatHears({ first: [['no', 'cannot_tell']], when: ['near-flip'] })
    .score()
    .then(
      () => assert.fail('a second vote is asked for'),
      (error) => assert.match(error.message, /a:first was asked/),
    )
})

test('near-flip: a second vote in reverse order that differs goes on', async () => {
  const when: CascadeRule[] = ['near-flip']
  const same = cascadeThatHears({
    first: [
      ['yes', 'no'],
      ['yes', 'no'],
    ],
    when,
  })
  assert.equal((await same.score()).cascade?.wentOn, null)
  assert.deepEqual(
    same.calls.map(({ items, repeat }) => [items, repeat]),
    [
      [['actions', 'faithful'], 2],
      [['faithful', 'actions'], 1002],
    ],
  )
  const flips = cascadeThatHears({
    first: [
      ['yes', 'no'],
      ['yes', 'yes'],
    ],
    second: ['no', 'no'],
    when,
  })
  const judgement = await flips.score()
  assert.equal(judgement.cascade?.wentOn, 'near-flip')
  assert.deepEqual(verdictsOf(judgement), ['no', 'no'])
  assert.deepEqual([judgement.cascade?.firstUsd, judgement.cascade?.secondUsd], [0.002, 0.01])
})

test('a first judge whose answer is not as asked goes on; one that cannot be reached does not', async () => {
  const garbled = await cascadeThatHears({ first: ['no JSON'], second: ['yes', 'yes'] }).score()
  assert.deepEqual([garbled.cascade?.wentOn, garbled.cascade?.differing, garbled.costUsd], ['failed', null, undefined])
  const down = new ProviderError('unreachable', 'down')
  await assert.rejects(cascadeThatHears({ first: [down], second: ['yes', 'yes'] }).score(), down)
})

test('where the second judge fails the answer that it should decide has no score', async () => {
  const failure = new ProviderError('timeout', 'too slow')
  await assert.rejects(cascadeThatHears({ first: [['no', 'yes']], second: failure }).score(), failure)
})

test('the audit has both judge a share of the answers, and changes no verdict', async () => {
  const { score } = cascadeThatHears({ first: [['yes', 'yes']], second: ['yes', 'no'], audit: 1 })
  const judgement = await score()
  assert.deepEqual(verdictsOf(judgement), ['yes', 'yes'])
  assert.deepEqual(judgement.cascade, {
    wentOn: null,
    drawn: true,
    differing: ['faithful'],
    firstUsd: 0.001,
    secondUsd: 0.01,
  })
  const first = Array.from({ length: 400 }, (): Verdicts => ['yes', 'yes'])
  const many = cascadeThatHears({ first, second: ['yes', 'yes'], audit: 0.25 })
  for (let index = 0; index < 400; index += 1) await many.score({}, `${output} ${index}`)
  const drawn = many.calls.filter(({ model }) => model === 'b:second').length
  assert.ok(drawn > 70 && drawn < 130, String(drawn))
})

test('a failed audit takes no score away and is no agreement', async () => {
  const failure = new ProviderError('timeout', 'too slow')
  const judgement = await cascadeThatHears({ first: [['yes', 'yes']], second: failure, audit: 1 }).score()
  assert.deepEqual(verdictsOf(judgement), ['yes', 'yes'])
  assert.deepEqual([judgement.cascade?.drawn, judgement.cascade?.differing], [true, null])
  const spent = new ProviderError('budget', 'spent')
  await assert.rejects(cascadeThatHears({ first: [['yes', 'yes']], second: spent, audit: 1 }).score(), spent)
})

test('the first answer of all is judged by both, so that the id does not change under way', async () => {
  const said = {
    first: [
      ['yes', 'yes'],
      ['yes', 'yes'],
    ] as Said[],
    second: ['yes', 'no'] as Verdicts,
  }
  const { score, calls, judge } = cascadeThatHears(said, true)
  const judgement = await score()
  assert.deepEqual(verdictsOf(judgement), ['yes', 'yes'])
  const { id } = judge
  await score({}, 'another')
  assert.deepEqual(models(calls), ['b:second', 'a:first', 'a:first'])
  assert.equal(judge.id, id)
})

test('the id follows both models and the rules, not the audit', () => {
  const id = (first: string, second: string, when: CascadeRule[], audit = 0.05) => {
    const [cheap, dear] = [first, second].map((model) => ({ model, parameters: {} }))
    const cascade = { first: cheap!, second: dear!, when, audit }
    return createJudge({ model: 'cascade', parameters: {}, cascade, ask: () => assert.fail('no call is needed') }).id
  }
  const own = id('a:first', 'b:second', ['near-flip', 'must-no'])
  assert.equal(id('a:first', 'b:second', ['must-no', 'near-flip'], 0.5), own)
  assert.notEqual(id('b:second', 'a:first', ['near-flip', 'must-no']), own)
  assert.notEqual(id('a:first', 'b:other', ['near-flip', 'must-no']), own)
  assert.notEqual(id('a:first', 'b:second', ['near-flip']), own)
})
