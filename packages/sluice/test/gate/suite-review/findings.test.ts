import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Case, caseSchema } from '../../../src/core/suite/cases/case.ts'
import type { Prompt } from '../../../src/core/suite/prompt/prompt.ts'
import { changedAt, reviewAge } from '../../../src/gate/suite-review/age.ts'
import { reviewTags, reviewWeights } from '../../../src/gate/suite-review/balance.ts'
import { reviewDuplicates, reviewNearDuplicates } from '../../../src/gate/suite-review/duplicates.ts'
import { reviewHoldout } from '../../../src/gate/suite-review/holdout.ts'
import { reviewLeaks } from '../../../src/gate/suite-review/leaks.ts'
import { reviewOverlap } from '../../../src/gate/suite-review/overlap.ts'
import type { ReviewedSuite } from '../../../src/gate/suite-review/reviewed-suite.ts'
import { reviewClusters, templateOf } from '../../../src/gate/suite-review/undeclared-clusters.ts'
import type { ReviewArea } from '../../../src/records/report/suite-review.ts'

/** A case without messages, which would have to be read first. */
const plainCase = caseSchema.omit({ messages: true, turns: true })

type Fields = Partial<Omit<Case, 'line' | 'checks' | 'rubric' | 'messages' | 'turns'>>

/** A suite whose cases stand in the lines 1, 2 and so on. */
function suiteOf(cases: readonly Fields[], name = 'full'): ReviewedSuite {
  const parsed = cases.map((fields, at) => ({ ...plainCase.parse({ id: `c${at + 1}`, ...fields }), line: at + 1 }))
  return { name, file: `${name}.jsonl`, cases: parsed }
}

const codes = ({ findings }: ReviewArea) => findings.map(({ code, line }) => `${code}:${line}`)
const mail = (text: string) => ({ vars: { mail: text } })

test('a case that is there twice can be removed; one that expects something else needs a decision', () => {
  const suite = suiteOf([
    mail('Where is it?'),
    { ...mail('Where is it?'), source: { ticket: 1 } },
    { ...mail('Where is it?'), expected: 'On its way.' },
    { ...mail('Where is it?'), tags: ['edge'] },
    mail('Where is it'),
  ])
  const area = reviewDuplicates([suite])
  assert.deepEqual(codes(area), ['duplicate:2', 'same-input:3', 'same-input:4'])
  assert.deepEqual(
    area.findings.map(({ fixable }) => fixable),
    [true, false, false],
  )
  assert.match(area.findings[1]?.message ?? '', /"c3" asks the same as "c1" \(line 1\) and expects something else/)
})

test('near duplicates are told once for a group, and not where they are one cluster', () => {
  const long = 'my parcel with the number seven has not come and I want to know where it is now'
  const group = [mail(`Hello, ${long}.`), mail(`Hello ${long}!`), mail(`Hallo, ${long}`)]
  const area = reviewNearDuplicates([suiteOf([mail('Something else entirely, in other words'), ...group])])
  assert.deepEqual(codes(area), ['near-duplicate:3'])
  assert.deepEqual(area.findings[0]?.cases, ['c2', 'c3', 'c4'])
  const declared = group.map((one) => ({ ...one, cluster: 'parcel' }))
  assert.deepEqual(codes(reviewNearDuplicates([suiteOf(declared)])), [])
})

test('tags that cannot be judged, or say nothing of their own, are found', () => {
  const cases = Array.from({ length: 20 }, (_, at) => ({
    tags: ['all', ...(at < 6 ? ['a', 'b'] : at < 9 ? ['c'] : [])],
  }))
  assert.deepEqual(codes(reviewTags([suiteOf([...cases, {}])])), [
    'untagged:21',
    'small-tag:7',
    'large-tag:1',
    'equal-tags:1',
  ])
  assert.deepEqual(codes(reviewTags([suiteOf([{}, {}])])), ['no-tags:1'])
})

test('weights are summed up as so many equal cases', () => {
  const area = reviewWeights([suiteOf([{ weight: 10 }, {}, {}, {}, {}])])
  assert.deepEqual(codes(area), ['weight-concentration:1'])
  // (10 + 4)^2 / (100 + 4)
  assert.match(area.findings[0]?.message ?? '', /5 cases count as 1\.9 .*; c1 has 71\.4 % of all weight/)
  assert.match(
    reviewWeights([suiteOf([{ cluster: 'a' }, { cluster: 'a' }, {}])]).says,
    /count as 3 .* in 2 independent/,
  )
})

test('cases of one document or one template are a cluster that nobody declared', () => {
  const document = Array.from({ length: 25 }, (_, at) => `word${at}`).join(' ')
  const asked = (question: string) => ({ vars: { document, question } })
  const order = (number: number, name: string) => mail(`Please tell ${name} where the order ${number} is right now.`)
  const others = Array.from({ length: 7 }, (_, at) => mail(`A text of its own about ${'x'.repeat(at + 1)} things`))
  const area = reviewClusters([suiteOf([asked('Who?'), asked('When?'), order(17, 'Ann'), order(18, 'Bob'), ...others])])
  assert.deepEqual(codes(area), ['undeclared-cluster:1', 'undeclared-cluster:3'])
  assert.match(area.findings[0]?.message ?? '', /2 cases share the same text in \{\{document\}\}/)
  assert.match(area.findings[1]?.message ?? '', /one template \("please tell _ where the order _ is right now"\)/)
  assert.equal(templateOf('Where is my order 12?'), '', 'too few words to be a template')
  assert.equal(templateOf('A long text without any number or name in it at all'), '', 'nothing varies')
  const most = reviewClusters([suiteOf([asked('Who?'), asked('When?')])])
  assert.match(most.findings[0]?.message ?? '', /2 cases of 2 share .*: every interval speaks of this one source/)
  assert.equal(most.findings[0]?.fixable, false)
})

test('a case of which the prompt quotes the input or the answer is named with the quote', () => {
  const messages = [
    {
      role: 'system' as const,
      content: 'Answer shortly. Example: "I cannot log in since the update on Monday night" -> account',
    },
    { role: 'user' as const, content: '{{mail}}' },
  ]
  const suite = suiteOf([
    mail('Hello, I cannot log in since the update on Monday, can you help?'),
    { ...mail('Something else'), expected: 'Answer shortly, example: I cannot' },
    { ...mail('I cannot log'), expected: 'account' },
    mail('I cannot log in since the new release'),
  ])
  const area = reviewLeaks([suite], { messages } as Prompt)
  assert.deepEqual(codes(area), ['leak:1', 'leak:2'])
  assert.match(
    area.findings[0]?.message ?? '',
    /message 1 of the prompt quotes "c1", its \{\{mail\}\}: "i cannot log in since the update on"/,
  )
  assert.match(area.says, /3 texts of fewer than 4 words/)
  const target = { kind: 'http', url: 'http://127.0.0.1' } as unknown as NonNullable<Prompt['target']>
  const unknown = reviewLeaks([suite], { messages, target } as Prompt)
  assert.deepEqual([unknown.state, unknown.findings], ['unknown', []])
})

test('fast and full are compared by id and by content', () => {
  const fast = suiteOf(
    [
      { id: 'a', ...mail('1') },
      { id: 'b', ...mail('2') },
      { id: 'c', ...mail('3') },
      { id: 'd', ...mail('4') },
    ],
    'fast',
  )
  const full = suiteOf([
    { id: 'a', ...mail('1'), tags: ['x'] },
    { id: 'b', ...mail('two') },
    { id: 'other', ...mail('3') },
  ])
  assert.deepEqual(codes(reviewOverlap([fast, full])), ['same-id:2', 'other-id:3', 'not-in-full:4'])
  assert.deepEqual(codes(reviewOverlap([full])), [])
})

test('a holdout that is shown, too small, or in the fast suite is said', () => {
  const fast = suiteOf(
    [
      { id: 'a', cluster: 'k' },
      { id: 'b', holdout: true },
    ],
    'fast',
  )
  const full = suiteOf([
    { id: 'a', holdout: true },
    { id: 'x', cluster: 'k', holdout: true },
    { id: 'y', holdout: true },
  ])
  const area = reviewHoldout([fast, full])
  assert.deepEqual(codes(area), ['holdout-in-fast:2', 'small-holdout:1', 'holdout-shown:1'])
  assert.deepEqual(area.findings[2]?.cases, ['a', 'x'])
  const enough = suiteOf(Array.from({ length: 10 }, (_, at) => ({ id: `h${at}`, holdout: true })))
  assert.deepEqual(codes(reviewHoldout([enough])), [])
  assert.match(reviewHoldout([suiteOf([{}])]).says, /No case is held out/)
})

test('the age of a case is that of its newest line; a case that is not committed has none', () => {
  const day = 86_400_000
  const suite: ReviewedSuite = {
    ...suiteOf([{}, {}, {}]),
    cases: suiteOf([{}, {}, {}]).cases.map((one, at) => ({ ...one, line: 1 + 2 * at })),
  }
  const dates = [10 * day, 20 * day, 30 * day, null, 900 * day, 900 * day]
  assert.deepEqual(changedAt(suite.cases, dates), [20 * day, null, 900 * day])
  const label = { case: 'c1', item: 'tone', output: 'a', at: new Date(15 * day).toISOString() }
  const known = {
    now: 1000 * day,
    datesOf: () => dates,
    labels: [label, { ...label, case: 'c3', at: new Date(901 * day).toISOString() }],
    itemsOf: () => new Map([['tone', 'now']]),
  }
  const area = reviewAge([suite], known)
  assert.deepEqual(codes(area), ['old-cases:1', 'stale-labels:1'])
  assert.equal(reviewAge([suite], { ...known, datesOf: () => undefined }).state, 'unknown')
})

test('labels of a case or a question that has changed are named, unless somebody has labelled the answer anew', () => {
  const at = '2026-11-26T10:00:00.000Z'
  const label = { case: 'c1', item: 'tone', output: 'a', at, material: 'old' }
  const codesOf = (...labels: (typeof label)[]) =>
    codes(
      reviewAge([suiteOf([{}, {}])], {
        now: Date.parse(at),
        datesOf: () => undefined,
        labels,
        itemsOf: () => new Map([['tone', 'now']]),
      }),
    )
  assert.deepEqual(codesOf(label), ['outdated-labels:1'])
  assert.deepEqual(codesOf(label, { ...label, material: 'now' }), [])
  assert.deepEqual(codesOf(label, { ...label, output: 'b', material: 'now' }), ['outdated-labels:1'])
  assert.deepEqual(codesOf({ ...label, item: 'gone' }), [])
})
