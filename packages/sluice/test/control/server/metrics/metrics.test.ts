import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '@sluice/client'
import { armGauges } from '../../../../src/control/server/metrics/engine-gauges.ts'
import { createMetrics } from '../../../../src/control/server/metrics/metrics.ts'

test('series that a token can make up have a bound, beyond which all are one', async () => {
  const metrics = createMetrics()
  for (let index = 0; index < 5000; index += 1) {
    metrics.count('live_contents_total', 'Contents.', { feature: `f${index}`, fate: 'stored' })
    metrics.time('store_seconds', 'Time.', { method: `m${index}` }, 1)
  }
  metrics.count('live_contents_total', 'Contents.', { feature: 'f1', fate: 'stored' })
  const lines = (await metrics.text()).split('\n')
  const contents = lines.filter((line) => line.startsWith('sluice_live_contents_total{'))
  assert.equal(contents.length, 2001)
  assert.ok(contents.includes('sluice_live_contents_total{feature="other",fate="other"} 3000'))
  assert.ok(contents.includes('sluice_live_contents_total{feature="f1",fate="stored"} 2'))
  assert.equal(lines.filter((line) => line.startsWith('sluice_store_seconds_count{')).length, 2001)
})

test('whatever a label or a number is, every line can be read', async () => {
  const metrics = createMetrics()
  metrics.count('odd_total', 'Odd.', { text: 'a"b\\c\nd}' })
  metrics.gauge('odd', 'Odd.', () => [{ value: Infinity }, { value: Number.NaN, labels: { of: 'constructor' } }])
  for (const line of (await metrics.text()).trimEnd().split('\n'))
    assert.match(line, /^(# (HELP|TYPE) .+|sluice_\w+(\{(\w+="([^"\\\n]|\\.)*",?)*\})? (NaN|[+-]Inf|-?[\d.e+-]+))$/)
})

test('figures of a rollout that is assessed no more are shown no longer, also when the clock was set back', async () => {
  const metrics = createMetrics()
  const times = { wall: 0, steady: 0 }
  const clock = { ...systemClock, now: () => times.wall, steady: () => times.steady }
  const gauge = armGauges(metrics, clock)
  const arm = new Proxy({}, { get: () => null })
  const assessment = { logE: 1, threshold: 3, decision: { do: 'hold' }, canary: arm, incumbent: arm }
  gauge({ rollout: { id: 'r-1', feature: 'mail' }, assessment, at: 0 } as unknown as Parameters<typeof gauge>[0])
  assert.match(await metrics.text(), /canary_held\{feature="mail",rollout="r-1"\} 1/)
  Object.assign(times, { wall: -3_600_000, steady: 61_000 })
  assert.doesNotMatch(await metrics.text(), /rollout="r-1"/)
})
