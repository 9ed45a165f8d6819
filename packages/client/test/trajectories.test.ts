import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RequestOutcome } from '../src/index.ts'
import { fakePlane } from './support/fake-plane.ts'
import { featureWith, snapshot } from './support/snapshots.ts'
import { startClient } from './support/started-client.ts'

test('counts of steps and calls leave the process for every request, a trajectory with its output alone', async () => {
  const plane = fakePlane(snapshot(1, featureWith({ ppm: 1_000_000 }, { capture: { incumbent: 0, canary: 500_000 } })))
  await using started = await startClient(plane)
  const trajectory = { messages: [{ role: 'assistant' as const, calls: [{ name: 'look_up', arguments: { id: 7 } }] }] }
  for (let index = 0; index < 40; index += 1) {
    const route = started.client.route('mail', index)
    route.record({ output: 'Hi', steps: 2, toolCalls: { look_up: 1 }, trajectory, trajectoryRef: 'trace-7' })
  }
  await started.client.flush()
  const outcomes = plane.batches.flat() as RequestOutcome[]
  for (const { captured, output, steps, toolCalls, ...more } of outcomes) {
    assert.deepEqual([steps, toolCalls], [2, { look_up: 1 }])
    const sent = output === undefined ? [undefined, undefined] : [trajectory, 'trace-7']
    assert.deepEqual([more.trajectory, more.trajectoryRef], sent)
    assert.equal(captured, output === undefined ? undefined : 0.5)
  }
  assert.ok(outcomes.some(({ trajectory: sent }) => sent) && outcomes.some(({ trajectory: sent }) => !sent))
})

test('a trajectory that is too large, circular or no object is left out and told, and the rest is sent', async () => {
  const plane = fakePlane(
    snapshot(1, featureWith({ ppm: 1_000_000 }, { capture: { incumbent: 0, canary: 1_000_000 } })),
  )
  await using started = await startClient(plane)
  const circular: Record<string, unknown> = {}
  circular.self = circular
  const large = { messages: [{ role: 'assistant', text: 'x'.repeat(100_000) }] }
  const names = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`tool${index}`, 1]))
  const odd = { trajectory: [large, circular, 'no object'], toolCalls: [names], steps: [-1, 1.5, 1e9, 'two'] }
  for (const [field, values] of Object.entries(odd))
    for (const value of values) {
      started.client.route('mail', 'ann').record({ output: 'Hi', [field]: value })
      await started.client.flush()
      const outcome = plane.batches.flat().at(-1) as RequestOutcome
      assert.deepEqual([outcome.output, Object.hasOwn(outcome, field)], ['Hi', false])
      const { code, message } = started.diagnostics.at(-1) ?? {}
      assert.deepEqual([code, message], ['invalid-field', `left out or changed: ${field}`])
    }
})
