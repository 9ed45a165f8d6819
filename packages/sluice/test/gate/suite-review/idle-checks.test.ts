import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caseSchema } from '../../../src/core/suite/cases/case.ts'
import { checkSchema } from '../../../src/core/suite/checks/check-entry.ts'
import { tryCheck } from '../../../src/gate/suite-review/idle-checks.ts'
import { seededRandom } from '../../../src/stats/index.ts'

/** A case without messages, which would have to be read first. */
const plainCase = caseSchema.omit({ messages: true, turns: true })

const testCase = {
  ...plainCase.parse({ id: 'a', vars: { name: 'Ann' }, expected: 'Pay invoice 1182 by Friday.' }),
  line: 1,
}

async function trialOf(entry: Record<string, unknown>) {
  const trial = await tryCheck(checkSchema.parse(entry), [testCase], { deps: {}, random: seededRandom(1) })
  return trial.kind
}

test('a check that every wrong output passes cannot fail', async () => {
  for (const entry of [
    { matches: '.*' },
    { minWords: 0 },
    { similarity: { to: '{{expected}}', metric: 'levenshtein', min: 0 } },
    { expression: 'size(output) >= 0' },
    { expression: 'true' },
    { maxChars: 5_000_000 },
  ]) {
    assert.equal(await trialOf(entry), 'never-fails', JSON.stringify(entry))
  }
})

test('a check that refuses an empty answer alone is named as well: an empty answer is never scored', async () => {
  for (const entry of [{ minWords: 1 }, { matches: '[^]' }, { expression: 'size(output) > 0' }]) {
    assert.equal(await trialOf(entry), 'fails-on-empty-only', JSON.stringify(entry))
  }
})

test('a check that refuses some wrong output is left alone, negated ones too', async () => {
  for (const entry of [
    { contains: 'invoice 1182' },
    { containsAll: ['1182', 'Friday'] },
    { maxWords: 180 },
    { maxWords: 40_000 },
    { notContains: '{{name}}' },
    { notContainsAny: ['as an AI', 'language model'] },
    { notMatches: 'as an (AI|language) model' },
    { notMatches: '\\bsorry\\b|I cannot' },
    { notMatches: '\\d{4}-\\d{2}' },
    { notMatches: '^Note: .*please\\.$' },
    { notRefusal: true },
    { json: true },
    { jsonPath: { path: '$.a', exists: true } },
    { expression: '!output.contains("as an AI")' },
    { equals: '{{expected}}' },
  ]) {
    assert.equal(await trialOf(entry), 'fails', JSON.stringify(entry))
  }
})

test('what would run code, call a model or say nothing of the output is unknown, never fine', async () => {
  for (const entry of [
    { module: './check.ts' },
    { command: ['node', 'check.js'] },
    { latencyMs: 100 },
    { costUsd: 1 },
    { similarity: { to: 'a', metric: 'embedding', min: 0.5 } },
    { notMatches: '(?=x)(?=y)q' },
  ]) {
    assert.equal(await trialOf(entry), 'unknown', JSON.stringify(entry))
  }
})
