import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caseLine, codesOf, nightlyProject, suiteOf } from './nights.ts'

const range = (length: number) => Array.from({ length }, (_, index) => index)
const summaryOf = (drifts: { part: string; against: string; direction: string | null; meanDifference: number }[]) =>
  drifts.map(({ part, against, direction, meanDifference }) => `${part} ${against} ${direction} ${meanDifference}`)

test('the first night passes on its level alone and keeps its answers; an unchanged one is green', async () => {
  await using run = await nightlyProject()
  const first = await run.night('2026-11-20')
  assert.equal(first.code, 0, first.stderr)
  assert.deepEqual([first.report.command, first.report.verdict, first.feature.strength], ['nightly', 'pass', 'strong'])
  assert.deepEqual([first.nightly.reference, first.nightly.last, first.nightly.drifts], [null, null, []])
  assert.equal(first.feature.score.threshold, 0.82)
  assert.match(first.feature.notes.join('\n'), /^The first night of this prompt and judge: its answers are kept/)
  assert.equal(run.model.requests.length, 40)

  const second = await run.night('2026-11-21')
  assert.equal(second.code, 0, second.stderr)
  assert.deepEqual([second.nightly.reference, second.nightly.last], ['2026-11-20', '2026-11-20'])
  assert.deepEqual(summaryOf(second.nightly.drifts), ['provider reference null 0', 'judge reference null 0'])
  assert.deepEqual(second.nightly.outputs, { compared: 20, identical: 20, similarity: 1 })
  assert.equal(run.model.requests.length, 80, 'all is asked anew; equal answers are judged once')
  assert.deepEqual(second.nightly.events, [])

  const third = await run.night('2026-11-22')
  assert.deepEqual(summaryOf(third.nightly.drifts).slice(2), ['provider last null 0', 'judge last null 0'])
  assert.deepEqual(
    third.nightly.trend.map(({ night, verdict, mean }) => [night, verdict, mean]),
    ['2026-11-20', '2026-11-21', '2026-11-22'].map((night) => [night, 'pass', 1]),
  )
  assert.match(third.feature.notes.join('\n'), /Trend over 3 nights: ███ 1\.000 → 1\.000/)
})

test('a provider that loses action items is named as the provider, with the night since which', async () => {
  await using run = await nightlyProject()
  await run.night('2026-11-20')
  await run.night('2026-11-21')
  run.world.forgets = (mail) => mail % 3 === 0
  const { code, feature, nightly } = await run.night('2026-11-22')
  assert.equal(code, 1)
  assert.deepEqual(codesOf(feature), ['provider-drift'])
  const [reason] = feature.reasons
  assert.match(
    reason?.message ?? '',
    /^Provider drift: the same prompt gets worse answers than on 2026-11-20 \(-0\.350 over 20 cases, 95 % interval -0\.\d+ to -0\.\d+, margin 0\.03\)\. The same judge judged both tonight\. It is new since 2026-11-21\.$/,
  )
  assert.deepEqual(summaryOf(nightly.drifts), [
    'provider reference down -0.35',
    'judge reference null 0',
    'provider last down -0.35',
    'judge last null 0',
  ])
  assert.deepEqual(feature.comparison?.regressed.toSorted(), [
    'case-0',
    'case-12',
    'case-15',
    'case-18',
    'case-3',
    'case-6',
    'case-9',
  ])
  const next = await run.night('2026-11-23')
  assert.match(next.feature.reasons[0]?.message ?? '', /It was there on 2026-11-22 already\.$/)
})

test('a judge that grows stricter on the same answers is named as the judge, and the provider is not', async () => {
  await using run = await nightlyProject()
  await run.night('2026-11-20')
  run.world.strictOn = (mail) => mail % 3 === 0
  const { code, feature, nightly } = await run.night('2026-11-21')
  assert.equal(code, 1)
  assert.deepEqual(codesOf(feature), ['judge-drift'])
  assert.match(
    feature.reasons[0]?.message ?? '',
    /^Judge drift: the same judge scores the answers of 2026-11-20 differently now \(-0\.350 over 20 cases.*It became stricter/,
  )
  assert.deepEqual(
    nightly.drifts.map(({ part, direction }) => `${part} ${direction}`),
    ['provider null', 'judge down'],
  )
})

test('the judge is told from the provider also when no answer is like that of the night before', async () => {
  await using run = await nightlyProject()
  await run.night('2026-11-20')
  run.world.words = 'To do tonight. Action item: settle bill'
  run.world.strictOn = (mail) => mail % 3 === 0
  const { feature, nightly } = await run.night('2026-11-21')
  assert.ok(codesOf(feature).includes('judge-drift'))
  assert.ok(!codesOf(feature).includes('provider-drift'))
  assert.equal(nightly.outputs?.identical, 0)
})

test('both at once are both named', async () => {
  await using run = await nightlyProject()
  await run.night('2026-11-20')
  run.world.strictOn = (mail) => mail % 4 === 0
  run.world.forgets = (mail) => mail % 4 === 1
  const { feature } = await run.night('2026-11-21')
  assert.deepEqual(codesOf(feature).slice(0, 2), ['judge-drift', 'provider-drift'])
})

test('a judge that grew lenient is an alarm too, though every score rose', async () => {
  await using run = await nightlyProject({ config: 'nightly: {threshold: 0.5}\n' })
  run.world.forgets = (mail) => mail % 3 === 0
  await run.night('2026-11-20')
  run.world.lenientOn = () => true
  const { code, feature } = await run.night('2026-11-21')
  assert.equal(code, 1)
  assert.deepEqual(codesOf(feature), ['judge-drift'])
  assert.match(feature.reasons[0]?.message ?? '', /\+0\.350 over 20 cases.*It became more lenient/)
})

test('answers that got better are no alarm', async () => {
  await using run = await nightlyProject({ config: 'nightly: {threshold: 0.5}\n' })
  run.world.forgets = (mail) => mail % 3 === 0
  await run.night('2026-11-20')
  run.world.forgets = () => false
  const { code, nightly } = await run.night('2026-11-21')
  assert.equal(code, 0)
  assert.equal(nightly.drifts[0]?.direction, 'up')
})

test('a change of the suite alone raises no alarm and is named', async () => {
  await using run = await nightlyProject()
  await run.night('2026-11-20')
  await run.night('2026-11-21')
  const unchanged = range(18).map((index) => caseLine(index))
  const edited = caseLine(3, { expected: 'Ann gets the invoice.' })
  // The new cases are ones that the feature fails, and enough of them to pull the mean below the threshold.
  run.world.forgets = (mail) => mail >= 100
  const added = range(14).map((index) => caseLine(100 + index))
  run.project.write(suiteOf([...unchanged.with(3, edited), ...added]))
  const { code, feature, nightly } = await run.night('2026-11-22')
  assert.equal(code, 0, JSON.stringify(feature.reasons))
  assert.deepEqual(nightly.suiteChange, {
    added: added.map((_, index) => `case-${100 + index}`),
    removed: ['case-18', 'case-19'],
    edited: ['case-3'],
  })
  assert.deepEqual(
    nightly.drifts.map(({ part, against, cases, direction }) => [part, against, cases, direction]),
    [
      ['provider', 'reference', 17, null],
      ['judge', 'reference', 17, null],
      ['provider', 'last', 17, null],
      ['judge', 'last', 17, null],
    ],
  )
  assert.equal(codesOf(feature)[0], 'suite-change')
  assert.match(
    feature.reasons[0]?.message ?? '',
    /missed only with the cases that are new tonight: without them the mean is 1\.000/,
  )
  assert.match(
    feature.notes.join('\n'),
    /The suite changed since 2026-11-21: 14 added \(case-100, .*…\), 2 removed .*, 1 edited \(case-3\)/,
  )
  const next = await run.night('2026-11-23')
  assert.deepEqual([next.code, codesOf(next.feature)], [1, ['below-threshold']], 'from the next night on they count')
})

test('a provider change on a night on which the suite changed is seen on the common cases', async () => {
  await using run = await nightlyProject()
  await run.night('2026-11-20')
  run.world.forgets = (mail) => mail < 10
  run.project.write(suiteOf([...range(20), 100, 101].map((index) => caseLine(index))))
  const { code, feature, nightly } = await run.night('2026-11-21')
  assert.equal(code, 1)
  assert.equal(codesOf(feature)[0], 'provider-drift')
  assert.equal(nightly.drifts[0]?.cases, 20)
})

test('another prompt, another judge: nothing is compared, nothing alarms, and a new reference begins', async () => {
  await using run = await nightlyProject()
  await run.night('2026-11-20')
  run.project.write({
    'prompts/summary.prompt.yml': `sluice: 1
name: summary
model: local:model-a
messages: [{role: user, content: "Sum up: {{email}}"}]
suites: {fast: ../evals/summary.jsonl}
rubric: [{id: actions, ask: Does it list the action items?}]
`,
  })
  const changed = await run.night('2026-11-21')
  assert.deepEqual([changed.code, changed.nightly.reference, changed.nightly.drifts], [0, null, []])
  assert.deepEqual(
    changed.nightly.events.map(({ code }) => code),
    ['prompt-changed'],
  )
  const url = run.model.url
  run.project.write({
    'sluice.yaml': `judge: {model: "local:other-judge"}\nproviders: {local: {kind: openai-compatible, baseURL: "${url}"}}\nprices: {"local:*": {input: 1, output: 1}}\n`,
  })
  const other = await run.night('2026-11-22')
  assert.deepEqual([other.code, other.nightly.reference], [0, null])
  assert.match(
    other.nightly.events[0]?.message ?? '',
    /judge is another one than on the night of 2026-11-21 .*never compared/,
  )
  assert.equal((await run.night('2026-11-23')).nightly.reference, '2026-11-22')
})

test('--new-reference accepts what there is now', async () => {
  await using run = await nightlyProject({ config: 'nightly: {threshold: 0.5}\n' })
  await run.night('2026-11-20')
  run.world.forgets = (mail) => mail % 3 === 0
  assert.equal((await run.night('2026-11-21')).code, 1)
  const accepted = await run.night('2026-11-22', '--new-reference')
  assert.deepEqual([accepted.code, accepted.nightly.reference], [0, null])
  const after = await run.night('2026-11-23')
  assert.deepEqual([after.code, after.nightly.reference], [0, '2026-11-22'])
})
