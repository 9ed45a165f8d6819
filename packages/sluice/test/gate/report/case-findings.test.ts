import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findingsOf } from '../../../src/gate/report/case-findings.ts'
import { claimText } from '../../../src/gate/report/metrics/claim-lines.ts'
import { faultOrigin } from '../../../src/gate/report/metrics/fault-origin.ts'
import type { JudgedClaim } from '../../../src/records/report/judged-claims.ts'
import { caseReport } from '../../support/report/incident.ts'

const check = (name: string, score: number, must = false) => ({
  name,
  type: 'contains',
  score,
  reason: `about ${name}`,
  must,
})
const item = (
  id: string,
  verdict: string,
  more: { evidence?: string; evidenceFound?: boolean; must?: boolean; score?: number } = {},
) => ({
  id,
  verdict,
  evidence: '',
  reasoning: `about ${id}`,
  ...more,
})

test('what the baseline had comes first, then what must hold; what is right is left out', () => {
  const findings = findingsOf(
    caseReport({
      checks: [check('fine', 1), check('half', 0.5), check('gone', 0)],
      baselineChecks: [check('gone', 1), check('half', 0.5)],
      judge: [
        item('polite', 'yes'),
        item('faithful', 'no', { must: true }),
        item('actions', 'no'),
        item('tone', 'cannot_tell'),
      ],
      baselineJudge: [item('actions', 'yes'), item('faithful', 'no')],
    }),
  )
  assert.deepEqual(
    findings.map(({ name, outcome, lost, must }) => [name, outcome, lost, must]),
    [
      ['actions', 'no', true, false],
      ['gone', 'failed', true, false],
      ['faithful', 'no', false, true],
      ['tone', 'cannot tell', false, false],
      ['half', '0.50', false, false],
    ],
  )
})

test("an evaluator's choice is judged by its score", () => {
  const findings = findingsOf(
    caseReport({ judge: [item('style', 'excellent', { score: 1 }), item('tone', 'poor', { score: 0.25 })] }),
  )
  assert.deepEqual(
    findings.map(({ name, outcome }) => [name, outcome]),
    [['tone', 'poor']],
  )
})

test('an invented quote is marked, a missing one is not', () => {
  const [invented, none] = findingsOf(
    caseReport({
      judge: [
        item('a', 'no', { evidence: 'never said', evidenceFound: false }),
        item('b', 'no', { evidenceFound: false }),
      ],
    }),
  )
  assert.equal(invented?.invented, true)
  assert.equal(none?.invented, false)
})

const claim = (verdict: JudgedClaim['verdict'], more: Partial<JudgedClaim> = {}): JudgedClaim => ({
  ...{ claim: `${verdict} claim`, verdict, source: 'retrieved', document: null, quote: 'five days', reasoning: '' },
  ...more,
})
const ofClaims = (score: number, ...list: JudgedClaim[]) => ({
  ...item('claims', score === 1 ? 'yes' : 'no', { score, evidence: 'a claim' }),
  claims: { list, dropped: 0, cut: false },
})

test('of claims those that are not supported are listed, contradicted ones first, and generation is at fault', () => {
  const [found, origin] = findingsOf(
    caseReport({
      checks: [],
      judge: [
        ofClaims(
          0.25,
          claim('supported'),
          claim('unsupported', { source: null, quote: '' }),
          claim('unsupported', { said: 'supported', quote: 'six days' }),
          claim('contradicted', { document: 'returns-2' }),
        ),
      ],
    }),
  )
  assert.deepEqual(found?.claims.map(claimText), [
    'contradicted: “contradicted claim”; retrieved, returns-2 says “five days”',
    'unsupported: “unsupported claim”; no source says so',
    'unsupported: “unsupported claim”; the judge quotes “six days”, which is not in the source that it names',
  ])
  assert.equal(found?.evidence, '')
  assert.deepEqual([origin?.outcome, origin?.reason], ['generation', 'the answer claims what its sources do not say'])
})

test('a fact that was not retrieved is the fault of retrieval, whatever the answer claims instead', () => {
  const retrieval = (missing: string[]) => ({
    ...check('retrieval', missing.length > 0 ? 0 : 1),
    measured: {
      kind: 'retrieval' as const,
      k: 3,
      relevant: 1,
      ranks: missing.length > 0 ? [] : [1],
      missing,
      duplicates: 0,
    },
  })
  const originWith = (missing: string[], ...judge: ReturnType<typeof ofClaims>[]) =>
    faultOrigin(caseReport({ checks: [retrieval(missing)], judge }))
  const faulty = ofClaims(0, claim('unsupported'))
  assert.equal(originWith(['returns-2'], faulty), 'retrieval')
  assert.equal(originWith([], faulty), 'generation')
  assert.equal(originWith([], ofClaims(1, claim('supported'))), undefined)
})
