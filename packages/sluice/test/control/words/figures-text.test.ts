import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outageText } from '../../../src/control/rollout/assessment/judge-health.ts'
import {
  differenceText,
  evidenceSoFar,
  evidenceWords,
  knownEvidence,
  weakerTogether,
} from '../../../src/control/words/figures-text.ts'

test('evidence is said as a chance, never rounded up, and with what rolls back', () => {
  const words = (eValue: number) => evidenceWords({ eValue, needed: 20 })
  assert.equal(words(12_000.9), 'as unlikely as 1 in 12,000 if it were no worse; at 1 in 20 it is rolled back')
  assert.equal(words(19.99), 'as unlikely as 1 in 19 if it were no worse; at 1 in 20 it is rolled back')
  assert.equal(words(1e300), 'as unlikely as 1 in 10³⁰⁰ if it were no worse; at 1 in 20 it is rolled back')
  for (const little of [0, 0.3, 1, 1.99])
    assert.equal(words(little), 'no evidence that it is worse; at 1 in 20 it is rolled back')
})

test('how long a proof takes is not forecast while a signal that has a say was never seen', () => {
  const mean = { value: 0, low: null, high: null, count: 4000 }
  const known = { canary: mean, incumbent: mean, difference: null, margin: 0.01, against: 1, highest: null }
  const unknown = { ...known, canary: null, incumbent: null, against: null }
  const of = (slow: object) =>
    evidenceSoFar({
      signals: [{ signal: 'errors', weight: 0.5, logE: 0, logENonInferior: Math.log(400), difference: 0 }],
      canary: { requests: 4000 } as never,
      figures: {
        signals: [
          { signal: 'errors', ...known, proof: { eValue: 400, needed: 20 } },
          { signal: 'slow', ...slow },
        ],
        ...{ judged: {}, against: { eValue: 1 }, missing: [] },
      } as never,
    })
  const half = { ...known, proof: { eValue: Math.sqrt(20), needed: 20 } }
  assert.equal(of(half), 'no evidence against it yet: 4,000 of about 8,000 requests')
  assert.equal(of({ ...unknown, proof: null }), 'no evidence against it yet: 4,000 requests')
})

test('evidence without users of both arms is not known, and no good news', () => {
  const against = { eValue: 1, needed: 20, highest: { eValue: 1, at: 0 } }
  for (const users of [
    { canary: 0, incumbent: 0 },
    { canary: 0, incumbent: 9 },
    { canary: 9, incumbent: 0 },
  ])
    assert.equal(knownEvidence({ users, against }), 'not known, no data of both arms yet')
  const seen = { canary: 1, incumbent: 1 }
  assert.equal(knownEvidence({ users: seen, against }), 'no evidence that it is worse; at 1 in 20 it is rolled back')
})

test('why all signals together are weaker than one of them is said where they are, and only there', () => {
  const signals = (score: number | null) => [
    { name: 'the judged score', eValue: score },
    { name: 'the rate of errors', eValue: 0.9 },
  ]
  assert.equal(
    weakerTogether(6.4, signals(14.1)),
    'All together is weaker than the judged score alone: it is their mean by weight, and the others do not confirm it.',
  )
  for (const [all, score] of [
    [6.4, 6.5],
    [7, 6],
    [0.9, 1.4],
    [6, null],
  ] as const)
    assert.equal(weakerTogether(all, signals(score)), null)
  assert.equal(weakerTogether(null, signals(14)), null)
})

test('a difference that is rounded to nothing has no minus', () => {
  const of = (value: number) => differenceText({ value, low: value - 0.006, high: value + 0.006 }, 'score')
  assert.deepEqual([of(-0.0004), of(-0.0006), of(0.0004)], ['+0.000 ±0.006', '-0.001 ±0.006', '+0.000 ±0.006'])
})

test('what is watched while the judge fails is said by the weights', () => {
  const of = (weights: object) => {
    const signals = { score: 0.4, errors: 0, slow: 0, safety: 0, feedback: 0, ...weights }
    const settings = { signals, advance: 'soak' } as Parameters<typeof outageText>[1]['settings']
    return outageText({ failingSince: 0, failures: 40, code: 'overloaded' }, { settings })
  }
  assert.match(of({ errors: 0.3 }) ?? '', /so no score is added; errors are watched on\.$/)
  assert.match(of({ slow: 0.3 }) ?? '', /; slowness is watched on\.$/)
  assert.match(of({ errors: 0.3, slow: 0.1 }) ?? '', /; errors and slowness are watched on\.$/)
  assert.match(of({ safety: 0.3 }) ?? '', /; refusals and invalid answers are watched on\.$/)
  assert.match(of({}) ?? '', /; nothing else is watched\.$/)
})
