import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Contents } from '../../support/memory-files.ts'
import { changesOf } from './measured-projects.ts'

/**
 * Projects of a run, which are others each time: five for each kind of weakening. SLUICE_WEAKENINGS=1000 finds what is
 * missed in one project of some hundred.
 */
const numRuns = Number(process.env.SLUICE_WEAKENINGS ?? 100)

/** What a random project says; written to files in more than one way. */
interface Said {
  gate: { threshold: number; margin: number; confidence: number; minCoverage: number; caseThreshold: number }
  repeats: number
  onInconclusive: number
  judge: number
  checks: { text: string; weight: number; must: boolean }[]
  rubric: { ask: string; weight: number; must: boolean }[]
  cases: { v: string; weight: number; critical: boolean; tags: string[]; expected: string }[]
}

const share = fc.integer({ min: 10, max: 90 }).map((percent) => percent / 100)
const word = fc.stringMatching(/^[a-z]{3,8}$/)
const weight = fc.integer({ min: 1, max: 9 })

const answers: fc.Arbitrary<Said> = fc.record({
  gate: fc.record({
    threshold: share,
    margin: share,
    confidence: fc.integer({ min: 60, max: 98 }).map((percent) => percent / 100),
    minCoverage: share,
    caseThreshold: share,
  }),
  repeats: fc.integer({ min: 2, max: 8 }),
  onInconclusive: fc.integer({ min: 0, max: 1 }),
  judge: fc.nat(9),
  checks: fc.uniqueArray(fc.record({ text: word, weight, must: fc.boolean() }), {
    minLength: 2,
    maxLength: 4,
    selector: ({ text }) => text,
  }),
  rubric: fc.array(fc.record({ ask: word, weight, must: fc.boolean() }), { minLength: 1, maxLength: 3 }),
  cases: fc.array(
    fc.record({
      v: word,
      weight,
      critical: fc.boolean(),
      tags: fc.constantFrom(['a'], ['b'], ['a', 'b']),
      expected: word,
    }),
    { minLength: 3, maxLength: 8 },
  ),
})

const undecided = ['block', 'tiebreak', 'warn']

/** The files of a project; `backwards` writes the same in another order and in other words. */
function filesOf({ gate, repeats, onInconclusive, judge, checks, rubric, cases }: Said, backwards = false): Contents {
  const order = <T>(all: T[]) => (backwards ? all.toReversed() : all)
  const settings = { ...gate, repeats: [1, repeats], onInconclusive: undecided[onInconclusive] }
  const config = {
    sluice: 1,
    judge: { model: `j:${judge}` },
    gate: settings,
    providers: { j: { kind: 'openai-compatible', baseURL: 'http://127.0.0.1:1' } },
  }
  const prompt = {
    sluice: 1,
    model: 'j:m',
    messages: [{ role: 'user', content: '{{v}}' }],
    suites: { fast: backwards ? '../evals/mail.yaml' : '../evals/mail.jsonl' },
    checks: order(checks).map(({ text, ...rest }) => ({ contains: text, ...rest })),
    rubric: order(rubric.map((item, index) => ({ id: `q${index}`, ...item }))),
  }
  const rows = order(cases.map(({ v, ...rest }, index) => ({ id: `c${index}`, vars: { v }, ...rest })))
  return {
    'sluice.yaml': JSON.stringify(config, null, backwards ? 2 : 0),
    'prompts/mail.prompt.yml': `${backwards ? '# the same\n' : ''}${JSON.stringify(prompt)}`,
    ...(backwards
      ? { 'evals/mail.yaml': JSON.stringify(rows, null, 1) }
      : { 'evals/mail.jsonl': rows.map((row) => JSON.stringify(row)).join('\n') }),
  }
}

const other = (text: string) => `${text}x`
const first = <T>(all: T[], change: (one: T) => T): T[] => all.map((one, index) => (index === 0 ? change(one) : one))

/** Single weakenings; undefined where a project has nothing to weaken in this way. */
const weakenings: Record<string, (it: Said) => Said | undefined> = {
  threshold: (it) => ({ ...it, gate: { ...it.gate, threshold: it.gate.threshold / 2 } }),
  margin: (it) => ({ ...it, gate: { ...it.gate, margin: it.gate.margin + 0.05 } }),
  confidence: (it) => ({ ...it, gate: { ...it.gate, confidence: it.gate.confidence - 0.05 } }),
  minCoverage: (it) => ({ ...it, gate: { ...it.gate, minCoverage: it.gate.minCoverage - 0.05 } }),
  caseThreshold: (it) => ({ ...it, gate: { ...it.gate, caseThreshold: it.gate.caseThreshold - 0.05 } }),
  repeats: (it) => (it.repeats > 2 ? { ...it, repeats: it.repeats - 1 } : undefined),
  onInconclusive: (it) => ({ ...it, onInconclusive: it.onInconclusive + 1 }),
  judge: (it) => ({ ...it, judge: it.judge + 1 }),
  'check removed': (it) => ({ ...it, checks: it.checks.slice(1) }),
  'check of something else': (it) => ({
    ...it,
    checks: first(it.checks, (one) => ({ ...one, text: other(one.text) })),
  }),
  'check that weighs less': (it) => ({
    ...it,
    checks: first(it.checks, (one) => ({ ...one, weight: one.weight / 2 })),
  }),
  'check that weighs more': (it) => ({
    ...it,
    checks: first(it.checks, (one) => ({ ...one, weight: one.weight * 50 })),
  }),
  'check that need not pass': (it) =>
    it.checks[0]?.must ? { ...it, checks: first(it.checks, (one) => ({ ...one, must: false })) } : undefined,
  'check added': (it) => ({ ...it, checks: [...it.checks, { text: 'added-one', weight: 9, must: false }] }),
  'question removed': (it) => ({ ...it, rubric: it.rubric.slice(0, -1) }),
  'question reworded': (it) => ({ ...it, rubric: first(it.rubric, (one) => ({ ...one, ask: other(one.ask) })) }),
  'question that weighs less': (it) => ({
    ...it,
    rubric: first(it.rubric, (one) => ({ ...one, weight: one.weight / 3 })),
  }),
  'question that need not be yes': (it) =>
    it.rubric[0]?.must ? { ...it, rubric: first(it.rubric, (one) => ({ ...one, must: false })) } : undefined,
  'case removed': (it) => ({ ...it, cases: it.cases.slice(0, -1) }),
  'case replaced': (it) => ({ ...it, cases: first(it.cases, (one) => ({ ...one, v: other(one.v) })) }),
  'case expects another': (it) => ({
    ...it,
    cases: first(it.cases, (one) => ({ ...one, expected: other(one.expected) })),
  }),
  'case that weighs less': (it) => ({ ...it, cases: first(it.cases, (one) => ({ ...one, weight: one.weight / 7 })) }),
  'case that weighs more': (it) => ({ ...it, cases: first(it.cases, (one) => ({ ...one, weight: one.weight * 7 })) }),
  'case no longer critical': (it) =>
    it.cases[0]?.critical ? { ...it, cases: first(it.cases, (one) => ({ ...one, critical: false })) } : undefined,
  'tag removed': (it) => ({ ...it, cases: first(it.cases, (one) => ({ ...one, tags: one.tags.slice(1) })) }),
  'cases added that outweigh the others': (it) => ({
    ...it,
    cases: [
      ...it.cases,
      ...Array.from({ length: 3 }, () => ({ v: 'new', weight: 99, critical: false, tags: ['a'], expected: 'x' })),
    ],
  }),
}

test('what says the same, in whatever order and form, is no change', async () => {
  await fc.assert(
    fc.asyncProperty(answers, fc.boolean(), fc.boolean(), async (it, one, two) => {
      assert.deepEqual(await changesOf(filesOf(it, two), filesOf(it, one)), [])
    }),
    { numRuns: numRuns / 4 },
  )
})

test('any single weakening is named as one, however the files are written', async () => {
  await fc.assert(
    fc.asyncProperty(
      answers,
      fc.constantFrom(...Object.keys(weakenings)),
      fc.boolean(),
      async (it, name, backwards) => {
        const weaker = weakenings[name]?.(it)
        fc.pre(weaker !== undefined)
        const changes = await changesOf(filesOf(weaker, backwards), filesOf(it))
        assert.ok(
          changes.some(({ weakening }) => weakening),
          name,
        )
      },
    ),
    { numRuns },
  )
})

test('the way back from a change of the policy is no weakening', async () => {
  await fc.assert(
    fc.asyncProperty(
      answers,
      fc.constantFrom('threshold', 'margin', 'confidence', 'minCoverage', 'caseThreshold', 'onInconclusive'),
      async (it, name) => {
        const weaker = weakenings[name]?.(it)
        fc.pre(weaker !== undefined)
        const changes = await changesOf(filesOf(it), filesOf(weaker))
        assert.deepEqual(
          changes.map(({ weakening }) => weakening),
          [false],
        )
      },
    ),
    { numRuns: numRuns / 4 },
  )
})
