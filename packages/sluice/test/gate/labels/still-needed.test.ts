import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outputHash } from '../../../src/gate/labels/label-files.ts'
import type { CurrentLabel } from '../../../src/gate/labels/read-labels.ts'
import { progressText, stillNeeded } from '../../../src/gate/labels/still-needed.ts'
import { label } from './labels.ts'

const said = (yes: number, no: number, changes = {}) =>
  Array.from({ length: yes + no }, (_, index): CurrentLabel => {
    const verdict = index < yes ? 'yes' : 'no'
    return { ...label({ output: outputHash(String(index)), ...changes }), verdict }
  })
const progress = (labels: CurrentLabel[]) =>
  stillNeeded(labels, ['actions']).map((each) => [each.missing, progressText(each)])

test('it takes fifty outputs with ten of each answer', () => {
  assert.deepEqual(progress([]), [[50, 'actions: 0 of 50 labels, of them 0 of 10 yes, 0 of 10 no']])
  assert.deepEqual(progress(said(30, 4)), [[16, 'actions: 34 of 50 labels, of them 4 of 10 no']])
  assert.deepEqual(progress(said(60, 4)), [[6, 'actions: 64 labels, of them 4 of 10 no']])
  assert.deepEqual(progress(said(40, 10)), [[0, 'actions: 50 labels, enough for a calibration']])
})

test('an output counts once, and for neither side where people are divided', () => {
  const twice = [...said(30, 0), ...said(30, 0, { labeller: 'bo' })]
  assert.deepEqual(progress(twice), [[20, 'actions: 30 of 50 labels, of them 0 of 10 no']])
  const divided = [...said(1, 0), ...said(0, 1, { labeller: 'bo' })]
  assert.deepEqual(progress(divided), [[49, 'actions: 1 of 50 labels, of them 0 of 10 yes, 0 of 10 no']])
})
