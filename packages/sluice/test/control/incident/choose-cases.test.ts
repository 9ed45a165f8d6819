import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chooseCases } from '../../../src/control/incident/choose-cases.ts'
import type { Failure } from '../../../src/control/incident/failure.ts'
import { type CaseDecisions, newCaseId } from '../../../src/control/incident/propose-case.ts'
import { surveySuite } from '../../../src/control/incident/survey.ts'
import type { Case } from '../../../src/core/suite/cases/case.ts'
import { processorMs } from '../../support/processor-time.ts'

const refund = 'Please confirm the refund of invoice 1182 before the registration of the conference closes on Friday'

function failure(email: string, more: Partial<Failure> = {}): Failure {
  return { vars: { email }, output: 'Fine.', score: 0.4, failed: [], mustFailed: false, source: {}, way: {}, ...more }
}

function goldenCase(id: string, email: string, more: Partial<Case> = {}): Case {
  return { id, vars: { email }, checks: [], rubric: [], tags: [], weight: 1, critical: false, line: 1, ...more }
}

async function* each(cases: Case[]) {
  yield* cases
}

async function choose(failures: Failure[], cases: Case[], decisions: CaseDecisions = {}, keepSimilar = false) {
  const survey = await surveySuite(each(cases), failures)
  return chooseCases(failures, { feature: 'mail', survey, rubricIds: new Set(['incident-1']), decisions, keepSimilar })
}

async function proposed(one: Failure, cases: Case[] = [], decisions: CaseDecisions = {}) {
  const [choice] = await choose([one], cases, decisions)
  assert.ok(choice && 'added' in choice)
  return choice.added
}

test('tags and weight come from similar cases, not from the rest of the suite', async () => {
  const cases = [
    goldenCase('a', 'Please confirm the refund of invoice 7', { tags: ['billing', 'short'], weight: 3 }),
    goldenCase('b', 'The refund of invoice 9 before Friday please', { tags: ['billing'], weight: 2 }),
    goldenCase('c', 'Server rack seven overheats', { tags: ['ops'], weight: 9 }),
  ]
  const { tags, weight } = await proposed(failure(refund), cases)
  assert.deepEqual([tags, weight], [['billing', 'incident'], 3])
  const alone = await proposed(failure('Guten Tag'), cases)
  assert.deepEqual([alone.tags, alone.weight], [['incident'], undefined])
})

test('a failed item that must hold, or a score of 0, makes it critical, unless somebody has decided', async () => {
  const critical = async (more: Partial<Failure>, decisions?: CaseDecisions) =>
    (await proposed(failure(refund, more), [], decisions)).critical ?? false
  assert.equal(await critical({ failed: ['tone'] }), false)
  assert.equal(await critical({ failed: ['actions'], mustFailed: true }), true)
  assert.equal(await critical({ score: 0 }), true)
  assert.equal(await critical({ score: null }), false)
  assert.equal(await critical({ score: 0 }, { critical: false }), false)
  assert.equal(await critical({}, { critical: true }), true)
})

test('the case holds the input, its source and what failed, but nothing of the answer', async () => {
  const source = { outcome: 'o-1', rollout: 'r-1' }
  const one = await proposed(failure(refund, { output: 'LEAK', failed: ['actions'], source }), [], {
    incident: 'INC-7',
  })
  assert.deepEqual(one, {
    id: 'mail-confirm-registration-conference-1',
    vars: { email: refund },
    tags: ['incident'],
    source: { incident: 'INC-7', outcome: 'o-1', rollout: 'r-1', score: 0.4, failed: ['actions'] },
  })
})

test('questions get ids that neither rubric has', async () => {
  const { rubric, expected } = await proposed(failure(refund), [], { ask: ['A?', 'B?'], expected: 'Do it.' })
  assert.deepEqual(
    rubric?.map(({ id, ask }) => [id, ask]),
    [
      ['incident-2', 'A?'],
      ['incident-3', 'B?'],
    ],
  )
  assert.equal(expected, 'Do it.')
})

test('ids are free, name the input by its longest words, and hold no address and no number', async () => {
  const { id } = await proposed(failure('From: ann.berglund@kestrel.example 123456 Rückerstattung für Überweisung'))
  assert.equal(id, 'mail-from-rückerstattung-überweisung-1')
  const taken = [goldenCase('mail-1', 'x'), goldenCase('mail-2', 'y')]
  assert.equal((await proposed(failure('?'), taken)).id, 'mail-3')
})

test('what the suite or the batch has is skipped, also where it is only nearly the same', async () => {
  const words = Array.from({ length: 30 }, (_, index) => `word${index}`).join(' ')
  const skipped = async (email: string, keepSimilar = false) => {
    const [choice] = await choose([failure(email)], [goldenCase('old', words)], {}, keepSimilar)
    return choice && 'duplicateOf' in choice ? [choice.duplicateOf, choice.similarity] : undefined
  }
  assert.deepEqual(await skipped(`  ${words.toUpperCase()}\n`), ['old', 1])
  assert.deepEqual(await skipped(`${words} more`), ['old', 30 / 31])
  assert.equal(await skipped(`${words} four other words here`), undefined)
  assert.equal(await skipped(`${words} more`, true), undefined)
  assert.deepEqual(await skipped(words, true), ['old', 1])

  const batch = await choose([failure(refund), failure(`${refund}!`), failure('other')], [])
  assert.deepEqual(
    batch.map((choice) => ('added' in choice ? choice.added.id : choice.duplicateOf)),
    ['mail-confirm-registration-conference-1', 'mail-confirm-registration-conference-1', 'mail-other-1'],
  )
})

test('texts of scripts without spaces are compared by their characters', async () => {
  const [choice] = await choose(
    [failure('请在周五之前发送发票给我们的团队')],
    [goldenCase('zh', '请在周五之前发送发票给我们的小队')],
  )
  assert.ok(choice && 'added' in choice)
  assert.ok((choice.like?.similarity ?? 0) > 0.6)
})

test('the id of a case is made of words of its input, without addresses and however long it is', async () => {
  const text = 'Refund for ann@example.com, see https://example.com/orders please'
  assert.equal(newCaseId('mail', { text }, new Set()), 'mail-refund-please-1')
  const ms = await processorMs(() => newCaseId('mail', { text: 'a'.repeat(200_000) }, new Set()))
  assert.ok(ms < 1500, `${ms} ms`)
})
