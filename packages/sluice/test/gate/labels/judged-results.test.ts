import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FeatureOfRun, judgedResults, type RunRow } from '../../../src/gate/labels/judged-results.ts'
import { outputHash, outputKey } from '../../../src/gate/labels/label-files.ts'
import type { VersionRole } from '../../../src/records/report/case-detail.ts'

const cases = [
  { id: 'a', tags: ['core'] },
  { id: 'b', tags: [] },
]
const features: Record<string, ReturnType<FeatureOfRun>> = {
  last: { candidate: 'aaaaaaaaaaaa', baseline: 'bbbbbbbbbbbb', cases },
  first: { candidate: 'bbbbbbbbbbbb', baseline: undefined, cases },
}
const featureOf: FeatureOfRun = (runId) => features[runId]
const itemsOf = (id: string) =>
  ['a', 'b'].includes(id) ? new Map(['actions', 'tone'].map((item) => [item, item])) : undefined

interface Said {
  run?: string
  position?: number
  role?: VersionRole
  repeat?: number
  masked?: true
}

/** One answer, and what the judge said of it, by item. */
function row(output: string, verdicts: Record<string, string>, said: Said = {}): RunRow {
  const { run = 'last', position = 0, role = 'candidate', repeat = 1, masked } = said
  const judge = Object.entries(verdicts).map(([id, verdict]) => {
    return { id, verdict, evidence: '', reasoning: '', evidenceFound: true, weight: 1, must: false }
  })
  const detail = { state: 'scored' as const, output, checks: [], judge, ...(masked && { outputMasked: masked }) }
  return { runId: run, position, role, repeat, detail }
}

const unitsOf = (rows: RunRow[]) => judgedResults(rows, featureOf, itemsOf).units
const brief = (rows: RunRow[]) =>
  unitsOf(rows).map(({ case: id, item, verdict, isNearFlip, differs }) => [id, item, verdict, isNearFlip, differs])

test('each item on each output is a unit, with the version that wrote it and the last verdict', () => {
  const units = unitsOf([
    row('x', { actions: 'yes', tone: 'no' }),
    row('y', { actions: 'cannot_tell' }, { role: 'baseline', position: 1, repeat: 2 }),
    row('x', { actions: 'no' }, { run: 'first' }),
  ])
  assert.deepEqual(units, [
    {
      case: 'a',
      item: 'actions',
      output: outputHash('x'),
      candidate: true,
      version: 'aaaaaaaaaaaa',
      repeat: 1,
      tags: ['core'],
      verdict: 'yes',
      isNearFlip: true,
      differs: false,
    },
    {
      case: 'a',
      item: 'tone',
      output: outputHash('x'),
      candidate: true,
      version: 'aaaaaaaaaaaa',
      repeat: 1,
      tags: ['core'],
      verdict: 'no',
      isNearFlip: false,
      differs: false,
    },
    {
      case: 'b',
      item: 'actions',
      output: outputHash('y'),
      candidate: false,
      version: 'bbbbbbbbbbbb',
      repeat: 2,
      tags: [],
      verdict: 'cannot_tell',
      isNearFlip: false,
      differs: false,
    },
  ])
})

test('near the flip: the judge changed its mind on one text, or on two answers of one version', () => {
  assert.deepEqual(brief([row('x', { actions: 'yes' }), row('x', { actions: 'no' }, { repeat: 2 })]), [
    ['a', 'actions', 'yes', true, false],
  ])
  assert.deepEqual(brief([row('x', { actions: 'yes' }), row('z', { actions: 'no' }, { repeat: 2 })]), [
    ['a', 'actions', 'yes', true, false],
    ['a', 'actions', 'no', true, false],
  ])
  const otherCase = [row('x', { actions: 'yes' }), row('x', { actions: 'no' }, { position: 1 })]
  assert.ok(
    unitsOf(otherCase).every(({ isNearFlip }) => !isNearFlip),
    'another case says nothing about it',
  )
})

test('where the versions differ, both are marked', () => {
  const rows = [
    row('x', { actions: 'yes', tone: 'yes' }),
    row('y', { actions: 'no', tone: 'yes' }, { role: 'baseline' }),
  ]
  assert.deepEqual(brief(rows), [
    ['a', 'actions', 'yes', false, true],
    ['a', 'tone', 'yes', false, false],
    ['a', 'actions', 'no', false, true],
    ['a', 'tone', 'yes', false, false],
  ])
})

test('what nobody can label is no unit', () => {
  const { units, masked, texts } = judgedResults(
    [
      row('x', { actions: 'yes' }, { run: 'unknown' }),
      row('x', { actions: 'yes' }, { position: 7 }),
      row('x', { gone: 'yes', actions: 'Excellent' }),
      row('x', {}),
      row('key ***', { actions: 'yes' }, { masked: true }),
    ],
    featureOf,
    itemsOf,
  )
  assert.deepEqual([units, masked, texts.size], [[], 1, 0])
})

test('where a question is about more than the output, what was done on the way to it belongs to it', () => {
  const traced = (repeat: number, name: string): RunRow => {
    const one = row('x', { actions: 'yes' }, { repeat })
    return { ...one, detail: { ...one.detail, trace: { retrieved: [{ id: name, text: null }] } } }
  }
  const rows = [traced(1, 'a'), traced(2, 'b'), traced(3, 'a')]
  assert.equal(judgedResults(rows, featureOf, itemsOf).units.length, 1)
  const { units, traces } = judgedResults(rows, featureOf, itemsOf, (id) => id === 'a')
  assert.deepEqual(
    units.map(({ output }) => output),
    ['a', 'b'].map((name) => outputHash('x', { retrieved: [{ id: name, text: null }] })),
  )
  assert.deepEqual(traces.get(outputKey({ case: 'a', output: units[1]?.output ?? '' }))?.retrieved?.[0]?.id, 'b')
})
