import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runWorld } from '../../support/world/world.ts'

/** A world costs as much for its calm end as for some 25 steps of trouble: few long ones show more than many short ones. */
const seeds = 30
const steps = 18

/** Any rejection that nobody handles is a failure of the test runner's, so that nothing can fail in silence. */
test(`in ${seeds} worlds full of faults every promise is kept`, async () => {
  for (let seed = 1; seed <= seeds; seed += 1) {
    await runWorld({ seed, steps }).catch((cause: Error) => {
      const again = `npm run deterministic -- --seed ${seed} --steps ${steps}`
      throw new Error(`seed ${seed}: ${cause.message}\nSee it happen: ${again}`, { cause })
    })
  }
})

test('a seed is a whole world: it ends the same way every time, and other seeds in other ways', async () => {
  const first = await runWorld({ seed: 7, steps: 12 })
  assert.equal(await runWorld({ seed: 7, steps: 12 }), first)
  assert.notEqual(await runWorld({ seed: 8, steps: 12 }), first)
})
