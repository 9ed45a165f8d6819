import assert from 'node:assert/strict'
import { test } from 'node:test'
import { evidencePoints } from '../../../../src/control/rollout/assessment/evidence-series.ts'
import { runPass, savePass } from '../../../../src/control/rollout/controller/pass.ts'
import {
  type Assessed,
  checkpointName,
  readAssessed,
  seriesOf,
} from '../../../../src/control/rollout/controller/rollout-checkpoint.ts'
import { eValueEngine } from '../../../../src/control/rollout/decision-engine.ts'
import type { Store } from '../../../../src/control/store/store.ts'
import { replay } from '../../../support/controller/replay-assessment.ts'
import { canary, incumbent, request, rollingStore } from '../../../support/controller/stage.ts'
import { start } from '../../../support/store/store-samples.ts'

const engine = eValueEngine as never
const minute = 60_000

const outcomes = (look: number, error: string | null) =>
  Array.from({ length: 60 }, (_, index) => {
    const isCanary = index % 2 === 0
    return request(`${look}-${index}`, {
      arm: isCanary ? 'canary' : 'incumbent',
      version: isCanary ? canary : incumbent,
      position: isCanary ? 10 : 900_000,
      error: isCanary && index % 12 === 0 ? error : null,
    })
  })

/** One pass of the controller, stored. */
async function look(store: Store, at: number): Promise<Assessed> {
  const pass = await runPass({ store, engine, now: () => at, everyMs: 1000 }, { feature: 'mail', id: 'r1' })
  assert.ok(pass && (await savePass(store, pass, undefined)))
  return pass.checkpoint.assessed
}

async function watchedStore(looks: number): Promise<Store> {
  const store = await rollingStore({ settings: { stages: [{ ppm: 500_000, soakMs: 60 * minute }] } })
  for (let index = 0; index < looks; index += 1) {
    await store.append(outcomes(index, index > 2 ? 'boom' : null))
    await look(store, start + index * minute)
  }
  return store
}

/** What is stored of the last pass, changed. */
async function rewrite(store: Store, change: (assessed: Record<string, unknown>) => void): Promise<void> {
  const kept = await store.checkpoint(checkpointName('r1'))
  assert.ok(kept)
  const state = structuredClone(kept.state) as { assessed: Record<string, unknown> }
  change(state.assessed)
  const saved = await store.saveCheckpoint(
    checkpointName('r1'),
    kept.cursor,
    { cursor: kept.cursor, state },
    { rolloutId: 'r1', records: new Map(), fence: undefined },
  )
  assert.ok(saved)
}

test('the evidence of each look is recorded, and what the log gives again gives the same record', async () => {
  const store = await watchedStore(6)
  const assessed = await readAssessed(store, 'r1')
  const short = { summary: store.summary, checkpoint: () => assert.fail('the whole evidence was read') }
  assert.deepEqual(await readAssessed(short, 'r1'), assessed)
  assert.deepEqual(await readAssessed({ ...store, summary: async () => undefined }, 'r1'), assessed)
  assert.ok(assessed)
  const series = seriesOf(assessed)
  const points = evidencePoints(series)
  assert.deepEqual(
    points.map(({ at }) => (at - start) / minute),
    [0, 1, 2, 3, 4, 5],
  )
  const all = points.map(({ logE }) => logE.all ?? 0)
  assert.ok((all[5] ?? 0) > (all[2] ?? 0) + 1, 'it grows once the canary fails')
  assert.ok(Math.abs((all[5] ?? 0) - assessed.assessment.logE) < 0.01)
  const again = await replay(store, engine, 'r1')
  assert.ok(again)
  assert.deepEqual(seriesOf({ ...assessed, assessment: again.replayed }), series)
})

test('a checkpoint of before, and one whose record cannot be read, go on with a record that begins there', async () => {
  for (const change of [
    (assessed: Record<string, unknown>) => delete assessed.series,
    (assessed: Record<string, unknown>) => Object.assign(assessed, { series: { points: 'odd' } }),
  ]) {
    const store = await watchedStore(3)
    await rewrite(store, change)
    const before = await readAssessed(store, 'r1')
    const next = await look(store, start + 10 * minute)
    assert.deepEqual(next.assessment.logE, before?.assessment.logE, 'the evidence itself is not touched')
    assert.deepEqual(
      evidencePoints(seriesOf(next)).map(({ at }) => (at - start) / minute),
      [2, 10],
    )
  }
})
