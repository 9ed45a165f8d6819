import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { createProject } from '../support/project.ts'

const scenario = `
about: Every second request of the canary fails.
runs: 2
seed: 4
lasts: 12h
traffic: {perHour: 200, users: 500}
canary: {errors: 0.5}
rollout: {stages: [{percent: 20, soak: 2h}, {percent: 50, soak: 2h}]}
`

test('a scenario is simulated by the real engine and controller, the same way every time', async () => {
  using project = createProject({ 'bad.yaml': scenario })
  const first = await project.sluice(['simulate', 'bad.yaml', '--json', '--out', 'bad.md'])
  assert.equal(first.code, 0, first.stderr)
  const { schema, name, summary } = JSON.parse(first.stdout)
  assert.deepEqual([schema, name, summary.runs, summary.detected.count], ['sluice.simulation/1', 'bad', 2, 2])
  assert.ok(summary.delayCanaryRequests.median.value < 40)
  const report = readFileSync(path.join(project.root, 'bad.md'), 'utf8')
  assert.match(report, /^## bad\n\nEvery second request of the canary fails\./)
  assert.match(report, /`sluice simulate bad\.yaml --runs 2 --seed 4`/)

  const again = await project.sluice(['simulate', 'bad.yaml', '--json'])
  assert.equal(again.stdout, first.stdout)
  const other = await project.sluice(['simulate', 'bad.yaml', '--json', '--runs', '1', '--seed', '5'])
  const { summary: otherSummary, scenario: used } = JSON.parse(other.stdout)
  assert.deepEqual([otherSummary.runs, used.runs, used.seed], [1, 1, 5])
  assert.notDeepEqual(otherSummary.delayHours, summary.delayHours)
})

test('a record of production is replayed with a drop planted in it', async () => {
  const row = (i: number) => ({
    observedAt: new Date(Date.UTC(2026, 2, 1) + i * 15_000).toISOString(),
    unit: `user-${(i * 7919) % 1500}`,
    score: 0.6 + 0.4 * ((i % 10) / 10),
    latencyMs: 800 + (i % 7) * 100,
  })
  const rows = Array.from({ length: 4000 }, (_, i) => JSON.stringify(row(i))).join('\n')
  const replayed = `recorded: r.jsonl\nruns: 2\ncanary: {score: -0.3}\njudge: {percent: 100}\n${scenario.split('\n').at(-2)}\n`
  using project = createProject({ 's.yaml': replayed, 'r.jsonl': `${rows}\n` })
  const { code, stdout, stderr } = await project.sluice(['simulate', 's.yaml'])
  assert.equal(code, 0, stderr)
  assert.match(stdout, /worse and rolled back +100 % \(2 of 2\)/)
})

test('scenarios that come along are listed, and what there is not is refused', async () => {
  using project = createProject({})
  const list = await project.sluice(['simulate', '--list'])
  assert.match(list.stdout, /^drop: The canary scores 0\.10 less/m)
  for (const [args, fault] of [
    [['simulate'], /name a scenario or its file; --list/],
    [['simulate', 'nothing'], /there is no scenario "nothing"/],
    [['simulate', 'drop', '--runs', '0'], /whole number from 1 to /],
    [['simulate', 'drop', '--seed', 'x'], /whole number from 0 to /],
  ] as const) {
    const { code, stderr } = await project.sluice([...args])
    assert.equal(code, 3)
    assert.match(stderr, fault)
  }
})
