import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gateCase, play } from './gate-scores.ts'

test('scores that never vary show no rare fault, and the advice says how rare', () => {
  const cases = (count: number) => Array.from({ length: count }, (_, i) => gateCase(`case-${i}`, [1, 1]))
  const adviceOn = (count: number) => play(cases(count), { looks: [2] }).decision.advice?.text ?? ''
  assert.match(
    adviceOn(3),
    /A fault in up to 40 % of the answers may be in none of the candidate's 6\. About 47 more cases would be enough\. A new case costs no more than a repeated one, and tells more\. The cheapest are short/,
  )
  assert.match(adviceOn(150), /A fault in up to 1 % of the answers may be in none of the candidate's 300\.$/)
})

test('the advice speaks of as many answers as the reason, also where the threshold took more repeats', () => {
  const cases = [1, 2, 3].map((i) => gateCase(`case-${i}`, Array<number>(8).fill(1)))
  const { decision } = play(cases, { threshold: 0.5 })
  const [, answers] = /^(\d+) answers of the candidate are too few/.exec(decision.reasons[0]?.message ?? '') ?? []
  assert.match(decision.advice?.text ?? '', new RegExp(`in none of the candidate's ${answers}\\.`))
})

test('with one repeat of each case no share of the variance is claimed for the cases', () => {
  const scores = [0.2, 0.9, 0.5, 0.7, 0.4, 1, 0.6, 0.3]
  const cases = scores.map((score, i) => gateCase(`case-${i}`, [score], { baseline: [scores.at(i - 1) ?? 0] }))
  const { advice } = play(cases, { looks: [1] }).decision
  assert.equal(advice?.helps, 'cases')
  assert.match(advice?.text ?? '', /whether more repeats would too is unknown/)
})

test('too few answers are answered by cases, not by repeats', () => {
  const wobbly = Array.from({ length: 5 }, (_, i) => gateCase(`c${i}`, [1, 1, 0.99, 1, 1, 1, 0.99, 1]))
  const { advice } = play(wobbly).decision
  assert.deepEqual([advice?.helps, advice?.cases, advice?.repeats], ['cases', 16, undefined])
})
