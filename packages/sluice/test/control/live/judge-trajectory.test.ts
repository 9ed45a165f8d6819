import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RequestOutcome } from '@sluice/client'
import { readJudgeHealth } from '../../../src/control/rollout/assessment/judge-health.ts'
import type { Store } from '../../../src/control/store/store.ts'
import type { RubricItem } from '../../../src/records/rubric.ts'
import { until } from '../../support/until.ts'
import { arrive, captured, judging, liveStore, ofMail, verdictOf } from './live-stage.ts'

const call = { name: 'refund', arguments: { order: 1182 }, result: 'paid back' }
const way: Partial<RequestOutcome> = { trajectory: { messages: [{ role: 'assistant', calls: [call] }] } }

/** A store whose rubric has one item that sees these parts. */
async function storeSeeing(sees: NonNullable<RubricItem['sees']>): Promise<Store> {
  return storeWith({ sees })
}

async function storeWith(more: Partial<RubricItem>): Promise<Store> {
  const store = await liveStore()
  return {
    ...store,
    async version(feature, id) {
      const known = await store.version(feature, id)
      return known && { ...known, rubric: known.rubric.map((item) => ({ ...item, ...more })) }
    },
  }
}

async function judgedOnce(store: Store, outcome: Partial<RequestOutcome>) {
  await arrive(store, [captured('a', {}, outcome)])
  await using worker = judging(store, () => verdictOf('yes'))
  await until(() => worker.fates.length === 1, 'the end of the task')
  return { fates: worker.fates, asked: worker.asked, health: await readJudgeHealth(store, 'mail') }
}

test('a rubric that sees the trajectory is judged with the one that the outcome reported', async () => {
  const store = await storeSeeing(['output', 'trajectory'])
  const { fates, asked } = await judgedOnce(store, way)
  assert.deepEqual(fates, ['scored'])
  const output = JSON.stringify(asked[0]?.messages)
  assert.ok(output.includes('refund') && output.includes('1182') && output.includes('paid back'))
  assert.equal((await store.content(ofMail('a')))?.score, 1)
})

test('a judge of the output alone is not shown the trajectory', async () => {
  const { fates, asked } = await judgedOnce(await liveStore(), way)
  assert.deepEqual(fates, ['scored'])
  assert.ok(!JSON.stringify(asked).includes('paid back'))
})

test('what the rubric sees and nobody reported is no score, costs nothing, and is named', async () => {
  const unseen: [NonNullable<RubricItem['sees']>, Partial<RequestOutcome>, string][] = [
    [['trajectory'], {}, 'no-trajectory'],
    [['trajectory'], { steps: 2, toolCalls: { refund: 1 }, trajectoryRef: 'trace-7' }, 'no-trajectory'],
    [['output', 'retrieved'], way, 'no-retrieved'],
    [['state'], way, 'no-state'],
  ]
  for (const [sees, outcome, code] of unseen) {
    const store = await storeSeeing(sees)
    const { fates, asked, health } = await judgedOnce(store, outcome)
    assert.deepEqual([fates, asked.length], [['given-up'], 0])
    assert.deepEqual([health.failures, health.code], [1, code])
    assert.equal(await store.content(ofMail('a')), undefined)
    assert.equal(await store.queued(), 0)
  }
})

test('outcomes report no documents, so claims held against them give no score, and that costs nothing', async () => {
  const ofDocuments = await judgedOnce(await storeWith({ claims: { in: ['retrieved'] } }), way)
  assert.deepEqual([ofDocuments.fates, ofDocuments.asked.length], [['given-up'], 0])
  assert.deepEqual([ofDocuments.health.failures, ofDocuments.health.code], [1, 'no-retrieved'])
})
