import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { fakeModel } from '../support/fake-model.ts'
import { createProject, summaryFiles } from '../support/project.ts'

const withJumpingClock = [
  process.execPath,
  '--require',
  path.join(import.meta.dirname, '../support/processes/jumping-clock.cjs'),
]

test('system time that jumps delays nothing and leaves every duration right', { timeout: 60_000 }, async () => {
  await using model = await fakeModel((_, index) =>
    index < 3 ? { status: 429, headers: { 'retry-after': '0' } } : 'Action item: send the invoice',
  )
  using project = createProject(summaryFiles({ url: model.url }))
  const { code, stdout, stderr } = await project.start(['eval', 'summary', '--json'], {}, withJumpingClock).done
  assert.equal(code, 0, stderr)
  const { durationMs, features } = JSON.parse(stdout)
  const latencies = features[0].cases.map(({ latencyMs }: { latencyMs: number }) => latencyMs)
  for (const ms of [durationMs, ...latencies]) assert.ok(ms >= 0 && ms < 30_000, `${ms} ms`)
})
