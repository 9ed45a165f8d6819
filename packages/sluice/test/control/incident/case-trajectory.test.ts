import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { createProject, summaryFiles } from '../../support/project.ts'

const call = { id: null, arguments: { to: 'Ann' }, result: null, error: null, durationMs: null }
const row = {
  ...{ id: 'o-7', input: { email: 'Where is my order?' }, output: 'Refunded.', score: 0 },
  ...{ steps: 3, toolCalls: { look_up: 1, refund: 2 }, trajectoryRef: 'traces/Ann/7' },
  trajectory: { messages: [{ role: 'assistant', text: null, calls: [{ ...call, name: 'refund' }] }] },
}

test('a case keeps how many steps and calls a failure took and where its trajectory is, redacted', async () => {
  using project = createProject({
    ...summaryFiles({ url: 'http://127.0.0.1:9/v1', rubric: true, prompt: 'live: {redact: ../redact.mjs}\n' }),
    'm.json': JSON.stringify(row),
    'redact.mjs': "export default ({ input, output }) => ({ input, output: output.replace('Ann', 'NAME') })",
  })
  const { code, stdout, stderr } = await project.sluice(['case', 'add', 'summary', '--from', 'file:m.json'])
  assert.equal(code, 0, stderr)
  assert.match(stdout, /production called: refund\n/)
  const suite = readFileSync(path.join(project.root, 'evals/summary.jsonl'), 'utf8')
  const line = suite.trimEnd().split('\n').at(-1) ?? ''
  const { source } = JSON.parse(line)
  assert.partialDeepStrictEqual(source, {
    ...{ outcome: 'o-7', steps: 3, toolCalls: { look_up: 1, refund: 2 }, trajectoryRef: 'traces/NAME/7' },
  })
  assert.ok(!line.includes('Ann') && !('trajectory' in source))
})
