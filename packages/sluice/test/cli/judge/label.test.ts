import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { outputHash } from '../../../src/gate/labels/label-files.ts'
import type { LabelledOutput } from '../../../src/records/label.ts'
import { labelLines, labelsOf } from '../../support/labels/label-lines.ts'
import { createProject, type Project } from '../../support/project.ts'
import { judges, recordedProject } from '../../support/recorded-models.ts'

const prompt = 'rubric: [{id: actions, ask: Does it list every action item?}]\n'
const says = (index: number) => (index % 3 === 0 ? 'Nothing to do.' : `Action item: pay invoice ${index}.`)

/** A project whose 30 outputs the judge has answered once. */
async function judgedProject(): Promise<Project> {
  const models = { old: { says }, judge: judges((index) => (index % 3 === 0 ? 'no' : 'yes')) }
  const project = createProject(recordedProject({ models, prompt }))
  const { code, stderr } = await project.sluice(['eval', 'summary'])
  assert.equal(code, 0, stderr)
  return project
}

const labelling = (project: Project, keys: string, ...flags: string[]) =>
  project.sluice(['judge', 'label', 'summary', '--terminal', ...flags], { USER: 'ann' }, keys)

test('keys in the terminal become labels on the outputs of the last run', async () => {
  using project = await judgedProject()
  const { code, stdout, stderr } = await labelling(project, 'ynusz\x1b[Dq')
  assert.equal(code, 0, stderr)
  assert.deepEqual(
    labelsOf(project).map(({ verdict, labeller, kind }) => [verdict, labeller, kind]),
    [
      ['yes', 'ann', 'human'],
      ['no', 'ann', 'human'],
      ['unclear', 'ann', 'human'],
    ],
  )
  const outputs = labelLines<LabelledOutput>(project, 'summary.outputs.jsonl')
  for (const { text, output, case: id, version } of outputs) {
    assert.equal(outputHash(text), output)
    assert.equal(text, says(Number(id.split('-')[1])))
    assert.match(version ?? '', /^[0-9a-f]{12}$/)
  }
  assert.ok(!/candidate|baseline|judge|reasoning|seen/.test(stdout.replaceAll('sluice judge', '')), 'it is blind')
  assert.match(stdout, /4 of 30: .*\n\(actions · case summary-\d+\)/)
  assert.match(
    stderr,
    /3 of 30 questions are answered, in labels\/summary.jsonl\.\n {2}actions: 2 labels \(1 yes, 1 no\): too few labels \(8 more\)/,
  )
  assert.equal(readFileSync(path.join(project.root, 'labels/.gitattributes'), 'utf8'), '*.jsonl merge=union\n')

  const again = await labelling(project, 'y')
  assert.match(again.stdout, /^summary · 3 of 30 answered/)
  assert.equal(new Set(labelsOf(project).map(({ output, case: id }) => output + id)).size, 4, 'it goes on')
})

test('a second person is asked the same questions in the same order', async () => {
  using project = await judgedProject()
  await labelling(project, 'yyyy', '--count', '8')
  await labelling(project, 'nnnn', '--count', '8', '--labeller', 'bo')
  const labels = labelsOf(project)
  const [ann, bo] = ['ann', 'bo'].map((who) =>
    labels.filter(({ labeller }) => labeller === who).map((each) => each.case),
  )
  assert.deepEqual(ann, bo)
  assert.equal(ann?.length, 4)
})

test('on another machine, without runs, what others have labelled is asked', async () => {
  using project = await judgedProject()
  await labelling(project, 'yyy', '--count', '8')
  const probability = new Map(labelsOf(project).map((each) => [each.case, each.probability]))
  rmSync(path.join(project.root, '.sluice'), { recursive: true })
  await labelling(project, 'nnnn', '--labeller', 'bo')
  const ofBo = labelsOf(project).filter(({ labeller }) => labeller === 'bo')
  assert.equal(ofBo.length, 3)
  for (const each of ofBo) assert.equal(each.probability, probability.get(each.case))
})

test('a case that changes sets its labels aside, with a word, and its answers are asked again', async () => {
  using project = await judgedProject()
  await labelling(project, 'ynyn')
  const [first, ...others] = labelsOf(project)
  assert.match(first?.material ?? '', /^[0-9a-f]{64}$/)
  const suite = path.join(project.root, 'evals/summary.jsonl')
  const changed = `"${first?.case}","expected":"Names the sender.",`
  writeFileSync(suite, readFileSync(suite, 'utf8').replace(`"${first?.case}",`, changed))
  const again = await labelling(project, 'q')
  assert.match(again.stderr, /^labels\/summary.jsonl:1:\d+: material: .* have changed since. The label is left out$/m)
  assert.match(again.stderr, /3 of 30 questions are answered/)
  const calibrated = await project.sluice(['judge', 'calibrate', 'summary'])
  assert.match(calibrated.stdout, /not counted +1 whose case or question has changed since/)
  const review = await project.sluice(['suite', 'review', 'summary'])
  assert.match(review.stdout, new RegExp(`labels of 1 case no longer count, [^(]*\\(${first?.case}\\)`))
  await labelling(project, 'y')
  assert.equal(labelsOf(project).at(-1)?.case, first?.case)

  const prompt = path.join(project.root, 'prompts/summary.prompt.yml')
  writeFileSync(prompt, readFileSync(prompt, 'utf8').replace('every action item', 'each action item'))
  const reworded = await project.sluice(['judge', 'calibrate', 'summary'])
  assert.equal(reworded.code, 2)
  assert.match(
    reworded.stdout,
    new RegExp(`^STALE: case or question of ${others.length + 1} labels have changed since`, 'm'),
  )
  assert.match(reworded.stdout, /^Next: sluice judge label summary$/m)
})

test('who has seen the judge says so, and it counts for nothing', async () => {
  using project = await judgedProject()
  const { stderr } = await labelling(project, 'yy', '--saw-judge')
  assert.deepEqual(
    labelsOf(project).map(({ sawJudge }) => sawJudge),
    [true, true],
  )
  assert.match(stderr, /2 of 30 questions are answered[\s\S]*actions: 0 labels .* too few labels \(10 more\)/)
})

test('what cannot be labelled is said with the way out', async () => {
  using project = createProject(recordedProject({ models: { old: { says }, judge: judges(() => 'yes') }, prompt }))
  const nothing = await labelling(project, 'y')
  assert.deepEqual(
    [nothing.code, nothing.stderr],
    [
      1,
      'there is nothing to label: no run that is kept has an output that the judge has answered. Run: sluice eval summary\n',
    ],
  )
  const unknown = await project.sluice(['judge', 'label', 'sumary'])
  assert.equal(unknown.code, 3)
  assert.match(unknown.stderr, /no feature "sumary"; did you mean "summary"/)
  const nobody = await project.sluice(['judge', 'label', 'summary', '--terminal'])
  assert.match(nobody.stderr, /--labeller <name>/)
  const flag = await labelling(project, '', '--count', '0')
  assert.equal(flag.code, 3)
  await project.sluice(['eval', 'summary'])
  await labelling(project, 'y')
  writeFileSync(path.join(project.root, 'labels/summary.jsonl'), '<<<<<<< HEAD\n', { flag: 'a' })
  const conflict = await labelling(project, 'y')
  assert.equal(conflict.code, 3)
  assert.match(conflict.stderr, /^labels\/summary.jsonl:2:1: a conflict marker of git/)
})

test('after a calibration, what it leaves open is in view', async () => {
  using project = await judgedProject()
  await labelling(project, 'ynynynynynyn', '--count', '14')
  const calibrated = await project.sluice(['judge', 'calibrate', 'summary'])
  assert.match(calibrated.stdout, /too few labels|may not gate|may gate/i, calibrated.stderr)
  const { stdout } = await labelling(project, 'q')
  assert.match(stdout, /^(about \d+ more labels? for a decision|the judge may not gate, by the labels before)$/m)
})
