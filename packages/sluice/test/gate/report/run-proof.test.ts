import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proofLine } from '../../../src/gate/report/run-proof.ts'
import { type RunProof, reportSchema } from '../../../src/records/report/report.ts'
import { incidentReport, passedFeature } from '../../support/report/incident.ts'
import { formats } from './formats.ts'

const proof: RunProof = {
  featuresKnown: 3,
  featuresAffected: 2,
  featuresJudged: 2,
  cases: 104,
  casesAsked: 104,
  casesScored: 104,
  answers: 208,
  answersScored: 208,
  calls: 416,
  failedCalls: 0,
  fromStore: 0,
  fromRecordings: 0,
  oldestStored: null,
  inputTokens: 61_200,
  outputTokens: 9_100,
  usd: 0.12,
  unpricedCalls: 0,
}

const paid = { inputTokens: 0, outputTokens: 0, usd: 0 }

for (const [what, overrides, line] of [
  [
    'a run that asked models',
    {},
    'Judged 2 of 2 affected features (3 known): 104 of 104 cases scored, 208 of 208 answers scored. ' +
      '416 questions to models: 416 calls, 0 answered from the store; 61,200 tokens in, 9,100 out, 0.120 USD.',
  ],
  [
    'a run with gaps',
    {
      featuresJudged: 1,
      casesScored: 90,
      casesAsked: 100,
      answersScored: 180,
      fromStore: 16,
      fromRecordings: 3,
      failedCalls: 7,
    },
    'Judged 1 of 2 affected features (3 known): 90 of 104 cases scored, 4 never asked, 180 of 208 answers scored. ' +
      '435 questions to models: 416 calls, 7 failed, 16 answered from the store, 3 from recordings; 61,200 tokens in, 9,100 out, 0.120 USD.',
  ],
  [
    'a run from the store alone',
    { calls: 0, fromStore: 416, oldestStored: '2026-11-01T23:00:00.000Z', ...paid },
    'Judged 2 of 2 affected features (3 known): 104 of 104 cases scored, 208 of 208 answers scored. ' +
      'No model was called in this run: all 416 questions were answered from the store, the oldest of 2026-11-01.',
  ],
  [
    'a run from recordings and the store',
    { calls: 0, fromRecordings: 400, fromStore: 16, ...paid },
    'Judged 2 of 2 affected features (3 known): 104 of 104 cases scored, 208 of 208 answers scored. ' +
      'No model was called in this run: 16 of 416 questions answered from the store, 400 of 416 questions answered from recordings.',
  ],
  [
    'a run from recordings of which half are missing',
    { featuresJudged: 1, casesScored: 0, answersScored: 104, calls: 0, fromRecordings: 208, ...paid },
    'Judged 1 of 2 affected features (3 known): 0 of 104 cases scored, 104 of 208 answers scored. ' +
      'No model was called in this run: 208 questions were answered from recordings.',
  ],
  [
    'a server that counts nothing and has no price',
    {
      featuresKnown: null,
      featuresAffected: null,
      featuresJudged: 1,
      inputTokens: null,
      outputTokens: null,
      usd: null,
      unpricedCalls: 416,
    },
    'Judged 1 feature: 104 of 104 cases scored, 208 of 208 answers scored. ' +
      '416 questions to models: 416 calls, 0 answered from the store; tokens unknown, cost unknown.',
  ],
  [
    'a run whose calls all failed',
    { featuresJudged: 0, casesScored: 0, answersScored: 0, calls: 0, failedCalls: 208, ...paid },
    'Judged 0 of 2 affected features (3 known): 0 of 104 cases scored, 0 of 208 answers scored. ' +
      'No call of a model was answered in this run, 208 failed.',
  ],
  [
    'a run that had nothing to do',
    {
      featuresAffected: 0,
      featuresJudged: 0,
      cases: 0,
      casesAsked: 0,
      casesScored: 0,
      answers: 0,
      answersScored: 0,
      calls: 0,
    },
    'Judged 0 of 0 affected features (3 known): no case was asked. No model was called in this run.',
  ],
] satisfies [string, Partial<RunProof>, string][]) {
  test(`${what} says so in every format, the same in each`, async () => {
    const run = { ...proof, ...overrides }
    assert.equal(proofLine(run), line)
    const features = run.featuresJudged === 0 ? [] : incidentReport().features
    const several = [...features, ...features.map(() => passedFeature())]
    for (const report of [incidentReport({ run, features, exitCode: 0 }), incidentReport({ run, features: several })]) {
      for (const [format, shown] of Object.entries(await formats(report))) {
        assert.ok(shown.includes(line), `${format}: ${shown.slice(0, 800)}`)
      }
    }
  })
}

test('a report of an earlier release, without a proof, is read and shown', async () => {
  const { run: _, findings: __, ...older } = { ...incidentReport(), features: [] }
  const { run, ...report } = reportSchema.parse(older)
  assert.equal(run, null)
  for (const shown of Object.values(await formats({ ...report, run })))
    assert.doesNotMatch(shown, /questions to models:|null/)
})
