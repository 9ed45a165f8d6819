import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextDay } from '../../../src/control/live/daily-budget.ts'
import { readJudgeHealth } from '../../../src/control/rollout/assessment/judge-health.ts'
import type { Store } from '../../../src/control/store/store.ts'
import { ProviderError } from '../../../src/core/providers/provider-error.ts'
import { createJudge } from '../../../src/core/scorers/judge/judge.ts'
import { JudgeError } from '../../../src/core/scorers/judge/judge-error.ts'
import { lastingLease } from '../../support/store/lasting-lease.ts'
import { start } from '../../support/store/store-samples.ts'
import { until } from '../../support/until.ts'
import { arrive, captured, judging, liveStore, ofMail, verdictOf } from './live-stage.ts'

const judgeModel = 'anthropic:claude-haiku-4-5-20251001'
const judgeId = createJudge({ model: judgeModel, parameters: {}, ask: () => Promise.reject(new Error()) }).id

const scores = async (store: Store) =>
  (await store.readLog({ after: 0, limit: 1000 })).filter((entry) => entry.kind === 'score')

test('a request is judged with the questions, code and judge id of the gate, and its score logged', async () => {
  const store = await liveStore()
  await arrive(store, [captured('a', { stage: 0, position: 7 })])
  await using worker = judging(store, () => verdictOf('yes'))
  await until(() => worker.fates.length === 1, 'the judgement')
  const [score] = await scores(store)
  assert.partialDeepStrictEqual(score, {
    id: 'a:score',
    of: 'a',
    arm: 'canary',
    stage: 0,
    unit: 'unit-a',
    position: 7,
    score: 1,
    judgeId,
    sampled: 1,
    judgeUsd: 0.01,
  })
  const said = JSON.stringify(worker.asked[0]?.messages)
  assert.ok(said.includes('mail of a') && said.includes('summary of a') && said.includes('Are all there?'))
  assert.equal((await store.content(ofMail('a')))?.score, 1)
  assert.equal(await store.queued(), 0)
})

test('a version with a panel is judged by all its members, of which the majority is the score', async () => {
  const store = await liveStore()
  const models = ['local:one', 'local:two', 'local:three']
  const judge = { model: 'panel', parameters: {}, panel: models.map((model) => ({ model, parameters: {} })) }
  const version: Store['version'] = async (feature, id) => {
    const known = await store.version(feature, id)
    return known && { ...known, judge }
  }
  await arrive(store, [captured('a')])
  await using worker = judging({ ...store, version }, ({ model }) => verdictOf(model === 'local:two' ? 'no' : 'yes'))
  await until(() => worker.fates.length === 1, 'the judgement')
  const [score] = await scores(store)
  assert.deepEqual([score?.score, score?.judgeUsd?.toFixed(2)], [1, '0.03'])
  assert.deepEqual(worker.asked.map(({ model }) => model).sort(), [...models].sort())
})

test('a must item that is answered with no is a 0, as in the gate', async () => {
  const store = await liveStore()
  await arrive(store, [captured('a')])
  await using worker = judging(store, () => verdictOf('no'))
  await until(() => worker.fates.length === 1, 'the judgement')
  assert.equal((await scores(store))[0]?.score, 0)
})

test('a judge that cannot tell gives no score', async () => {
  const store = await liveStore()
  await arrive(store, [captured('a')])
  await using worker = judging(store, () => verdictOf('cannot_tell'))
  await until(() => worker.fates.length === 1, 'the judgement')
  assert.deepEqual(worker.fates, ['abstained'])
  assert.deepEqual(await scores(store), [])
  assert.equal(await store.queued(), 0)
})

for (const step of ['setJudgement', 'append', 'finish'] as const) {
  test(`killed at ${step}, the next worker leaves exactly one score`, async () => {
    const store = await liveStore()
    await arrive(store, [captured('a')])
    let reached = false
    const dying: Store = {
      ...store,
      [step]: () => {
        reached = true
        return new Promise(() => {})
      },
    }
    const dead = judging(dying, () => verdictOf('yes'))
    await until(() => reached, step)
    void dead.close()
    const reborn: Store = { ...store, lead: lastingLease() }
    await using worker = judging(reborn, () => verdictOf('no'))
    worker.clock.at += 3_600_000
    await until(() => worker.fates.length === 1, 'the end of the task')
    const logged = await scores(store)
    assert.equal(logged.length, 1)
    assert.equal((await store.content(ofMail('a')))?.score, logged[0]?.score)
    // What was judged is not paid for again.
    assert.equal(worker.asked.length, step === 'setJudgement' ? 1 : 0)
  })
}

test('the budget of a day is a ceiling, the rest waits until tomorrow, and that is told once', async () => {
  const store = await liveStore({ judge: { percent: 100, budgetUsdPerDay: 0.025 } })
  await arrive(
    store,
    Array.from({ length: 6 }, (_, index) => captured(`${index}`, { arm: 'canary' })),
  )
  const worker = judging(store, () => verdictOf('yes', 0.01))
  await until(() => worker.fates.length === 6, 'all to be tried')
  await worker.close()
  assert.equal(worker.asked.length, 2)
  assert.deepEqual(await store.judgeSpending('2026-01-01'), new Map([['mail', 0.02]]))
  assert.equal((await store.audit('mail')).filter(({ action }) => action === 'judge.budget').length, 1)
  assert.deepEqual((await readJudgeHealth(store, 'mail')).failures, 0)

  await using next = judging(store, () => verdictOf('yes', 0.01))
  next.clock.at = nextDay(start)
  await until(() => next.asked.length === 2, 'the next day')
})

test('a judge that keeps failing is known, asked one at a time, and costs no task', async () => {
  const store = await liveStore()
  await arrive(
    store,
    Array.from({ length: 9 }, (_, index) => captured(`${index}`)),
  )
  let broken = false
  let healed = false
  let underWay = 0
  let mostUnderWay = 0
  await using worker = judging(store, async () => {
    underWay += 1
    mostUnderWay = Math.max(mostUnderWay, underWay)
    await new Promise(setImmediate)
    underWay -= 1
    if (broken) throw new ProviderError('overloaded', 'overloaded')
    // The first question is asked alone, to see in which format the judge answers.
    broken = !healed
    return verdictOf('yes')
  })
  await until(async () => (await readJudgeHealth(store, 'mail')).failures >= 3, 'the outage')
  const health = await readJudgeHealth(store, 'mail')
  assert.equal(health.failingSince, start)
  assert.match(health.code ?? '', /overloaded/)
  assert.equal(mostUnderWay, 4)
  mostUnderWay = 0
  await until(() => {
    worker.clock.at += 3_600_000
    return worker.fates.length > 50
  }, 'many attempts')
  assert.deepEqual([mostUnderWay, await store.queued()], [1, 8])
  healed = true
  broken = false
  await until(() => {
    worker.clock.at += 3_600_000
    return worker.fates.filter((end) => end === 'scored').length === 9
  }, 'all scores')
  assert.equal((await readJudgeHealth(store, 'mail')).failures, 0)
})

test('a feature whose judge fails keeps no other one waiting', async () => {
  const store = await liveStore()
  await liveStore({}, store, 'chat')
  const many = (feature: string) =>
    Array.from({ length: 30 }, (_, index) => captured(`${feature}${index}`, { feature }))
  await arrive(store, [...many('mail'), ...many('chat')])
  await using worker = judging(store, (request) => {
    if (JSON.stringify(request.messages).includes('mail of mail')) throw new ProviderError('unreachable', 'gone')
    return verdictOf('yes')
  })
  await until(() => worker.fates.filter((end) => end === 'scored').length === 30, 'the scores of the other one')
  assert.ok(worker.asked.length < 50)
})

test('an answer that can never be judged is given up after a few attempts', async () => {
  const store = await liveStore()
  await arrive(store, [captured('a')])
  await using worker = judging(store, () => ({ ...verdictOf('yes'), output: 'nonsense' }))
  await until(() => {
    worker.clock.at += 3_600_000
    return worker.fates.includes('given-up')
  }, 'giving up')
  assert.deepEqual(worker.fates, ['failed', 'failed', 'failed', 'failed', 'given-up'])
  assert.equal(await store.queued(), 0)
  assert.deepEqual(await scores(store), [])
  // What the attempts cost counts all the same.
  assert.ok(((await store.judgeSpending('2026-01-01')).get('mail') ?? 0) > 0)
})

test('a task whose content is gone ends without a call', async () => {
  const store = await liveStore()
  await arrive(store, [captured('a')])
  await store.expireContent(Number.MAX_SAFE_INTEGER)
  await using worker = judging(store, () => verdictOf('yes'))
  await until(() => worker.fates.length === 1, 'the end of the task')
  assert.deepEqual([worker.fates, worker.asked.length], [['unjudgeable'], 0])
})

test('a model without a price is not asked, since no budget could be kept', async () => {
  const store = await liveStore()
  await arrive(store, [captured('a')])
  await using worker = judging(store, () => verdictOf('yes'), { unaskable: 'it has no known price' })
  await until(() => worker.fates.length === 1, 'the refusal')
  assert.deepEqual([worker.fates, worker.asked.length], [['failed'], 0])
  assert.match((await readJudgeHealth(store, 'mail')).code ?? '', /no known price/)
})

test('of a failure of the judge its kind is told and kept, never its words; a text nobody will judge is not kept', async () => {
  const diagnosis = 'a text of Ann'
  const faults = [
    new ProviderError('bad-request', `400: cannot process "${diagnosis}"`, { status: 400 }),
    new ProviderError('refused', diagnosis),
    new JudgeError(`no verdict in: ${diagnosis}`),
    new TypeError(diagnosis),
  ]
  for (const fault of faults) {
    const store = await liveStore()
    await arrive(store, [captured('a', {}, { output: diagnosis })])
    await using worker = judging(store, () => {
      throw fault
    })
    await until(() => {
      worker.clock.at += 600_000
      return worker.fates.includes('given-up')
    }, 'the task to be given up')
    assert.equal(await store.content(ofMail('a')), undefined)
    const health = await readJudgeHealth(store, 'mail')
    assert.ok(health.failures >= 5 && health.code !== null)
    const kept = [health, await store.audit('mail'), worker.errors.map(String)]
    assert.doesNotMatch(JSON.stringify(kept), /of Ann/)
  }
})

test('what failed for a feature is a fault only as long as its answers are captured', async () => {
  const stored = await liveStore()
  await arrive(stored, [captured('a')])
  let isCaptured = true
  let looks = 0
  const features = async () => {
    looks += 1
    return (await stored.features()).map((state) => (isCaptured ? state : { ...state, capture: null }))
  }
  const checkpoint = () => Promise.reject(new TypeError('odd'))
  await using worker = judging({ ...stored, features, checkpoint }, () => verdictOf('yes'))
  await until(() => worker.failing().length === 1, 'the fault')
  await until(() => looks > 3, 'more looks')
  assert.deepEqual(worker.failing(), ['mail'])
  isCaptured = false
  await until(() => worker.failing().length === 0, 'the fault to be over')
})
