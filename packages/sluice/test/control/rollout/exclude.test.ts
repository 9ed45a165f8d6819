import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadCheckpoint, readAssessment } from '../../../src/control/rollout/controller/rollout-checkpoint.ts'
import { eValueEngine } from '../../../src/control/rollout/decision-engine.ts'
import type { Evidence } from '../../../src/control/rollout/evidence/evidence.ts'
import type { Store } from '../../../src/control/store/store.ts'
import type { Rollout } from '../../../src/records/rollout/rollout.ts'
import { control } from '../../support/controller/control.ts'
import { replay } from '../../support/controller/replay-assessment.ts'
import { canary, incumbent, request, rollingStore } from '../../support/controller/stage.ts'
import { until } from '../../support/until.ts'

const exclude = (store: Store, tokenId: string, undo = false) =>
  import('../../../src/control/store/apply-event.ts').then(({ applyEvent }) =>
    applyEvent(
      store,
      'mail',
      { type: 'exclude', tokenId, undo, reason: 'it lies', rolloutId: 'r1' },
      { at: 0, by: 'ann' },
      { tokenId: 't-ann' },
    ),
  )

const entries = (by: string, from: number, count: number, error: boolean) =>
  Array.from({ length: count }, (_, i) => {
    const isCanary = i % 2 === 0
    return request(`${by}-${from + i}`, {
      tokenId: by,
      arm: isCanary ? 'canary' : 'incumbent',
      version: isCanary ? canary : incumbent,
      position: isCanary ? 10 : 900_000,
      error: isCanary && error ? 'boom' : null,
      unit: `u${from + i}`,
    })
  })

test('an excluded token is no evidence from the first outcome on, on record, replayed alike, and counts again after an undo', async () => {
  const store = await rollingStore({ settings: { stages: [{ ppm: 500_000, soakMs: 3_600_000 }] } })
  await using _ = control(store, { engine: eValueEngine as never })
  await store.append([
    ...entries('app', 0, 1500, false),
    ...entries('liar', 2000, 300, true),
    ...entries('app', 0, 1, false),
  ])
  const seen = (what: string, wanted: (errors: number, requests: number) => boolean) =>
    until(async () => {
      const known = await readAssessment(store, 'r1')
      const errors = known?.tokens.reduce((sum, one) => sum + one.errors.canary, 0) ?? 0
      return known !== null && wanted(errors, known.incumbent.requests + known.canary.requests)
    }, what)
  await seen('all to be seen', (errors, requests) => errors === 150 && requests === 1800)
  const before = (await loadCheckpoint(store, 'r1'))?.checkpoint.evidence as Evidence

  await exclude(store, 'liar')
  await seen('the liar to be left out', (errors, requests) => errors === 0 && requests === 1500)
  const after = await readAssessment(store, 'r1')
  assert.deepEqual([after?.ignored.excludedToken, after?.tokens.map(({ tokenId }) => tokenId)], [300, ['app']])
  const replayed = await replay(store, eValueEngine as never, 'r1')
  assert.deepEqual(replayed?.replayed, replayed?.stored)
  const row = (await store.audit('mail')).at(-1)
  assert.deepEqual([row?.action, row?.actor, row?.reason], ['rollout.exclude', 'ann', 'it lies'])
  assert.deepEqual((row?.after as { rollout: Rollout } | undefined)?.rollout.excluded, ['liar'])
  await assert.rejects(exclude(store, 'liar'), /are left out in rollout r1 already/)

  await exclude(store, 'liar', true)
  await seen('the liar to count again', (errors, requests) => errors === 150 && requests === 1800)
  const again = (await loadCheckpoint(store, 'r1'))?.checkpoint.evidence as Evidence
  assert.deepEqual(again, before)
})
