import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { lines, measuredFiles } from '../support/measured-project.ts'
import { createProject, type Project } from '../support/project.ts'
import { incidentFeature } from '../support/report/incident.ts'
import { nightCase, nightOn, storeFeature, storeNights } from '../support/stored-history.ts'

const files = { 'sluice.yaml': 'sluice: 1\n' }
const read = (project: Project, file: string) => readFileSync(path.join(project.root, file), 'utf8')
const drift = { code: 'provider-drift', message: 'Provider drift: <script>they got worse</script>.' }

/** Five nights with a gap, another judge on the third, a drift on the fifth; two gate runs; another feature. */
async function storeAll(project: Project): Promise<void> {
  const score = { mean: null, ciLow: null, ciHigh: null, threshold: 0.82 }
  const judge = { id: 'judge-2', model: 'openai:gpt-6' }
  storeNights(project.root, [
    nightOn(1),
    nightOn(2, { score }),
    nightOn(3, { judge }),
    nightOn(4, { judge }),
    nightOn(5, { judge, verdict: 'fail', reasons: [drift], score: { ...score, mean: 0.7, ciLow: 0.6, ciHigh: 0.8 } }),
    nightOn(4, { feature: 'triage' }),
  ])
  const feature = { ...incidentFeature(), feature: 'email-summary', latency: { meanMs: 900, p50Ms: 840, p95Ms: 2100 } }
  await storeFeature(project.root, { runId: 'a', startedAt: '2026-11-02T14:20:00.000Z' }, feature)
  await storeFeature(project.root, { runId: 'b', startedAt: '2026-11-04T15:00:00.000Z' }, feature, ['one', 'other'])
}

test('nights and runs stand on one axis; what cannot be compared is not joined and says so; a gap stays one', async () => {
  using project = createProject(files)
  await storeAll(project)
  const { code, stdout, stderr } = await project.sluice(['trends', '--svg', 'trends.svg'])
  assert.equal(code, 0, stderr)
  assert.match(stdout, /^email-summary: 5 nights and 2 gate runs, 2026-11-01 to 2026-11-05\n/)
  assert.match(stdout, /^ +2026-11-02 +aaaaaaa +n\/a +n\/a +pass +0\.400 USD$/m)
  assert.match(stdout, /^ +≠ 2026-11-03 /m)
  assert.match(stdout, /^ +2026-11-02 14:20Z .* 840 ms /m)
  const output = stdout.replace(/\s+/g, ' ')
  assert.match(output, /no line joins them: 2026-11-03 \(another judge: openai:gpt-6 instead of openai:gpt-5\)\./)
  assert.match(output, /no line joins them: 2026-11-04 15:00Z \(other cases: 1 case new, 1 gone\)\./)
  assert.match(output, /Without a score, and so a gap: 2026-11-02\./)
  assert.match(output, /triage: 1 night, 2026-11-04 .* One point is no trend yet/)

  const page = read(project, '.sluice/trends.html')
  assert.equal(statSync(path.join(project.root, '.sluice/trends.html')).mode & 0o077, 0, 'as private as the store')
  const [, first = ''] = page.split('<h2 class="verdict-title">email-summary</h2>')
  const [score = ''] = first.split('<figcaption>Score of triage')
  const lines = [...score.matchAll(/<path class="line tone-one"[^>]* d="([^"]*)"/g)].map(([, d = '']) => d)
  assert.equal(lines.length, 1, 'the nights 3 to 5 alone are joined')
  assert.equal(lines[0]?.match(/L/g)?.length, 2)
  assert.doesNotMatch(score, /class="line tone-three"/, 'nor are the two runs')
  assert.match(score, /<text class="event-label tone-fail"[^>]*>provider drift<\/text>/)
  assert.match(score, /latency, seconds/)
  assert.match(score, /<td>not known<\/td>/)
  assert.doesNotMatch(page, /<script>they|https?:\/\/(?!www\.w3\.org)/)
  assert.match(read(project, 'trends.svg'), /^<svg .*Scores of 2 features.*<\/svg>\s*$/s)
})

test('no line joins runs between which a case was edited', async () => {
  using project = createProject(measuredFiles)
  const suite = (...checks: object[]) =>
    lines(['c0', 'c1'].map((id) => ({ id, vars: { v: 'a' }, tags: ['t'], ...(checks.length > 0 && { checks }) })))
  for (const cases of [suite(), suite(), suite({ equals: 'no' })]) {
    project.write({ 'evals/mail.jsonl': cases })
    const { code, stderr } = await project.sluice(['eval', 'mail'])
    assert.equal(code, 0, stderr)
  }
  const { stdout } = await project.sluice(['trends', '--svg', 't.svg'])
  assert.deepEqual(stdout.match(/^ +≠ .*$/gm)?.length, 1, stdout)
  assert.match(stdout.replace(/\s+/g, ' '), /no line joins them: [^(]*\(other cases: 2 cases edited\)\./)
  assert.deepEqual(read(project, 't.svg').match(/class="line/g)?.length, 1, 'of the two that are alike')
})

test('one feature alone, into other files', async () => {
  using project = createProject(files)
  await storeAll(project)
  const { code, stdout } = await project.sluice(['trends', 'triage', '--out', 'out/page.html', '--svg', 'out/one.svg'])
  assert.equal(code, 0)
  assert.doesNotMatch(stdout, /email-summary/)
  assert.match(read(project, 'out/one.svg'), /Score of triage.*threshold of nights/s)
  assert.ok(!existsSync(path.join(project.root, '.sluice/trends.html')))
  const unknown = await project.sluice(['trends', 'triag'])
  assert.equal(unknown.code, 3)
  assert.match(unknown.stderr, /nothing is stored of triag; there is something of email-summary, triage/)
})

test('where nothing is stored there is no page that looks fine, but the commands that store something', async () => {
  using project = createProject(files)
  const { code, stdout, stderr } = await project.sluice(['trends', '--out', 'page.html'])
  assert.deepEqual([code, stdout], [3, ''])
  assert.match(
    stderr,
    /nothing is stored yet: sluice nightly stores nights, and sluice gate and sluice eval store runs/,
  )
  assert.ok(!existsSync(path.join(project.root, 'page.html')) && !existsSync(path.join(project.root, '.sluice')))
})

test('a run that cannot be read is missing, and page and terminal say so', async () => {
  using project = createProject(files)
  storeNights(project.root, [nightOn(1)])
  await storeFeature(project.root, { runId: 'a', startedAt: '2026-11-02T14:20:00.000Z' }, {})
  const [file = ''] = /.*/.exec(path.join('.sluice/runs', '2026-11-02T14-20-00.000Z_a.json.gz')) ?? []
  writeFileSync(path.join(project.root, file), 'not a report')
  const { code, stdout } = await project.sluice(['trends'])
  assert.equal(code, 0)
  assert.match(stdout.replace(/\s+/g, ' '), /A stored run is missing here, since it cannot be read: .*this is not JSON/)
  assert.match(read(project, '.sluice/trends.html'), /A stored run is missing here/)
})

test('an exported history is shown beside the store, of each night the later run; a damaged one is refused', async () => {
  using there = createProject(files)
  const later = nightOn(2, {
    startedAt: '2026-11-02T09:00:00.000Z',
    version: 'cccccccccccc',
    cases: [nightCase('one')],
  })
  storeNights(there.root, [nightOn(1), later])
  assert.equal((await there.sluice(['nightly', 'export', 'history.jsonl'])).code, 0)
  using here = createProject({ ...files, 'history.jsonl': read(there, 'history.jsonl'), 'damaged.jsonl': '{"kind":' })
  storeNights(here.root, [nightOn(2), nightOn(3)])
  const { code, stdout } = await here.sluice(['trends', '--history', 'history.jsonl'])
  assert.equal(code, 0)
  assert.match(stdout, /email-summary: 3 nights, 2026-11-01 to 2026-11-03/)
  assert.match(stdout, /2026-11-02 +ccccccc/)
  assert.match(
    readFileSync(path.join(here.root, '.sluice/trends.html'), 'utf8'),
    /To repeat it: <code>sluice trends --history history\.jsonl<\/code>/,
  )
  assert.equal((await here.sluice(['trends', '--history', 'damaged.jsonl'])).code, 3)
  const missing = await here.sluice(['trends', '--history', 'none.jsonl'])
  assert.equal(missing.code, 3)
  assert.match(missing.stderr, /none\.jsonl: cannot be read/)
})

test('a night has its latency and its flips from its stored run, and stands there once', async () => {
  using project = createProject(files)
  storeNights(project.root, [nightOn(1), nightOn(2)])
  const { judge } = incidentFeature()
  assert.ok(judge)
  const nightly = { night: '2026-11-02', reference: null, last: null, drifts: [], suiteChange: null, events: [] }
  const served = { generation: { models: [], fingerprints: [] }, judge: { models: [], fingerprints: [] } }
  const run = { runId: 'a', command: 'nightly' as const, startedAt: '2026-11-02T02:00:00.000Z' }
  await storeFeature(project.root, run, {
    ...{ feature: 'email-summary', judge: { ...judge, flipRate: 0.04 } },
    latency: { meanMs: 900, p50Ms: 840, p95Ms: 2100 },
    nightly: { ...nightly, outputs: null, served, trend: [] },
  })
  const { stdout } = await project.sluice(['trends'])
  assert.match(stdout, /^email-summary: 2 nights, /)
  assert.match(stdout, /^ +2026-11-01 .* n\/a +n\/a$/m)
  assert.match(stdout, /^ +2026-11-02 .* 840 ms +4 %$/m)
  assert.match(read(project, '.sluice/trends.html'), /flips of the judge, %/)
})
