import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type GatherOptions, gatherFailures } from '../../src/incident/gather-failures.ts'
import { controlPlane } from '../../src/remote/control-plane.ts'
import type { StoredContent } from '../../src/store/content-store.ts'
import { memoryFiles } from '../suite/memory-files.ts'
import { type TestPlane, testPlane, tokenOf } from '../support/control-plane.ts'

/** A plane with a rollout under way, and the commands' view of it. */
async function canary(test: TestPlane) {
  const incumbent = await test.publish('mail', 'good {{email}}')
  const version = await test.publish('mail', 'bad {{email}}')
  await test.ask('PUT /v1/features/mail/active', { as: 'operator', body: { version: incumbent, reason: 'first' } })
  const { body } = await test.ask('POST /v1/features/mail/rollouts', { as: 'operator', body: { version } })
  const connection = { url: 'http://localhost', sleep: async () => {}, random: Math.random, newKey: () => 'key' }
  const production = controlPlane({
    ...connection,
    token: tokenOf('operator'),
    fetch: async (url, init) => test.plane.fetch(new Request(url, init)),
  })
  const options: GatherOptions = {
    feature: 'mail',
    variables: ['email'],
    files: memoryFiles({}),
    production: () => production,
    limit: 2,
    goodFrom: 0.6,
  }
  const content = (id: string, score: number | null, of = version): StoredContent => ({
    ...{ id, feature: 'mail', version: of, rolloutId: body.id, unit: null, input: { email: id }, output: 'bad' },
    ...{ judgement: null, score, storedAt: 1, expiresAt: Number.MAX_SAFE_INTEGER },
  })
  return { rollout: body.id as string, version, incumbent, options, content }
}

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
