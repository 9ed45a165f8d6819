import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newFeature } from '../../../src/control/release/feature-state.ts'
import { featureSnapshot } from '../../../src/control/release/snapshot.ts'
import { transition } from '../../../src/control/release/transition.ts'
import { type ServedFeature, viewOf } from '../../../src/control/server/snapshots/snapshot-view.ts'
import { canonicalJson } from '../../../src/core/suite/values/canonical-json.ts'
import type { FeatureState } from '../../../src/records/feature.ts'
import { snapshotHash } from '../../support/snapshot-hash.ts'
import { at, start } from '../../support/store/state-arbitrary.ts'

const content = (id: string) => ({
  id,
  model: 'recorded:small',
  parameters: {},
  messages: [{ role: 'user' as const, content: 'Hello' }],
  format: { type: 'text' as const },
  strict: true,
})
const contentOf = (id: string) => (['a', 'b', 'c'].includes(id) ? content(id) : undefined)
const active = transition(newFeature('summary'), { type: 'activate', version: 'a', reason: '' }, at(0))
const inCanary: FeatureState = transition(active, start('b'), at(1))

test('a snapshot holds what routing needs and no more', () => {
  assert.equal(featureSnapshot(newFeature('other'), contentOf), undefined)
  assert.deepEqual(featureSnapshot(inCanary, contentOf), {
    active: 'a',
    rollout: {
      id: 'to-b',
      algorithm: 'murmur3-x86-32/ppm',
      salt: 'salt of to-b',
      stage: 0,
      ppm: 10_000,
      incumbent: 'a',
      canary: 'b',
    },
    versions: { a: content('a'), b: content('b') },
  })
})

test('the canary is gone with the end of its rollout', () => {
  const ended = transition(inCanary, { type: 'rollBack', reason: '' }, at(2))
  assert.deepEqual(featureSnapshot(ended, contentOf), { active: 'a', versions: { a: content('a') } })
})

function served(name: string, state: FeatureState, revision = 1): ServedFeature {
  const snapshot = featureSnapshot(state, contentOf)
  assert.ok(snapshot)
  return { name, revision, snapshot, text: canonicalJson(snapshot) }
}

test('the hash is that of the features alone, in canonical order, and the revision that of the last change in them', () => {
  const features = [served('f', active, 3), served('é', inCanary, 7), served('10', active), served('9', active)]
  const { snapshot } = viewOf('e', features, undefined)
  assert.deepEqual([snapshot.schema, snapshot.epoch, snapshot.revision], ['sluice.snapshot/1', 'e', 7])
  assert.equal(snapshot.hash, snapshotHash(snapshot.features))
  assert.equal(viewOf('other', features.toReversed(), undefined).snapshot.hash, snapshot.hash)
  const changed = served('f', { ...active, capture: { incumbent: 1, canary: 1 } }, 3)
  assert.notEqual(viewOf('e', [changed, ...features.slice(1)], undefined).snapshot.hash, snapshot.hash)
})

test('the content of a served version must be at hand', () => {
  const first = (id: string) => (id === 'a' ? content(id) : undefined)
  assert.throws(() => featureSnapshot(inCanary, first), /version b of summary is missing/)
})
