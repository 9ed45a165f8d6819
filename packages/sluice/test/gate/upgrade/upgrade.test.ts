import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { UpgradeReport } from '../../../src/records/report/upgrade-report.ts'
import { upgradeReportSchema } from '../../../src/records/report/upgrade-report.ts'
import { fakeModel } from '../../support/fake-model.ts'
import { commitAll } from '../../support/gate-project.ts'
import { fakeGithub } from '../../support/github/fake-github.ts'
import { createProject, type Project, summaryFiles } from '../../support/project.ts'
import { bad, good, judges, recordedProject } from '../../support/recorded-models.ts'

const always = (text: string) => () => text
const models = {
  old: { says: always(good), usd: 0.02 },
  dear: { says: always(good), usd: 0.05 },
  cheap: { says: always(good), usd: 0.001, ms: 40 },
  worse: { says: (index: number) => (index % 2 ? good : bad), usd: 0.0001 },
  broken: { says: (index: number) => (index % 2 ? good : undefined), usd: 0.0001 },
  judge: judges(() => 'yes'),
}

const candidates = (...names: string[]) => names.flatMap((name) => ['--to', `recorded:${name}`])

async function upgraded(project: Project, ...args: string[]) {
  const { code, stdout, stderr } = await project.sluice([
    'upgrade',
    '--from',
    'recorded:old',
    '--repeats',
    '2',
    '--json',
    ...args,
  ])
  assert.ok(stdout.startsWith('{'), stderr)
  return { code, stderr, report: upgradeReportSchema.parse(JSON.parse(stdout)) as UpgradeReport }
}

const outcomes = ({ features }: UpgradeReport) =>
  features.map(({ contests }) => contests.map(({ model, outcome }) => `${model} ${outcome}`))

test('a model goes: the cheapest candidate that is no worse is proposed for each feature, and written into the files', async () => {
  using project = createProject(recordedProject({ models, features: ['summary', 'triage'] }))
  const before = readFileSync(path.join(project.root, 'prompts/summary.prompt.yml'), 'utf8')
  const { code, report, stderr } = await upgraded(
    project,
    ...candidates('dear', 'cheap', 'worse'),
    '--write',
    '--report-dir',
    'out',
  )
  assert.equal(code, 0, JSON.stringify(report, undefined, 1))
  assert.deepEqual(
    outcomes(report),
    Array(2).fill(['recorded:dear passes', 'recorded:cheap passes', 'recorded:worse worse']),
  )
  assert.deepEqual(
    report.features.map(({ proposal }) => proposal),
    ['recorded:cheap', 'recorded:cheap'],
  )
  assert.equal(report.comparisons, 6)
  const [dear, cheap] = report.features[0]?.contests ?? []
  assert.deepEqual([dear?.usdPerAnswer?.toFixed(6), cheap?.usdPerAnswer?.toFixed(6)], ['0.050000', '0.001000'])
  assert.equal(cheap?.latencyP50Ms, 40)
  assert.ok((cheap?.pAdjusted ?? 1) > (cheap?.p ?? 0), 'the correction makes a proof harder')
  const written = readFileSync(path.join(project.root, 'prompts/summary.prompt.yml'), 'utf8')
  assert.equal(written, before.replace('"recorded:old"', '"recorded:cheap"'))
  assert.match(written, /# the one of 2024/)
  assert.match(stderr, /Written: prompts\/summary\.prompt\.yml, prompts\/triage\.prompt\.yml\./)
  const page = readFileSync(path.join(project.root, 'out/upgrade.md'), 'utf8')
  assert.match(page, /\| recorded:cheap \| 0\.000 \|/)
  assert.equal(JSON.parse(readFileSync(path.join(project.root, 'out/upgrade.json'), 'utf8')).exitCode, 0)
})

test('what is said to a person: one table, a proposal or why none, and the way to the users', async () => {
  using project = createProject(recordedProject({ models }))
  const { stdout, code } = await project.sluice([
    'upgrade',
    '--from',
    'recorded/old',
    '--repeats',
    '2',
    ...candidates('cheap'),
  ])
  assert.equal(code, 0, stdout)
  assert.match(stdout, /^summary +recorded:old .* now$/m)
  assert.match(stdout, /^ +recorded:cheap +0\.000 +\[.*\] .* passes$/m)
  assert.match(stdout, /summary: recorded:cheap, the only candidate that is shown to be no worse/)
  assert.match(stdout, /sluice publish summary && sluice rollout start summary [0-9a-f]{12}$/m)
  assert.match(stdout, /When recorded:old ends is not known/)
  const next = /^Next: (.*)$/m
  assert.equal(
    next.exec(stdout)?.[1],
    'sluice upgrade --from recorded:old --to recorded:cheap --repeats 2 --write   # or --pull-request',
  )
  const leave = ['upgrade', '--from', 'recorded:old', '--suite', 'fast', '--margin', '0.2', ...candidates('cheap')]
  assert.match(
    next.exec((await project.sluice(leave)).stdout)?.[1] ?? '',
    /--to recorded:cheap --suite fast --margin 0\.2 --write/,
  )
  assert.equal(next.exec((await project.sluice([...leave, '--write'])).stdout), null)
})

test('all candidates worse is exit 1, undecided ones are exit 2, and an error is no zero', async () => {
  using project = createProject(recordedProject({ models }))
  const worse = await upgraded(project, ...candidates('worse'))
  assert.deepEqual([worse.code, worse.report.features[0]?.proposal], [1, null])
  const broken = await upgraded(project, ...candidates('broken'))
  const [contest] = broken.report.features[0]?.contests ?? []
  assert.deepEqual([broken.code, contest?.outcome, contest?.score, contest?.unscored], [2, 'undecided', 1, 30])
  assert.match(contest?.reasons.join() ?? '', /Only 15 of 30 cases of the candidate have a score/)
  assert.deepEqual(contest?.causes, [
    '15 cases (summary-0, summary-2, summary-4, …): recordings/all.jsonl:…: recorded error: boom',
  ])
  const result = await project.sluice(['upgrade', '--from', 'recorded:old', '--repeats', '2', ...candidates('broken')])
  assert.match(result.stdout, /^summary, recorded:broken: 30 answers without a score; they are no zeros\.$/m)
  assert.match(result.stdout, /^summary, recorded:broken: no score: 15 cases \(summary-0, summary-2, summary-4, …\): /m)
  const both = await upgraded(project, ...candidates('worse', 'broken'), '--write')
  assert.equal(both.code, 2)
  assert.match(both.stderr, /Nothing was written: there is no proposal/)
})

test('a pass by itself is none with all other comparisons of the run in mind', async () => {
  const many = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`m${index}`, { says: always(good) }]))
  using project = createProject(recordedProject({ models: { ...models, ...many } }))
  const alone = await upgraded(project, '--margin', '0.08', ...candidates('m0'))
  const together = await upgraded(project, '--margin', '0.08', ...candidates(...Object.keys(many)))
  assert.deepEqual([alone.code, together.code], [0, 2])
  assert.match(together.report.features[0]?.contests[0]?.reasons.join() ?? '', /not with all 8 comparisons/)
})

test('what cannot be measured is said, and is never a pass', async () => {
  const withTarget = recordedProject({ models, prompt: 'target: {command: [cat]}\n' })
  using application = createProject(withTarget)
  const target = await upgraded(application, ...candidates('cheap'))
  assert.deepEqual([target.code, target.report.features[0]?.reason], [2, 'not measured'])
  assert.match(target.report.features[0]?.notes.join() ?? '', /an application, which chooses its model itself/)
  const files = recordedProject({ models })
  using withoutSuite = createProject({
    ...files,
    'prompts/summary.prompt.yml': (files['prompts/summary.prompt.yml'] ?? '').replace(/^suites.*\n/m, ''),
  })
  const none = await upgraded(withoutSuite, ...candidates('cheap'))
  assert.equal(none.code, 2)
  assert.match(none.report.features[0]?.notes.join() ?? '', /has no cases/)
})

test('what cannot be is refused before anything is asked', async () => {
  using project = createProject(recordedProject({ models }))
  const refused: [args: string[], words: RegExp][] = [
    [['--from', 'recorded:odl', '--to', 'recorded:cheap'], /nothing here uses this model.*did you mean "recorded:old"/],
    [['--from', 'recorded:old', '--to', 'recorded/old'], /--to recorded:old is the model to leave/],
    [['--from', 'recorded:old'], /nobody names a replacement of recorded:old/],
    [['--to', 'recorded:cheap'], /No model of this project is known to end soon/],
    [['--from', 'old', '--to', 'recorded:cheap'], /names no provider/],
    [['--from', 'recorded:old', '--to', 'nowhere:x'], /there is no provider "nowhere"/],
    [['--from', 'recorded:old', '--to', 'openai:no-such', '--budget-usd', '1'], /openai:no-such has no known price/],
    [['--from', 'recorded:old', '--to', 'recorded:cheap', '--suite', 'full'], /has no suite "full"/],
    [['--from', 'recorded:old', '--to', 'recorded:cheap', '--repeats', '0'], /--repeats 0/],
  ]
  for (const [args, words] of refused) {
    const { code, stderr, stdout } = await project.sluice(['upgrade', ...args])
    assert.deepEqual([code, stdout], [3, ''], `${args.join(' ')}: ${stderr}`)
    assert.match(stderr, words)
  }
  assert.equal(existsSync(path.join(project.root, 'judge-bridges.jsonl')), false)
})

test('the model that ends is found by itself, with its replacement, and warned about in check and gate', async () => {
  const config = 'retirements: {"recorded:old": {date: 2026-01-02, replacement: recorded:cheap, source: a mail}}\n'
  using project = createProject(recordedProject({ models, config }))
  const check = await project.sluice(['check'])
  assert.equal(check.code, 0)
  assert.match(
    check.stdout,
    /summary\.prompt\.yml:3:8: model: warning: recorded:old was to be switched off on 2026-01-02/,
  )
  const gate = await project.sluice(['gate', '--all', '--json'])
  const report = JSON.parse(gate.stdout)
  assert.deepEqual(
    report.findings
      .filter(({ code }: { code: string }) => code === 'model-ends')
      .map(({ severity }: { severity: string }) => severity),
    ['warning'],
  )
  const { code, stdout } = await project.sluice(['upgrade', '--repeats', '2', '--json'])
  const { from, to, end } = JSON.parse(stdout)
  assert.deepEqual([code, from, to, end], [0, 'recorded:old', ['recorded:cheap'], '2026-01-02'])
})

test('a pull request is opened on GitHub without touching the working tree', async () => {
  await using github = await fakeGithub()
  using project = createProject(recordedProject({ models }))
  const head = commitAll(project, 'base')
  const env = { GITHUB_REPOSITORY: 'acme/app', GITHUB_TOKEN: 't0ken-of-the-workflow', GITHUB_API_URL: github.url }
  const run = ['upgrade', '--from', 'recorded:old', '--repeats', '2', ...candidates('cheap'), '--pull-request']
  const { code, stderr } = await project.sluice(run, env)
  assert.equal(code, 0, stderr)
  assert.match(stderr, /^Pull request: https:\/\/github\.com\/acme\/app\/pull\/8$/m)
  assert.deepEqual(
    github.made.map(({ place }) => place),
    ['git/trees', 'git/commits', 'git/refs', 'pulls'],
  )
  const [tree, commit, ref, pull] = github.made.map(({ body }) => body)
  const [entry] = (tree?.tree ?? []) as { path: string; content: string }[]
  assert.deepEqual([tree?.base_tree, entry?.path], ['tree-of-head', 'prompts/summary.prompt.yml'])
  assert.match(entry?.content ?? '', /^model: "recorded:cheap"/m)
  assert.deepEqual([commit?.parents, ref?.ref], [[head], `refs/heads/${pull?.head}`])
  assert.match(String(pull?.title), /^Leave recorded:old for recorded:cheap$/)
  assert.match(String(pull?.body), /\| recorded:cheap \|/)
  assert.equal(project.git('status', '--porcelain', '--untracked-files=no'), '')
  project.write({
    'prompts/summary.prompt.yml': `${readFileSync(path.join(project.root, 'prompts/summary.prompt.yml'), 'utf8')}# edited\n`,
  })
  const edited = await project.sluice(run, env)
  assert.deepEqual([edited.code, github.made.length], [3, 4])
  assert.match(edited.stderr, /summary\.prompt\.yml differ from the commit that GitHub has/)
  const refused = await project.sluice(run, { ...env, GITHUB_TOKEN: '', HOME: project.root })
  assert.deepEqual([refused.code, /there is no token/.test(refused.stderr)], [3, true], refused.stderr)
})

test('of a model that is gone the kept answers count, if they are whole, and else it is said', async () => {
  let isGone = false
  await using model = await fakeModel(({ model: name }) =>
    isGone && name === 'model-a'
      ? { status: 404, body: '{"error":{"code":"model_not_found","message":"gone"}}' }
      : good,
  )
  using project = createProject(summaryFiles({ url: model.url, cases: 12, config: 'gate: {margin: 0.4}\n' }))
  const leave = async (...args: string[]) => {
    const { code, stdout, stderr } = await project.sluice([
      'upgrade',
      '--from',
      'local:model-a',
      '--to',
      'local:model-b',
      '--json',
      ...args,
    ])
    assert.ok(stdout.startsWith('{'), stderr)
    return { code, report: upgradeReportSchema.parse(JSON.parse(stdout)) }
  }
  assert.equal((await project.sluice(['eval', 'summary', '--repeats', '2'])).code, 0)
  isGone = true
  const kept = await leave('--repeats', '3')
  assert.deepEqual(
    [kept.code, kept.report.features[0]?.proposal, kept.report.features[0]?.repeats],
    [0, 'local:model-b', 2],
  )
  assert.match(kept.report.features[0]?.notes.join() ?? '', /answers no more: it is compared by the 2 answers per case/)
  const paid = model.requests.length
  assert.equal((await leave('--repeats', '2')).code, 0)
  assert.equal(model.requests.length, paid, 'a rerun pays for nothing')
  project.write({ 'evals/more.jsonl': '{"id": "new", "vars": {"email": "Mail 99"}}\n' })
  const prompt = readFileSync(path.join(project.root, 'prompts/summary.prompt.yml'), 'utf8')
  project.write({ 'prompts/summary.prompt.yml': prompt.replace('summary.jsonl', 'more.jsonl') })
  const nothing = await leave('--repeats', '2')
  assert.notEqual(nothing.code, 0)
  assert.match(
    nothing.report.features[0]?.notes.join() ?? '',
    /only 0 of its 2 answers are kept: there is nothing whole to compare with/,
  )
})

test('a budget that ends first is exit 4 and no verdict on any candidate', async () => {
  await using model = await fakeModel(() => good)
  using project = createProject(summaryFiles({ url: model.url, cases: 4 }))
  const leave = ['upgrade', '--from', 'local:model-a', '--to', 'local:model-b', '--json']
  const { code, stdout } = await project.sluice([...leave, '--budget-usd', '0.006'])
  const { features } = upgradeReportSchema.parse(JSON.parse(stdout))
  assert.deepEqual([code, features[0]?.proposal, features[0]?.contests[0]?.outcome], [4, null, 'undecided'], stdout)
  assert.match(features[0]?.contests[0]?.reasons.join() ?? '', /stopped by the budget/)
})
