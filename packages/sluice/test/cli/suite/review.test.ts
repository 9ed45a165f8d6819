import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { suiteReviewSchema } from '../../../src/records/report/suite-review.ts'
import { createProject, type Project } from '../../support/project.ts'

const answers = (cases: number, output: (at: number) => string) =>
  Array.from({ length: cases }, (_, at) =>
    [1, 2, 3, 4, 5].map((repeat) =>
      JSON.stringify({ case: `c${at}`, model: 'm', repeat, output: `${output(at)} ${repeat}` }),
    ),
  )
    .flat()
    .join('\n')

const files = {
  'sluice.yaml': 'sluice: 1\nprompts: "*.prompt.yml"\nproviders: {recorded: {kind: replay, files: answers.jsonl}}\n',
  'mail.prompt.yml': `sluice: 1
name: mail
model: recorded:m
messages: [{role: user, content: "{{mail}}"}]
checks:
  - contains: yes
  - minWords: 1
suites: {full: full.jsonl}
`,
  'full.jsonl': `${Array.from({ length: 6 }, (_, at) =>
    JSON.stringify({
      id: `c${at}`,
      vars: { mail: `mail number ${'x'.repeat(at + 1)}` },
      tags: ['core', at < 5 ? 'a' : 'b'],
    }),
  ).join('\n')}\n`,
  'answers.jsonl': answers(6, (at) => (at === 5 ? 'no' : 'yes')),
}

async function reviewed(project: Project, ...flags: string[]) {
  const { code, stdout, stderr } = await project.sluice(['suite', 'review', 'mail', '--json', ...flags])
  assert.equal(stderr, '')
  const review = suiteReviewSchema.parse(JSON.parse(stdout))
  const areas = new Map(review.features[0]?.areas.map((area) => [area.area, area]))
  return { code, review, areas }
}

test('without kept results saturation is unknown, and afterwards it is counted; an answer out of the store counts once', async () => {
  using project = createProject(files)
  const before = (await reviewed(project)).areas.get('saturation')
  assert.deepEqual([before?.state, before?.findings], ['unknown', []])
  assert.match(before?.says ?? '', /No results of this feature are kept/)
  for (let run = 0; run < 2; run += 1) await project.sluice(['eval', 'mail', '--suite', 'full', '--repeats', '3'])
  const few = (await reviewed(project)).areas.get('saturation')
  assert.equal(few?.state, 'unknown', 'three answers that were read twice are three')
  await project.sluice(['eval', 'mail', '--suite', 'full', '--repeats', '5'])
  const { areas, code } = await reviewed(project)
  const found = areas.get('saturation')
  assert.equal(found?.state, 'looked')
  assert.deepEqual(
    found?.findings.map(({ code, line, cases }) => [code, line, cases.length]),
    [['saturated', 1, 5]],
  )
  assert.equal(code, 1)
})

test('a check of the prompt that cannot fail is named by its line', async () => {
  using project = createProject(files)
  const { areas } = await reviewed(project)
  assert.deepEqual(
    areas.get('checks')?.findings.map(({ file, line, code }) => [file, line, code]),
    [['mail.prompt.yml', 7, 'check-cannot-fail']],
  )
  const { stdout, code } = await project.sluice(['suite', 'review'])
  assert.match(stdout, /mail\.prompt\.yml:7: the check minWords 1 refuses an empty answer alone/)
  assert.equal(code, 1)
})

test('--fix shows each line that it changes, and the next review has nothing more of it', async () => {
  const twice = `${files['full.jsonl']}{"id":"again","vars":{"mail":"mail number x"},"tags":["core","a"]}\n`
  using project = createProject({ ...files, 'full.jsonl': twice })
  assert.equal((await reviewed(project)).areas.get('duplicates')?.findings[0]?.line, 7)
  assert.equal(readFileSync(path.join(project.root, 'full.jsonl'), 'utf8'), twice, 'without --fix nothing is written')
  const { review, areas } = await reviewed(project, '--fix')
  assert.equal(review.features[0]?.fixed.length, 1)
  assert.equal(areas.get('duplicates')?.findings.length, 0)
  assert.equal(readFileSync(path.join(project.root, 'full.jsonl'), 'utf8'), files['full.jsonl'])
})

test('labels of people are counted, and keep their case from being removed', async () => {
  const twice = `${files['full.jsonl']}{"id":"again","vars":{"mail":"mail number x"},"tags":["core","a"]}\n`
  const label = { case: 'again', item: 'i', verdict: 'yes', labeller: 'ann', kind: 'human', output: 'a'.repeat(64) }
  const rest = { probability: null, at: '2026-11-26T10:00:00.000Z', version: null, sawJudge: false }
  using project = createProject({
    ...files,
    'full.jsonl': twice,
    'labels/mail.jsonl': `${JSON.stringify({ ...label, ...rest })}\n`,
  })
  const { areas, review } = await reviewed(project, '--fix')
  assert.deepEqual(
    review.features[0]?.left.map(({ line }) => line),
    [7],
  )
  assert.match(areas.get('age')?.says ?? '', / 1 label of people\./)
  assert.equal(readFileSync(path.join(project.root, 'full.jsonl'), 'utf8'), twice)
})

test('a suite with nothing to find ends with 2 where something could not be looked at; a wrong feature with 3', async () => {
  const good = { ...files, 'mail.prompt.yml': files['mail.prompt.yml'].replace('  - minWords: 1\n', '') }
  const cases = Array.from({ length: 10 }, (_, at) =>
    JSON.stringify({ id: `c${at}`, vars: { mail: `mail number ${'x'.repeat(at + 1)}` }, tags: [at < 5 ? 'a' : 'b'] }),
  )
  using project = createProject({ ...good, 'full.jsonl': cases.join('\n') })
  assert.deepEqual([(await reviewed(project)).review.findings, (await reviewed(project)).code], [0, 2])
  assert.equal((await project.sluice(['suite', 'review', 'male'])).code, 3)
})
