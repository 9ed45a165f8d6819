import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProject } from '../../support/project.ts'

/** An agent that looks an order up and refunds it; what is odd about it the variables say. */
const app = `export default async ({ order, does }) => {
  if (does === 'says nothing') return { output: 'Refunded.' }
  const calls = [{ name: 'look_up', arguments: { order }, result: 'late' }, { name: 'refund', arguments: { order }, result: 'done' }]
  if (does === 'wrong order') calls.reverse()
  if (does === 'bad report') return { output: 'Refunded.', messages: 'none' }
  return { output: 'Refunded.', toolCalls: calls, state: { status: 'refunded' } }
}
`
const prompt = `sluice: 1
name: refunds
model: anthropic:claude-haiku-4-5-20251001
target: {module: ../app.mjs}
messages: [{role: user, content: "{{order}}"}]
suites: {fast: ../evals/refunds.jsonl}
checks:
  - {toolOrder: {steps: [look_up, {name: refund, args: {order: "{{order}}"}}]}, must: true}
  - {state: {path: $.status, equals: refunded}}
`
const cases = ['well', 'wrong order', 'says nothing', 'bad report']
  .map((does, index) => JSON.stringify({ id: does.replace(' ', '-'), vars: { order: index, does }, tags: ['core'] }))
  .join('\n')

interface ShownCase {
  state: string
  score: number | null
  checks: { reason: string }[]
  error: string | null
}

test('an application is scored by what it did, and not at all where it does not say', async () => {
  using project = createProject({
    'prompts/refunds.prompt.yml': prompt,
    'evals/refunds.jsonl': `${cases}\n`,
    'app.mjs': app,
  })
  const checked = await project.sluice(['check'])
  assert.equal(checked.code, 0, checked.stderr)
  const { stdout } = await project.sluice(['eval', 'refunds', '--json'])
  const report: { features: { cases: ShownCase[] }[] } = JSON.parse(stdout)
  const [well, wrong, silent, bad] = report.features[0]?.cases ?? []
  assert.deepEqual([well?.state, well?.score], ['scored', 1])
  assert.deepEqual([wrong?.state, wrong?.score], ['checkFailed', 0])
  assert.match(wrong?.checks[0]?.reason ?? '', /^call 1 \(step 1\): got refund, expected look_up \(1 of 2\)/)
  assert.deepEqual([silent?.state, silent?.score], ['checkError', null])
  assert.match(silent?.error ?? '', /case "says-nothing" has no trajectory/)
  assert.deepEqual([bad?.state, bad?.score], ['checkError', null])
  assert.match(bad?.error ?? '', /what was reported cannot be read: "messages/)
})
