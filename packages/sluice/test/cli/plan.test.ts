import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { CanaryPlan } from '../../src/control/plan/plan-canary.ts'
import { createProject, summaryFiles } from '../support/project.ts'

test('a canary is planned without a project: table, JSON and picture say the same', async () => {
  using project = createProject({})
  const traffic = ['--requests-per-day', '50000', '--users', '20000', '--judge-usd', '0.002']
  const flags = ['plan', 'canary', ...traffic, '--stages', '50', '--soak', '4h']
  const text = await project.sluice([...flags, '--svg', 'plan.svg'])
  assert.equal(text.code, 0, text.stderr)
  assert.match(text.stdout, /50,000 requests a day from 20,000 users, 10 % judged/)
  const json = await project.sluice([...flags, '--json'])
  const plan = JSON.parse(json.stdout) as CanaryPlan
  assert.equal(plan.schema, 'sluice.canary-plan/2')
  for (const { drop, median } of plan.drops) {
    if (median) assert.match(text.stdout, new RegExp(`${drop.toFixed(2)} .*USD`))
    if (drop >= 0.05) assert.ok(median && median.judgeUsd !== null && median.judgeUsd > 0)
  }
  assert.match(readFileSync(path.join(project.root, 'plan.svg'), 'utf8'), /^<svg .*<\/svg>\s*$/s)
})

test('the settings of a feature count, and flags before them', async () => {
  using project = createProject(
    summaryFiles({
      url: 'http://127.0.0.1:9',
      prompt:
        'rollout: {stages: [{percent: 10, soak: 3h}], alpha: 0.1, patience: 12h}\nlive: {store: true, judge: {percent: 40, canaryPercent: 80}}\n',
      rubric: true,
    }),
  )
  const planned = async (...flags: string[]) => {
    const { stdout, stderr } = await project.sluice([
      'plan',
      'canary',
      'summary',
      '--requests-per-day',
      '9',
      '--json',
      ...flags,
    ])
    return JSON.parse(stdout || `"${stderr}"`) as CanaryPlan
  }
  const own = await planned()
  assert.deepEqual([own.stages, own.alpha], [[{ percent: 10, soakHours: 3 }], 0.1])
  assert.deepEqual([own.traffic.judged, own.traffic.judgedIncumbents], [0.8, 0.4])
  const settings = ['--stages', '2,20', '--soak', '1h', '--judge-percent', '50', '--alpha', '0.01']
  const traffic = ['--users', '13.5', '--users-per-day', '3.83', '--flag-margin', '0.03']
  const other = await planned(...settings, ...traffic)
  assert.deepEqual(other.stages, [
    { percent: 2, soakHours: 1 },
    { percent: 20, soakHours: 1 },
  ])
  assert.deepEqual([other.alpha, other.traffic.judged, other.traffic.judgedIncumbents], [0.01, 0.5, 0.5])
  assert.deepEqual([own.flagMargin, own.traffic.perVisit, other.flagMargin], [0.01, 1, 0.03])
  assert.ok(Math.abs(other.traffic.perVisit - 2) < 0.01, String(other.traffic.perVisit))
})

test('what is not stored is not judged, in a plan too, unless it is asked what if', async () => {
  using project = createProject(
    summaryFiles({ url: 'http://127.0.0.1:9', prompt: 'rollout: {patience: 48h}\nlive: {judge: {percent: 40}}\n' }),
  )
  const of = async (...flags: string[]) =>
    (await project.sluice(['plan', 'canary', 'summary', '--requests-per-day', '9', ...flags])).stdout
  const text = await of()
  assert.match(text, /9 requests a day each from a new user, 0 % judged/)
  assert.match(text, /Stages: 1 % for 4 h, 5 % for 8 h, 25 % for 12 h, 50 % for 24 h\./)
  assert.match(text, /Nothing is judged, since live\.store is off: quality is not watched\. Errors,\s+slowness/)
  assert.doesNotMatch(text, /Score drops by/)
  assert.match(await of('--judge-percent', '40'), /40 % judged/)
})

test('what makes no plan is invalid input', async () => {
  using project = createProject({})
  for (const [flags, said] of [
    [[], /requests-per-day/],
    [['--requests-per-day', '0'], /above 0/],
    [['--requests-per-day', '10', '--stages', '5,4'], /must be more than the one before/],
    [['--requests-per-day', '10', '--soak', 'long'], /soak/],
    [['--requests-per-day', '10', '--from-report', 'none.json'], /none\.json/],
  ] as const) {
    const { code, stderr } = await project.sluice(['plan', 'canary', ...flags])
    assert.equal(code, 3)
    assert.match(stderr, said)
  }
})
