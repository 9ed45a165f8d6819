import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '@sluice/client'
import { memoryStore } from '../../../src/control/store/memory/memory-store.ts'
import { createTelemetry, watchedStore } from '../../../src/control/telemetry/telemetry.ts'
import { type FakeReceiver, fakeReceiver, type Received } from '../../support/fake-receiver.ts'
import { manualClock } from '../../support/manual-clock.ts'
import { until } from '../../support/until.ts'
import { requestEntry } from './entries.ts'

const entries = (count: number, first = 0) =>
  Array.from({ length: count }, (_, index) => requestEntry({ id: `o-${first + index}` }))

function recordsIn({ path, body }: Received): number {
  return path.endsWith('/v1/logs') ? JSON.parse(body).resourceLogs[0].scopeLogs[0].logRecords.length : 0
}

const records = ({ received }: FakeReceiver) => received.reduce((sum, message) => sum + recordsIn(message), 0)

/** Telemetry to a collector, by a clock that a test moves. */
function telemetryTo(collector: FakeReceiver, env: NodeJS.ProcessEnv = {}) {
  const clock = manualClock()
  const waits: number[] = []
  const noting: Clock = {
    ...clock,
    setTimer(callback, ms) {
      waits.push(ms)
      return clock.setTimer(callback, ms)
    },
  }
  let lost = 0
  const telemetry = createTelemetry({
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/otlp/`, ...env },
    fetch,
    clock: noting,
    random: () => 0.5,
    onLoss: (count) => {
      lost += count
    },
  })
  return { telemetry, clock, waits, lost: () => lost }
}

test('what waits is sent at once when it is much, else after a while, with the headers that were asked for', async () => {
  await using collector = await fakeReceiver()
  const { telemetry, clock, lost } = telemetryTo(collector, { OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%3Db, x=1' })
  telemetry.entries(entries(3))
  assert.equal(collector.received.length, 0)
  clock.advance(5000)
  await until(() => collector.received.length === 2, 'logs and metrics')
  assert.deepEqual(collector.received.map(({ path }) => path).sort(), ['/otlp/v1/logs', '/otlp/v1/metrics'])
  const [first] = collector.received
  assert.deepEqual(
    [first?.headers['content-type'], first?.headers['api-key'], first?.headers.x],
    ['application/json', 'a=b', '1'],
  )
  telemetry.entries(entries(600, 3))
  await until(() => records(collector) === 603, 'a full batch and the rest')
  assert.equal(lost(), 0)
  await telemetry.close()
})

test('a collector that asks for patience gets everything once, after the time it named', async () => {
  await using collector = await fakeReceiver((_, { path }) => {
    const earlier = collector.received.filter((message) => message.path === path).length
    if (path.endsWith('/metrics')) return 200
    return earlier === 1 ? [429, { 'retry-after': '7' }] : earlier === 2 ? 503 : 200
  })
  const { telemetry, clock, waits, lost } = telemetryTo(collector)
  const asked = () => collector.received.filter(({ path }) => path.endsWith('/logs')).length
  telemetry.entries(entries(2))
  clock.advance(5000)
  await until(() => waits.includes(7000), 'the wait that was asked for')
  clock.advance(6999)
  assert.equal(asked(), 1)
  clock.advance(1)
  await until(() => waits.includes(500), 'the backoff')
  clock.advance(500)
  await until(() => asked() === 3, 'the third attempt')
  await telemetry.close()
  assert.equal(collector.received.filter(({ path }) => path.endsWith('/metrics')).length, 1)
  assert.equal(lost(), 0)
})

test('after the last attempt nothing is waited for', async () => {
  await using collector = await fakeReceiver((_, { path }) => (path.endsWith('/logs') ? 503 : 200))
  const { telemetry, clock, waits, lost } = telemetryTo(collector)
  telemetry.entries(entries(2))
  clock.advance(5000)
  for (const wait of [250, 500, 1000, 2000, 4000]) {
    await until(() => waits.includes(wait), `the wait of ${wait} ms`)
    clock.advance(wait)
  }
  await until(() => lost() === 2, 'the loss')
  assert.equal(collector.received.filter(({ path }) => path.endsWith('/logs')).length, 6)
  await telemetry.close()
})

test('a refusal is final and counted; telemetry goes on', async () => {
  await using collector = await fakeReceiver((index) => (index < 2 ? 400 : 200))
  const { telemetry, clock, lost } = telemetryTo(collector)
  telemetry.entries(entries(2))
  clock.advance(5000)
  await until(() => lost() === 2, 'the loss')
  telemetry.entries(entries(1))
  await telemetry.close()
  assert.deepEqual([collector.received.length, lost()], [4, 2])
})

test('more than the queue holds is dropped and told to the collector, and nobody waits', async () => {
  await using collector = await fakeReceiver()
  const { telemetry, lost } = telemetryTo(collector)
  telemetry.entries(entries(10_500))
  assert.equal(lost(), 500)
  await telemetry.close()
  assert.equal(records(collector), 10_000)
  assert.match(collector.received.find(({ path }) => path.endsWith('metrics'))?.body ?? '', /telemetry\.dropped.*500/)
})

test('closing sends what waits, and gives up on a collector that does not answer', async () => {
  await using collector = await fakeReceiver()
  const { telemetry } = telemetryTo(collector)
  telemetry.entries(entries(1))
  await telemetry.close()
  assert.equal(records(collector), 1)

  const deaf = telemetryTo(collector, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' })
  deaf.telemetry.entries(entries(700))
  const closed = deaf.telemetry.close()
  deaf.clock.advance(5000)
  await closed
  assert.equal(deaf.lost(), 700)
})

test('nothing is sent unless an endpoint is set; what is set wrongly is named, but not its value', async () => {
  const options = {
    fetch: never,
    clock: manualClock(),
    random: Math.random,
    onLoss: () => assert.fail('nothing may be lost'),
  }
  const off = createTelemetry({ ...options, env: { OTEL_SERVICE_NAME: 'x', OTEL_EXPORTER_OTLP_ENDPOINT: '' } })
  off.entries(entries(1000))
  await off.close()
  const wrong = {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317',
    OTEL_EXPORTER_OTLP_HEADERS: 'secret',
    OTEL_EXPORTER_OTLP_TIMEOUT: '10s',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
  }
  for (const name of Object.keys(wrong))
    assert.throws(
      () => createTelemetry({ ...options, env: wrong }),
      (error: Error) => error.message.includes(`${name}: `) && !error.message.includes('secret'),
    )
})

test('what a store appends is told once: no duplicate, nothing that failed', async () => {
  const told: string[] = []
  const store = watchedStore(memoryStore(), {
    entries: (list) => void told.push(...list.map(({ id }) => id)),
    close: async () => void told.push('closed'),
  })
  await store.append(entries(2))
  await store.append(entries(2, 1))
  await store.close()
  assert.deepEqual(told, ['o-0', 'o-1', 'o-2', 'closed'])
  const failing = watchedStore(
    { ...memoryStore(), append: () => Promise.reject(new Error('disk full')) },
    { entries: () => assert.fail('it failed'), close: async () => undefined },
  )
  await assert.rejects(failing.append(entries(1)), /disk full/)
})

async function never(): Promise<never> {
  return assert.fail('nothing may be sent')
}

test('times that the protocol cannot say, and names without end, neither end the export nor make series without end', async () => {
  await using collector = await fakeReceiver()
  const { telemetry, clock, lost } = telemetryTo(collector)
  const odd = Array.from({ length: 1500 }, (_, index) =>
    requestEntry({ id: `o-${index}`, feature: `f${index}`, observedAt: [8.64e15, -1e12, 0][index % 3] ?? 0 }),
  )
  telemetry.entries(odd)
  clock.advance(5000)
  await until(() => records(collector) === odd.length, 'all records')
  await until(() => collector.received.length === 6, 'the metrics of three batches')
  assert.equal(lost(), 0)
  const texts = collector.received.map(({ body }) => body)
  for (const [, nanos = ''] of texts.join('').matchAll(/"timeUnixNano":"([^"]*)"/g))
    assert.ok(/^\d+$/.test(nanos) && BigInt(nanos) < 2n ** 64n, nanos)
  const metrics = collector.received.filter(({ path }) => path.endsWith('/v1/metrics'))
  const series = metrics.flatMap(({ body }) => {
    const [{ sum }] = JSON.parse(body).resourceMetrics[0].scopeMetrics[0].metrics
    return sum.dataPoints.map(({ attributes }: { attributes: unknown }) => JSON.stringify(attributes)) as string[]
  })
  assert.equal(new Set(series).size, 1001)
  await telemetry.close()
})
