import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sqlDialects } from '../../../src/core/suite/checks/sql-settings.ts'
import { judged } from '../../support/gate-project.ts'
import { createProject } from '../../support/project.ts'

test('the built command line finds the parser of every check', async () => {
  const checks = [
    ...sqlDialects.map((dialect) => `{containsSql: ${dialect}}`),
    '{containsXml: true}',
    '{containsHtml: true}',
    '{notHtml: true}',
    '{containsJson: {type: object, required: [a]}}',
    '{notRefusal: true}',
    '{expression: output.contains(expected)}',
    ...['bleu', 'gleu', 'meteor', 'rouge-2', 'levenshtein'].map(
      (each) => `{notSimilarity: {metric: ${each}, min: 0.9}}`,
    ),
  ]
  const output = 'Here: <p>x</p> {"a": 1}\n```sql\nSELECT 1\n```'
  using project = createProject({
    'sluice.yaml': 'providers: {recorded: {kind: replay, files: r.jsonl}}\njudge: {model: recorded:m}\n',
    'r.jsonl': `${JSON.stringify({ case: 'testData-1', model: 'm', output })}\n`,
    'prompts/a.prompt.yml': `sluice: 1
name: a
model: recorded:m
messages: [{role: user, content: "{{q}}"}]
testData: [{q: hello, expected: SELECT}]
checks: [${checks.join(', ')}]
`,
  })
  const { report } = await judged({ sluice: project.binary }, ['eval', 'a'])
  const [only] = report.features[0]?.cases ?? []
  assert.equal(only?.error, null)
  assert.deepEqual(
    only?.checks.filter(({ score }) => score !== 1),
    [],
  )
  assert.equal(only?.checks.length, checks.length)
})
