import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ChatRequest, fakeModel, isJudgeRequest, judgement, type Reply } from '../../support/fake-model.ts'
import { changedProject, judged, mailOf, summariser } from '../../support/gate-project.ts'
import { createProject, summaryFiles } from '../../support/project.ts'

const refused: Reply = { status: 400, body: '{"error": {"message": "content policy"}}' }
const policies = ['tiebreak', 'block', 'warn']

/** A model that does not answer for some mails. */
const refusing = (refuses: (request: ChatRequest) => boolean) => (request: ChatRequest) =>
  refuses(request) ? refused : 'Action item: pay.'

test('too few scores decide nothing, whatever the policy and the scores that there are', async () => {
  await using model = await fakeModel(refusing((request) => mailOf(request) < 2))
  using project = changedProject({ url: model.url })
  for (const policy of policies) {
    const { code, report } = await judged(project, ['gate', '--on-inconclusive', policy])
    assert.equal(code, 2, policy)
    const [feature] = report.features
    assert.deepEqual([feature?.verdict, feature?.strength], ['inconclusive', 'weak'])
    assert.equal(
      feature?.reasons[0]?.message,
      'Only 8 of 10 cases of the candidate have a score (2 without an answer); at least 98 % are needed.',
    )
    assert.deepEqual([feature?.coverage.scored, feature?.coverage.modelError], [8, 2])
    assert.equal(feature?.score.mean, 1)
  }
})

test('gaps of the baseline count as well', async () => {
  await using model = await fakeModel(
    refusing((request) => mailOf(request) < 2 && request.messages[0]?.content.includes('Summarise') === true),
  )
  using project = changedProject({ url: model.url })
  const { code, report } = await judged(project, ['gate'])
  assert.equal(code, 2)
  assert.match(report.features[0]?.reasons[0]?.message ?? '', /^Only 8 of 10 cases of the baseline have a score/)
})

test('minCoverage says how many gaps are acceptable', async () => {
  await using model = await fakeModel(refusing((request) => mailOf(request) < 2))
  using project = changedProject({ url: model.url, config: 'gate: {minCoverage: 0.8}\n' })
  const { code, report } = await judged(project, ['gate'])
  assert.equal(code, 0, JSON.stringify(report.features[0]?.reasons))
  assert.equal(report.features[0]?.comparison?.pairs, 8)
})

test('a run without a single score is never green: exit 4, and each case says why', async () => {
  await using model = await fakeModel(() => refused)
  using project = changedProject({ url: model.url, cases: 3 })
  for (const policy of policies) {
    const { code, report } = await judged(project, ['gate', '--on-inconclusive', policy])
    assert.deepEqual([code, report.verdict, report.exitCode], [4, 'inconclusive', 4], policy)
  }
  const { code, stdout } = await project.sluice(['eval', 'summary'])
  assert.equal(code, 4)
  const output = stdout.replace(/\s+/g, ' ')
  assert.match(output, /^NOT SCORED summary No case has a score\. 3 cases \(case-0, case-1, case-2\): local: /)
  assert.match(output, /answered 400: content policy\./)
  assert.doesNotMatch(stdout, /mean +0\.000/)
})

test('a judge that cannot tell abstains: no score, no 0 and no 0.5', async () => {
  await using model = await fakeModel((request) =>
    isJudgeRequest(request) ? judgement({ actions: 'cannot_tell' }) : 'Action item: pay.',
  )
  const files = summaryFiles({ url: model.url, cases: 4, rubric: true })
  const onlyJudged = files['prompts/summary.prompt.yml'].replace('checks: [{contains: Action item}]\n', '')
  using project = createProject({ ...files, 'prompts/summary.prompt.yml': onlyJudged })
  const { code, report } = await judged(project, ['gate', '--all', '--on-inconclusive', 'warn'])
  assert.equal(code, 4)
  const [feature] = report.features
  assert.deepEqual([feature?.coverage.abstained, feature?.coverage.scored, feature?.score.mean], [4, 0, null])
  assert.match(feature?.reasons[0]?.message ?? '', /4 on which the judge abstained/)
})

test('one case without a score: eval shows the rest and exits 2', async () => {
  await using model = await fakeModel(refusing((request) => mailOf(request) === 1))
  using project = createProject(summaryFiles({ url: model.url, cases: 5 }))
  const { code, stdout } = await project.sluice(['eval', 'summary'])
  assert.equal(code, 2)
  assert.match(stdout, /^SCORED {2}summary\nThe mean is 1\.000/)
  assert.match(stdout, /coverage +4 of 5 cases scored \(80 %\), 1 model error/)
})

test('a failed must check is a score of 0 and the judge is not paid', async () => {
  await using model = await fakeModel(summariser())
  const files = summaryFiles({ url: model.url, cases: 4, rubric: true, message: 'Shorten: {{email}}' })
  const must = files['prompts/summary.prompt.yml'].replace('contains: Action item', 'contains: Action item, must: true')
  using project = createProject({ ...files, 'prompts/summary.prompt.yml': must })
  const { code, report } = await judged(project, ['eval', 'summary'])
  assert.equal(code, 0)
  assert.deepEqual([report.features[0]?.coverage.checkFailed, report.features[0]?.score.mean], [4, 0])
  assert.equal(model.requests.filter(isJudgeRequest).length, 0)
})

test('of several features the worst decides, and one that could not be judged is not hidden by one that passed', async () => {
  await using model = await fakeModel(refusing((request) => request.model === 'broken'))
  const files = summaryFiles({ url: model.url })
  const broken = files['prompts/summary.prompt.yml'].replace('name: summary', 'name: second')
  using project = createProject({ ...files, 'prompts/second.prompt.yml': broken.replace('model-a', 'broken') })
  const { code, stdout } = await project.sluice(['gate', '--all', '--on-inconclusive', 'warn'])
  assert.equal(code, 4)
  assert.match(stdout, /^INCONCLUSIVE {2}2 features: 1 inconclusive, 1 passed\.\n/)
})
