import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Evidence, newEvidence } from '../../../../src/control/rollout/evidence/evidence.ts'
import { faultInEvidence } from '../../../../src/control/rollout/evidence/evidence-fault.ts'
import { observe } from '../../../../src/control/rollout/observe/observe.ts'
import { applyEvent } from '../../../../src/control/store/apply-event.ts'
import { StoreError } from '../../../../src/control/store/store-error.ts'
import { by, byHand, canary, incumbent, rollingStore } from '../../../support/controller/stage.ts'
import { entryOf, rolloutOf } from '../../../support/rollout/rollout-entries.ts'

const rollout = rolloutOf()

function evidenceOf(tokens: readonly (string | null)[]): Evidence {
  const evidence = newEvidence(rollout)
  for (let seq = 1; seq <= 40; seq += 1) {
    const isCanary = seq % 20 === 0
    const place = { user: { id: `u${seq}`, position: isCanary ? 10 : 900_000 }, canary: isCanary, stage: 0, at: seq }
    const tokenId = tokens[seq % tokens.length] ?? null
    const entry = entryOf(place, { kind: 'request', tokenId, error: seq % 3 ? null : 'failed', latencyMs: 5 })
    observe(evidence, rollout, { ...entry, seq }, {})
  }
  return evidence
}

/** The paths of all that stands in a tree. */
function pathsIn(tree: object, path: readonly string[] = []): string[][] {
  return Object.entries(tree).flatMap(([key, value]) => {
    const at = [...path, key]
    return typeof value === 'object' && value !== null ? [at, ...pathsIn(value, at)] : [at]
  })
}

function changed(tree: object, path: readonly string[], value: unknown): Evidence {
  const copy = structuredClone(tree) as Record<string, unknown>
  const inside = path.slice(0, -1).reduce((part, key) => part[key] as Record<string, unknown>, copy)
  inside[path.at(-1) ?? ''] = value
  return copy as unknown as Evidence
}

test('evidence as it was stored has no fault, whoever reported', () => {
  for (const tokens of [[], [null], ['t-1'], ['t-1', 't-2'], [null, 't-1', 't-2']]) {
    const evidence = tokens.length === 0 ? newEvidence(rollout) : evidenceOf(tokens)
    assert.equal(faultInEvidence(JSON.parse(JSON.stringify(evidence)), rollout, evidence.cursor), undefined)
  }
})

test('whatever part of stored evidence is missing, of another kind or no number is found', () => {
  const evidence = evidenceOf(['t-1', 't-2'])
  // What could not count is there or not.
  const paths = pathsIn(evidence).filter((path) => path[2] !== 'ignored')
  assert.ok(paths.length > 500)
  const some = paths.filter((path, index) => path.length < 3 || index % 7 === 0)
  for (const [index, path] of some.entries()) {
    const odd = [undefined, {}, Infinity][index % 3]
    assert.ok(faultInEvidence(changed(evidence, path, odd), rollout, 40) !== undefined, `${path.join('.')}: ${odd}`)
  }
  assert.equal(faultInEvidence(evidence, rollout, 41), '.cursor')
})

test('a canary is taken back although the version before it cannot be read, and then nothing is stored or judged', async () => {
  const store = await rollingStore()
  const damaged: typeof store = Object.assign(Object.create(store), {
    version: async (feature: string, id: string) => {
      if (id === incumbent) throw new StoreError('damaged', 'no JSON')
      return store.version(feature, id)
    },
  })
  await applyEvent(damaged, 'mail', { type: 'rollBack', reason: 'worse' }, by, byHand)
  const feature = await store.feature('mail')
  assert.deepEqual([feature?.rollout?.status, feature?.active, feature?.live], ['rolledBack', incumbent, null])
  assert.ok(feature?.rolledBack.includes(canary))
})
