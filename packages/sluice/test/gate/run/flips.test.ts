import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeLine } from '../../../src/gate/report/sentences.ts'
import { flipsOf } from '../../../src/gate/run/observations.ts'
import type { ResultRow } from '../../../src/gate/run/results.ts'
import { incidentFeature } from '../../support/report/incident.ts'

/** One judged answer of a case, with one verdict for each item. */
function answered(position: number, output: string, verdicts: readonly ('yes' | 'no')[]): ResultRow {
  const judge = verdicts.map((verdict) => ({ id: 'item', verdict, evidence: '', evidenceFound: true, reasoning: '' }))
  return { position, role: 'candidate', repeat: 0, score: 1, detail: { output, judge } } as unknown as ResultRow
}

test('of flips it is known how many verdicts were asked for again: those of the same case and the same text', () => {
  const once = [answered(0, 'a', ['yes', 'no']), answered(1, 'a', ['no', 'no'])]
  assert.deepEqual(flipsOf(once), { flipRate: null, askedAgain: 0 })
  const again = [...once, answered(1, 'b', ['yes', 'no']), answered(1, 'a', ['no', 'yes'])]
  assert.deepEqual(flipsOf(again), { flipRate: 0.5, askedAgain: 2 })
})

test('a report says of how many verdicts none flipped, and claims no share of all of them', () => {
  const { judge } = incidentFeature()
  const line = (one: object) => judgeLine(incidentFeature({ judge: judge && { ...judge, ...one } }))
  assert.match(line({ flipRate: 0, askedAgain: 7 }) ?? '', /158 judgements, 0 of 7 verdicts asked for again flipped$/)
  assert.match(line({ flipRate: 1, askedAgain: 1 }) ?? '', /, 1 of 1 verdict asked for again flipped$/)
  assert.match(line({ flipRate: null, askedAgain: 0 }) ?? '', /158 judgements$/)
  const older = line({ flipRate: 0.026, askedAgain: undefined }) ?? ''
  assert.match(older, /2\.6 % of the verdicts asked for again flipped$/)
})
