import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runPass, savePass } from '../../../../src/control/rollout/controller/pass.ts'
import { checkpointName, DamagedCheckpoint } from '../../../../src/control/rollout/controller/rollout-checkpoint.ts'
import { eValueEngine } from '../../../../src/control/rollout/decision-engine.ts'
import type { Evidence } from '../../../../src/control/rollout/evidence/evidence.ts'
import { KnownStates } from '../../../../src/control/store/known-states.ts'
import type { Store } from '../../../../src/control/store/store.ts'
import { canary, incumbent, request, rollingStore } from '../../../support/controller/stage.ts'
import { start } from '../../../support/store/store-samples.ts'

const name = checkpointName('r1')
let outcomes = 0

/** Of two tokens and several processes, so that evidence has all of its parts. */
async function append(store: Store, count: number): Promise<void> {
  await store.append(
    Array.from({ length: count }, () => {
      outcomes += 1
      const isCanary = outcomes % 2 === 0
      return request(`${outcomes}`, {
        ...{ arm: isCanary ? 'canary' : 'incumbent', version: isCanary ? canary : incumbent },
        ...{ position: isCanary ? 10 : 900_000, error: outcomes % 5 ? null : 'failed' },
        ...{ tokenId: `t-${outcomes % 3}`, instance: `app-${outcomes % 4}`, unit: `user-${outcomes}`, costUsd: 0.01 },
      })
    }),
  )
}

async function look(store: Store, { at, known }: { at: number; known: KnownStates | undefined }) {
  const engine = eValueEngine as never
  const pass = await runPass(
    { store, engine, now: () => at, everyMs: 1000, ...(known && { known }) },
    { feature: 'mail', id: 'r1' },
  )
  assert.ok(pass)
  if (pass.isChanged) assert.ok(await savePass(store, pass, undefined, known))
  return pass
}

const settings = { stages: [{ ppm: 500_000, soakMs: 3_600_000 }] }

test('a state in memory is what would be read, with entries and without, and gives the same from look to look', async () => {
  const [kept, read] = [await rollingStore({ settings }), await rollingStore({ settings })]
  const known = new KnownStates()
  for (const [index, count] of [40, 0, 1, 7, 0, 0, 60].entries()) {
    const before = outcomes
    for (const store of [kept, read]) {
      outcomes = before
      await append(store, count)
    }
    const at = start + index * 1000
    const [one, other] = [await look(kept, { at, known }), await look(read, { at, known: undefined })]
    assert.deepEqual(one.checkpoint.assessed, other.checkpoint.assessed)
    const stored = await kept.checkpoint(name)
    assert.deepEqual(stored, await read.checkpoint(name))
    const taken = await kept.checkpoint(name, known)
    assert.equal(taken?.isKnown, true)
    assert.deepEqual(JSON.parse(JSON.stringify(taken?.state)), stored?.state)
    known.giveBack(name, taken?.state)
  }
})

function objectsIn(tree: unknown, found = new Set<object>()): Set<object> {
  if (typeof tree === 'object' && tree !== null && !found.has(tree)) {
    found.add(tree)
    for (const part of Object.values(tree)) objectsIn(part, found)
  }
  return found
}

test('what is told of evidence does not change with it, since nothing of it is shared', async () => {
  const store = await rollingStore({ settings })
  await append(store, 80)
  const { checkpoint } = await look(store, { at: start, known: undefined })
  const evidence = objectsIn(checkpoint.evidence)
  assert.ok(evidence.size > 100)
  assert.deepEqual(
    [...objectsIn(checkpoint.assessed)].filter((one) => evidence.has(one)),
    [],
  )
})

test('evidence that this process spoils in its memory is found after some looks', async () => {
  const store = await rollingStore({ settings })
  const known = new KnownStates({ taken: 2 })
  await append(store, 20)
  await look(store, { at: start, known })
  const { state } = (await store.checkpoint(name, known)) ?? {}
  const { evidence } = state as { evidence: Evidence }
  Reflect.deleteProperty(evidence, 'lastScoreAt')
  known.giveBack(name, state)
  await assert.rejects(async () => {
    for (let index = 1; index <= 4; index += 1) {
      await append(store, 0)
      await look(store, { at: start + index * 60_000, known })
    }
  }, DamagedCheckpoint)
})
