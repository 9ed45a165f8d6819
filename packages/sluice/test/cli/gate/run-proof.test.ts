import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import type { Host } from '../../../src/cli/host.ts'
import { present } from '../../../src/gate/report/present.ts'
import { proofLine } from '../../../src/gate/report/run-proof.ts'
import type { Report, ReportSummary } from '../../../src/records/report/report.ts'
import { fakeModel } from '../../support/fake-model.ts'
import { changedProject, commitAll, judged, summariser } from '../../support/gate-project.ts'
import { type Project, summaryFiles } from '../../support/project.ts'
import { incidentReport } from '../../support/report/incident.ts'

/** A report with its numbers held against each other. */
function proofOf({ run, features }: Report) {
  assert.ok(run)
  const sum = (of: (feature: Report['features'][number]) => number) =>
    features.reduce((total, feature) => total + of(feature), 0)
  assert.equal(
    run.calls,
    sum(({ cache }) => cache.misses),
  )
  assert.equal(
    run.fromStore,
    sum(({ cache }) => cache.hits),
  )
  assert.equal(
    run.fromRecordings,
    sum(({ cache }) => cache.recorded ?? 0),
  )
  assert.equal(
    run.inputTokens,
    sum(({ cost }) => cost.inputTokens ?? 0),
  )
  assert.equal(
    run.casesScored,
    sum(({ coverage }) => coverage.scored + coverage.checkFailed),
  )
  assert.equal(
    run.casesAsked,
    sum(({ cases }) => cases.filter(({ repeats }) => repeats > 0).length),
  )
  return run
}

const file = (project: Project, name: string) => readFileSync(path.join(project.root, 'out', name), 'utf8')

test('a gate proves what it asked, in every file, and a second run says that it asked nobody', async () => {
  await using model = await fakeModel(summariser(() => false))
  using project = changedProject({ url: model.url, cases: 6, rubric: true })
  const first = await judged(project, ['gate', '--report-dir', 'out'])
  const run = proofOf(first.report)
  assert.deepEqual(
    [run.featuresKnown, run.featuresAffected, run.featuresJudged, run.cases, run.casesAsked, run.casesScored],
    [1, 1, 1, 6, 6, 6],
  )
  assert.equal(run.calls, model.requests.length)
  assert.equal(run.answers * 2, run.calls, 'each answer is judged once')
  assert.equal(run.inputTokens, 100 * run.calls)
  const line = proofLine(run)
  for (const name of ['report.md', 'report.html', 'junit.xml']) assert.ok(file(project, name).includes(line), name)

  const second = await judged(project, ['gate', '--report-dir', 'out'])
  const again = proofOf(second.report)
  assert.deepEqual([again.calls, again.fromStore, again.usd], [0, run.calls, 0])
  assert.match(
    proofLine(again),
    /No model was called in this run: all \d+ questions were answered from the store, the oldest of \d{4}-/,
  )
  const { stdout } = await project.sluice(['gate'])
  assert.match(stdout.replaceAll(/\s+/g, ' '), /^\S+( PASS)? summary .*No model was called in this run/)
})

test('recordings are a source of their own', async () => {
  await using model = await fakeModel(summariser(() => false))
  using project = changedProject({ url: model.url, cases: 2, rubric: false })
  const recorded = [0, 1].map((index) =>
    JSON.stringify({ case: `case-${index}`, model: 'model-a', output: 'Action item: pay.' }),
  )
  project.write({
    'recordings.jsonl': `${recorded.join('\n')}\n`,
    'sluice.yaml': `${summaryFiles({ url: model.url })['sluice.yaml']}\n`.replace(
      /providers:\n/,
      'providers:\n  tape: {kind: replay, files: ["recordings.jsonl"]}\n',
    ),
  })
  const prompt = readFileSync(path.join(project.root, 'prompts/summary.prompt.yml'), 'utf8')
  project.write({ 'prompts/summary.prompt.yml': prompt.replace(/model: \S+/, 'model: tape:model-a') })
  const { report } = await judged(project, ['eval', 'summary'])
  const run = proofOf(report)
  assert.deepEqual([run.calls, run.fromStore, run.fromRecordings], [0, 0, 2])
  assert.match(
    proofLine(run),
    /^Judged 1 feature: 2 of 2 cases scored.*all 2 questions were answered from recordings\.$/,
  )
})

test('a run that had nothing to judge proves that as well, and never calls it a pass', async () => {
  await using model = await fakeModel(summariser(() => false))
  using project = changedProject({ url: model.url, cases: 2 })
  commitAll(project, 'all of it')
  const { report, code } = await judged(project, ['gate', '--base', 'HEAD', '--report-dir', 'out'])
  assert.equal(code, 0)
  const run = proofOf(report)
  assert.deepEqual([run.featuresKnown, run.featuresAffected, run.featuresJudged, run.calls], [1, 0, 0, 0])
  for (const name of ['report.md', 'report.html', 'junit.xml']) {
    assert.match(file(project, name), /NOTHING JUDGED/, name)
    assert.doesNotMatch(
      file(project, name).replace(/<style>.*?<\/style>|<script>.*?<\/script>/gs, ''),
      /\bPASS\b/,
      name,
    )
  }
  assert.match(file(project, 'junit.xml'), /skipped="1"/)
})

test('cases that a tag leaves out are not said to be asked, and a server that counts nothing counts as unknown', async () => {
  await using model = await fakeModel(() => ({ content: 'Action item: pay.', inputTokens: 0, outputTokens: 0 }))
  using project = changedProject({ url: model.url, cases: 6 })
  const { report } = await judged(project, ['eval', 'summary', '--tag', 'edge'])
  const run = proofOf({
    ...report,
    features: report.features.map((each) => ({ ...each, cost: { ...each.cost, inputTokens: null } })),
    run: report.run && { ...report.run, inputTokens: 0 },
  })
  assert.deepEqual([run.cases, run.casesAsked], [6, 3])
  assert.equal(report.run?.inputTokens, null)
  assert.match(proofLine(report.run ?? assert.fail()), /3 of 6 cases scored, 3 never asked.*tokens unknown/)
})

test('however it came about, a green report that rests on nothing is refused', async () => {
  const proof = incidentReport().run ?? assert.fail()
  const empty = { ...proof, featuresAffected: 2, featuresJudged: 0 }
  const show = (overrides: Partial<ReportSummary>) =>
    present(incidentReport({ features: [], verdict: 'pass', ...overrides }), () => [], {}, host)
  const written: string[] = []
  const host = {
    env: {},
    cwd: () => tmpdir(),
    mask: { data: <T>(data: T) => data, text: (text: string) => text },
    stdout: Object.assign(new PassThrough(), { write: (text: string) => written.push(text) > 0 }),
    stderr: new PassThrough(),
  } as unknown as Host
  await assert.rejects(show({ exitCode: 0, run: empty }), {
    code: 'cannot-run',
    message: /although 2 features are affected/,
  })
  assert.deepEqual(written, [])
  await show({ exitCode: 4, run: empty })
  await show({ exitCode: 0, run: { ...empty, featuresAffected: 0 } })
  assert.equal(written.length, 2)
})
