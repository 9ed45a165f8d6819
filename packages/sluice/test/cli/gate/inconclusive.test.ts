import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeModel } from '../../support/fake-model.ts'
import { changedProject, fickle, judged } from '../../support/gate-project.ts'
import { createProject, summaryFiles } from '../../support/project.ts'

const config = 'gate: {threshold: 0, repeats: [1, 2]}\n'
const codes = (reasons: { code: string }[] = []) => reasons.map(({ code }) => code)

test('a difference lost in noise is a weak pass by tie-break, blocks or warns, as the policy says', async () => {
  await using model = await fakeModel(fickle())
  using project = changedProject({ url: model.url, config })
  const weak = await judged(project, ['gate'])
  const [feature] = weak.report.features
  assert.equal(weak.code, 0, JSON.stringify(feature?.reasons))
  assert.deepEqual([feature?.verdict, feature?.strength], ['pass', 'weak'])
  assert.deepEqual(codes(feature?.reasons), ['tie-break', 'difference-undecided'])
  assert.match(feature?.reasons[0]?.message ?? '', /^Passed by tie-break, not by proof: .* but 2 repeats do not show/)

  const { stdout } = await project.sluice(['gate'])
  assert.match(stdout, /^WEAK PASS {2}summary\nPassed by tie-break, not by proof/)
  assert.match(stdout, /Passed by tie-break, not by proof/)

  const blocked = await judged(project, ['gate', '--on-inconclusive', 'block'])
  assert.equal(blocked.code, 2)
  assert.equal(blocked.report.verdict, 'inconclusive')
  assert.deepEqual(codes(blocked.report.features[0]?.reasons), ['difference-undecided'])

  const warned = await judged(project, ['gate', '--on-inconclusive', 'warn'])
  assert.equal(warned.code, 0)
  assert.equal(warned.report.verdict, 'inconclusive')
  assert.match((await project.sluice(['gate', '--on-inconclusive', 'warn'])).stdout, /^INCONCLUSIVE {2}summary\n/)
})

test('an undecided run says whether more cases or more repeats would help', async () => {
  await using model = await fakeModel(fickle())
  using project = changedProject({ url: model.url, config })
  const { report } = await judged(project, ['gate'])
  const [feature] = report.features
  assert.match(
    feature?.advice ?? '',
    /^With 10 cases and up to 2 repeats the smallest margin that an unchanged version meets with 80 % probability is 0\.\d+\./,
  )
  assert.match(
    feature?.advice ?? '',
    /about [\d,]+ cases asked 2 times each would be enough, or these 10 asked [\d,]+ times\./,
  )
  assert.ok((feature?.comparison?.detectableDrop ?? 0) > 0.3)
})

test('k of n, pass@1 and pass^k tell a fickle version from a good one', async () => {
  await using model = await fakeModel(fickle())
  using project = changedProject({ url: model.url, config })
  const { report } = await judged(project, ['gate'])
  const [feature] = report.features
  assert.deepEqual(
    feature?.cases.map(({ passed, repeats }) => [passed, repeats]),
    Array.from({ length: 10 }, () => [{ k: 1, n: 2 }, 2]),
  )
  assert.equal(feature?.repeats?.passAt1.value, 0.5)
  assert.deepEqual([feature?.repeats?.passK.k, feature?.repeats?.passK.value], [2, 0])
  const { stdout } = await project.sluice(['gate'])
  assert.match(stdout, /repeats +pass@1 50 % .* \(10\s+cases\), pass\^2 0 % \[0 %, 35\.4 %\]\s+\(10 cases\)/)
  assert.match(stdout, /passed 1 of 2/)
})

test('below the threshold fails, also where there is nothing to compare with', async () => {
  await using model = await fakeModel(() => 'Nothing to do.')
  using project = createProject(summaryFiles({ url: model.url, cases: 6 }))
  const { code, report } = await judged(project, ['gate', '--all'])
  assert.equal(code, 1)
  assert.deepEqual(codes(report.features[0]?.reasons), ['below-threshold'])
  assert.equal(report.features[0]?.threshold?.verdict, 'fail')
  const lowered = await judged(project, ['gate', '--all', '--threshold', '0'])
  assert.equal(lowered.code, 0)
})

test('the gate of a prompt file overrules that of sluice.yaml', async () => {
  await using model = await fakeModel(() => 'Nothing to do.')
  const prompt = 'gate: {threshold: 0}\n'
  using project = createProject(summaryFiles({ url: model.url, cases: 6, prompt, config: 'gate: {threshold: 1}\n' }))
  const { code, report } = await judged(project, ['gate', '--all'])
  assert.equal(code, 0)
  assert.equal(report.features[0]?.score.threshold, 0)
})

test('a margin of 0 lets pass only what is not worse at all, and speaks in numbers', async () => {
  await using model = await fakeModel(() => 'Action item: pay.')
  using project = changedProject({ url: model.url, cases: 5, config: 'gate: {margin: 0}\n' })
  const { code, report, stdout } = await judged(project, ['gate'])
  const [feature] = report.features
  assert.equal(code, 0, JSON.stringify(feature?.reasons))
  assert.equal(feature?.comparison?.margin, 0)
  assert.doesNotMatch(stdout, /Infinity|NaN/)
})
