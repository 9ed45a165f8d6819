import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComparison } from '../../../src/gate/trends/comparability.ts'
import { pointOfNight } from '../../../src/gate/trends/measured-point.ts'
import { nightCase, nightOn } from '../../support/stored-history.ts'

const servedBy = (...models: string[]) => ({
  generation: { models: ['gpt-5-mini'], fingerprints: [] },
  judge: { models, fingerprints: [] },
})

function reasons(now: Parameters<typeof nightOn>[1], before: Parameters<typeof nightOn>[1] = {}): string[] {
  return reasonsOf(before, now)[1] ?? []
}

/** Of each of these nights. */
function reasonsOf(...nights: Parameters<typeof nightOn>[1][]): string[][] {
  const compare = createComparison()
  return nights.map((night, index) => compare(pointOfNight(nightOn(index + 1, night), undefined)))
}

test('another judge, another model behind it, another suite and other cases end a comparison, each with its words', () => {
  assert.deepEqual(reasons({}), [])
  assert.deepEqual(
    reasons({ version: 'bbbb', model: 'openai:gpt-6', score: nightOn(1).score }),
    [],
    'that is the trend',
  )
  assert.deepEqual(reasons({ judge: { id: 'judge-2', model: 'openai:gpt-6' } }), [
    'another judge: openai:gpt-6 instead of openai:gpt-5',
  ])
  assert.deepEqual(reasons({ judge: { id: 'judge-2', model: 'openai:gpt-5' } }), [
    'another judge: other instructions of openai:gpt-5',
  ])
  assert.deepEqual(reasons({ served: servedBy('gpt-5-november') }, { served: servedBy('gpt-5-june') }), [
    'another model behind the judge: gpt-5-november instead of gpt-5-june',
  ])
  assert.deepEqual(
    reasons({ served: servedBy('gpt-5-june') }, { served: servedBy() }),
    [],
    'nothing is known against it',
  )
  assert.deepEqual(reasons({ suite: 'fast' }), ['another suite: fast instead of full'])
  const cases = [nightCase('two', 'edited'), nightCase('three'), nightCase('four')]
  assert.deepEqual(reasons({ cases }), ['other cases: 2 cases new, 1 gone, 1 edited'])
})

test('what a point leaves open is compared with the last one that told it', () => {
  const [june, november, untold] = [{ served: servedBy('june') }, { served: servedBy('november') }, {}]
  const score = { ...nightOn(1).score, mean: null, ciLow: null, ciHigh: null }
  for (const between of [untold, { ...untold, score }]) {
    const told = ['another model behind the judge: november instead of june (2026-11-01)']
    assert.deepEqual(reasonsOf(june, between, november), [[], [], told])
    assert.deepEqual(reasonsOf(june, between, june, november).slice(2), [[], [told[0]?.replace(' (2026-11-01)', '')]])
  }
  const other = { judge: { id: 'judge-2', model: 'openai:gpt-6' } }
  const instead = ['another judge: openai:gpt-6 instead of openai:gpt-5']
  assert.deepEqual(
    reasonsOf(june, { ...other, ...untold }, { ...other, ...november }),
    [[], instead, []],
    'of another judge that says nothing',
  )
})

test('a run that does not tell whether its cases were edited is compared with none, and what it hides is not lost', () => {
  const runOf = (...hashes: (string | null)[]) => {
    const cases = new Map(hashes.map((hash, index) => [`case ${index}`, hash]))
    return { ...pointOfNight(nightOn(1), undefined), kind: 'eval' as const, suite: { name: null, cases } }
  }
  const reasonsOfRuns = (...runs: ReturnType<typeof runOf>[]) => {
    const compare = createComparison()
    return runs.map((run) => compare(run))
  }
  const unknown = ['whether a case was edited is not known']
  assert.deepEqual(reasonsOfRuns(runOf('a', 'b'), runOf('a', 'b'), runOf('a', 'c')), [
    [],
    [],
    ['other cases: 1 case edited'],
  ])
  assert.deepEqual(reasonsOfRuns(runOf(null), runOf(null), runOf('a'), runOf('a')), [[], unknown, unknown, []])
  assert.deepEqual(reasonsOfRuns(runOf('a'), runOf(null), runOf('b')), [[], unknown, ['other cases: 1 case edited']])
  assert.deepEqual(reasonsOfRuns(runOf('a'), runOf(null), runOf('a')), [[], unknown, unknown])
})
