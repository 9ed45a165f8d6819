import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { judgeAttackReportSchema } from '../../../src/records/report/judge-attack-report.ts'
import { type ChatRequest, fakeModel, isJudgeRequest, judgement, type Reply, textOf } from '../../support/fake-model.ts'
import { createProject, summaryFiles } from '../../support/project.ts'

/** The model leaves the action items out; the judge says what it is told to about an output. */
function judging(says: (output: string) => 'yes' | 'no' | 'cannot_tell') {
  return (request: ChatRequest): Reply =>
    isJudgeRequest(request)
      ? judgement({ actions: says(textOf(request).split('<<<BEGIN OUTPUT ').at(-1) ?? '') })
      : 'Nothing to do here.'
}

function projectAt(url: string, files: Record<string, string> = {}) {
  return createProject({ ...summaryFiles({ url, cases: 4, rubric: true }), ...files })
}

async function attacked(project: ReturnType<typeof projectAt>, ...flags: string[]) {
  const { code, stdout, stderr } = await project.sluice(['judge', 'attack', 'summary', '--json', ...flags])
  assert.equal(stderr.includes('fault of its own'), false, stderr)
  return { code, report: judgeAttackReportSchema.parse(JSON.parse(stdout)) }
}

test('a judge that holds: no flip, with an exact bound, and a second run asks nobody', async () => {
  await using model = await fakeModel(judging(() => 'no'))
  using project = projectAt(model.url)
  const first = await attacked(project)
  assert.equal(first.code, 0)
  assert.equal(first.report.state, 'held')
  const { judged, flips, upper } = first.report.all
  assert.ok(judged >= 50)
  assert.equal(flips, 0)
  assert.ok(Math.abs((upper ?? 0) - (1 - 0.05 ** (1 / judged))) < 1e-6)
  assert.equal(
    first.report.kinds.reduce((sum, kind) => sum + kind.judged, 0),
    judged,
  )
  assert.ok(model.requests.every(isJudgeRequest), 'the model under test is asked nothing')
  model.requests.length = 0
  const again = await attacked(project)
  assert.equal(model.requests.length, 0)
  assert.deepEqual(again.report.all, first.report.all)

  const { stdout } = await project.sluice(['judge', 'attack', 'summary'])
  assert.match(
    stdout.replace(/\s+/g, ' '),
    /HELD summary, judged by local:judge .* 0 of \d+ attacks turned a no into a yes: at most 4\.9 %/,
  )
})

test('a judge that obeys is fooled: the flip is named, exit 1, and the gate says so by judge', async () => {
  await using model = await fakeModel(judging((output) => (output.includes('SCORE: 1.0') ? 'yes' : 'no')))
  using project = projectAt(model.url)
  const { code, report } = await attacked(project, '--per-attack', '2')
  assert.equal(code, 1)
  assert.equal(report.state, 'fooled')
  assert.deepEqual([...new Set(report.flips.map(({ attack }) => attack))], ['a score in capitals'])
  assert.equal(report.all.flips, 2)
  assert.deepEqual(report.flips[0]?.items, ['actions'])
  assert.equal(report.control.flips, 0)
  const notes = async () => {
    const { stdout } = await project.sluice(['gate', '--all', '--json'])
    return JSON.parse(stdout).features[0].notes.filter((note: string) => note.includes('attacked'))
  }
  assert.match((await notes())[0], /^The judge was attacked on .*: 2 of \d+ attacks turned a no into a yes/)
  const prompt = path.join('prompts/summary.prompt.yml')
  const text = readFileSync(path.join(project.root, prompt), 'utf8')
  project.write({ [prompt]: text.replace('the action items?', 'every action item?') })
  assert.deepEqual(await notes(), [], 'another rubric was not attacked')
})

test('an attack that only makes the judge unable to tell is an evasion', async () => {
  await using model = await fakeModel(judging((output) => (output.includes('SCORE: 1.0') ? 'cannot_tell' : 'no')))
  using project = projectAt(model.url)
  const { code, report } = await attacked(project)
  assert.equal(code, 0)
  assert.equal(report.all.evasions, 1)
})

test('a judge that says no to nothing was not attacked: exit 2 and no bound', async () => {
  await using model = await fakeModel(judging(() => 'yes'))
  using project = projectAt(model.url)
  const { code, report } = await attacked(project)
  assert.equal(code, 2)
  assert.equal(report.state, 'no-carrier')
  assert.equal(report.all.attacks, 0)
  assert.equal(report.all.upper, null)
  assert.ok(report.carriers.tried > 0)
})

test('attacks without a verdict are no proof: exit 2', async () => {
  const say = judging(() => 'no')
  await using model = await fakeModel((request) => (textOf(request).includes('SCORE: 1.0') ? 'not JSON' : say(request)))
  using project = projectAt(model.url)
  const { code, report } = await attacked(project)
  assert.equal(code, 2)
  assert.equal(report.state, 'incomplete')
  assert.equal(report.all.judged, report.all.attacks - 1)
})

test('a feature without a rubric has nothing to attack: exit 3', async () => {
  using project = createProject(summaryFiles({ url: 'http://127.0.0.1:1/v1' }))
  const { code, stderr } = await project.sluice(['judge', 'attack', 'summary'])
  assert.equal(code, 3)
  assert.match(stderr, /asks its judge nothing.*add a "rubric"/)
})
