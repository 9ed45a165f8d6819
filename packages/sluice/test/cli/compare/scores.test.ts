import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judged } from '../../support/gate-project.ts'
import { createProject, type Project } from '../../support/project.ts'

type Row = Record<string, unknown>

const args = ['compare', '--candidate-scores', 'a.jsonl', '--baseline-scores', 'b.jsonl']
const lines = (rows: Row[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')
const many = (count: number, score: (index: number) => number, more: (index: number) => Row = () => ({})): Row[] =>
  Array.from({ length: count }, (_, index) => ({ id: `c${index}`, score: score(index), ...more(index) }))

function scores(candidate: Row[] | string, baseline: Row[] | string): Project {
  const text = (rows: Row[] | string) => (typeof rows === 'string' ? rows : lines(rows))
  return createProject({ 'a.jsonl': text(candidate), 'b.jsonl': text(baseline) })
}

const noise = (index: number) => ((index * 7919) % 101) / 1000

test('a clear drop fails and an equal file passes, without a project, a model or a threshold', async () => {
  const before = many(60, (index) => 0.5 + noise(index))
  using worse = scores(
    many(60, (index) => 0.3 + noise(index + 17)),
    before,
  )
  const failed = await judged(worse, args)
  assert.equal(failed.code, 1)
  const [feature] = failed.report.features
  assert.deepEqual(
    feature?.reasons.map(({ code }) => code),
    ['regression'],
  )
  assert.deepEqual([feature?.threshold, feature?.judge], [null, null])
  assert.equal(feature?.comparison?.pairs, 60)
  assert.match(feature?.reasons[0]?.message ?? '', /changed by -0\.\d+ over 60 cases/)
  using same = scores(before, before)
  assert.equal((await same.sluice(args)).code, 0)
  assert.equal((await same.sluice([...args, '--threshold', '0.9'])).code, 1)
})

test('the report names the files, and paid for nothing', async () => {
  using project = scores(many(30, noise), many(30, noise))
  const { stdout, stderr } = await project.sluice(args)
  assert.match(stdout, /candidate +a\.jsonl\n +baseline +b\.jsonl\n/)
  assert.match(stdout, /again: sluice compare --candidate-scores a\.jsonl --baseline-scores b\.jsonl\n/)
  assert.doesNotMatch(stdout, /tokens|from the cache/)
  assert.equal(stderr, '')
})

test('what is no score is refused with file, line and column, all of it at once', async () => {
  const bad = `{"id": "nan", "score": NaN}
{"id": "infinite", "score": Infinity}
{"id": "high", "score": 1.7}
{"id": "low", "score": -0.1}
{"id": "none"}
{"id": "text", "score": "0.5"}
{"id": "scored and failed", "score": 1, "error": "x"}
{"id": "twice", "score": 1}
{"id": "twice", "score": 1}
{"id": "unknown", "score": 1, "wieght": 2}
`
  using project = scores(bad, many(3, noise))
  const { code, stdout, stderr } = await project.sluice(args)
  assert.deepEqual([code, stdout], [3, ''])
  for (const line of [1, 2, 3, 4, 5, 6, 7, 9, 10]) assert.match(stderr, new RegExp(`^a\\.jsonl:${line}:\\d+: `, 'm'))
  assert.doesNotMatch(stderr, /^a\.jsonl:8:/m)
  assert.match(stderr, /did you mean "weight"\?/)
})

test('a file that is not there or empty is named', async () => {
  using project = scores('', many(3, noise))
  const empty = await project.sluice(args)
  assert.deepEqual([empty.code, empty.stderr], [3, 'a.jsonl:1:1: holds no scores\n'])
  const missing = await project.sluice(['compare', '--candidate-scores', 'x.jsonl', '--baseline-scores', 'b.jsonl'])
  assert.equal(missing.code, 3)
  assert.match(missing.stderr, /^x\.jsonl/)
})

test('only pairs are compared; ids of one file are reported, and too many of them decide nothing', async () => {
  const before = many(100, noise)
  using nearly = scores(many(99, noise), before)
  const { code, report } = await judged(nearly, args)
  assert.equal(code, 0)
  assert.equal(report.features[0]?.comparison?.pairs, 99)
  assert.deepEqual(report.features[0]?.notes.slice(0, 1), ['1 case is only in b.jsonl, so not compared: c99.'])
  using far = scores([...many(50, noise), { id: 'new', score: 1 }], before)
  for (const policy of ['tiebreak', 'block', 'warn']) {
    const { code, report } = await judged(far, [...args, '--on-inconclusive', policy])
    assert.equal(code, 2, policy)
    const [feature] = report.features
    assert.equal(feature?.verdict, 'inconclusive')
    assert.equal(feature?.comparison?.pairs, 50)
    assert.ok(feature?.reasons.some(({ code }) => code === 'coverage'))
    assert.match(
      feature?.notes.join(' ') ?? '',
      /1 case is only in a\.jsonl, so not compared: new\..* 50 cases are only in b/,
    )
  }
})

test('scores that failed count against the coverage, never as 0', async () => {
  const before = many(50, () => 0.8)
  using project = scores(
    [...many(45, () => 0.8), ...before.slice(45).map(({ id }) => ({ id, error: 'timeout' }))],
    before,
  )
  const { code, report } = await judged(project, args)
  assert.equal(code, 2)
  assert.equal(report.features[0]?.score.mean, 0.8)
  assert.deepEqual([report.features[0]?.coverage.scored, report.features[0]?.coverage.modelError], [45, 5])
  using none = scores(
    before.map(({ id }) => ({ id, error: 'timeout' })),
    before,
  )
  assert.equal((await none.sluice([...args, '--on-inconclusive', 'warn'])).code, 4)
})

test('the scores at hand are the only look and take the whole error budget', async () => {
  using project = scores(
    many(60, (index) => 0.5 + noise(index)),
    many(60, (index) => 0.5 + noise(index + 3)),
  )
  const { report } = await judged(project, args)
  const looks = report.features[0]?.looks ?? []
  assert.equal(looks.length, 1)
  assert.ok(Math.abs((looks[0]?.passBound ?? 0) - 1.6448536) < 1e-6)
  assert.ok(Math.abs((looks[0]?.failBound ?? 0) - 1.959964) < 1e-6)
})

test('repeats are averaged by case and shown as k of n', async () => {
  const repeated = (scored: number[]) => (_: unknown, index: number) =>
    scored.map((score, repeat) => ({ id: `c${index}`, repeat: repeat + 1, score }))
  const rows = (scored: number[]) => Array.from({ length: 20 }).flatMap(repeated(scored))
  using project = scores(rows([1, 0, 1]), rows([1, 1, 1]))
  const { code, report } = await judged(project, args)
  assert.equal(code, 1)
  const [feature] = report.features
  assert.deepEqual(feature?.cases[0]?.passed, { k: 2, n: 3 })
  assert.equal(feature?.comparison?.repeats, 3)
  assert.ok(Math.abs((feature?.repeats?.passAt1.value ?? 0) - 2 / 3) < 1e-12)
  assert.equal(feature?.repeats?.passK.value, 0)
})

test('cases of one cluster are not independent: the interval of the traffic is wider', async () => {
  const config = { 'sluice.yaml': 'sluice: 1\ngate: {estimand: population}\n' }
  const drop = (index: number) => 0.9 - (Math.floor(index / 10) % 2) * 0.2
  const width = async (cluster: (index: number) => Row) => {
    using project = scores(
      many(40, drop, cluster),
      many(40, () => 0.9, cluster),
    )
    project.write(config)
    const { comparison } = (await judged(project, args)).report.features[0] ?? {}
    return (comparison?.ciHigh ?? 0) - (comparison?.ciLow ?? 0)
  }
  const alone = await width(() => ({}))
  const clustered = await width((index) => ({ cluster: `customer-${Math.floor(index / 10)}` }))
  assert.ok(clustered > 2 * alone, `${clustered} against ${alone}`)
})

test('tags and critical cases are judged by themselves', async () => {
  const tagged = (index: number) => ({ tags: [index < 50 ? 'core' : 'legal'] })
  using tags = scores(
    many(60, (index) => (index < 50 ? 0.9 : 0.3), tagged),
    many(60, () => 0.9, tagged),
  )
  const byTag = await judged(tags, [...args, '--margin', '0.5'])
  assert.equal(byTag.code, 1)
  assert.deepEqual(
    byTag.report.features[0]?.reasons.map(({ code, tag }) => [code, tag]),
    [['tag-regression', 'legal']],
  )
  const repeats = (score: number) =>
    Array.from({ length: 3 }, (_, repeat) => ({ id: 'vital', repeat: repeat + 1, score, critical: true }))
  using critical = scores([...many(60, () => 0.9), ...repeats(0)], [...many(60, () => 0.9), ...repeats(1)])
  const byCase = await judged(critical, [...args, '--margin', '0.5'])
  assert.equal(byCase.code, 1)
  assert.deepEqual(
    byCase.report.features[0]?.reasons.map(({ code, case: id }) => [code, id]),
    [['critical-case', 'vital']],
  )
})

test('a sluice.yaml around the files sets the policy, and flags overrule it', async () => {
  using project = scores(
    many(60, (index) => 0.45 + noise(index)),
    many(60, (index) => 0.5 + noise(index)),
  )
  assert.equal((await project.sluice(args)).code, 1)
  project.write({ 'sluice.yaml': 'sluice: 1\ngate: {margin: 0.2}\n' })
  assert.equal((await project.sluice(args)).code, 0)
  assert.equal((await project.sluice([...args, '--margin', '0.03'])).code, 1)
  project.write({ 'sluice.yaml': 'sluice: 1\ngate: {margn: 0.2}\n' })
  const broken = await project.sluice(args)
  assert.equal(broken.code, 3)
  assert.match(broken.stderr, /^sluice\.yaml:2:8: .*did you mean "margin"\?/)
})
