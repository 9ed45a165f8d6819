import assert from 'node:assert/strict'
import { test } from 'node:test'
import { telemetryFrom } from '../../../src/control/telemetry/otlp-bodies.ts'
import { feedbackEntry, requestEntry, scoreEntry } from './entries.ts'

const span = { from: 1_000, to: 6_000 }
const sender = { service: 'mail', version: '1.2.3' }

/** Attributes as a plain object, numbers as numbers. */
function plain(attributes: { key: string; value: Record<string, unknown> }[]) {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, 'intValue' in value ? Number(value.intValue) : Object.values(value)[0]]),
  )
}

// biome-ignore lint/suspicious/noExplicitAny: the payload is looked at as a collector gets it
const payload = (...args: Parameters<typeof telemetryFrom>): any => JSON.parse(JSON.stringify(telemetryFrom(...args)))

test('a request is a feature_flag.evaluation, with the names of the semantic conventions', () => {
  const { logs } = payload([requestEntry()], { ...sender, span, dropped: 0 })
  const [{ resource, scopeLogs }] = logs.resourceLogs
  assert.deepEqual(plain(resource.attributes), { 'service.name': 'mail' })
  assert.deepEqual(scopeLogs[0].scope, { name: 'sluice', version: '1.2.3' })
  const [record] = scopeLogs[0].logRecords
  assert.deepEqual([record.eventName, record.timeUnixNano], ['feature_flag.evaluation', '1764000000000000000'])
  assert.deepEqual(plain(record.attributes), {
    'feature_flag.key': 'email-summary',
    'feature_flag.result.variant': 'c84f5641b4d1',
    'feature_flag.provider.name': 'sluice',
    'feature_flag.result.reason': 'split',
    'feature_flag.context.id': '00112233aabbccdd',
    'sluice.rollout.id': 'r-1',
    'sluice.rollout.arm': 'canary',
    'sluice.rollout.stage': 1,
    'sluice.outcome.id': 'o-1',
    'sluice.request.duration': 1.25,
    'sluice.request.cost': 0.002,
    'sluice.request.refusal': false,
    'sluice.request.invalid': false,
    'gen_ai.usage.input_tokens': 100,
    'gen_ai.usage.output_tokens': 20,
    'gen_ai.response.model': 'model-a-2026-01-01',
  })
})

test('without a rollout everybody gets the version: static, and no arm', () => {
  const entry = requestEntry({ rolloutId: null, arm: null, stage: null, unit: null })
  const { logs } = payload([entry], { ...sender, span, dropped: 0 })
  const attributes = plain(logs.resourceLogs[0].scopeLogs[0].logRecords[0].attributes)
  assert.equal(attributes['feature_flag.result.reason'], 'static')
  for (const key of ['sluice.rollout.arm', 'sluice.rollout.id', 'feature_flag.context.id'])
    assert.ok(!(key in attributes))
})

test('scores of the judge and of users are gen_ai.evaluation.result; what users wrote stays here', () => {
  const entries = [scoreEntry({ score: 0.75 }), feedbackEntry({ score: 0, comment: 'my address is 5 Elm Street' })]
  const { logs } = payload(entries, { ...sender, span, dropped: 0 })
  const records = logs.resourceLogs[0].scopeLogs[0].logRecords
  assert.deepEqual(
    // biome-ignore lint/suspicious/noExplicitAny: as above
    records.map((record: any) => {
      const attributes = plain(record.attributes)
      const [name, value] = [attributes['gen_ai.evaluation.name'], attributes['gen_ai.evaluation.score.value']]
      return [record.eventName, name, value, attributes['sluice.outcome.id']]
    }),
    [
      ['gen_ai.evaluation.result', 'sluice.judge', 0.75, 'o-1'],
      ['gen_ai.evaluation.result', 'sluice.feedback', 0, 'o-1'],
    ],
  )
  assert.doesNotMatch(JSON.stringify(logs), /Elm Street/)
})

/** Name of a metric -> arm -> value. */
function points(entries: Parameters<typeof telemetryFrom>[0], dropped = 0) {
  const { metrics } = payload(entries, { ...sender, span, dropped })
  return Object.fromEntries(
    // biome-ignore lint/suspicious/noExplicitAny: as above
    metrics.resourceMetrics[0].scopeMetrics[0].metrics.map(({ name, sum, gauge }: any) => [
      name,
      Object.fromEntries(
        // biome-ignore lint/suspicious/noExplicitAny: as above
        (sum ?? gauge).dataPoints.map(({ attributes, asDouble }: any) => [
          plain(attributes)['sluice.rollout.arm'] ?? 'none',
          asDouble,
        ]),
      ),
    ]),
  )
}

test('metrics are per arm; what is unknown has no point instead of a 0', () => {
  const found = points([
    requestEntry({ latencyMs: 1000 }),
    requestEntry({ latencyMs: 2000, error: 'timeout', costUsd: null }),
    requestEntry({ arm: 'incumbent', latencyMs: null, costUsd: null }),
    scoreEntry({ score: 0.5 }),
    scoreEntry({ score: 1 }),
  ])
  assert.deepEqual(found, {
    'sluice.requests': { canary: 2, incumbent: 1 },
    'sluice.request.errors': { canary: 1, incumbent: 0 },
    'sluice.request.refusals': { canary: 0, incumbent: 0 },
    'sluice.request.invalid': { canary: 0, incumbent: 0 },
    'sluice.request.cost': { canary: 0.002 },
    'sluice.evaluations': { canary: 2 },
    'sluice.evaluation.score': { canary: 0.75 },
    'sluice.request.duration': { canary: 1.5 },
  })
})

test('counters say what came since the last export; what was dropped is one of them', () => {
  const { metrics } = payload([requestEntry()], { ...sender, span, dropped: 3 })
  const all = metrics.resourceMetrics[0].scopeMetrics[0].metrics
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const sums = all.filter((metric: any) => metric.sum)
  for (const { sum } of sums) {
    assert.deepEqual([sum.aggregationTemporality, sum.isMonotonic], [1, true])
    const [point] = sum.dataPoints
    assert.deepEqual([point.startTimeUnixNano, point.timeUnixNano], ['1000000000', '6000000000'])
  }
  assert.equal(sums.at(-1).name, 'sluice.telemetry.dropped')
  assert.equal(sums.at(-1).sum.dataPoints[0].asDouble, 3)
})
