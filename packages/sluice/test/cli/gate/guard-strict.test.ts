import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { commitAll, judged } from '../../support/gate-project.ts'
import { edit, lines, measuredFiles, suiteOf, worseProject } from '../../support/measured-project.ts'
import type { Project } from '../../support/project.ts'

const prompt = 'prompts/mail.prompt.yml'
const strictConfig = measuredFiles['sluice.yaml'].replace('0.8}', '0.8, guard: strict}')
const strictProject = () => worseProject({ 'sluice.yaml': strictConfig })

const attempts: [what: string, how: (project: Project) => void][] = [
  [
    'the gate of the prompt',
    (project) => edit(project, prompt, 'suites:', 'gate: {threshold: 0, margin: 1, tagMargin: 1}\nsuites:'),
  ],
  [
    'the guard itself and the gate',
    (project) => edit(project, 'sluice.yaml', '0.8, guard: strict', '0, margin: 1, guard: "off"'),
  ],
  [
    'cases removed',
    (project) =>
      project.write({
        'evals/mail.jsonl': suiteOf((row) => row)
          .split('\n')
          .slice(0, 6)
          .join('\n'),
      }),
  ],
  [
    'another suite of easy cases',
    (project) => {
      project.write({
        'evals/easy.jsonl': suiteOf((row) => row)
          .split('\n')
          .slice(0, 6)
          .join('\n'),
      })
      edit(project, prompt, 'mail.jsonl', 'easy.jsonl')
    },
  ],
  ['a check that says nothing', (project) => edit(project, prompt, 'contains: yes', 'minWords: 1')],
  [
    'weights of the bad cases',
    (project) =>
      project.write({ 'evals/mail.jsonl': suiteOf((row, index) => ({ ...row, weight: index < 6 ? 1 : 0.001 })) }),
  ],
  [
    'new cases that cannot fail',
    (project) => {
      const added = Array.from({ length: 200 }, (_, index) => ({ id: `d${index}`, vars: { v: 'a' }, tags: ['t'] }))
      project.write({ 'evals/mail.jsonl': suiteOf((row) => row) + lines(added) })
    },
  ],
  [
    'the case expects no answer',
    (project) => project.write({ 'evals/mail.jsonl': suiteOf((row) => ({ ...row, expect: 'refusal' })) }),
  ],
]

for (const [what, how] of attempts) {
  test(`under a strict guard the worse version fails all the same: ${what}`, async () => {
    using project = strictProject()
    how(project)
    commitAll(project, 'change')
    const { code, report } = await judged(project, ['gate'])
    assert.equal(code, 1)
    assert.equal(report.features[0]?.coverage.cases, 10)
    assert.ok(
      report.findings.some(({ code: of, message }) => of === 'guard-strict' && message.includes('was not applied')),
    )
    assert.ok(report.measureChanges.some(({ weakening }) => weakening))
  })
}

test('a strict guard uses what is stricter in the change', async () => {
  using project = strictProject()
  edit(project, prompt, 'recorded:worse', 'recorded:good')
  edit(project, 'sluice.yaml', '0.8', '0.9, minCoverage: 1')
  const { report } = await judged(project, ['gate'])
  assert.equal(report.features[0]?.score.threshold, 0.9)
})

test('what cannot be judged by the base gets no pass, and why', async () => {
  const ways: [how: (project: Project) => void, reason: RegExp][] = [
    [
      (project) => edit(project, prompt, 'suites:', 'target: {command: [echo, yes]}\nsuites:'),
      /what is measured is another thing/,
    ],
    [
      (project) => project.write({ 'checks/polite.ts': 'export default () => 1\n' }),
      /code of checks changed: checks\/polite\.ts/,
    ],
    [
      (project) => {
        project.write({ 'checks/polite.ts': 'export default () => 1\n' })
        edit(project, prompt, ', {module: ../checks/polite.ts, weight: 0}', '')
      },
      /code of checks changed: checks\/polite\.ts/,
    ],
    [
      (project) => {
        edit(project, prompt, '{{v}}', '{{w}}')
        project.write({ 'evals/mail.jsonl': suiteOf(({ vars: _, ...row }) => ({ ...row, vars: { w: 'a' } })) })
      },
      /cases of the base do not fit: .*w/,
    ],
  ]
  for (const [how, reason] of ways) {
    using project = strictProject()
    edit(project, prompt, 'recorded:worse', 'recorded:good')
    how(project)
    const { code, report } = await judged(project, ['gate', '--all'])
    assert.notEqual(code, 0)
    assert.match(report.features[0]?.reasons[0]?.message ?? '', reason)
    assert.equal(report.features[0]?.verdict, 'inconclusive')
  }
})

test('new cases are judged in the next run, and that is said', async () => {
  using project = strictProject()
  edit(project, prompt, 'recorded:worse', 'recorded:good')
  project.write({ 'evals/mail.jsonl': suiteOf((row) => row) + lines([{ id: 'new', vars: { v: 'a' }, tags: ['t'] }]) })
  const { code, report } = await judged(project, ['gate'])
  assert.equal(code, 0)
  assert.match(report.features[0]?.notes.join(' ') ?? '', /1 case is new and was not judged/)
})

test('only the command line lifts a strict guard, and the report says by whose leave', async () => {
  using project = strictProject()
  edit(project, prompt, 'suites:', 'gate: {threshold: 0, margin: 1, tagMargin: 1}\nsuites:')
  const leave = 'the label sluice:measure-approved, set by ann'
  const lifted = await project.sluice(['gate', '--guard', 'report', '--approved-by', leave, '--report-dir', 'out'])
  assert.equal(lifted.code, 0)
  const markdown = readFileSync(path.join(project.root, 'out/report.md'), 'utf8')
  assert.match(
    markdown,
    /gate\.guard is strict, and was lifted to report by the flag --guard, approved by the label sluice:measure-approved, set by ann/,
  )
  assert.match(markdown, /threshold .*before: 0\.8; now: 0/)
  const { code, report } = await judged(project, ['gate', '--guard', 'off'])
  assert.equal(code, 0)
  assert.deepEqual(
    report.findings.map(({ code: of }) => of),
    ['guard-lifted', 'guard-off', 'recorded-answers'],
  )
  assert.equal((await project.sluice(['gate'])).code, 1)
})

test('a workflow may ask for a strict guard where no file does', async () => {
  using project = worseProject()
  edit(project, 'sluice.yaml', '0.8', '0, margin: 1, tagMargin: 1')
  assert.equal((await project.sluice(['gate'])).code, 0)
  assert.equal((await project.sluice(['gate', '--guard', 'strict'])).code, 1)
})

test('a new feature has no measure but its own', async () => {
  using project = strictProject()
  edit(project, prompt, 'recorded:worse', 'recorded:good')
  project.write({ 'prompts/new.prompt.yml': measuredFiles[prompt].replace('sluice: 1', 'sluice: 1\nname: new') })
  const { report } = await judged(project, ['gate', '--all'])
  assert.deepEqual(report.features.map(({ feature, verdict }) => [feature, verdict]).toSorted(), [
    ['mail', 'pass'],
    ['new', 'pass'],
  ])
})
