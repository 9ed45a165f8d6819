import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flakyCases } from '../../../src/gate/flakes/flaky-cases.ts'
import { cheapestRemedy, noiseSources } from '../../../src/gate/flakes/noise-sources.ts'
import type { ResultRow } from '../../../src/gate/run/results.ts'
import { createScoreTable } from '../../../src/gate/run/score-table.ts'

/** Each case is a list of answers: a text, and the verdicts of the judge on its questions by id. */
type Answer = [output: string, verdicts: Record<string, 'yes' | 'no'>]

function judgedCases(cases: readonly (readonly Answer[])[]) {
  const table = createScoreTable()
  const rows: ResultRow[] = []
  for (const [position, answers] of cases.entries()) {
    table.add(position, { id: `c${position}`, weight: 1, tags: [], critical: false })
    for (const [index, [output, verdicts]] of answers.entries()) {
      const judge = Object.entries(verdicts).map(([id, verdict]) => {
        return { ...{ id, verdict, score: verdict === 'yes' ? 1 : 0, weight: 1 }, ...quoted }
      })
      const score = judge.reduce((sum, each) => sum + each.score, 0) / judge.length
      table.record(position, 'candidate', index + 1, 'scored', score)
      rows.push({
        position,
        role: 'candidate',
        repeat: index + 1,
        detail: { state: 'scored', score, output, checks: [], judge },
      })
    }
  }
  return { cases: table.cases, rows }
}

const quoted = { evidence: '', reasoning: '', evidenceFound: true, must: false }
const settings = { caseThreshold: 0.6, confidence: 0.95 }
const flip = (text: string): Answer[] => [
  [text, { polite: 'yes' }],
  [text, { polite: 'no' }],
]

test('a case says why it is unsteady, and the cheapest thing that helps', () => {
  const steady: Answer[] = [
    ['a', { polite: 'yes' }],
    ['b', { polite: 'yes' }],
  ]
  const differing: Answer[] = [
    ['a', { polite: 'yes' }],
    ['b', { polite: 'no' }],
  ]
  const one = judgedCases([steady, differing, flip('x')])
  const found = flakyCases(one.cases, one.rows, settings)
  assert.deepEqual(found.map(({ case: id, remedy }) => [id, remedy]).sort(), [
    ['c1', 'label'],
    ['c2', 'judge-votes'],
  ])
  const [first] = found
  assert.deepEqual([first?.passes, first?.answers, first?.k, first?.passK], [1, 2, 2, 0])
  assert.ok(first && first.passKLow < 0.01 && first.passKHigh > 0.9, 'two answers say little')
  const many = judgedCases([flip('x'), flip('y'), flip('z')])
  assert.deepEqual(
    new Set(flakyCases(many.cases, many.rows, settings).map(({ remedy }) => remedy)),
    new Set(['rewrite-item']),
  )
})

test('the judge is told from the system where a text was judged twice, and nowhere else', () => {
  const { rows } = judgedCases([flip('x'), flip('y')])
  const same = noiseSources(rows)
  assert.deepEqual([same.system, same.judge, same.within, same.textsJudgedTwice], [0, 0.5, 0.5, 2])
  const apart = noiseSources(
    judgedCases([
      [
        ['a', { polite: 'yes' }],
        ['b', { polite: 'no' }],
      ],
      [['c', { polite: 'yes' }]],
    ]).rows,
  )
  assert.deepEqual([apart.system, apart.judge, apart.textsJudgedTwice], [null, null, 0])
})

test('the remedy follows prices and parts', () => {
  const parts = { case: 0, within: 0.05, textsJudgedTwice: 9, judgeFrom: 'repeats' as const }
  const prices = { generationUsd: 0.01, judgeUsd: 0.001 }
  assert.match(
    cheapestRemedy({ ...parts, system: 0.01, judge: 0.04 }, prices) ?? '',
    /80 % .* 6 judgements of each answer/,
  )
  assert.match(cheapestRemedy({ ...parts, system: 0.049, judge: 0.001 }, prices) ?? '', /repeats are the cheapest/)
  assert.match(cheapestRemedy({ ...parts, system: null, judge: null }, prices) ?? '', /not known/)
  assert.equal(cheapestRemedy({ ...parts, within: null, system: null, judge: null }, prices), null)
})

test('members of a panel that disagree give the most that the judge can add, where no text was judged twice', () => {
  const { rows } = judgedCases([
    [
      ['a', { polite: 'yes' }],
      ['b', { polite: 'no' }],
    ],
    [
      ['c', { polite: 'yes' }],
      ['d', { polite: 'yes' }],
    ],
  ])
  const vote = (model: string, verdict: string) => ({ model, verdict })
  const members = [vote('m', 'yes'), vote('n', 'yes'), vote('o', 'no')]
  const panel = rows.map((row) => ({
    ...row,
    detail: { ...row.detail, judge: row.detail.judge.map((item) => ({ ...item, members })) },
  }))
  const found = noiseSources(panel)
  // Two of three: the majority of three that are drawn anew is yes with 20/27.
  assert.ok(Math.abs((found.judge ?? 0) - (20 / 27) * (7 / 27)) < 1e-12)
  assert.deepEqual([found.judgeFrom, found.within, found.system], ['panel', 0.25, 0.25 - (found.judge ?? 0)])
  const agreed = panel.map((row) => ({
    ...row,
    detail: { ...row.detail, judge: row.detail.judge.map((item) => ({ ...item, members: members.slice(0, 1) })) },
  }))
  assert.deepEqual([noiseSources(agreed).judge, noiseSources(agreed).system], [0, 0.25])
  const prices = { generationUsd: 0.01, judgeUsd: 0.001 }
  assert.match(
    cheapestRemedy(found, prices) ?? '',
    /^By the votes of its panel the judge makes at most 76\.8 % .*label the answers on which they do/,
  )
})

test('verdicts on labelled texts that were judged twice tell the judge from the system', () => {
  const { rows } = judgedCases([
    [
      ['a', { polite: 'yes' }],
      ['b', { polite: 'no' }],
    ],
    [
      ['c', { polite: 'yes' }],
      ['d', { polite: 'yes' }],
    ],
  ])
  const steady = noiseSources(rows, [
    [1, 1],
    [0, 0],
  ])
  assert.deepEqual([steady.judge, steady.system, steady.textsJudgedTwice, steady.judgeFrom], [0, 0.25, 2, 'repeats'])
  const wobbling = noiseSources(rows, [
    [1, 0],
    [1, 1],
  ])
  assert.deepEqual([wobbling.judge, wobbling.system, wobbling.within], [0.25, 0, 0.25])
})
