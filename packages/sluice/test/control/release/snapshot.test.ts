import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { newFeature } from '../../../src/control/release/feature-state.ts'
import { snapshotOf } from '../../../src/control/release/snapshot.ts'
import { transition } from '../../../src/control/release/transition.ts'
import type { FeatureState } from '../../../src/records/feature.ts'
import { at, start } from '../../support/store/state-arbitrary.ts'

const content = (id: string) => ({
  id,
  model: 'recorded:small',
  parameters: {},
  messages: [{ role: 'user' as const, content: 'Hello' }],
  format: { type: 'text' as const },
  strict: true,
})
const versions = ['a', 'b', 'c'].map((id) => ({ feature: 'summary', id, content: content(id) }))
const active = transition(newFeature('summary'), { type: 'activate', version: 'a', reason: '' }, at(0))
const inCanary: FeatureState = transition(active, start('b'), at(1))

test('a snapshot holds what routing needs and no more', () => {
  const { features, ...head } = snapshotOf('e', 7, [newFeature('other'), inCanary], versions)
  assert.deepEqual(features, {
    summary: {
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
    },
  })
  assert.equal(head.schema, 'sluice.snapshot/1')
  assert.deepEqual([head.epoch, head.revision], ['e', 7])
})

test('the canary is gone with the end of its rollout', () => {
  const ended = transition(inCanary, { type: 'rollBack', reason: '' }, at(2))
  assert.deepEqual(snapshotOf('e', 8, [ended], versions).features, {
    summary: { active: 'a', versions: { a: content('a') } },
  })
})

test('the hash covers the features alone, whatever the order of their keys', () => {
  const text = JSON.stringify({ f: { active: 'a', versions: { a: sortedContent('a') } } })
  const state = { ...active, feature: 'f' }
  const records = [{ feature: 'f', id: 'a', content: content('a') }]
  const { hash } = snapshotOf('e', 1, [state], records)
  assert.equal(hash, createHash('sha256').update(text).digest('hex').slice(0, 16))
  assert.equal(snapshotOf('other', 2, [state], records).hash, hash)
  assert.notEqual(snapshotOf('e', 1, [{ ...state, capture: { incumbent: 1, canary: 1 } }], records).hash, hash)
})

const sortedContent = (id: string) => ({
  format: { type: 'text' },
  id,
  messages: [{ content: 'Hello', role: 'user' }],
  model: 'recorded:small',
  parameters: {},
  strict: true,
})

test('the content of a served version must be at hand', () => {
  assert.throws(() => snapshotOf('e', 7, [inCanary], versions.slice(0, 1)), /version b of summary is missing/)
})
