import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Diagnostic } from '../../../src/core/suite/diagnostics/diagnostic.ts'
import { githubAnnotations, sarifOf } from '../../../src/gate/ci/annotations.ts'

const fault: Diagnostic = {
  severity: 'error',
  file: 'prompts/a, b: c%.prompt.yml',
  line: 3,
  column: 7,
  path: 'rubric.0.weight',
  message: 'expected a number, got 50 %\nof nothing\r\n::error::injected',
}

test('a fault becomes one workflow command, whatever its text holds', () => {
  assert.equal(
    githubAnnotations([fault, { ...fault, severity: 'warning', file: 'a.yml', path: '', message: 'unpinned' }], {
      prefix: 'app/',
    }),
    '::error file=app/prompts/a%2C b%3A c%25.prompt.yml,line=3,col=7,title=Sluice::rubric.0.weight: expected a number, got 50 %25%0Aof nothing%0D%0A::error::injected\n' +
      '::warning file=app/a.yml,line=3,col=7,title=Sluice::unpinned\n',
  )
  assert.equal(githubAnnotations([], { prefix: '' }), '')
})

test('SARIF names the place of each fault in the repository', () => {
  const sarif = sarifOf([fault], { prefix: 'app/', version: '1.2.3' })
  assert.deepEqual(JSON.parse(JSON.stringify(sarif)), {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'sluice', version: '1.2.3', rules: [{ id: 'check' }] } },
        columnKind: 'utf16CodeUnits',
        results: [
          {
            ruleId: 'check',
            level: 'error',
            message: { text: `rubric.0.weight: ${fault.message}` },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: 'app/prompts/a,%20b:%20c%25.prompt.yml' },
                  region: { startLine: 3, startColumn: 7 },
                },
              },
            ],
          },
        ],
      },
    ],
  })
})
