import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startLabelling } from '../../../src/gate/labels/labelling.ts'
import type { CurrentLabel } from '../../../src/gate/labels/read-labels.ts'
import type { Label } from '../../../src/records/label.ts'
import { question } from '../../support/labels/served-questions.ts'

/** Three questions, what was written about them, and in which order. */
function start({ before = [] as CurrentLabel[], fails = (): boolean => false, sawJudge = false } = {}) {
  const questions = [question(0), { ...question(0), item: 'tone' }, question(1)]
  const written: string[] = []
  const labels: Label[] = []
  const labelling = startLabelling({
    labeller: 'ann',
    questions,
    before,
    keptOutputs: [],
    sawJudge,
    keepOutput: async ({ case: id }) => void written.push(`text of ${id}`),
    keepLabel: async (label) => {
      if (fails()) throw new Error('the disk is full')
      labels.push(label)
      written.push(`${label.case} ${label.item} ${label.verdict}`)
    },
    now: () => Date.parse('2026-11-26T10:00:00.000Z'),
  })
  const act = (action: Parameters<typeof labelling.act>[0]) => labelling.act(action, labelling.view().position)
  return { labelling, act, written, labels, at: () => labelling.view().position }
}

test('a text is kept once, and before the first label on it', async () => {
  const { act, written, labels, labelling } = start()
  await act('yes')
  await act('unclear')
  await act('no')
  const [first, second] = ['text of case-0', 'text of case-1']
  assert.deepEqual(written, [first, 'case-0 actions yes', 'case-0 tone unclear', second, 'case-1 actions no'])
  assert.deepEqual(
    [labels[0]?.at, labels[0]?.version, labels[0]?.sawJudge],
    ['2026-11-26T10:00:00.000Z', 'aaaaaaaaaaaa', false],
  )
  const { question: none, answered } = labelling.view()
  assert.deepEqual([none, answered], [undefined, 3])
  assert.equal(await labelling.act('yes', 4), false, 'there is nothing left to answer')
})

test('who starts again goes on at the first question without an answer, and may still undo', async () => {
  const first = start()
  await first.act('yes')
  await first.act('no')
  const again = start({ before: first.labelling.own() })
  assert.deepEqual([again.at(), again.labelling.view().answered], [3, 2])
  await again.act('undo')
  assert.deepEqual(again.written, ['text of case-0', 'case-0 tone null'])
  assert.deepEqual([again.at(), again.labelling.own().length], [2, 1])
})

test('undo goes back step by step, also over a skip and to an earlier answer', async () => {
  const { act, at, written, labelling } = start()
  assert.equal(labelling.view().canUndo, false)
  await act('yes')
  await act('skip')
  await act('back')
  await act('back')
  await act('no')
  assert.equal(at(), 3, 'what was skipped is not asked again in this sitting')
  await act('undo')
  assert.deepEqual([at(), labelling.view().given], [1, 'yes'])
  await act('undo')
  assert.equal(at(), 2)
  await act('undo')
  assert.deepEqual([at(), labelling.view().given, labelling.view().canUndo], [1, undefined, false])
  await act('undo')
  assert.deepEqual(
    written.filter((line) => line.startsWith('case-0')),
    ['case-0 actions yes', 'case-0 actions no', 'case-0 actions yes', 'case-0 actions null'],
  )
})

test('an answer that could not be kept is no answer', async () => {
  let isFull = true
  const { act, at, labelling } = start({ fails: () => isFull })
  await assert.rejects(act('yes'), /the disk is full/)
  assert.deepEqual([at(), labelling.view().given, labelling.view().answered, labelling.own()], [1, undefined, 0, []])
  isFull = false
  assert.equal(await act('yes'), true)
})

test('labels of who has seen the judge say so', async () => {
  const { act, labels } = start({ sawJudge: true })
  await act('yes')
  assert.deepEqual(
    labels.map(({ sawJudge }) => sawJudge),
    [true],
  )
})
