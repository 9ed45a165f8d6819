import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { bridgeFaults } from '../../../src/gate/upgrade/judge-agreement.ts'
import type { JudgeBridge } from '../../../src/records/report/upgrade-report.ts'
import { upgradeReportSchema } from '../../../src/records/report/upgrade-report.ts'
import { createProject } from '../../support/project.ts'
import { good, judges, recordedProject } from '../../support/recorded-models.ts'

const models = { old: { says: () => good } }

const candidates = (...names: string[]) => names.flatMap((name) => ['--to', `recorded:${name}`])

test('a judge goes: the bridge tells the offset and the agreement, and is kept for later nights', async () => {
  const judged = {
    ...models,
    judge: judges((index) => (index % 3 === 0 ? 'no' : 'yes')),
    strict: judges((index) => (index % 3 === 0 || index < 3 ? 'no' : 'yes')),
  }
  const rubric = 'rubric: [{id: actions, ask: Does it list the action items?}]\n'
  using project = createProject(recordedProject({ models: judged, prompt: rubric }))
  const night = (day: string) => project.sluice(['nightly', '--night', day, '--json'])
  await night('2026-11-24')
  const run = ['upgrade', '--from', 'recorded:judge', '--to', 'recorded:strict', '--repeats', '2', '--write', '--json']
  const { code, stdout, stderr } = await project.sluice(run)
  assert.equal(code, 0, stderr)
  const { judge, features } = upgradeReportSchema.parse(JSON.parse(stdout))
  assert.deepEqual([features.length, judge?.proposal], [0, 'recorded:strict'])
  const [bridge] = judge?.candidates[0]?.bridges ?? []
  assert.deepEqual([bridge?.compared, bridge?.cases], [30, 30])
  // One check and one rubric item weigh the same, and the new judge says no to two more of 30.
  assert.ok(Math.abs((bridge?.offset.mean ?? 0) + 1 / 30) < 1e-9, String(bridge?.offset.mean))
  assert.ok((bridge?.offset.ciLow ?? 0) < -1 / 30 && (bridge?.offset.ciHigh ?? 0) > -1 / 30)
  const { kappa, ...agreed } = bridge?.items[0] ?? {}
  assert.deepEqual(agreed, {
    id: 'actions',
    compared: 60,
    agreed: 56,
    scoreBefore: 2 / 3,
    scoreAfter: 0.6,
    onlyBefore: null,
    onlyAfter: null,
  })
  assert.ok((kappa?.ciLow ?? 0) > 0.4 && (kappa?.value ?? 0) > 0.8 && (kappa?.ciHigh ?? 2) <= 1, JSON.stringify(kappa))
  assert.notEqual(bridge?.from.id, bridge?.to.id)
  const config = readFileSync(path.join(project.root, 'sluice.yaml'), 'utf8')
  assert.match(config, /^judge: \{model: recorded:strict\} {2}# our own$/m)
  for (const place of ['.sluice/judge-bridges.jsonl', 'judge-bridges.jsonl'])
    assert.equal(JSON.parse(readFileSync(path.join(project.root, place), 'utf8')).to.model, 'recorded:strict')
  const [feature] = JSON.parse((await night('2026-11-25')).stdout).features
  const changed = feature.nightly.events.find(({ code: event }: { code: string }) => event === 'judge-changed')
  assert.match(changed.message, /never compared\. The bridge of .* cases: recorded:strict scores -0\.033 \(95 %: \[/)
})

test('a judge that reads nothing is not proposed, however cheap it is', async () => {
  const judged = {
    ...models,
    judge: judges((index) => (index % 3 === 0 ? 'no' : 'yes')),
    no: { ...judges(() => 'no'), usd: 0.0001 },
    yes: { ...judges(() => 'yes'), usd: 0.0001 },
    dice: { ...judges((index) => (index % 2 === 0 ? 'no' : 'yes')), usd: 0.0001 },
    fair: judges((index) => (index % 3 === 0 ? 'no' : 'yes')),
  }
  const rubric = 'rubric: [{id: actions, ask: Does it list the action items?}]\n'
  using project = createProject(recordedProject({ models: judged, prompt: rubric }))
  const leave = (from: string, ...args: string[]) =>
    project.sluice(['upgrade', '--from', `recorded:${from}`, ...args, '--repeats', '1'])
  const useless = await leave('judge', ...candidates('no', 'yes', 'dice'), '--margin', '1', '--write')
  assert.equal(useless.code, 2, useless.stdout)
  assert.match(useless.stdout, /^judge recorded:judge: none: the bridge of no candidate stands$/m)
  const faults = (model: string, words: string) =>
    assert.match(
      useless.stdout,
      new RegExp(`^  recorded:${model}: the bridge does not stand: summary: actions: ${words}`, 'm'),
    )
  faults('no', 'recorded:no says "no" to everything, and recorded:judge does not: name another candidate$')
  faults('yes', 'recorded:yes says "yes" to everything, and recorded:judge does not: name another candidate$')
  faults('dice', 'they agree no more than chance could make .kappa 0.000, interval -0.')
  assert.match(useless.stderr, /Nothing was written/)
  const fair = await leave('judge', ...candidates('no', 'fair'), '--json')
  assert.deepEqual([fair.code, JSON.parse(fair.stdout).judge.proposal], [0, 'recorded:fair'])
})

test('a judge that answers nothing is told with its cause, once', async () => {
  const rubric = 'rubric: [{id: actions, ask: Does it list the action items?}]\n'
  const judged = { ...models, judge: judges(() => 'yes') }
  using project = createProject(recordedProject({ models: judged, prompt: rubric }))
  const run = ['upgrade', '--from', 'recorded:judge', '--to', 'recorded:silent', '--repeats', '2', '--json']
  const { judge } = upgradeReportSchema.parse(JSON.parse((await project.sluice(run)).stdout))
  const [{ notes } = { notes: [] }] = judge?.candidates[0]?.bridges ?? []
  assert.equal(notes.length, 1, notes.join('\n'))
  assert.match(
    notes[0] ?? '',
    /^without a judgement of the new judge: 30 cases \(summary-0, .*no recording of model "silent"/,
  )
  assert.match(judge?.candidates[0]?.reasons.join() ?? '', /only 0 of 30 cases were scored by both judges/)
})

test('a bridge stands only where the offset is known as closely as the margin asks', () => {
  const item = { id: 'a', compared: 9, agreed: 9, scoreBefore: 1, scoreAfter: 1, onlyBefore: null, onlyAfter: null }
  const agreed = { ...item, kappa: { value: 0.9, ciLow: 0.2, ciHigh: 1 } }
  const constant = { ...item, onlyBefore: 'yes', onlyAfter: 'yes', kappa: null }
  const bridge = {
    feature: 'summary',
    version: 'v',
    suite: 'fast',
    at: '2026-11-26T00:00:00Z',
    from: { id: '1', model: 'x:old' },
    to: { id: '2', model: 'x:new' },
    cases: 9,
    compared: 9,
    offset: { mean: 0, ciLow: -0.01, ciHigh: 0.02, confidence: 0.95 },
    items: [agreed, constant],
    notes: [],
  }
  const faults = (change: Partial<JudgeBridge>, margin = 0.05) =>
    bridgeFaults({ ...bridge, ...change }, { minCoverage: 0.9, margin }).join()
  assert.equal(faults({}), '')
  assert.match(faults({}, 0.02), /the interval of the offset is 0\.030 wide, more than the margin of 0\.02/)
  assert.match(faults({ compared: 8 }), /only 8 of 9 cases were scored by both judges/)
  assert.match(faults({ items: [constant] }), /both judges say one and the same to everything/)
  assert.match(
    faults({ items: [{ ...agreed, onlyBefore: 'yes' }] }),
    /x:old says "yes" to everything, so whether x:new is right/,
  )
})
