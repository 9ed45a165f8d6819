import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commitAll, judged } from '../../support/gate-project.ts'
import { createProject } from '../../support/project.ts'

const classes = ['refund', 'delivery']
const count = 24

/** A classifier with a retrieval; `new` loses one of two documents in every case, and is wrong in every fourth. */
function triage(metrics: string) {
  const answers = ['old', 'new'].flatMap((model) =>
    Array.from({ length: count }, (_, index) => ({
      ...{ case: `c${index}`, model },
      output: model === 'new' && index % 4 === 0 ? 'no idea' : classes[index % 2],
      retrieved: model === 'old' ? [`a${index}`, `b${index}`] : [`a${index}`, 'x', 'y', `b${index}`],
    })),
  )
  const cases = Array.from({ length: count }, (_, index) => ({
    ...{ id: `c${index}`, vars: { mail: `Mail ${index}` }, expected: classes[index % 2] },
    checks: [{ retrieval: { relevant: [`a${index}`, `b${index}`], k: 3 } }],
  }))
  const lines = (rows: readonly object[]) => `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`
  return {
    'sluice.yaml': `providers: {recorded: {kind: replay, files: [answers.jsonl]}}\ngate: {threshold: 0.1, metrics: ${metrics}}\n`,
    'prompts/triage.prompt.yml': prompt('old'),
    'evals/triage.jsonl': lines(cases),
    'answers.jsonl': lines(answers),
  }
}

const prompt = (model: string) => `sluice: 1
name: triage
model: recorded:${model}
messages: [{role: user, content: "Classify {{mail}}"}]
checks: [{label: {expected: "{{expected}}", labels: [refund, delivery]}}]
suites: {fast: ../evals/triage.jsonl}
`

test('a gate judges metrics, reports them, and says whether retrieval or generation lost the fact', async () => {
  using project = createProject(triage('{recall@3: {min: 0.9, margin: 0.05}, recal@3: {min: 0.9}}'))
  const base = commitAll(project, 'base')
  project.write({ 'prompts/triage.prompt.yml': prompt('new') })
  const { code, report } = await judged(project, ['gate', '--base', base])
  const [feature] = report.features
  assert.equal(code, 1)
  const codes = feature?.reasons.map((reason) => reason.code) ?? []
  assert.ok(codes.includes('metric-regression') && codes.includes('metric-below-min'))
  const recall = feature?.metrics?.find(({ name }) => name === 'recall@3')
  assert.deepEqual([recall?.value, recall?.baseline, recall?.cases], [0.5, 1, count])
  assert.deepEqual(recall?.gate, { min: 0.9, margin: 0.05, verdict: 'fail' })
  assert.deepEqual(feature?.confusion?.[0]?.rows[0], { expected: 'refund', got: [6, 0], unknown: 6 })
  const note = /Of 6 wrong answers of the candidate, retrieval lacked the fact in 6 and generation lost it in 0/
  assert.match(feature?.notes.join(' ') ?? '', note)
})

test('a metric that nothing measures leaves the run undecided, and no tie-break lets it through', async () => {
  using project = createProject(triage('{recal@3: {min: 0.1}}'))
  const { code, stdout } = await (async () => {
    const base = commitAll(project, 'base')
    project.write({ 'prompts/triage.prompt.yml': prompt('old').replace('Classify', 'Sort') })
    return project.sluice(['gate', '--base', base])
  })()
  assert.equal(code, 2)
  assert.match(
    stdout.replaceAll(/\s+/g, ' '),
    /Metric recal@3 of gate\.metrics cannot be judged: it was not measured; this run measured/,
  )
})
