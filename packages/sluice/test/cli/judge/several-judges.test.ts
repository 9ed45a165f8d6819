import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ChatRequest, fakeModel, isJudgeRequest, judgement } from '../../support/fake-model.ts'
import { judged, mailOf } from '../../support/gate-project.ts'
import { createProject, summaryFiles } from '../../support/project.ts'

type Verdict = 'yes' | 'no' | 'cannot_tell'

/** A project whose judges answer `actions` as `verdict` says of the model and the number of the mail. */
async function judgedProject(judge: string, verdict: (model: string, mail: number) => Verdict, cases = 8) {
  const model = await fakeModel((request: ChatRequest) =>
    isJudgeRequest(request)
      ? judgement({ actions: verdict(request.model, mailOf(request)) })
      : 'Action item: pay the invoice.',
  )
  const files = summaryFiles({ url: model.url, rubric: true, cases })
  files['sluice.yaml'] = files['sluice.yaml'].replace('judge: {model: "local:judge"}', `judge: ${judge}`)
  const project = createProject(files)
  return {
    model,
    project,
    async [Symbol.asyncDispose]() {
      project[Symbol.dispose]()
      await model[Symbol.asyncDispose]()
    },
  }
}

test('a panel: its majority is the score, its splits and its cost are in the report', async () => {
  const panel = '{panel: ["local:one", "local:two", "local:three"]}'
  await using run = await judgedProject(panel, (model, mail) => (model === 'three' && mail < 2 ? 'no' : 'yes'))
  const { report } = await judged(run.project, ['eval', 'summary'])
  const [feature] = report.features
  assert.equal(feature?.score.mean, 1)
  assert.deepEqual(feature?.judge?.panel, {
    members: ['local:one', 'local:two', 'local:three'].map((model) => ({ model, failed: 0 })),
    answers: 8,
    split: 2,
    items: [{ id: 'actions', judged: 8, split: 2 }],
  })
  assert.match(feature?.notes.join('\n') ?? '', /a panel of 3\. Its members disagree on 2 of 8 items \(25 %\)/)
  assert.equal(run.model.requests.length, 8 * 4)
  assert.equal(feature?.judge?.calls, 24)
  assert.equal(feature?.cost.judgeUsd?.toFixed(6), (24 * 120e-6).toFixed(6))
  const [worst] = feature?.cases ?? []
  assert.deepEqual(
    worst?.judge[0]?.members?.map(({ verdict }) => verdict),
    ['yes', 'yes', 'no'],
  )
  await judged(run.project, ['eval', 'summary'])
  assert.equal(run.model.requests.length, 8 * 4)
})

test('a cascade: its saving and its error are measured, and the second run pays nothing', async () => {
  const cascade = '{cascade: {first: "local:cheap", then: "local:dear", when: [must-no, cannot_tell], audit: 1}}'
  await using run = await judgedProject(cascade, (model, mail) => {
    if (model === 'cheap') return mail < 3 ? 'cannot_tell' : 'yes'
    return mail === 4 ? 'no' : 'yes'
  })
  const { report } = await judged(run.project, ['eval', 'summary'])
  const [feature] = report.features
  assert.equal(feature?.score.mean, 1)
  const { usd, secondAloneUsd, audit, ...counted } = feature?.judge?.cascade ?? {}
  assert.deepEqual(counted, {
    answers: 8,
    wentOn: 3,
    reasons: [{ code: 'cannot_tell', answers: 3 }],
    overruled: 3,
  })
  assert.deepEqual([usd?.toFixed(6), secondAloneUsd?.toFixed(6)], [(16 * 120e-6).toFixed(6), (8 * 120e-6).toFixed(6)])
  assert.deepEqual([audit?.drawn, audit?.cases, audit?.differing], [5, 5, 1])
  // One of five: the exact 95 % interval.
  assert.deepEqual([audit?.ciLow?.toFixed(4), audit?.ciHigh?.toFixed(4)], ['0.0051', '0.7164'])
  assert.match(
    feature?.notes.join('\n') ?? '',
    /3 of 8 answers \(37\.5 %\) went on from local:cheap to local:dear \(it could not tell 3\)/,
  )
  const calls = run.model.requests.length
  await judged(run.project, ['eval', 'summary'])
  assert.equal(run.model.requests.length, calls)
})

test('without an audit the error of a cascade is said to be unknown', async () => {
  const cascade = '{cascade: {first: "local:cheap", then: "local:dear", when: must-no, audit: 0}}'
  await using run = await judgedProject(cascade, () => 'yes')
  const { report } = await judged(run.project, ['eval', 'summary'])
  const [feature] = report.features
  assert.equal(run.model.requests.filter(({ model }) => model === 'dear').length, 1)
  assert.deepEqual(feature?.judge?.cascade?.audit, { drawn: 0, cases: 0, differing: 0, ciLow: null, ciHigh: null })
  assert.match(feature?.notes.join('\n') ?? '', /How often local:cheap errs where it is sure is not known/)
})
