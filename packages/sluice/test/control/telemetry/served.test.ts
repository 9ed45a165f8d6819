import assert from 'node:assert/strict'
import { test } from 'node:test'
import { served } from '../../support/control-plane/served.ts'
import { fakeReceiver } from '../../support/fake-receiver.ts'
import { createProject } from '../../support/project.ts'

const outcome = {
  id: 'o-1',
  feature: 'mail',
  version: '0123456789ab',
  observedAt: '2026-11-24T09:00:00Z',
  latencyMs: 40,
}

test('sluice serve tells the collector what it has accepted, at the latest when it stops', async () => {
  await using collector = await fakeReceiver()
  using project = createProject({})
  await using server = await served(project, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
  const accepted = await server.request('/v1/outcomes', { outcomes: [outcome, { ...outcome, version: 'x' }] })
  assert.equal(accepted.status, 200)
  assert.equal((await server.stop()).code, 0)
  const logs = collector.received.find(({ path }) => path === '/v1/logs')
  assert.match(logs?.body ?? '', /"eventName":"feature_flag\.evaluation".*"stringValue":"o-1"/)
  assert.equal(collector.received.length, 2)
})

test('a variable of OpenTelemetry that cannot be understood keeps it from starting, with exit 3', async () => {
  using project = createProject({})
  const { code, stderr } = await project.sluice(['serve', '--port', '0'], {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317',
  })
  assert.equal(code, 3)
  assert.match(stderr, /OTEL_EXPORTER_OTLP_ENDPOINT: expected an address such as/)
})
