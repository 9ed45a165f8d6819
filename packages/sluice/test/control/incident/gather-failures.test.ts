import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gatherFailures } from '../../../src/control/incident/gather-failures.ts'
import { testPlane } from '../../support/control-plane/control-plane.ts'
import { canary } from '../../support/rollout/failed-canary.ts'

test("a rollout gives its canary's worst judged answers, the worst first, and no good ones", async () => {
  await using plane = await testPlane()
  const { rollout, version, incumbent, options, content } = await canary(plane)
  await plane.store.putContent([content('a', 0.9), content('b', 0.5), content('c', 0), content('old', 0, incumbent)])
  const failures = await gatherFailures({ kind: 'rollout', id: rollout }, { ...options, limit: 3 })
  assert.deepEqual(
    failures.map(({ source, score }) => [source, score]),
    [
      [{ outcome: 'c', rollout, version }, 0],
      [{ outcome: 'b', rollout, version }, 0.5],
    ],
  )
  const [worst, ...others] = await gatherFailures({ kind: 'rollout', id: rollout }, { ...options, limit: 1 })
  assert.deepEqual([worst?.vars, others], [{ email: 'c' }, []])
})

test('an outcome is found by its id, judged or not, and only in its own feature', async () => {
  await using plane = await testPlane()
  const { options, content } = await canary(plane)
  await plane.store.putContent([content('a', null), { ...content('b', 0), feature: 'other' }])
  const [failure] = await gatherFailures({ kind: 'outcome', id: 'a' }, options)
  assert.deepEqual([failure?.vars, failure?.score], [{ email: 'a' }, null])
  await assert.rejects(gatherFailures({ kind: 'outcome', id: 'b' }, options), /outcome b: nothing of it is kept/)
})

test('where nothing was stored, or nothing judged badly, it says which', async () => {
  await using plane = await testPlane()
  const { rollout, options, content } = await canary(plane)
  const gathered = () => gatherFailures({ kind: 'rollout', id: rollout }, options)
  await assert.rejects(gathered, /nothing of it is kept.*live: \{store: true\}/)
  await plane.store.putContent([content('a', 0.8), content('b', null)])
  await assert.rejects(gathered, /none of the answers of its canary that are kept was judged below 0\.6/)
})

test('answers of a rollout are looked for in its own environment', async () => {
  const asked: string[] = []
  const production = () => ({
    rollout: async () => ({ feature: 'mail@staging', canary: 'b' }),
    contents: async (key: string) => {
      asked.push(key)
      return []
    },
  })
  const { options } = await canary(await testPlane())
  const gathered = gatherFailures({ kind: 'rollout', id: 'r' }, { ...options, production })
  await assert.rejects(gathered, /nothing of it is kept/)
  assert.deepEqual(asked, ['mail@staging'])
})
