import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reasonsNotToCompare } from '../../../src/gate/trends/comparability.ts'
import { pointOfNight } from '../../../src/gate/trends/measured-point.ts'
import { nightCase, nightOn } from '../../support/stored-history.ts'

const servedBy = (...models: string[]) => ({
  generation: { models: ['gpt-5-mini'], fingerprints: [] },
  judge: { models, fingerprints: [] },
})

function reasons(now: Parameters<typeof nightOn>[1], before: Parameters<typeof nightOn>[1] = {}): string[] {
  return reasonsNotToCompare(pointOfNight(nightOn(2, now), undefined), pointOfNight(nightOn(1, before), undefined))
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
