import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outputHash } from '../../../src/gate/labels/label-files.ts'
import type { LabelledOutput } from '../../../src/records/label.ts'
import { drillReportSchema } from '../../../src/records/report/drill-report.ts'
import { judgeAttackReportSchema } from '../../../src/records/report/judge-attack-report.ts'
import type { Report } from '../../../src/records/report/report.ts'
import { upgradeReportSchema } from '../../../src/records/report/upgrade-report.ts'
import { type ChatRequest, fakeModel, isJudgeRequest, judgement, type Reply, textOf } from '../../support/fake-model.ts'
import { labelLines } from '../../support/labels/label-lines.ts'
import { createProject } from '../../support/project.ts'

const talk = ['order-1', 'order-2'].map(
  (id) => `- id: ${id}
  tags: [core]
  turns:
    - {user: Where is ${id}?, checks: [{contains: late}]}
    - {user: Refund ${id}.}
`,
)
const suite = `${talk.join('')}- id: played
  tags: [core]
  simulate: {goal: A refund., model: "local:user"}
`
const isJudge = (request: ChatRequest) => request.model !== 'user' && isJudgeRequest(request)
const files = (url: string) => ({
  'sluice.yaml': `providers: {local: {kind: openai-compatible, baseURL: "${url}"}}\njudge: {model: "local:judge"}\nprices: {"local:*": {input: 1, output: 1}}\n`,
  'prompts/a.prompt.yml': `sluice: 1
model: local:m
messages: [{role: system, content: Help.}]
checks: [{contains: refunded}]
rubric: [{id: refund, ask: Does it confirm the refund?}]
suites: {fast: ../evals/a.yaml}
`,
  'evals/a.yaml': suite,
})

/** Model, simulated user and judge. The judge says no where it is not shown both turns, or where it is strict. */
function world(strict: (text: string) => boolean = () => false) {
  return (request: ChatRequest): Reply => {
    const said = request.messages.at(-1)?.content ?? ''
    if (isJudge(request)) {
      const text = textOf(request)
      const isWhole = /late[\s\S]*Refund/.test(text) && text.split('<<<BEGIN INPUT').length === 5
      return judgement({ refund: isWhole && !strict(text) ? 'yes' : 'no' })
    }
    if (request.model === 'user') {
      const next = ['Where is it?', 'Refund it.'][Math.floor((request.messages.length - 2) / 2)]
      return JSON.stringify(next ? { message: next, status: 'goOn' } : { message: '', status: 'goalReached' })
    }
    return said.startsWith('Refund') ? `I refunded it. Your order was late, and I am sorry. ${said}` : 'It is late.'
  }
}

test('the drill changes the last answer of a conversation and scores the whole again', async () => {
  await using model = await fakeModel(world((text) => !/OUTPUT[\s\S]*sorry/.test(text)))
  using project = createProject(files(model.url))
  const flags = ['--mutants', '1', '--repeats', '1', '--only', 'truncate', '--strength', 'strong', '--json']
  const { stdout, stderr } = await project.sluice(['drill', 'a', ...flags])
  const report = drillReportSchema.parse(JSON.parse(stdout || JSON.stringify(stderr)))
  const [mutant] = report.mutants
  assert.deepEqual([mutant?.noticedBy, mutant?.noticed], [['refund'], 1], stdout)
  // Two scripted cases keep the 1 of their first turn; all three keep the check of the last answer.
  assert.ok(Math.abs((mutant?.effect ?? 0) + (0.25 + 0.25 + 0.5) / 3) < 1e-9, String(mutant?.effect))

  model.requests.length = 0
  const cheap = await project.sluice(['drill', 'a', ...flags, '--without-judge'])
  assert.equal(model.requests.length, 0, cheap.stderr)
  const kept = drillReportSchema.parse(JSON.parse(cheap.stdout || JSON.stringify(cheap.stderr)))
  assert.equal(kept.mutants[0]?.effect, 0, 'the verdicts of the judge stay, and so does the score')
})

test('a night judges the kept conversations of an earlier night again', async () => {
  let isStrict = false
  await using model = await fakeModel(world((text) => isStrict && text.includes('order-1')))
  using project = createProject(files(model.url))
  const night = async (day: string) => {
    const { stdout, stderr } = await project.sluice(['nightly', '--night', day, '--json'])
    const { features } = JSON.parse(stdout || JSON.stringify(stderr)) as Report
    return features[0]
  }
  const first = await night('2026-11-24')
  assert.equal(first?.score.mean, 1, JSON.stringify(first?.cases))
  isStrict = true
  const second = await night('2026-11-25')
  const ofJudge = second?.nightly?.drifts.find(({ part }) => part === 'judge')
  assert.equal(ofJudge?.cases, 3, JSON.stringify(second?.nightly))
  // One of three cases: its first turn has 1 still, and of check and rubric of the whole the rubric is lost.
  assert.ok(Math.abs((ofJudge?.meanDifference ?? 0) + 0.25 / 3) < 1e-9)
})

test('a bridge has conversations judged by both judges, at the price of the new judge alone', async () => {
  await using model = await fakeModel(world())
  using project = createProject(files(model.url))
  const { stdout, stderr } = await project.sluice([
    ...['upgrade', '--from', 'local:judge', '--to', 'local:other', '--repeats', '1', '--json'],
  ])
  const { judge } = upgradeReportSchema.parse(JSON.parse(stdout || JSON.stringify(stderr)))
  const [bridge] = judge?.candidates[0]?.bridges ?? []
  assert.deepEqual([bridge?.compared, bridge?.offset.mean, bridge?.items[0]?.compared], [3, 0, 3], stdout)
})

test('an attack, the rewordings and a calibration show the judge what the gate has shown it', async () => {
  await using model = await fakeModel(world(() => true))
  using project = createProject(files(model.url))
  await project.sluice(['eval', 'a'])
  const byGate = new Set(model.requests.filter(isJudge).map(materialOf))
  assert.equal(byGate.size, 3)
  const shown = async (...args: string[]) => {
    model.requests.length = 0
    const finished = await project.sluice(args)
    return { ...finished, shown: model.requests.filter(isJudge).map(materialOf) }
  }
  const attacked = await shown('judge', 'attack', 'a', '--carriers', '3', '--json')
  const { carriers, all } = judgeAttackReportSchema.parse(JSON.parse(attacked.stdout))
  assert.equal(carriers.kept, 3, attacked.stdout)
  assert.equal(attacked.shown.length, all.judged + 3, 'what the gate was told of is not asked again')
  for (const text of attacked.shown) assert.match(text, /INPUT user[\s\S]*INPUT assistant[\s\S]*INPUT user/)

  const reworded = await shown('judge', 'rubric', 'a', '--json')
  const judgedAgain = reworded.shown.filter((text) => text.includes('BEGIN OUTPUT'))
  assert.ok(judgedAgain.length >= 3 && judgedAgain.every((text) => byGate.has(text)), reworded.stderr)

  const labelled = await project.sluice(['judge', 'label', 'a', '--terminal'], { USER: 'ann' }, 'nnnq')
  assert.match(labelled.stdout, /what was said before[\s\S]*It is late\./)
  const outputs = labelLines<LabelledOutput>(project, 'a.outputs.jsonl')
  assert.deepEqual(new Set(outputs.map(({ exchanges }) => exchanges?.length)), new Set([2]))
  const calibrated = await shown('judge', 'calibrate', 'a')
  assert.equal(calibrated.shown.length, 0, calibrated.stderr)
  assert.equal(labelLines(project, 'a.judged.jsonl').length, outputs.length)
})

test('a label of a conversation whose turns nobody kept is not judged, and the way out is named', async () => {
  await using model = await fakeModel(world())
  using project = createProject(files(model.url))
  const text = 'I refunded it.'
  const output = outputHash(text)
  const line = { output, case: 'order-1', version: null }
  const label = { ...line, item: 'refund', verdict: 'yes', labeller: 'ann', kind: 'human', probability: null }
  project.write({
    'labels/a.outputs.jsonl': `${JSON.stringify({ ...line, text, repeat: 1, candidate: true })}\n`,
    'labels/a.jsonl': `${JSON.stringify({ ...label, at: '2026-11-26T10:00:00.000Z', sawJudge: false })}\n`,
  })
  const { stdout, stderr } = await project.sluice(['judge', 'calibrate', 'a'])
  assert.equal(model.requests.filter(isJudge).length, 0)
  assert.match(`${stdout}${stderr}`.replace(/\s+/g, ' '), /is a conversation, and what was said in it is not kept/)
})

test('questions of a turn are attacked where the gate asks them, also if there are no others', async () => {
  await using model = await fakeModel(world(() => true))
  const of = files(model.url)
  const asked = `- id: order-1
  tags: [core]
  turns:
    - {user: Where is order-1?, rubric: [{id: refund, ask: Does it offer a refund?}]}
    - {user: Thanks.}
`
  const prompt = of['prompts/a.prompt.yml'].replace(/^rubric.*\n/m, '').replace('refunded', 'late')
  using project = createProject({ ...of, 'evals/a.yaml': asked, 'prompts/a.prompt.yml': prompt })
  await project.sluice(['eval', 'a'])
  const [byGate] = model.requests.filter(isJudge).map(materialOf)
  model.requests.length = 0
  const { stdout, stderr } = await project.sluice(['judge', 'attack', 'a', '--carriers', '1', '--json'])
  const { carriers, all } = judgeAttackReportSchema.parse(JSON.parse(stdout || JSON.stringify(stderr)))
  assert.deepEqual([carriers.kept, carriers.made], [1, 0], stdout)
  const shown = model.requests.filter(isJudge).map(materialOf)
  assert.equal(shown.length, all.judged + 1, 'what the gate was told of is not asked again')
  const before = byGate?.split('<<<BEGIN OUTPUT')[0] ?? assert.fail()
  for (const text of shown) assert.equal(text.split('<<<BEGIN OUTPUT')[0], before)
})

/** What the judge is shown, without the token of its fences. */
function materialOf(request: ChatRequest): string {
  return textOf(request).replace(/[0-9a-f]{32}/g, '')
}
