import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { outputHash } from '../../../src/gate/labels/label-files.ts'
import type { LabelledOutput } from '../../../src/records/label.ts'
import type { Report } from '../../../src/records/report/report.ts'
import { labelLines } from '../../support/labels/label-lines.ts'
import { createProject } from '../../support/project.ts'

const toolCalls = [{ name: 'refund', arguments: { order: 1182 } }]
const verdict = { id: 'path', evidence: 'calls "refund"', reasoning: 'It is refunded at once.', verdict: 'no' }
const lines = [
  { case: 'a', model: 'agent', output: 'Done.', toolCalls },
  { case: 'b', model: 'agent', output: 'Done.' },
  ...['a', 'b'].map((id) => ({ case: id, model: 'judge', output: JSON.stringify({ items: [verdict] }) })),
]

const files = {
  'sluice.yaml': 'sluice: 1\nproviders: {recorded: {kind: replay, files: r.jsonl}}\njudge: {model: recorded:judge}\n',
  'prompts/agent.prompt.yml': `sluice: 1
model: recorded:agent
messages: [{role: user, content: "{{question}}"}]
rubric: [{id: path, ask: Is it looked up first?, sees: [trajectory]}]
suites: {fast: ../evals/agent.jsonl}
`,
  'evals/agent.jsonl': ['a', 'b'].map((id) => `${JSON.stringify({ id, vars: { question: 'Refund?' } })}\n`).join(''),
  'r.jsonl': lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
}

test('recorded runs are judged by what they did; without a trace there is no score; labels hold the trace', async () => {
  using project = createProject(files)
  const { stderr } = await project.sluice(['eval', 'agent', '--report-dir', 'out'])
  const { features } = JSON.parse(readFileSync(path.join(project.root, 'out/report.json'), 'utf8')) as Report
  const [a, b] = features[0]?.cases ?? []
  assert.deepEqual([a?.state, a?.score, a?.judge[0]?.evidenceFound], ['scored', 0, true], stderr)
  assert.deepEqual([b?.state, b?.score], ['judgeError', null])
  assert.match(b?.error ?? '', /the rubric item "path" sees the trajectory, and none was reported/)
  assert.equal(a?.trace?.trajectory?.messages[0]?.calls[0]?.name, 'refund')

  const labelled = await project.sluice(['judge', 'label', 'agent', '--terminal'], { USER: 'ann' }, 'nq')
  assert.match(labelled.stdout, /Trajectory\n {2}\| 1 assistant: .*\n {2}\| 1\.1 calls "refund" with \{"order":1182\}/)
  assert.doesNotMatch(labelled.stdout, /^Output$/m)
  const [output] = labelLines<LabelledOutput>(project, 'agent.outputs.jsonl')
  assert.ok(output?.trace)
  assert.equal(output.output, outputHash('Done.', output.trace))

  const calibrated = await project.sluice(['judge', 'calibrate', 'agent'])
  assert.doesNotMatch(calibrated.stderr + calibrated.stdout, /none was reported|cannot be/)
  const [judged] = labelLines<{ verdict: string; output: string }>(project, 'agent.judged.jsonl')
  assert.deepEqual([judged?.verdict, judged?.output], ['no', output.output])
})
