import assert from 'node:assert/strict'
import { test } from 'node:test'
import { progressText, stillNeeded } from '../../../src/gate/calibration/labels-needed.ts'
import { mayGate, rulingText } from '../../../src/gate/calibration/may-gate.ts'
import { outputHash } from '../../../src/gate/labels/label-files.ts'
import type { CurrentLabel } from '../../../src/gate/labels/read-labels.ts'
import type { Calibration } from '../../../src/records/report/calibration.ts'
import { label } from '../../support/labels/labels.ts'

const said = (yes: number, no: number, changes = {}) =>
  Array.from({ length: yes + no }, (_, index): CurrentLabel => {
    const verdict = index < yes ? 'yes' : 'no'
    return { ...label({ output: outputHash(String(index)), ...changes }), verdict }
  })
const progress = (labels: CurrentLabel[], calibration: Calibration | null = null) =>
  stillNeeded(labels, ['actions'], calibration).map(progressText)

test('before the first calibration it takes as many labels as one looks at, of both kinds', () => {
  assert.deepEqual(progress([]), ['actions: 0 labels (0 yes, 0 no): too few labels (10 more)'])
  assert.deepEqual(progress(said(6, 1)), ['actions: 7 labels (6 yes, 1 no): too few labels (3 more)'])
  assert.deepEqual(progress(said(12, 0)), ['actions: 12 labels (12 yes, 0 no): too few labels, since all are alike'])
  assert.deepEqual(progress(said(8, 4)), ['actions: 12 labels (8 yes, 4 no): enough for a calibration'])
})

test('after it the number is that of the calibration, less what was labelled since', () => {
  const rule = { minKappa: 0.6, minTpr: null, minTnr: null }
  const measured = { labels: 20, kappa: { value: 0.8, low: 0.5, high: 0.95 }, whyNoKappa: null, tpr: null, tnr: null }
  const ruling = mayGate(measured, rule)
  assert.equal(ruling.labelsNeeded, 25)
  const row = { item: 'actions', labels: 20, whyNoKappa: null, ...ruling }
  const by = (changes: object) => ({ items: [{ ...row, ...changes }] }) as unknown as Calibration
  const now = (labels: number, changes = {}) =>
    progress(said(labels - 5, 5), by(changes))[0]
      ?.split(': ')
      .at(-1)
  assert.equal(now(20), rulingText('too few labels', ruling.labelsNeeded))
  assert.equal(now(20), 'too few labels (25 more)')
  assert.equal(now(40), 'too few labels (5 more)')
  assert.equal(now(45), 'enough for the next calibration')
  assert.equal(now(20, { labelsNeeded: null }), 'too few labels, and more like these would not decide')
  assert.equal(now(20, { verdict: 'may gate' }), 'may gate, by the labels before')
})

test('an output counts once, and for neither side where people are divided', () => {
  const twice = [...said(8, 0), ...said(8, 0, { labeller: 'bo' })]
  assert.deepEqual(progress(twice), ['actions: 8 labels (8 yes, 0 no): too few labels (2 more)'])
  const divided = [...said(1, 0), ...said(0, 1, { labeller: 'bo' })]
  assert.deepEqual(progress(divided), ['actions: 0 labels (0 yes, 0 no): too few labels (10 more)'])
})
