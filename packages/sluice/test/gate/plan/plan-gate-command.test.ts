import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { type GatePowerPlan, gatePlanSchema } from '../../../src/records/report/gate-plan.ts'
import { judged } from '../../support/gate-project.ts'
import { edit, lines, measuredFiles, suiteOf, worseProject } from '../../support/measured-project.ts'
import { createProject, type Project, summaryFiles } from '../../support/project.ts'

async function planned(project: Project, ...args: string[]): Promise<GatePowerPlan['features'][number]> {
  const { code, stdout, stderr } = await project.sluice(['plan', 'gate', ...args, '--json'])
  const plan = gatePlanSchema.parse(JSON.parse(stdout))
  assert.equal(plan.features.length, 1)
  assert.equal(code, plan.features[0]?.message === null ? 0 : 2, stderr)
  return plan.features[0] as GatePowerPlan['features'][number]
}

/** Ten cases of eight recorded answers each; the answers of the first three differ. */
const unsteady = lines(
  Array.from({ length: 10 }, (_, index) =>
    Array.from({ length: 8 }, (_, repeat) =>
      ['good', 'worse'].map((model) => ({
        ...{ case: `c${index}`, model, repeat: repeat + 1 },
        output: index < 3 && (repeat + index + (model === 'good' ? 0 : 1)) % 3 === 0 ? 'no' : `yes ${repeat}`,
      })),
    ).flat(),
  ).flat(),
)

test('a plan rests on the last run that is kept, and agrees with its report', async () => {
  using project = worseProject({ 'recordings.jsonl': unsteady })
  const { report } = await judged(project, ['gate', '--base', 'main'])
  const [feature] = report.features
  assert.ok(feature?.comparison)
  edit(
    project,
    'sluice.yaml',
    'threshold: 0.8',
    `threshold: 0.8, repeats: [${feature.looks.map(({ repeats }) => repeats)}]`,
  )
  const plan = await planned(project, 'mail', '--drop', '0.2')
  assert.equal(plan.noise?.source, 'measured')
  assert.equal(plan.noise.runId, report.runId)
  assert.equal(plan.now?.cases, 10)
  assert.equal(plan.now.repeats, feature.comparison.repeats)
  const { detectableDrop } = feature.comparison
  assert.ok(plan.now.drop !== null && detectableDrop !== null && Math.abs(plan.now.drop - detectableDrop) < 0.002)
  assert.ok(plan.now.dropInFewAnswers !== null && plan.now.drop <= plan.now.dropInFewAnswers)
  const [cheapest] = plan.plans
  assert.ok(cheapest?.dropInFewAnswers !== null && cheapest && cheapest.dropInFewAnswers <= 0.2)
  assert.deepEqual([plan.now.usd, plan.now.minutes], [null, null])
  assert.ok(plan.flaky.length > 0 && plan.flaky.every(({ case: id }) => ['c0', 'c1', 'c2'].includes(id)))
  assert.ok(plan.flaky.every(({ remedy, passKLow, passKHigh }) => remedy === 'repeats' && passKLow < passKHigh))
  assert.deepEqual([plan.noise.judgeVotes, plan.noise.system], [0, plan.noise.within])
  const text = await project.sluice(['plan', 'gate', 'mail', '--drop', '0.2', '--svg', 'out/plan.svg'])
  assert.equal(text.code, 4, 'there is no folder out')
  const again = await project.sluice(['plan', 'gate', 'mail', '--drop', '0.2', '--svg', 'plan.svg'])
  assert.match(again.stdout, /mail, suite fast: 10 cases .*; in 80 %\s+of\s+runs\s+it\s+finds\s+a\s+drop\s+of/)
  assert.match(again.stdout, /Cheapest: \d+ cases .*cost unknown, time unknown/s)
  assert.match(readFileSync(path.join(project.root, 'plan.svg'), 'utf8'), /^<svg .*margin 0\.03.*<\/svg>\s*$/s)
})

test('cases that pull requests do not count are no part of what a plan promises', async () => {
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
  const quarantine = { until: day(30), reason: 'its sender changes' }
  const parts = suiteOf((row, index) => ({
    ...row,
    ...(index < 2 && { holdout: true }),
    ...(index === 2 && { quarantine }),
    ...(index === 3 && { quarantine: { ...quarantine, until: day(-1) } }),
  }))
  const suites = { 'evals/mail.jsonl': parts, 'evals/full.jsonl': parts }
  using project = createProject({ ...measuredFiles, ...suites })
  edit(project, 'prompts/mail.prompt.yml', '../evals/mail.jsonl', '../evals/mail.jsonl, full: ../evals/full.jsonl')
  const small = await planned(project, 'mail', '--assume-sd', '0.15')
  assert.equal(small.now?.cases, 7)
  assert.match(small.notes.join(' '), /No part of this: 2 cases .* held out.* No part of this: 1 case in quarantine/)
  const full = await planned(project, 'mail', '--assume-sd', '0.15', '--suite', 'full')
  assert.equal(full.now?.cases, 9, 'a suite that is asked for by name has its held out cases')
  assert.ok((small.now.drop ?? 0) > (full.now?.drop ?? 1))
})

test('without a kept run, or with cases that were asked once, the plan says what is missing', async () => {
  using project = createProject(measuredFiles)
  assert.match((await planned(project)).message ?? '', /No run of mail with the suite fast is kept: run "sluice gate/)
  await project.sluice(['eval', 'mail'])
  assert.match((await planned(project)).message ?? '', /asked each case once/)
})

test('where no score varies, every drop above the margin is found, and the signs in the table are explained', async () => {
  const steady = Array.from({ length: 10 }, (_, index) =>
    Array.from({ length: 2 }, (_, repeat) =>
      ['good', 'worse'].map((model) => ({ case: `c${index}`, model, repeat: repeat + 1, output: 'yes' })),
    ).flat(),
  ).flat()
  using project = worseProject({ 'recordings.jsonl': lines(steady) })
  await project.sluice(['eval', 'mail', '--repeats', '2'])
  const { code, stdout } = await project.sluice(['plan', 'gate', 'mail'])
  assert.equal(code, 0)
  const text = stdout.replace(/\s+/g, ' ')
  assert.match(
    text,
    /in 80 % of runs it finds a drop above 0\.030 if every answer gets a little worse, and one of 0\.\d+ if/,
  )
  assert.match(stdout, /^ *10 .*>0\.030 \(0\.\d+\)/m)
  assert.match(stdout, /^>: every drop above the margin is found$/m)
  const few = await project.sluice(['plan', 'gate', '--assume-sd', '0.3', '--cases', '4'])
  assert.match(few.stdout, /^ *4 .* \(-\)/m)
  assert.match(few.stdout, /^-: no drop of this kind is found in 80 % of runs, or it is not known$/m)
  assert.match(
    few.stdout.replace(/\s+/g, ' '),
    /The margin of 0\.03 is small for it: an unchanged version passes in 80 % of runs only with a margin of 0\.\d+ or more\./,
  )
  assert.doesNotMatch(few.stdout, /^>/m)
})

test('under assumptions neither a run nor a project is needed', async () => {
  using project = createProject({})
  const plan = await planned(project, '--assume-sd', '0.15', '--cases', '40')
  assert.equal(plan.noise?.source, 'assumed')
  assert.equal(plan.now?.cases, 40)
  const more = plan.table.filter(({ repeats }) => repeats === 8).map(({ drop }) => drop ?? 1)
  assert.deepEqual(
    more,
    more.toSorted((a, b) => b - a),
    'more cases see smaller drops',
  )
  const unknown = await project.sluice(['plan', 'gate', '--assume-sd', '2', '--cases', '40'])
  assert.deepEqual([unknown.code, /--assume-sd 2: expected a number between 0 and 1/.test(unknown.stderr)], [3, true])
})

test('metrics of the gate are named as not planned, and take their share of the error rate from the tags', async () => {
  const planOf = async (prompt: string) => {
    using project = createProject(summaryFiles({ url: 'http://127.0.0.1:9', cases: 20, prompt }))
    const { stdout, stderr } = await project.sluice(['plan', 'gate', 'summary', '--assume-sd', '0.2', '--json'])
    const [plan] = gatePlanSchema.parse(JSON.parse(stdout || JSON.stringify(stderr))).features
    return plan ?? assert.fail(stderr)
  }
  const without = await planOf('')
  const plan = await planOf('gate: {metrics: {f1: {min: 0.8}, "recall@5": {margin: 0.05}}}\n')
  assert.match(plan.notes.join(), /Not planned: which drop of f1, recall@5 the gate sees\./)
  assert.doesNotMatch(without.notes.join(), /Not planned/)
  assert.ok((plan.tags[0]?.drop ?? 0) > (without.tags[0]?.drop ?? 1), JSON.stringify([plan.tags, without.tags]))
})
