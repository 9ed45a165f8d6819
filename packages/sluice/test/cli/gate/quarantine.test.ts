import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utcDay } from '../../../src/text/format.ts'
import { judged } from '../../support/gate-project.ts'
import { edit, lines, measuredFiles, suiteOf, worseProject } from '../../support/measured-project.ts'
import { createProject } from '../../support/project.ts'

const dayMs = 86_400_000
const nextWeek = utcDay(Date.now() + 7 * dayMs)
const yesterday = utcDay(Date.now() - dayMs)

/** The four cases that the branch makes worse, in quarantine. */
const quarantined = (until: string) =>
  suiteOf((row, index) => (index < 6 ? row : { ...row, quarantine: { until, reason: 'the sender changes' } }))

test('a case in quarantine is asked and shown, and is no part of the verdict until its last day has passed', async () => {
  using project = worseProject()
  assert.equal((await judged(project, ['gate', '--base', 'main'])).code, 1)
  project.write({ 'evals/mail.jsonl': quarantined(nextWeek) })
  const { code, report } = await judged(project, ['gate', '--base', 'main'])
  const [feature] = report.features
  assert.equal(code, 0, JSON.stringify(feature?.reasons))
  assert.deepEqual([feature?.comparison?.pairs, feature?.score.mean, feature?.coverage.cases], [6, 1, 10])
  const row = feature?.cases.find(({ id }) => id === 'c9')
  assert.deepEqual([row?.score, row?.quarantine], [0, { until: nextWeek, reason: 'the sender changes' }])
  const notes = feature?.notes.join('\n') ?? ''
  assert.match(notes, /In quarantine, and no part of the verdict, 4 of 10 cases: c6 until .* \(the sender changes\)/)
  assert.match(notes, /4 cases of 10 are in quarantine, more than a tenth/)
  const change = report.measureChanges.find(({ what }) => what === 'quarantine of suite fast')
  assert.deepEqual([change?.weakening, change?.cases, change?.before], [true, 4, 'none'])
  assert.match((await project.sluice(['gate', '--base', 'main'])).stdout, /In quarantine/)

  project.write({ 'evals/mail.jsonl': quarantined(yesterday) })
  const ended = await judged(project, ['gate', '--base', 'main'])
  assert.equal(ended.code, 1, 'it counts again')
  assert.match(
    ended.report.features[0]?.notes.join('\n') ?? '',
    new RegExp(`The quarantine of c6 ended on ${yesterday}`),
  )
})

test('a suite that is all in quarantine gives no pass', async () => {
  using project = worseProject({
    'evals/mail.jsonl': suiteOf((row) => ({ ...row, quarantine: { until: nextWeek, reason: 'all of it' } })),
  })
  const { code, report } = await judged(project, ['gate', '--base', 'main'])
  assert.notEqual(code, 0)
  assert.notEqual(report.features[0]?.verdict, 'pass')
})

test('a quarantine is refused where a case must pass, and for too long a time, at its line', async () => {
  const until = (more: object, day = nextWeek) => ({
    vars: { v: 'a' },
    tags: ['t'],
    quarantine: { until: day, reason: 'x' },
    ...more,
  })
  using project = createProject({
    ...measuredFiles,
    'evals/mail.jsonl': lines([
      { id: 'c0', ...until({ critical: true }) },
      { id: 'c1', ...until({ checks: [{ contains: 'yes', must: true }] }) },
      { id: 'c2', ...until({ rubric: [{ id: 'polite', ask: 'Is it polite?', must: true }] }) },
      { id: 'c3', ...until({}, '2999-12-31') },
      { id: 'c4', ...until({}, yesterday) },
      { id: 'c5', ...until({}, 'soon') },
    ]),
  })
  const { code, stdout, stderr } = await project.sluice(['check'])
  assert.equal(code, 3)
  const output = stdout + stderr
  for (const [line, fault] of [
    [1, /a critical case cannot be in quarantine/],
    [2, /a check or a question that must pass/],
    [3, /a check or a question that must pass/],
    [4, /a quarantine ends within 180 days/],
    [5, /the quarantine ended on .*, and the case counts again/],
    [6, /expected a day such as 2026-12-31/],
  ] as const) {
    const found = output.split('\n').filter((text) => text.includes(`evals/mail.jsonl:${line}:`))
    assert.ok(
      found.some((text) => fault.test(text)),
      `${fault} in ${output}`,
    )
  }
  edit(project, 'prompts/mail.prompt.yml', '{contains: yes}', '{contains: yes, must: true}')
  project.write({ 'evals/mail.jsonl': lines([{ id: 'c0', ...until({}) }]) })
  assert.match((await project.sluice(['check'])).stdout, /must pass on every case, so none can be in quarantine/)
})

test('an end that comes earlier is stricter, a later one is weaker', async () => {
  using project = worseProject({ 'evals/mail.jsonl': quarantined(nextWeek) })
  const weakening = async (until: string) => {
    project.write({ 'evals/mail.jsonl': quarantined(until) })
    const { report } = await judged(project, ['gate', '--base', 'main'])
    return report.measureChanges.find(({ what }) => what.startsWith('quarantine'))?.weakening
  }
  assert.equal(await weakening(utcDay(Date.now() + 30 * dayMs)), true)
  assert.equal(await weakening(utcDay(Date.now() + 2 * dayMs)), false)
})
