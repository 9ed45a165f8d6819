import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runWorld } from '../../support/world/world.ts'

/**
 * `npm run deterministic` plays more and longer ones. An application that takes an older snapshot goes back in world 18 alone
 * of the first thirty.
 */
const seeds = [1, 2, 3, 4, 5, 6, 18]
const steps = 18

/** Any rejection that nobody handles is a failure of the test runner's, so that nothing can fail in silence. */
test(`in ${seeds.length} worlds full of faults every promise is kept`, async () => {
  for (const seed of seeds) {
    await runWorld({ seed, steps }).catch((cause: Error) => {
      const again = `npm run deterministic -- --seed ${seed} --steps ${steps}`
      throw new Error(`seed ${seed}: ${cause.message}\nSee it happen: ${again}`, { cause })
    })
  }
})

test('a seed is a whole world: it ends the same way every time, and other seeds in other ways', async () => {
  const first = await runWorld({ seed: 7, steps: 8 })
  assert.equal(await runWorld({ seed: 7, steps: 8 }), first)
  assert.notEqual(await runWorld({ seed: 8, steps: 8 }), first)
})
