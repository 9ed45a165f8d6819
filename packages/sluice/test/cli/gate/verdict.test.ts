import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { fakeModel } from '../../support/fake-model.ts'
import { changedProject, judged, readReport, summariser } from '../../support/gate-project.ts'

test('a prompt that forgets action items fails, with exit 1, the reason and the cases that regressed', async () => {
  await using model = await fakeModel(summariser((mail) => mail >= 5))
  using project = changedProject({ url: model.url, rubric: true })
  const { code, report } = await judged(project, ['gate'])
  assert.equal(code, 1)
  assert.equal(report.verdict, 'fail')
  assert.equal(report.exitCode, 1)
  const [feature] = report.features
  assert.ok(feature)
  assert.deepEqual([feature.feature, feature.verdict, feature.strength], ['summary', 'fail', 'strong'])
  assert.deepEqual(
    feature.reasons.map(({ code }) => code),
    ['regression', 'below-threshold', 'tag-regression', 'tag-regression'],
  )
  assert.deepEqual(feature.comparison?.regressed.toSorted(), ['case-5', 'case-6', 'case-7', 'case-8', 'case-9'])
  assert.deepEqual(feature.comparison?.improved, [])
  assert.equal(feature.comparison?.pairs, 10)
  assert.equal(feature.comparison?.meanDifference, -0.5)
  assert.equal(feature.comparison?.baselineMean, 1)
  assert.equal(feature.score.mean, 0.5)
  assert.deepEqual(
    feature.tags.map(({ tag, cases, mean }) => [tag, cases, mean]),
    [
      ['edge', 5, 0.6],
      ['core', 5, 0.4],
    ],
  )
  assert.notEqual(feature.candidate.id, feature.baseline?.id)
})

test('the report of a failed gate names the verdict first, then the reason, the cases and how to repeat it', async () => {
  await using model = await fakeModel(summariser((mail) => mail >= 5))
  using project = changedProject({ url: model.url, rubric: true })
  const { code, stdout } = await project.binary(['gate', '--report-dir', 'out'])
  assert.equal(code, 1)
  const base = project.git('rev-parse', '--short=12', 'main')
  const inOrder = [
    /^FAIL {2}summary\nThe mean score changed by -0\.500 over 10 cases/,
    /detects +The smallest detectable drop is 0\.\d+/,
    /tag +cases +mean +change +interval\n/,
    /the case behind the verdict\n {2}case-5: 1\.000 -> 0\.000 \(-1\.000\), passed 0 of 2\n {4}lost actions: no\. Because of actions\./,
    /coverage +10 of 10 cases scored/,
    new RegExp(`again: sluice gate --base ${base}\n`),
  ]
  let from = 0
  for (const pattern of inOrder) {
    const found = pattern.exec(stdout.slice(from))
    assert.ok(found, `${pattern} is not in, or not in order:\n${stdout}`)
    from += found.index
  }
  const markdown = readFileSync(path.join(project.root, 'out/report.md'), 'utf8')
  assert.match(markdown, /case-5/)
  assert.match(markdown, /FAIL/)
})

test('report.json keeps to its schema and has every name of the contract', async () => {
  await using model = await fakeModel(summariser((mail) => mail >= 5))
  using project = changedProject({ url: model.url, rubric: true })
  await project.sluice(['gate', '--report-dir', 'out'])
  const report = readReport(project, 'out')
  const schema = JSON.parse(readFileSync(path.join(import.meta.dirname, '../../../schemas/report.schema.json'), 'utf8'))
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema)
  assert.ok(validate(report), JSON.stringify(validate.errors))
  const [feature] = report.features
  assert.ok(feature)
  const holds = (object: unknown, names: string) => {
    for (const name of names.split(' ')) assert.ok(Object.hasOwn(object as object, name), `${name} is missing`)
  }
  holds(report, 'schema runId startedAt durationMs sluiceVersion git verdict exitCode features')
  holds(report.git, 'head base')
  holds(
    feature,
    'feature verdict strength candidate baseline reasons score coverage comparison tags judge cost latency',
  )
  holds(feature, 'cache cases')
  holds(feature.candidate, 'id label model')
  holds(feature.baseline, 'id label model')
  holds(feature.reasons[0], 'code message tag case')
  holds(feature.score, 'mean se ciLow ciHigh std p10 p50 p90 threshold passRate')
  holds(feature.coverage, 'cases scored checkFailed modelError judgeError abstained budgetStopped')
  holds(feature.comparison, 'pairs meanDifference se ciLow ciHigh margin detectableDrop repeats regressed improved')
  holds(feature.tags[0], 'tag cases mean meanDifference ciLow ciHigh verdict')
  holds(feature.judge, 'id model calls flipRate calibration')
  holds(feature.cost, 'usd generationUsd judgeUsd unpricedCalls inputTokens outputTokens')
  holds(feature.latency, 'meanMs p50Ms p95Ms')
  holds(feature.cache, 'hits misses')
  holds(feature.cases[0], 'id state score baselineScore tags weight repeats checks judge output latencyMs costUsd')
  holds(feature.cases[0]?.checks[0], 'name type score reason')
  holds(feature.cases[0]?.judge[0], 'id verdict evidence reasoning')
  assert.equal(report.git?.base, project.git('rev-parse', 'main'))
  assert.equal(report.git?.head, project.git('rev-parse', 'HEAD'))
})

test('report.json starts with what the contract names and nothing else of the run leaks into it', async () => {
  await using model = await fakeModel(summariser())
  using project = changedProject({ url: model.url, cases: 5 })
  const expected =
    'schema runId startedAt durationMs sluiceVersion command reproduce git findings measureChanges run verdict exitCode notes features'
  for (const args of [['gate'], ['eval', 'summary'], ['compare', 'summary', '--baseline', 'main']]) {
    const { report } = await judged(project, args)
    assert.deepEqual(Object.keys(report).toSorted(), expected.split(' ').toSorted(), args.join(' '))
  }
})

test('a change that loses nothing passes, proven, with exit 0', async () => {
  await using model = await fakeModel(summariser(() => false))
  using project = changedProject({ url: model.url, cases: 60, rubric: true })
  const { code, report } = await judged(project, ['gate'])
  assert.equal(code, 0)
  const [feature] = report.features
  assert.deepEqual([feature?.verdict, feature?.strength, feature?.reasons], ['pass', 'strong', []])
  assert.equal(feature?.comparison?.meanDifference, 0)
  const { stdout } = await project.sluice(['gate'])
  assert.match(
    stdout,
    /^PASS {2}summary\nThe mean is 1\.000, no change against the baseline; a drop of more than 0\.024\n\(margin 0\.030\) is ruled out/,
  )
})

test('--margin and --threshold overrule the files', async () => {
  await using model = await fakeModel(summariser((mail) => mail >= 5))
  using project = changedProject({ url: model.url, config: 'gate: {tagMargin: 1}\n' })
  const strict = await judged(project, ['gate'])
  assert.equal(strict.code, 1)
  const lenient = await judged(project, ['gate', '--margin', '0.9', '--threshold', '0.1'])
  assert.equal(lenient.code, 0, JSON.stringify(lenient.report.features[0]?.reasons))
  assert.equal(lenient.report.features[0]?.comparison?.margin, 0.9)
  assert.equal(lenient.report.features[0]?.score.threshold, 0.1)
  assert.match(lenient.report.reproduce ?? '', /--threshold 0\.1 --margin 0\.9/)
})
