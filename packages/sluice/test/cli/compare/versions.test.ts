import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { fakeModel } from '../../support/fake-model.ts'
import { changedProject, commitAll, countRequests, judged, summariser } from '../../support/gate-project.ts'
import { createProject, summaryFiles } from '../../support/project.ts'

test('a version in the working tree is judged against one at a reference', async () => {
  await using model = await fakeModel(summariser())
  using project = changedProject({ url: model.url })
  const { code, report } = await judged(project, ['compare', 'summary', '--baseline', 'main'])
  assert.equal(code, 1)
  assert.equal(report.features[0]?.comparison?.meanDifference, -1)
  assert.equal(report.reproduce, 'sluice compare summary --baseline main')
})

test('versions at references and in files are compared on the cases of the working tree', async () => {
  await using model = await fakeModel(summariser())
  const base = { url: model.url, cases: 10 }
  using project = changedProject(base)
  const worseCommit = commitAll(project, 'worse')
  project.write({ ...summaryFiles({ ...base, cases: 12 }) })
  const backwards = await judged(project, ['compare', 'summary', '--candidate', 'main', '--baseline', worseCommit])
  assert.equal(backwards.code, 0)
  assert.equal(backwards.report.features[0]?.comparison?.meanDifference, 1)
  assert.equal(backwards.report.features[0]?.coverage.cases, 12)
  const draft = readFileSync(path.join(project.root, 'prompts/summary.prompt.yml'), 'utf8').replace(
    'Summarise',
    'Shorten',
  )
  project.write({ 'draft.yml': draft.replace('summary\n', 'other\n') })
  const file = await judged(project, ['compare', 'summary', '--candidate', 'draft.yml', '--baseline', 'HEAD~1'])
  assert.equal(file.code, 1)
  assert.equal(file.report.features[0]?.feature, 'summary')
})

test('the difference alone is judged, unless a threshold is asked for', async () => {
  await using model = await fakeModel(() => 'Nothing to do.')
  using project = changedProject({ url: model.url })
  const { code, report, stdout } = await judged(project, ['compare', 'summary', '--baseline', 'main'])
  assert.equal(code, 0, stdout)
  assert.deepEqual([report.features[0]?.threshold, report.features[0]?.score.threshold], [null, null])
  const held = await judged(project, ['compare', 'summary', '--baseline', 'main', '--threshold', '0.5'])
  assert.equal(held.code, 1)
  assert.deepEqual(
    held.report.features[0]?.reasons.map(({ code }) => code),
    ['below-threshold'],
  )
  assert.deepEqual(
    countRequests(model.requests)
      .slice(0, 2)
      .every((count) => count >= 10),
    true,
  )
})

test('what cannot be compared is invalid input, and nothing is paid', async () => {
  await using model = await fakeModel(summariser())
  using project = changedProject({ url: model.url }, {})
  project.write({ 'broken.yml': 'sluice: 1\nmodle: x\n' })
  const wrong: [string[], RegExp][] = [
    [['summary', '--baseline', 'main'], /candidate and baseline are the same version, [0-9a-f]{12}/],
    [['summary', '--baseline', 'nowhere'], /git knows no commit "nowhere"/],
    [['summary'], /give a feature and --baseline/],
    [['sumary', '--baseline', 'main'], /did you mean "summary"\?/],
    [['summary', '--baseline', 'broken.yml'], /^broken\.yml:2:1: .*"modle".*did you mean "model"\?/m],
    [['--candidate-scores', 'a.jsonl'], /--candidate-scores and --baseline-scores go together/],
    [['summary', '--candidate-scores', 'a.jsonl', '--baseline-scores', 'b.jsonl'], /leave out the feature/],
  ]
  for (const [args, expected] of wrong) {
    const { code, stdout, stderr } = await project.sluice(['compare', ...args])
    assert.deepEqual([code, stdout], [3, ''], args.join(' '))
    assert.match(stderr, expected)
  }
  assert.equal(model.requests.length, 0)
})

test('outside git two files can be compared, and a reference says why it cannot', async () => {
  await using model = await fakeModel(summariser(() => false))
  const files = summaryFiles({ url: model.url })
  const other = files['prompts/summary.prompt.yml'].replace('Summarise', 'Shorten')
  using project = createProject({ ...files, 'other.yml': other })
  const { code, report } = await judged(project, ['compare', 'summary', '--baseline', 'other.yml'])
  assert.equal(code, 0)
  assert.equal(report.git, null)
  const reference = await project.sluice(['compare', 'summary', '--baseline', 'main'])
  assert.equal(reference.code, 3)
  assert.match(reference.stderr, /"main" is no file, and .* is not in a git repository/)
})
