import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultGateSettings, type GateSettings } from '../../../src/core/suite/config/gate-settings.ts'
import type { MetricSettings } from '../../../src/core/suite/config/metric-settings.ts'
import { settingsChanges, stricterSettings } from '../../../src/gate/guard/settings-changes.ts'
import { decide } from '../../../src/gate/verdict/decide.ts'
import type { GateCase } from '../../../src/gate/verdict/gate-case.ts'
import { gatePolicy } from '../../../src/gate/verdict/policy.ts'
import type { Measurement } from '../../../src/records/report/measured.ts'

interface Versions {
  candidate: Measurement | undefined
  baseline: Measurement | undefined
}

/** Cases with the same score in both versions, whose answers measure as given, alike in each of the repeats. */
function casesOf(
  count: number,
  versionsOf: (index: number) => Versions,
  { repeats = 2, check = 'retrieval', tag = '' } = {},
): GateCase[] {
  return Array.from({ length: count }, (_, index) => {
    const versions = versionsOf(index)
    const of = (measured: Measurement | undefined) =>
      Array.from({ length: repeats }, () => (measured ? [{ check, measured }] : undefined))
    return {
      ...{ id: `c${index}`, weight: 1, tags: tag ? [tag] : [], critical: false },
      candidate: Array.from({ length: repeats }, () => 1),
      baseline: Array.from({ length: repeats }, () => 1),
      measured: { candidate: of(versions.candidate), baseline: of(versions.baseline) },
      measuredBy: [check],
    }
  })
}

const found = (hit: boolean): Measurement => ({
  ...{ kind: 'retrieval', k: 5, relevant: 1, duplicates: 0 },
  ranks: hit ? [1] : [],
  missing: hit ? [] : ['d'],
})
const labelled = (expected: string, got: string | null): Measurement => ({
  kind: 'label',
  expected,
  got,
  labels: ['a', 'b', 'c'],
})

function judge(cases: readonly GateCase[], limits: MetricSettings, more: Parameters<typeof gatePolicy>[0] = {}) {
  const metrics = { limits, minCoverage: 0.98 }
  const { decision } = decide(cases, gatePolicy({ looks: [2], threshold: 0.5, metrics, ...more }), undefined, {
    last: true,
  })
  assert.ok(decision)
  return {
    verdict: decision.verdict,
    strength: decision.strength,
    codes: decision.reasons.map(({ code }) => code),
    reasons: decision.reasons,
  }
}

/** The candidate misses what the baseline finds in every `each`th case. */
const losing = (each: number) => (index: number) => ({ candidate: found(index % each !== 0), baseline: found(true) })

test('a metric that drops beyond its margin fails the run although no score changed', () => {
  const cases = casesOf(200, losing(5))
  assert.deepEqual(judge(cases, {}).verdict, 'pass')
  const { verdict, codes, reasons } = judge(cases, { 'recall@5': { margin: 0.05 } })
  assert.deepEqual([verdict, codes], ['fail', ['metric-regression']])
  assert.match(
    reasons[0]?.message ?? '',
    /^recall@5 changed by -0\.200 to 0\.800 over 200 cases .*beyond its margin of 0\.05/,
  )
  assert.equal(judge(cases, { 'recall@5': { margin: 0.3 } }).verdict, 'pass')
})

test('a metric below its least value fails, also where the baseline is no better', () => {
  const cases = casesOf(200, (index) => ({ candidate: found(index % 5 !== 0), baseline: found(index % 5 !== 0) }))
  assert.deepEqual(judge(cases, { 'recall@5': { min: 0.9, margin: 0.05 } }).codes, ['metric-below-min'])
  assert.equal(judge(cases, { 'recall@5': { min: 0.7 } }).verdict, 'pass')
  // A comparison without absolute limits has no floor.
  assert.equal(judge(cases, { 'recall@5': { min: 0.9 } }, { threshold: undefined }).verdict, 'pass')
})

test('a metric that is named and not measured, or undefined, or measured in too few cases never passes', () => {
  const cases = casesOf(100, losing(1000))
  const misspelt = judge(cases, { 'recal@5': { min: 0.1, margin: 0.1 } })
  assert.deepEqual([misspelt.verdict, misspelt.codes], ['inconclusive', ['metric-undefined']])
  assert.match(misspelt.reasons[0]?.message ?? '', /was not measured; this run measured recall@5, precision@5, mrr/)
  const lost = casesOf(100, (index) => ({ candidate: index < 10 ? undefined : found(true), baseline: found(true) }))
  assert.match(judge(lost, { 'recall@5': { margin: 0.9 } }).reasons[0]?.message ?? '', /only 90 of 100 cases/)
  const labels = casesOf(
    100,
    (index) => ({ candidate: labelled(index % 2 ? 'a' : 'b', 'a'), baseline: labelled('a', 'a') }),
    {
      check: 'label',
    },
  )
  assert.match(
    judge(labels, { 'f1.c': { min: 0.1 } }).reasons[0]?.message ?? '',
    /undefined: no case expects the class "c"/,
  )
  assert.match(judge(labels, { precision: { min: 0.1 } }).reasons[0]?.message ?? '', /no answer names the class "b"/)
})

test('of claims less is better: a rise beyond the margin fails, and so does a share above its highest value', () => {
  const ofClaims = (contradicted: number): Measurement => ({
    ...{ kind: 'claims', claims: 4, unsupported: 0, contradicted },
  })
  const versions = (index: number) => ({ candidate: ofClaims(index % 5 === 0 ? 4 : 0), baseline: ofClaims(0) })
  const worse = casesOf(200, versions, { check: 'claims' })
  const rise = judge(worse, { contradicted: { margin: 0.05 } })
  assert.deepEqual([rise.verdict, rise.codes], ['fail', ['metric-regression']])
  assert.match(rise.reasons[0]?.message ?? '', /by \+0\.200 to 0\.200 over 200 cases .*: a rise beyond its margin/)
  assert.equal(judge(worse, { contradicted: { margin: 0.3 } }).verdict, 'pass')
  assert.deepEqual(judge(worse, { contradicted: { max: 0.1 } }).codes, ['metric-above-max'])
  assert.equal(judge(worse, { contradicted: { max: 0.35 } }).verdict, 'pass')
  const fewer = casesOf(
    200,
    (index) => ({ candidate: versions(index).baseline, baseline: versions(index).candidate }),
    {
      check: 'claims',
    },
  )
  assert.equal(judge(fewer, { contradicted: { margin: 0.05, max: 0.05 } }).verdict, 'pass')
  // A floor under what should be low would pass every fault, and a ceiling over what should be high as well.
  const floor = judge(worse, { contradicted: { min: 0.1 } })
  assert.deepEqual([floor.verdict, floor.codes], ['inconclusive', ['metric-undefined']])
  assert.match(floor.reasons[0]?.message ?? '', /less of it is better, so "min: 0\.1" is no limit; write "max"/)
  assert.deepEqual(judge(casesOf(200, losing(5)), { 'recall@5': { max: 1 } }).codes, ['metric-undefined'])
})

test('few answers that all agree do not pass, since a fault that shows now and then would not show', () => {
  const few = judge(
    casesOf(10, () => ({ candidate: found(true), baseline: found(true) })),
    { 'recall@5': { margin: 0.05 } },
    { onInconclusive: 'block', margin: 0.9, thresholdMargin: 0.5 },
  )
  assert.deepEqual([few.verdict, few.codes], ['inconclusive', ['metric-undecided']])
})

test('limits and tags share one error rate: a drop that fails alone may not beside nineteen tags', () => {
  const noisy = (seed: number) => {
    const of = (index: number, drop: number): Measurement => found((index * 7919 + seed) % 100 >= drop)
    return casesOf(100, (index) => ({ candidate: of(index, 24), baseline: of(index, 8) }), { repeats: 1 })
  }
  const cases = noisy(3)
  const alone = judge(cases, { 'recall@5': { margin: 0.05 } }, { looks: [1] })
  assert.deepEqual(alone.codes, ['metric-regression'])
  const tagged = cases.map((one, index) => ({
    ...one,
    tags: Array.from({ length: 19 }, (_, tag) => `t${tag}-${index % 2}`),
  }))
  const beside = judge(tagged, { 'recall@5': { margin: 0.05 } }, { looks: [1], onInconclusive: 'block' })
  assert.ok(!beside.codes.includes('metric-regression'))
})

test('a loosened limit is a weakening of the measure, and strict keeps the tighter one', () => {
  const settings = (metrics?: MetricSettings): GateSettings => ({ ...defaultGateSettings, ...(metrics && { metrics }) })
  const base = settings({ 'recall@5': { min: 0.8, margin: 0.05 } })
  const change = (now: GateSettings) =>
    settingsChanges(base, now, 'faq').map(({ what, before, after, weakening }) => ({ what, before, after, weakening }))
  const looser = settings({ 'recall@5': { min: 0.8, margin: 0.1 } })
  assert.deepEqual(change(looser), [
    {
      what: 'limits of metrics',
      before: 'recall@5 min 0.8 margin 0.05',
      after: 'recall@5 min 0.8 margin 0.1',
      weakening: true,
    },
  ])
  assert.equal(change(settings())[0]?.weakening, true)
  assert.equal(change(settings({ 'recall@5': { min: 0.9, margin: 0.05 }, f1: { min: 0.5 } }))[0]?.weakening, false)
  assert.deepEqual(stricterSettings(base, looser).metrics, base.metrics)
  const ceiling = settings({ 'recall@5': { min: 0.8, margin: 0.05 }, contradicted: { max: 0.1 } })
  assert.equal(change(ceiling)[0]?.weakening, false)
  const higher = settings({ ...ceiling.metrics, contradicted: { max: 0.2 } })
  assert.equal(settingsChanges(ceiling, higher, 'faq')[0]?.weakening, true)
  assert.match(settingsChanges(ceiling, higher, 'faq')[0]?.after ?? '', /contradicted max 0\.2/)
})

test('cases and answers without a result count, in the baseline and between the repeats as well', () => {
  const fewBefore = casesOf(100, (index) => ({
    candidate: found(true),
    baseline: index < 10 ? found(true) : undefined,
  }))
  const { verdict, codes, reasons } = judge(fewBefore, { 'recall@5': { margin: 0.9 } })
  assert.deepEqual([verdict, codes], ['inconclusive', ['metric-undefined']])
  assert.match(
    reasons[0]?.message ?? '',
    /only 10 of 100 cases with the check retrieval were measured in both versions/,
  )
  // A floor is about the candidate alone.
  assert.equal(judge(fewBefore, { 'recall@5': { min: 0.9 } }).verdict, 'pass')
  const survivors = casesOf(100, () => ({ candidate: found(true), baseline: found(true) })).map((row) => ({
    ...row,
    measured: { candidate: [undefined, ...(row.measured?.candidate.slice(1) ?? [])], baseline: [] },
  }))
  const half = judge(survivors, { 'recall@5': { min: 0.9 } })
  assert.match(
    half.reasons[0]?.message ?? '',
    /only 50 % of the answers to cases with the check retrieval were measured/,
  )
})

test('without a baseline a margin still names a metric that has to be measured', () => {
  const alone = casesOf(100, losing(1000)).map(({ baseline: _, ...row }) => row)
  assert.equal(judge(alone, { 'recall@5': { margin: 0.05 } }).verdict, 'pass')
  assert.deepEqual(judge(alone, { 'recal@5': { margin: 0.05 } }).codes, ['metric-undefined'])
})

test('a name that two checks give to a metric is not judged by the first of them', () => {
  const rows = casesOf(100, () => ({ candidate: labelled('a', 'a'), baseline: labelled('a', 'a') }), { check: 'f1' })
  const labels = ['a', 'accuracy']
  const others = casesOf(
    100,
    () => ({ candidate: { kind: 'label', expected: 'accuracy', got: 'a', labels }, baseline: undefined }),
    { check: 'label' },
  )
  const { codes, reasons } = judge([...rows, ...others.map((row) => ({ ...row, id: `o${row.id}` }))], {
    'f1.accuracy': { min: 0.1 },
  })
  assert.deepEqual(codes, ['metric-undefined'])
  assert.match(reasons[0]?.message ?? '', /the checks f1 and label both have a metric of this name/)
})
