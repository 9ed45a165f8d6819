import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commitAll, judged } from '../../support/gate-project.ts'
import { lines } from '../../support/measured-project.ts'
import { createProject } from '../../support/project.ts'

const cases = (from: number, count: number, more = {}) =>
  Array.from({ length: count }, (_, at) => ({ id: `c${from + at}`, vars: { v: 'a' }, tags: ['t'], ...more }))

/** Version b says yes to the first 20 cases and not to the others; version a never does. */
const answers = Array.from({ length: 32 }, (_, at) => [
  { case: `c${at}`, model: 'a', output: at % 2 === 0 ? 'yes' : 'no' },
  { case: `c${at}`, model: 'b', output: at < 20 || at % 2 === 0 ? 'yes' : 'no' },
]).flat()

function tunedProject(fast: object[]) {
  const project = createProject({
    'sluice.yaml':
      'sluice: 1\nproviders: {recorded: {kind: replay, files: answers.jsonl}}\ngate: {repeats: [1], threshold: 0.1}\n',
    'prompts/mail.prompt.yml':
      'sluice: 1\nmodel: recorded:a\nmessages: [{role: user, content: "{{v}}"}]\nchecks: [{contains: yes}]\nsuites: {fast: ../fast.jsonl, full: ../full.jsonl}\n',
    'fast.jsonl': lines(fast),
    'full.jsonl': lines([...cases(0, 20), ...cases(20, 12, { holdout: true })]),
    'answers.jsonl': lines(answers),
    '.gitignore': '.sluice/\n',
  })
  commitAll(project, 'base')
  project.write({
    'prompts/mail.prompt.yml':
      'sluice: 1\nmodel: recorded:b\nmessages: [{role: user, content: "{{v}}"}]\nchecks: [{contains: yes}]\nsuites: {fast: ../fast.jsonl, full: ../full.jsonl}\n',
  })
  return project
}

test('held out cases are not judged in a pull request, which says so, and tell in the full suite who was tuned to what', async () => {
  using project = tunedProject([...cases(0, 20), ...cases(20, 3, { holdout: true })])
  const request = (await judged(project, ['gate', '--base', 'HEAD'])).report.features[0]
  assert.equal(request?.cases.length, 20)
  assert.deepEqual([request?.holdout?.outcome, request?.holdout?.leftOut], ['left-out', 3])
  assert.ok(request?.notes.includes('3 cases are held out and were not judged; the nightly judges them.'))
  const full = (await judged(project, ['gate', '--base', 'HEAD', '--suite', 'full'])).report.features[0]
  assert.equal(full?.cases.length, 32)
  assert.deepEqual(
    full?.cases.flatMap(({ id, holdout }) => (holdout ? [id] : [])),
    Array.from({ length: 12 }, (_, at) => `c${20 + at}`),
  )
  assert.deepEqual([full?.holdout?.outcome, full?.holdout?.pairs], ['disagrees', 12])
  assert.ok(full?.notes.some((note) => note.startsWith('The holdout disagrees: 12 held out cases changed by 0.000')))
})

test('the nightly judges held out cases in any suite; a suite of them alone leaves a pull request undecided', async () => {
  using project = tunedProject(cases(20, 12, { holdout: true }))
  const night = await judged(project, ['nightly', '--suite', 'fast'])
  assert.equal(night.report.features[0]?.cases.length, 12)
  const { report, code } = await judged(project, ['gate', '--base', 'HEAD'])
  assert.equal(report.features[0]?.cases.length, 0)
  assert.notEqual(code, 0)
  assert.notEqual(report.verdict, 'pass')
})

test('a suite of which every case is held out has nothing to evaluate, and says so', async () => {
  using project = tunedProject(cases(0, 3, { holdout: true }))
  const { code, stderr } = await project.sluice(['eval', 'mail'])
  assert.equal(code, 3)
  assert.match(stderr, /no case is to be asked, since the suite has none or each is held out: nothing was evaluated/)
})
