import assert from 'node:assert/strict'
import { readFileSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { commitAll, readReport } from '../../support/gate-project.ts'
import { edit, lines, suiteOf, worseProject } from '../../support/measured-project.ts'
import type { Project } from '../../support/project.ts'

const prompt = 'prompts/mail.prompt.yml'
const more = (text: string) => (project: Project) => edit(project, prompt, 'suites:', `${text}\nsuites:`)
const easy = suiteOf((row) => row)
  .split('\n')
  .slice(0, 6)
  .join('\n')

/** Ways to let the worse version pass; what the report has to say above its numbers. */
const ways: [what: string, how: (project: Project) => void, said: RegExp][] = [
  [
    'the gate of the prompt',
    more('gate: {threshold: 0.1, margin: 0.9, tagMargin: 0.9}'),
    /threshold \(before: 0.8; now: 0.1\)/,
  ],
  [
    'the gate of the project',
    (project) => edit(project, 'sluice.yaml', '0.8', '0.1, margin: 0.9, tagMargin: 0.9'),
    /margin \(before: 0.03; now: 0.9\)/,
  ],
  ['cases removed', (project) => project.write({ 'evals/mail.jsonl': easy }), /4 cases removed: c6, c7, c8, c9/],
  [
    'the hard cases held out',
    (project) =>
      project.write({ 'evals/mail.jsonl': suiteOf((row, at) => (at < 6 ? row : { ...row, holdout: true })) }),
    /holdout mark of suite fast \(before: false; now: true for c6, c7, c8, c9\)/,
  ],
  [
    'a shape check that drowns the rest',
    (project) => edit(project, prompt, '[{contains', '[{minWords: 1, weight: 99}, {contains'),
    /minWords 1 .*99 % of these/,
  ],
  [
    "a shape check of the cases' own",
    (project) =>
      project.write({ 'evals/mail.jsonl': suiteOf((row) => ({ ...row, checks: [{ minWords: 1, weight: 99 }] })) }),
    /check minWords 1 of suite fast .*for c0, c1/,
  ],
  [
    'new cases that cannot fail',
    (project) => {
      const added = Array.from({ length: 200 }, (_, index) => ({ id: `d${index}`, vars: { v: 'a' }, tags: ['t'] }))
      const answers = added.map(({ id }) => ({ case: id, model: 'worse', output: 'yes' }))
      project.write({ 'evals/mail.jsonl': suiteOf((row) => row) + lines(added) })
      const recorded = readFileSync(path.join(project.root, 'recordings.jsonl'), 'utf8')
      project.write({
        'recordings.jsonl': recorded + lines(answers) + lines(answers.map((one) => ({ ...one, model: 'good' }))),
      })
    },
    /200 cases added: .*earlier cases make up 5 % of the weight/,
  ],
  [
    'weights of the bad cases',
    (project) =>
      project.write({ 'evals/mail.jsonl': suiteOf((row, index) => ({ ...row, weight: index < 6 ? 1 : 0.001 })) }),
    /weight of suite fast \(before: 1; now: 0.001 for c6/,
  ],
  [
    'a suite behind a link',
    (project) => {
      project.write({ 'evals/easy.jsonl': easy })
      rmSync(path.join(project.root, 'evals/mail.jsonl'))
      symlinkSync('easy.jsonl', path.join(project.root, 'evals/mail.jsonl'))
    },
    /4 cases removed/,
  ],
  [
    'a suite that comes before the one that was judged',
    (project) => {
      project.write({ 'evals/easy.jsonl': easy })
      edit(project, prompt, 'fast:', 'easy: ../evals/easy.jsonl, full:')
    },
    /suite that the gate judges \(before: fast; now: easy\)/,
  ],
  [
    'the cases in the prompt itself',
    (project) => {
      edit(project, prompt, 'suites: {fast: ../evals/mail.jsonl}', 'testData: [{v: a, expected: yes}]')
      const answers = ['good', 'worse'].map((model) => ({ case: 'testData-1', model, output: 'yes' }))
      project.write({
        'recordings.jsonl': readFileSync(path.join(project.root, 'recordings.jsonl'), 'utf8') + lines(answers),
      })
    },
    /10 cases removed/,
  ],
  [
    'the code of a check',
    (project) => {
      project.write({ 'checks/polite.ts': 'export default () => 1\n' })
      edit(project, prompt, '{contains: yes}, ', '')
      edit(project, prompt, ', weight: 0', '')
    },
    /code of checks: checks\/polite\.ts/,
  ],
  [
    'another name in the same file',
    (project) => edit(project, prompt, 'sluice: 1', 'sluice: 1\nname: post\ngate: {threshold: 0.1, margin: 1}'),
    /threshold \(before: 0.8; now: 0.1\)/,
  ],
  [
    'an application in its place',
    more('target: {command: [echo, yes]}'),
    /what is measured \(before: the prompt itself; now: the command echo yes\)/,
  ],
  [
    'answers of its own',
    (project) => {
      const recorded = readFileSync(path.join(project.root, 'recordings.jsonl'), 'utf8')
      project.write({ 'recordings.jsonl': recorded.replaceAll('rubbish', 'yes') })
    },
    /recordings that answer for recorded are changed by this change itself: recordings\.jsonl/,
  ],
  [
    'no guard, and a lower threshold',
    (project) => edit(project, 'sluice.yaml', '0.8', '0.1, margin: 1, tagMargin: 1, guard: "off"'),
    /guard of the measure \(before: report; now: off\)/,
  ],
]

for (const [what, how, said] of ways) {
  test(`what a change does to its measure stands above the numbers: ${what}`, async () => {
    using project = worseProject()
    how(project)
    commitAll(project, 'change')
    const { stdout, stderr } = await project.sluice(['gate', '--report-dir', 'out'])
    const markdown = readFileSync(path.join(project.root, 'out/report.md'), 'utf8').replaceAll('\\', '')
    const top = markdown.slice(0, markdown.indexOf('\n|'))
    assert.match(top, said, stderr)
    assert.match(stdout.replaceAll(/\s+/g, ' '), said)
    assert.match(readFileSync(path.join(project.root, 'out/report.html'), 'utf8'), /class="reasons run-findings"/)
    const { findings, measureChanges } = readReport(project, 'out')
    assert.ok(findings.some(({ severity }) => severity === 'warning'))
    if (what !== 'answers of its own') assert.ok(measureChanges.some(({ weakening }) => weakening))
  })
}
